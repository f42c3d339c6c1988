"""Requests as they are read: by the person, by the staff, by the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gallery.core.db import db
from gallery.core.errors import Missing
from gallery.privacy.requests.models import PrivacyRequest
from gallery.privacy.requests.rules import CLOSED, Channel, Kept, Kind, State, alarm_at


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
    one = db.session().scalars(sa.select(PrivacyRequest).where(PrivacyRequest.ref == ref)).one_or_none()
    if one is None:
        raise Missing
    return _read(one)


def case(ref: str) -> Case:
    """The request of that reference for the staff; raises Missing."""
    one = db.session().scalars(sa.select(PrivacyRequest).where(PrivacyRequest.ref == ref)).one_or_none()
    if one is None:
        raise Missing
    proposed = None
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
    query = sa.select(PrivacyRequest).where(PrivacyRequest.ref == ref, PrivacyRequest.member_id == member_id)
    one = db.session().scalars(query).one_or_none()
    if one is None:
        raise Missing
    return _read(one)


def queue(now: datetime) -> list[Waiting]:
    """The open requests, the one that is due first at the head: what is overdue stands above all else."""
    query = sa.select(PrivacyRequest).where(PrivacyRequest.state.not_in(CLOSED))
    found = db.session().scalars(query.order_by(PrivacyRequest.due_at, PrivacyRequest.id))
    return [
        Waiting(
            ref=one.ref,
            kind=Kind(one.kind),
            channel=Channel(one.channel),
            state=State(one.state),
            member_id=one.member_id,
            received_at=one.received_at,
            due_at=one.due_at,
            is_proposed=one.proposed_at is not None,
            days_left=(one.due_at - now).days,
            is_alarming=alarm_at(one.due_at, one.received_at) <= now,
        )
        for one in found
    ]


def alarming(now: datetime) -> list[str]:
    """The references of open requests of which the staff has to be told now, and was not yet (P-30)."""
    query = sa.select(PrivacyRequest).where(PrivacyRequest.state.not_in(CLOSED), PrivacyRequest.alarmed_at.is_(None))
    found = db.session().scalars(query.order_by(PrivacyRequest.due_at, PrivacyRequest.id))
    return [one.ref for one in found if alarm_at(one.due_at, one.received_at) <= now]


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
