"""What becomes of a member's requests when he is erased: all are closed and noted, and go with him (P-37)."""

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
from gallery.privacy.requests import rules, steps
from gallery.privacy.requests.indexes import EMAIL_INDEX
from gallery.privacy.requests.models import PrivacyRequest
from gallery.privacy.requests.rules import CLOSED, Channel, Kept, Kind, State


def settle(member_id: int, kept: Sequence[Kept], channel: Channel, *, now: datetime, by_id: int | None = None) -> None:
    """In the running unit of work, close a member's request to be erased with what came of it.

    One is opened where he has made none, as having come by that channel. Whatever else he has asked for ends with his
    account. Nobody is written to: who erases says it in one letter.
    """
    with transaction() as session:
        adopt(member_id)
        query = sa.select(PrivacyRequest.ref, PrivacyRequest.kind).where(PrivacyRequest.member_id == member_id)
        still_open = session.execute(query.where(PrivacyRequest.state.not_in(CLOSED))).all()
        about_this = [one.ref for one in still_open if one.kind == Kind.ERASURE]
        for ref in about_this or [_opened(session, member_id, channel, now)]:
            one = steps.found(session, ref)
            if one.state == State.IDENTITY_ASKED:
                steps.move(one, State.IN_WORK)
            one.proved_at = one.proved_at or now
            steps.close(session, one, State.PARTLY_REFUSED if kept else State.ANSWERED, None, "", kept, now, by_id)
        for ref in (one.ref for one in still_open if one.kind != Kind.ERASURE):
            steps.close(session, steps.found(session, ref), State.WITHDRAWN, None, "", (), now, by_id)


def adopt(member_id: int) -> None:
    """In the running unit of work, make his what came from a member's mailbox without his signing in.

    Its address would lead to him afterwards (P-39).
    """
    with transaction() as session:
        member = session.get_one(Member, member_id)
        if member.confirmed_at is not None:
            his = PrivacyRequest.email_index == blind_index(EMAIL_INDEX, member.email)
            adopted = sa.update(PrivacyRequest).where(his, PrivacyRequest.member_id.is_(None))
            session.execute(adopted.values(member_id=member.id, email=None, email_index=None))


def _opened(session: Session, member_id: int, channel: Channel, now: datetime) -> str:
    made = PrivacyRequest(
        ref=secrets.token_urlsafe(12),
        member_id=member_id,
        language=session.get_one(Member, member_id).language,
        kind=Kind.ERASURE,
        channel=channel,
        received_at=now,
        due_at=rules.due_at(now),
        proved_at=now,
    )
    session.add(made)
    session.flush()
    audit.record("privacy_request.opened", steps.subject(made), kind=Kind.ERASURE, channel=channel)
    return made.ref
