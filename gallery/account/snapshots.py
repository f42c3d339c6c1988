"""A member's details as they were when something relied on them (B3).

Whoever comes to rely on details takes a snapshot in the same unit of work: `take(buyer_id, PARTY, "lot:7", now=now)`.
Nothing here changes or removes one; retention and erasure do, by the data map.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gallery.account.models import BankAccount, Company, Profile, Snapshot
from gallery.auth.models import Member
from gallery.core.db import db, on_postgresql, transaction


class Kind(StrEnum):
    """Which details."""

    CONTACT = "contact"
    """Name, e-mail, phone, address: what it takes to deliver or collect."""
    COMPANY = "company"
    BANK = "bank"


PARTY = (Kind.CONTACT, Kind.COMPANY)
"""Who somebody is to the other side of a sale."""


@dataclass(frozen=True)
class Taken:
    """One snapshot. `details` holds what the columns of the same names held at `taken_at`."""

    member_id: int | None
    """None once the member is erased."""
    kind: Kind
    details: dict[str, Any]
    taken_at: datetime


_profile, _company, _bank = Profile.__table__.c, Company.__table__.c, BankAccount.__table__.c
_of_member: sa.BindParameter[int] = sa.bindparam("member_id")

_CONTACT = (
    sa.select(
        Member.__table__.c.email,
        _profile.full_name,
        _profile.phone,
        _profile.street,
        _profile.landmark,
        _profile.postal_code,
        _profile.city,
        _profile.country,
    )
    .select_from(Member.__table__.join(Profile.__table__))
    .where(_profile.member_id == _of_member)
)
_COMPANY = sa.select(
    *(column for column in _company if column.name not in ("member_id", "ref", "certified_at", "updated_at"))
).where(_company.member_id == _of_member)
_BANK = sa.select(_bank.kind, _bank.holder, _bank.number, _bank.bank, _bank.bic, _bank.country).where(
    _bank.member_id == _of_member
)
_DETAILS = {Kind.CONTACT: _CONTACT, Kind.COMPANY: _COMPANY, Kind.BANK: _BANK}


def take(member_id: int, kinds: Iterable[Kind], occasion: str, *, now: datetime) -> None:
    """Keep the member's details for an occasion (`lot:7`), in the running unit of work or in one of its own.

    What was kept for the occasion before stays as it is, so that doing it twice does nothing; of details that the
    member has not given nothing is kept.
    """
    with transaction() as session:
        for kind in dict.fromkeys(kinds):
            row = session.connection().execute(_DETAILS[kind], {"member_id": member_id}).mappings().one_or_none()
            if row is not None:
                _keep(session, member_id, kind, occasion, dict(row), now)


def of(occasion: str, member_id: int | None = None) -> list[Taken]:
    """What was kept for an occasion, of one member or of all concerned, in the order in which it was taken.

    The caller knows who may see it: the other side of the sale, and staff who give a reason.
    """
    table = Snapshot.__table__.c
    asked = sa.select(table.member_id, table.kind, table.details, table.taken_at).where(table.occasion == occasion)
    if member_id is not None:
        asked = asked.where(table.member_id == member_id)
    rows = db.session().execute(asked.order_by(table.id))
    return [Taken(row.member_id, Kind(row.kind), row.details, row.taken_at) for row in rows]


def _keep(session: Session, member_id: int, kind: Kind, occasion: str, details: dict[str, Any], now: datetime) -> None:
    insert: Callable[..., Any] = postgresql.insert if on_postgresql() else sqlite.insert
    session.connection().execute(
        insert(Snapshot.__table__)
        .values(member_id=member_id, kind=str(kind), occasion=occasion, details=details, taken_at=now)
        .on_conflict_do_nothing(index_elements=["member_id", "kind", "occasion"])
    )
