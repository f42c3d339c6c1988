"""The member's own bank account, as it is shown: never the whole number (14.2.6)."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from gallery.account import bank_numbers
from gallery.account.models import BankAccount
from gallery.core.db import db


@dataclass(frozen=True)
class Masked:
    """A bank account of whose number only the end is shown."""

    kind: str
    holder: str
    number: str
    """`SN•• •••• … 3035`"""
    bank: str
    bic: str
    country: str


_ACCOUNT = sa.select(*(BankAccount.__table__.c[name] for name in Masked.__dataclass_fields__)).where(
    BankAccount.member_id == sa.bindparam("member_id")
)


def masked(member_id: int) -> Masked | None:
    """The account, None if the member has named none."""
    row = db.session().execute(_ACCOUNT, {"member_id": member_id}).mappings().one_or_none()
    if row is None:
        return None
    return Masked(**{**row, "number": bank_numbers.masked(row["kind"], row["number"])})
