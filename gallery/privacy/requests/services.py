"""What happens to a request. Each public function is one unit of work: audited, and told to the person by mail.

    ref = open_request(Kind.ERASURE, Channel.ACCOUNT, member_id=7, language="fr", now=now)
    answer(ref, now=now)                    # or refuse(ref, [Kept(...)], partly=True, now=now)

`by_id` is who of the staff acts; None: the person himself, or the program by its rules. Raises Missing where there is
no such request, StepRefused where the step is not allowed.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.auth.models import Member
from gallery.core import audit
from gallery.core.crypto import blind_index
from gallery.core.db import transaction
from gallery.core.errors import Missing
from gallery.privacy.requests import codes, letters, queries, rules, steps
from gallery.privacy.requests.indexes import EMAIL_INDEX
from gallery.privacy.requests.models import PrivacyRequest
from gallery.privacy.requests.rules import Channel, Kept, Kind, Problem, State


def open_request(
    kind: Kind,
    channel: Channel,
    *,
    member_id: int | None = None,
    email: str = "",
    words: str = "",
    language: str,
    now: datetime,
    received_at: datetime | None = None,
    by_id: int | None = None,
    at_once: bool = False,
) -> str:
    """Take a request down, start its clock and acknowledge it; its reference.

    Either the member, who has shown who he is by signing in unless staff write it down for him, or a normalised
    address of which nobody has shown yet that it is his; by letter or phone it may come without one, and is then
    answered on paper. `received_at` is when it reached the house. `at_once`: the caller answers it in the same unit of
    work, so that however many are open, it is not one of them.
    """
    if member_id is not None and email:
        raise ValueError("a request comes from a member or from an address, not from both")
    if member_id is None and not email and channel not in (Channel.LETTER, Channel.PHONE):
        raise ValueError("nobody could be answered")
    received_at = min(received_at or now, now)
    is_proved = member_id is not None and channel not in rules.BY_STAFF
    with transaction() as session:
        if member_id is not None and session.get(Member, member_id) is None:
            raise Missing
        if channel is Channel.ACCOUNT and not at_once and steps.open_of(session, member_id) >= rules.MOST_OPEN:
            raise steps.StepRefused(Problem.TOO_MANY)
        one = PrivacyRequest(
            ref=secrets.token_urlsafe(12),
            member_id=member_id,
            email=email or None,
            email_index=blind_index(EMAIL_INDEX, email) if email else None,
            language=language,
            kind=kind,
            channel=channel,
            words=words,
            received_at=received_at,
            due_at=rules.due_at(received_at),
            proved_at=now if is_proved else None,
        )
        session.add(one)
        session.flush()
        audit.record("privacy_request.opened", steps.subject(one), actor_id=by_id, kind=kind, channel=channel)
        if channel is not Channel.CODE:  # There the code's own letter says what came in.
            steps.tell(session, one, letters.RECEIVED)
        return one.ref


def ask_identity(ref: str, *, now: datetime, by_id: int | None = None) -> None:
    """Mail a code to the address that the request names; an earlier one is worth nothing any more (P-32)."""
    with transaction() as session:
        one = steps.found(session, ref)
        steps.move(one, State.IDENTITY_ASKED)
        if steps.addressee_of(session, one) is None:
            raise steps.StepRefused(Problem.NO_ADDRESS)
        codes.renew(one, now)
        audit.record("privacy_request.identity_asked", steps.subject(one), actor_id=by_id)
        steps.tell(session, one, letters.CODE)


def prove(ref: str, code: str, *, now: datetime, by_id: int | None = None) -> None:
    """Take the mailed code as proof of who asks. If the address is a member's, the request is his from now on.

    Raises StepRefused(WRONG_CODE), the try being counted.
    """
    with transaction() as session:
        steps.found(session, ref)
        if not codes.count_try(session, ref, now):
            raise steps.StepRefused(Problem.WRONG_CODE)
    with transaction() as session:
        one = steps.found(session, ref)
        if not codes.fits(one, code):
            raise steps.StepRefused(Problem.WRONG_CODE)
        steps.move(one, State.IN_WORK)
        codes.drop(one)
        one.proved_at = now
        # Who never confirmed the address has not shown that it is his, and who is being erased takes in nothing more.
        holds = sa.and_(Member.email == (one.email or ""), Member.confirmed_at.is_not(None), ~Member.is_erased)
        holder = session.scalars(sa.select(Member.id).where(holds)).one_or_none()
        if one.member_id is None and holder is not None:
            one.member_id, one.email, one.email_index = holder, None, None
        audit.record("privacy_request.proved", steps.subject(one), actor_id=by_id)
        steps.tell(session, one, letters.PROVED)


def take_up(ref: str, *, now: datetime, by_id: int | None = None, proved: bool = False) -> None:
    """Begin to work on a request. `proved`: staff have seen otherwise who asks (he is in the room, he signed in)."""
    with transaction() as session:
        one = steps.found(session, ref)
        steps.move(one, State.IN_WORK)
        codes.drop(one)
        if proved and one.proved_at is None:
            one.proved_at = now
        audit.record("privacy_request.taken_up", steps.subject(one), actor_id=by_id, proved=one.proved_at is not None)
        steps.tell(session, one, letters.IN_WORK)


def extend(ref: str, until: datetime, reason: str, *, now: datetime, by_id: int | None) -> None:
    """Take more time, once, with a reason that the person is told (P-30)."""
    with transaction() as session:
        one = steps.opened(session, ref)
        problem = rules.problem_of_extension(one.received_at, one.extended_until, until, reason, now)
        if problem is not None:
            raise steps.StepRefused(problem)
        one.due_at = one.extended_until = until
        one.extension_reason, one.alarmed_at = reason, None
        audit.record("privacy_request.extended", steps.subject(one), actor_id=by_id, until=until.isoformat())
        steps.tell(session, one, letters.EXTENDED)


def answer(
    ref: str, words: str = "", *, now: datetime, by_id: int | None = None, to: steps.Addressee | None = None
) -> None:
    """Close a request as done; `words` are added to the letter. A member's erasure is closed by `erased.settle` alone.

    `to` is for an answer to somebody who is gone from the house in this very unit of work: `addressee` before.
    """
    with transaction() as session:
        one = steps.opened(session, ref)
        if one.proved_at is None and Kind(one.kind) in rules.PROOF_NEEDED:
            raise steps.StepRefused(Problem.NOT_PROVED)
        steps.check_not_by_erasing(one)
        steps.close(session, one, State.ANSWERED, letters.ANSWERED, words, (), now, by_id, to)


def refuse(
    ref: str,
    kept: Sequence[Kept],
    words: str = "",
    *,
    partly: bool = False,
    now: datetime,
    by_id: int | None = None,
    to: steps.Addressee | None = None,
) -> None:
    """Close a request as refused, in whole or in part; the letter is made of what is kept, why and until when (P-31).

    Where a person decides it, an erasure is refused by two: `propose_refusal`, then `confirm` (2.3.5).
    """
    with transaction() as session:
        one = steps.opened(session, ref)
        if by_id is not None and rules.needs_second_person(Kind(one.kind)):
            raise steps.StepRefused(Problem.SECOND_PERSON)
        _refuse(session, one, kept, words, partly, now, by_id, to)


def propose_refusal(
    ref: str, kept: Sequence[Kept], words: str = "", *, partly: bool = False, now: datetime, by_id: int
) -> None:
    """Say why an erasure should be refused; nothing is told to the person before another of the staff confirms it."""
    with transaction() as session:
        one = steps.opened(session, ref)
        if problem := rules.problem_of_refusal(kept):
            raise steps.StepRefused(problem)
        if partly:
            steps.check_not_by_erasing(one)
        steps.check_edge(one, State.PARTLY_REFUSED if partly else State.REFUSED)
        one.proposed_by_id, one.proposed_at = by_id, now
        one.proposed = {"kept": [each.as_json() for each in kept], "words": words, "partly": partly}
        audit.record("privacy_request.refusal_proposed", steps.subject(one), actor_id=by_id, partly=partly)


def drop_proposal(ref: str, *, by_id: int) -> None:
    """Take a proposal away; whoever made it may do so, and any other who disagrees."""
    with transaction() as session:
        one = steps.opened(session, ref)
        if one.proposed is None:
            raise steps.StepRefused(Problem.NOT_PROPOSED)
        steps.forget_proposal(one)
        audit.record("privacy_request.proposal_dropped", steps.subject(one), actor_id=by_id)


def confirm(ref: str, seen: datetime, *, now: datetime, by_id: int) -> None:
    """Do as another of the staff has proposed at the moment `seen`; nobody confirms his own proposal.

    What was put in the place of what he read is not confirmed: StepRefused(CHANGED).
    """
    with transaction() as session:
        one = steps.opened(session, ref)
        if one.proposed is None:
            raise steps.StepRefused(Problem.NOT_PROPOSED)
        if one.proposed_at != seen:
            raise steps.StepRefused(Problem.CHANGED)
        if one.proposed_by_id in {by_id, None}:
            raise steps.StepRefused(Problem.SECOND_PERSON)
        proposed = one.proposed
        if proposed.get("withdrawn"):
            steps.close(session, one, State.WITHDRAWN, letters.WITHDRAWN, "", (), now, by_id)
        else:
            kept = [Kept.from_json(stored) for stored in proposed["kept"]]
            _refuse(session, one, kept, proposed["words"], proposed["partly"], now, by_id, None)


def withdraw(ref: str, *, now: datetime, by_id: int | None = None) -> None:
    """Close a request that the person no longer makes.

    Where one of the staff says so of an erasure, another confirms it: `propose_withdrawal`, then `confirm` (2.3.5).
    """
    with transaction() as session:
        one = steps.opened(session, ref)
        if by_id is not None and rules.needs_second_person(Kind(one.kind)):
            raise steps.StepRefused(Problem.SECOND_PERSON)
        steps.close(session, one, State.WITHDRAWN, letters.WITHDRAWN, "", (), now, by_id)


def propose_withdrawal(ref: str, *, now: datetime, by_id: int) -> None:
    """Say that the person no longer asks to be erased; another of the staff confirms it before he is told."""
    with transaction() as session:
        one = steps.opened(session, ref)
        one.proposed_by_id, one.proposed_at = by_id, now
        one.proposed = {"kept": [], "words": "", "partly": False, "withdrawn": True}
        audit.record("privacy_request.withdrawal_proposed", steps.subject(one), actor_id=by_id)


def note_look(ref: str, *, by_id: int) -> None:
    """Note that somebody of the staff has read what was asked (L5)."""
    with transaction() as session:
        audit.record("privacy_request.read", steps.subject(steps.found(session, ref)), actor_id=by_id)


def addressee(ref: str) -> steps.Addressee:
    """Where the person of a request is written to; raises Missing also where nothing is known any more."""
    with transaction() as session:
        found = steps.addressee_of(session, steps.found(session, ref))
        if found is None:
            raise Missing
        return found


def forget_old(now: datetime) -> None:
    """Remove the requests that were closed long ago (Keep.REQUEST), and those whose last code nobody typed."""
    old = PrivacyRequest.closed_at <= rules.months_later(now, -rules.MONTHS_KEPT)
    lapsed = sa.and_(queries.UNTYPED, PrivacyRequest.code_made_at <= now - rules.UNPROVED_KEPT)
    with transaction() as session:
        session.execute(sa.delete(PrivacyRequest).where(sa.or_(old, lapsed)))


def _refuse(
    session: Session,
    one: PrivacyRequest,
    kept: Sequence[Kept],
    words: str,
    partly: bool,
    now: datetime,
    by_id: int | None,
    to: steps.Addressee | None,
) -> None:
    if problem := rules.problem_of_refusal(kept):
        raise steps.StepRefused(problem)
    if partly:
        steps.check_not_by_erasing(one)
        steps.close(session, one, State.PARTLY_REFUSED, letters.PARTLY_REFUSED, words, kept, now, by_id, to)
    else:
        steps.close(session, one, State.REFUSED, letters.REFUSED, words, kept, now, by_id, to)
