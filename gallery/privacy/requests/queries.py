"""Requests as they are read: by the person, by the staff, by the clock."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gallery.core.db import db
from gallery.core.errors import Missing
from gallery.privacy.requests.models import PrivacyRequest
from gallery.privacy.requests.rules import (
    ALARM_AFTER,
    ALARM_BEFORE,
    CLOSED,
    Channel,
    Kept,
    Kind,
    State,
    alarm_at,
)

UNTYPED = sa.and_(
    PrivacyRequest.channel == Channel.CODE,
    PrivacyRequest.state == State.IDENTITY_ASKED,
    PrivacyRequest.proved_at.is_(None),
)
"""Asked for on the public page, and nobody has typed the code: perhaps nobody meant it (docs/decisions/0049)."""
MOST_ALARMED = 100
"""Requests of which the staff is told at once."""


@dataclass(frozen=True)
class Request:
    """One request as its own person may see it."""

    number: int
    """What the audit and recipients know it by; it stands in no address and no mail."""
    ref: str
    kind: Kind
    channel: Channel
    state: State
    words: str
    received_at: datetime
    due_at: datetime
    extended_until: datetime | None
    extension_reason: str
    proved_at: datetime | None
    closed_at: datetime | None
    answer: str
    kept: tuple[Kept, ...]

    @property
    def is_open(self) -> bool:
        return self.state not in CLOSED


@dataclass(frozen=True)
class Waiting:
    """One open request in the staff's queue."""

    ref: str
    kind: Kind
    channel: Channel
    state: State
    member_id: int | None
    received_at: datetime
    due_at: datetime
    is_proposed: bool
    days_left: int
    """Whole days until it is due; negative when it is overdue."""
    is_alarming: bool
    """Whether day 20 has come, or the last ten days of an end that was moved (P-30)."""

    @property
    def is_overdue(self) -> bool:
        return self.days_left < 0


@dataclass(frozen=True)
class Proposal:
    """That an erasure be refused, or closed as withdrawn, as one of the staff has proposed."""

    at: datetime
    """Which proposal was read: whoever confirms it sends that back."""

    kept: tuple[Kept, ...]
    words: str
    partly: bool
    is_withdrawal: bool


@dataclass(frozen=True)
class Case:
    """One request as the staff handle it."""

    request: Request
    member_id: int | None
    email: str
    """Of somebody without an account."""
    language: str
    proposed: Proposal | None
    proposed_by_id: int | None


def by_ref(ref: str) -> Request:
    """The request of that reference; raises Missing."""
    return _read(_one(PrivacyRequest.ref == ref))


def case(ref: str) -> Case:
    """The request of that reference for the staff; raises Missing."""
    one, proposed = _one(PrivacyRequest.ref == ref), None
    if one.proposed is not None and one.proposed_at is not None:
        kept = tuple(map(Kept.from_json, one.proposed["kept"]))
        words, partly = one.proposed["words"], one.proposed["partly"]
        proposed = Proposal(one.proposed_at, kept, words, partly, bool(one.proposed.get("withdrawn")))
    return Case(_read(one), one.member_id, one.email or "", one.language, proposed, one.proposed_by_id)


def of_member(member_id: int) -> list[Request]:
    """What a member has asked for, the newest first."""
    return _listed(PrivacyRequest.member_id == member_id)


def one_of_member(ref: str, member_id: int) -> Request:
    """A request of this member; raises Missing also where it is another's."""
    return _read(_one(PrivacyRequest.ref == ref, PrivacyRequest.member_id == member_id))


def queue(now: datetime, kinds: Collection[Kind] = tuple(Kind), most: int = 50, after: str = "") -> list[Waiting]:
    """The open requests of these kinds, the one that is due first at the head: what is overdue stands above all else.

    `after` is the reference of the last one that was shown; where there is none such, it begins at the head.
    """
    one = PrivacyRequest
    query = sa.select(
        one.ref, one.kind, one.channel, one.state, one.member_id, one.received_at, one.due_at, one.proposed_at
    ).where(one.state.not_in(CLOSED), ~UNTYPED, one.kind.in_(kinds))
    last = db.session().execute(sa.select(one.due_at, one.id).where(one.ref == after)).first() if after else None
    if last is not None:
        query = query.where(sa.or_(one.due_at > last.due_at, sa.and_(one.due_at == last.due_at, one.id > last.id)))
    return [
        Waiting(
            ref=row.ref,
            kind=Kind(row.kind),
            channel=Channel(row.channel),
            state=State(row.state),
            member_id=row.member_id,
            received_at=row.received_at,
            due_at=row.due_at,
            is_proposed=row.proposed_at is not None,
            days_left=(row.due_at - now).days,
            is_alarming=alarm_at(row.due_at, row.received_at) <= now,
        )
        for row in db.session().execute(query.order_by(one.due_at, one.id).limit(most))
    ]


def alarming(now: datetime) -> list[str]:
    """The references of open requests of which the staff has to be told now, and was not yet (P-30).

    No more than one mail can name; the rest has its turn once these are told.
    """
    moved = PrivacyRequest.extended_until.is_not(None)
    query = (
        sa.select(PrivacyRequest.ref)
        .where(PrivacyRequest.state.not_in(CLOSED), PrivacyRequest.alarmed_at.is_(None), ~UNTYPED)
        .where(  # As `rules.alarm_at` has it.
            sa.or_(
                sa.and_(~moved, PrivacyRequest.received_at <= now - ALARM_AFTER),
                sa.and_(moved, PrivacyRequest.due_at <= now + ALARM_BEFORE),
            )
        )
    )
    ordered = query.order_by(PrivacyRequest.due_at, PrivacyRequest.id).limit(MOST_ALARMED)
    return list(db.session().scalars(ordered))


def _one(*which: sa.ColumnElement[bool]) -> PrivacyRequest:
    one = db.session().scalars(sa.select(PrivacyRequest).where(*which)).one_or_none()
    if one is None:
        raise Missing
    return one


def _listed(whose: sa.ColumnElement[bool]) -> list[Request]:
    query = sa.select(PrivacyRequest).where(whose).order_by(PrivacyRequest.id.desc())
    return [_read(one) for one in db.session().scalars(query)]


def _read(one: PrivacyRequest) -> Request:
    return Request(
        number=one.id,
        ref=one.ref,
        kind=Kind(one.kind),
        channel=Channel(one.channel),
        state=State(one.state),
        words=one.words,
        received_at=one.received_at,
        due_at=one.due_at,
        extended_until=one.extended_until,
        extension_reason=one.extension_reason,
        proved_at=one.proved_at,
        closed_at=one.closed_at,
        answer=one.answer,
        kept=tuple(Kept.from_json(stored) for stored in one.kept),
    )
