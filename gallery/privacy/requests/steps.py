"""What the steps of a request share: finding and holding it, going from state to state, telling the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.auth.models import Member
from gallery.core import audit
from gallery.core.errors import Missing
from gallery.privacy.requests import codes, letters, rules
from gallery.privacy.requests.models import PrivacyRequest
from gallery.privacy.requests.rules import Kept, Kind, Problem, State


class StepRefused(Exception):
    """The step is not taken, and nothing was written."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class Addressee:
    """Where the person is written to, and in which language."""

    email: str
    language: str


def found(session: Session, ref: str) -> PrivacyRequest:
    """The request, held against whoever acts on it at the same moment."""
    query = sa.select(PrivacyRequest).where(PrivacyRequest.ref == ref).with_for_update()
    one = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if one is None:
        raise Missing
    return one


def opened(session: Session, ref: str) -> PrivacyRequest:
    """The request, if it is not closed."""
    one = found(session, ref)
    if State(one.state) in rules.CLOSED:
        raise StepRefused(Problem.NOT_NOW)
    return one


def open_of(session: Session, member_id: int | None) -> int:
    """How many requests of a member are open."""
    his = (PrivacyRequest.member_id == member_id) & PrivacyRequest.state.not_in(rules.CLOSED)
    return session.execute(sa.select(sa.func.count()).where(his)).scalar_one()


def check_edge(one: PrivacyRequest, following: State) -> None:
    """Raise StepRefused if the request may not go there from where it is."""
    if not rules.may_follow(State(one.state), following):
        raise StepRefused(Problem.NOT_NOW)


def check_not_by_erasing(one: PrivacyRequest) -> None:
    """Raise StepRefused if the person would be told that his data is erased while the house has it."""
    if rules.is_done_by_erasing(Kind(one.kind), one.member_id):
        raise StepRefused(Problem.NOT_ERASED)


def move(one: PrivacyRequest, following: State) -> None:
    """Bring the request into another state, or raise StepRefused."""
    check_edge(one, following)
    one.state = following


def close(
    session: Session,
    one: PrivacyRequest,
    state: State,
    letter: str | None,
    words: str,
    kept: Sequence[Kept],
    now: datetime,
    by_id: int | None,
    to: Addressee | None = None,
) -> None:
    """Bring the request to an end, note it, and tell the person by that letter, if by any.

    The note outlives the row, so that it can be shown that there was an answer, and how soon (record.py).
    """
    move(one, state)
    codes.drop(one)
    forget_proposal(one)
    one.closed_at, one.answer = now, words
    one.kept = [each.as_json() for each in kept]
    facts: dict[str, Any] = {
        "kind": one.kind,
        "days": (now - one.received_at).days,
        "late": now > one.due_at,
        "grounds": sorted({each.ground for each in kept}),
    }
    audit.record(f"privacy_request.{state}", subject(one), actor_id=by_id, **facts)
    if letter is not None:
        tell(session, one, letter, to)
    if Kind(one.kind) is Kind.ERASURE and state is State.ANSWERED:
        _forget_person(session, one)


def _forget_person(session: Session, answered: PrivacyRequest) -> None:
    """Take who asked for it out of an erasure that was done, and out of all that was closed for the same mailbox.

    His reference, in our mail to him, is what shows that he was answered. What is still open has to reach him.
    """
    these = PrivacyRequest.id == answered.id
    if answered.email_index is not None:
        closed = sa.and_(PrivacyRequest.email_index == answered.email_index, PrivacyRequest.state.in_(rules.CLOSED))
        these = sa.or_(these, closed)
    for one in session.scalars(sa.select(PrivacyRequest).where(these)):
        one.email = one.email_index = None
        one.words = one.answer = one.extension_reason = ""


def forget_proposal(one: PrivacyRequest) -> None:
    """Nothing is proposed any more."""
    one.proposed_by_id = one.proposed_at = one.proposed = None


def tell(session: Session, one: PrivacyRequest, letter: str, to: Addressee | None = None) -> None:
    """Queue a letter to the person, where there is an address."""
    to = to or addressee_of(session, one)
    if to is not None:
        letters.queue(one.ref, letter, to.email, to.language, one.member_id, one.answer)


def addressee_of(session: Session, one: PrivacyRequest) -> Addressee | None:
    """Where the person is written to; None where nothing is known."""
    if one.member_id is not None:
        member = session.get_one(Member, one.member_id)
        return Addressee(member.email, member.language)
    return Addressee(one.email, one.language) if one.email else None


def subject(one: PrivacyRequest) -> str:
    """What the audit calls the request."""
    return f"privacy_request:{one.id}"
