"""How a member sells, for himself, and who a trader is, for everyone (C9, C-02)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gallery.account import phones, register_numbers
from gallery.account.models import Company, Profile
from gallery.core.db import db
from gallery.core.errors import Missing

_company = Company.__table__.c


@dataclass(frozen=True)
class Trader:
    """A trader's legal identity: all of it is public."""

    member_id: int
    ref: str
    name: str
    country: str
    register_kind: str
    register_number: str
    vat_number: str
    street: str
    postal_code: str
    city: str
    phone: str
    email: str
    certified_at: datetime

    @property
    def number(self) -> str:
        """The number in the register, in the groups in which it is written."""
        return register_numbers.readable(self.register_kind, self.register_number)

    @property
    def readable_phone(self) -> str:
        """`+221 77 123 45 67`."""
        return phones.readable(self.phone)


_TRADER = sa.select(*(_company[name] for name in Trader.__dataclass_fields__))


def sells_as(member_id: int) -> str:
    """`private`, `trader`, or "" while the member has not said."""
    asked = sa.select(Profile.sells_as).where(Profile.member_id == member_id)
    return db.session().execute(asked).scalar() or ""


def company(member_id: int) -> Trader | None:
    """The member's own company."""
    row = db.session().execute(_TRADER.where(_company.member_id == member_id)).one_or_none()
    return Trader(*row) if row else None


def trader(ref: str) -> Trader:
    """The trader whose public page has this reference; raises Missing."""
    row = db.session().execute(_TRADER.where(_company.ref == ref)).one_or_none()
    if row is None:
        raise Missing
    return Trader(*row)
