"""Restricting the use of a member's data, and lifting that. Only the member lifts it (docs/decisions/0046).

What a restriction keeps the house from is said by those who would use the data: `trust.members.search`,
`consents.browser.granted`, `consents.queries.granted`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from gallery.auth.services import held
from gallery.core import audit
from gallery.core.db import transaction
from gallery.privacy.erasure import recipients
from gallery.privacy.requests import queries, services
from gallery.privacy.requests.rules import Channel, Kind


def restrict(member_id: int, words: str, *, language: str, now: datetime) -> str | None:
    """Do at once what a member asks for in his account, and note the request with its answer; its reference.

    None where his data is restricted already: the form that is sent twice notes, mails and tells nothing twice.
    """
    with transaction() as session:
        if held(session, member_id).restricted_at is not None:
            return None
        ref = services.open_request(
            Kind.RESTRICTION,
            Channel.ACCOUNT,
            member_id=member_id,
            words=words,
            language=language,
            now=now,
            at_once=True,
        )
        carry_out(session, member_id, queries.by_ref(ref).number, now=now)
        services.answer(ref, now=now)
        return ref


def carry_out(session: Session, member_id: int, request: int, *, now: datetime, by_id: int | None = None) -> None:
    """In the running unit of work, restrict what a request is about, and have recipients told (P-42)."""
    member = held(session, member_id)
    member.restricted_at = member.restricted_at or now
    recipients.note(session, recipients.Act.RESTRICTION, request, member_id, now)
    audit.record("member.restricted", f"member:{member_id}", actor_id=by_id, request=request)


def lift(member_id: int, *, now: datetime) -> None:
    """End the restriction, as its member wishes; where there is none, nothing happens."""
    with transaction() as session:
        member = held(session, member_id)
        if member.restricted_at is not None:
            audit.record("member.released", f"member:{member_id}", days=(now - member.restricted_at).days)
            member.restricted_at = None
