"""Looks of the staff at a member's data: each is written down with its reason before anything is shown (L5, 14.2.6)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.account import phones
from gallery.account.models import BankAccount, Profile
from gallery.auth.models import Member
from gallery.core.db import db, transaction
from gallery.core.errors import Forbidden, Missing
from gallery.trust.models import Look
from gallery.trust.rules import DESK, LOOK_LASTS, Reason, Shown, acting_role, may_see


class NoReason(Exception):
    """Nobody has said why he looks at this member, or it was too long ago."""


@dataclass(frozen=True)
class Current:
    """The look under which the page of a member is open to somebody of the staff."""

    reason: Reason
    words: str
    until: datetime
    """UTC."""


@dataclass(frozen=True)
class Seen:
    """One look as the member is told of it: in which role, never who."""

    id: int
    role: str
    reason: str
    what: str
    at: datetime


def begin(member_id: int, staff_id: int, roles: Collection[str], reason: Reason, words: str, *, now: datetime) -> None:
    """Open the page of a member for LOOK_LASTS; raises Missing. Nobody opens his own: he sees it in his account."""
    if member_id == staff_id:
        raise Forbidden
    with transaction() as session:
        if session.get(Member, member_id) is None:
            raise Missing
        _note(session, member_id, staff_id, roles, reason, words, Shown.PAGE, now)


def current(member_id: int, staff_id: int, now: datetime) -> Current | None:
    """The look that is open, if one is."""
    query = (
        sa.select(Look.reason, Look.words, Look.at)
        .where(Look.member_id == member_id, Look.staff_id == staff_id, Look.what == Shown.PAGE)
        .where(Look.at > now - LOOK_LASTS)
        .order_by(Look.at.desc(), Look.id.desc())
        .limit(1)
    )
    found = db.session().execute(query).first()
    return Current(Reason(found.reason), found.words, found.at + LOOK_LASTS) if found else None


def reveal(member_id: int, staff_id: int, roles: Collection[str], shown: Shown, *, now: datetime) -> str:
    """One field in full, noted in the same unit of work.

    Raises NoReason where no look is open, Forbidden where the role may not, Missing where there is nothing to show.
    """
    if shown not in _VALUES or not may_see(shown, roles):
        raise Forbidden
    with transaction() as session:
        look = current(member_id, staff_id, now)
        if look is None:
            raise NoReason
        value = _VALUES[shown](session, member_id)
        if not value:
            raise Missing
        _note(session, member_id, staff_id, roles, look.reason, look.words, shown, now)
    return value


def at_member(member_id: int, limit: int, before: int | None = None) -> list[Seen]:
    """The looks at a member's data, the newest first; `before` is the number of the last one that was shown."""
    query = (
        sa.select(Look.id, Look.role, Look.reason, Look.what, Look.at)
        .where(Look.member_id == member_id)
        .order_by(Look.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Look.id < before)
    return [Seen(*row) for row in db.session().execute(query)]


def _note(
    session: Session,
    member_id: int,
    staff_id: int,
    roles: Collection[str],
    reason: Reason,
    words: str,
    what: Shown,
    now: datetime,
) -> None:
    role = acting_role(DESK, roles)
    if role is None:
        raise Forbidden
    session.add(Look(member_id=member_id, staff_id=staff_id, role=role, reason=reason, words=words, what=what, at=now))


def _of(column: sa.orm.InstrumentedAttribute[Any]) -> Callable[[Session, int], str]:
    table = column.class_
    key = Member.id if table is Member else table.member_id

    def read(session: Session, member_id: int) -> str:
        found = session.execute(sa.select(column).where(key == member_id)).scalar()
        return str(found or "")

    return read


def _phone(session: Session, member_id: int) -> str:
    return phones.readable(_of(Profile.phone)(session, member_id))


def _address(session: Session, member_id: int) -> str:
    query = sa.select(Profile.street, Profile.landmark, Profile.postal_code, Profile.city, Profile.country)
    found = session.execute(query.where(Profile.member_id == member_id)).first()
    if found is None:
        return ""
    place = " ".join(part for part in (found.postal_code, found.city) if part)
    return "\n".join(line for line in (found.street, found.landmark, place, found.country) if line)


_VALUES: dict[Shown, Callable[[Session, int], str]] = {
    Shown.EMAIL: _of(Member.email),
    Shown.PHONE: _phone,
    Shown.ADDRESS: _address,
    Shown.BIRTH: _of(Profile.born_on),
    Shown.BANK: _of(BankAccount.number),
}
