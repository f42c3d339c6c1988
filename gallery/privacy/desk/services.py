"""What answering a request does besides closing it: the answer says it, so it has to be true (P-41, P-42)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gallery.core.db import transaction
from gallery.privacy.erasure import recipients
from gallery.privacy.requests import queries
from gallery.privacy.requests import services as requests
from gallery.privacy.requests.queries import Case
from gallery.privacy.requests.rules import Kept, Kind
from gallery.privacy.restriction import services as restriction


def answer(ref: str, words: str, *, now: datetime, by_id: int) -> None:
    """Close a request as done; raises what `requests.answer` raises."""
    with transaction() as session:
        case = queries.case(ref)
        requests.answer(ref, words, now=now, by_id=by_id)
        _follow(session, case, now, by_id)


def refuse(ref: str, kept: Sequence[Kept], words: str, *, partly: bool, now: datetime, by_id: int) -> None:
    """Close a request as refused; if partly, the rest was done. Raises what `requests.refuse` raises."""
    with transaction() as session:
        case = queries.case(ref)
        requests.refuse(ref, kept, words, partly=partly, now=now, by_id=by_id)
        if partly:
            _follow(session, case, now, by_id)


def _follow(session: Session, case: Case, now: datetime, by_id: int) -> None:
    """Restrict what was to be restricted; have those told who received what was corrected."""
    if case.member_id is None:
        return
    if case.request.kind is Kind.RESTRICTION:
        restriction.carry_out(session, case.member_id, case.request.number, now=now, by_id=by_id)
    elif case.request.kind is Kind.RECTIFICATION:
        recipients.note(session, recipients.Act.RECTIFICATION, case.request.number, case.member_id, now)
