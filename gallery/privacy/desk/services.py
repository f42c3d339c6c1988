"""What answering a request does besides closing it: the answer says it, so it has to be true (P-41, P-42)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gallery.auth.services import held
from gallery.core.db import transaction
from gallery.privacy.erasure import recipients
from gallery.privacy.erasure import services as erasures
from gallery.privacy.requests import queries, steps
from gallery.privacy.requests import services as requests
from gallery.privacy.requests.queries import Case
from gallery.privacy.requests.rules import Kept, Kind, Problem, State
from gallery.privacy.requests.steps import StepRefused
from gallery.privacy.restriction import services as restriction


def answer(ref: str, words: str, *, now: datetime, by_id: int) -> None:
    """Close a request as done; raises what `requests.answer` raises."""
    with transaction() as session:
        case = _held_case(session, ref)
        requests.answer(ref, words, now=now, by_id=by_id)
        _follow(session, case, now, by_id)


def refuse(ref: str, kept: Sequence[Kept], words: str, *, partly: bool, now: datetime, by_id: int) -> None:
    """Close a request as refused; if partly, the rest was done. Raises what `requests.refuse` raises."""
    with transaction() as session:
        case = _held_case(session, ref)
        requests.refuse(ref, kept, words, partly=partly, now=now, by_id=by_id)
        if partly:
            _follow(session, case, now, by_id)


def erase(ref: str, *, now: datetime, by_id: int) -> None:
    """Erase the member who asked for it and has shown that it was he; that answers the request.

    Member and request are held in the order in which the erasure does, from before the request is judged: nobody takes
    it back or refuses it in between. Raises StepRefused, and what `erasures.begin` raises.
    """
    with transaction() as session:
        member_id = queries.case(ref).member_id
        if member_id is None:
            raise StepRefused(Problem.NOT_PROVED)
        held(session, member_id)
        one = steps.opened(session, ref)
        if one.kind != Kind.ERASURE or one.member_id != member_id or one.state != State.IN_WORK:
            raise StepRefused(Problem.NOT_NOW)
        if one.proved_at is None:
            raise StepRefused(Problem.NOT_PROVED)
        erasures.begin(member_id, now=now, by_id=by_id)


def _held_case(session: Session, ref: str) -> Case:
    """The request, and its member held: first he and then the request, as an erasure does, or the two would wait for
    each other."""
    case = queries.case(ref)
    if case.member_id is not None:
        held(session, case.member_id)
    return case


def _follow(session: Session, case: Case, now: datetime, by_id: int) -> None:
    """Restrict what was to be restricted; have those told who received what was corrected."""
    if case.member_id is None:
        return
    if case.request.kind is Kind.RESTRICTION:
        restriction.carry_out(session, case.member_id, case.request.number, now=now, by_id=by_id)
    elif case.request.kind is Kind.RECTIFICATION:
        recipients.note(session, recipients.Act.RECTIFICATION, case.request.number, case.member_id, now)
