"""Codes by mail, for members who have neither password nor second factor to show again (7.5.1).

Like the links in mails they are made by the worker, at each attempt: neither queue nor database holds one.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gallery.auth import post
from gallery.auth.factors.models import MailedCode
from gallery.auth.factors.rules import MAILED_DIGITS, MAILED_LASTS, MAILED_TRIES
from gallery.auth.factors.services import CodeRefused, Wrong
from gallery.auth.models import Member
from gallery.core import settings
from gallery.core.db import on_postgresql, transaction

LETTER = "code"


def send(member_id: int, session_id: int, *, now: datetime) -> None:
    """Mail the member a code for his session; an earlier one is worth nothing any more."""
    insert = (postgresql.insert if on_postgresql() else sqlite.insert)(MailedCode)
    nonce = secrets.token_urlsafe(16)
    fresh = {"nonce": nonce, "made_at": now, "tries_left": MAILED_TRIES}
    with transaction() as session:
        member = session.get_one(Member, member_id)
        # One statement: a button that is pressed twice comes as two requests at once.
        session.execute(
            insert.values(session_id=session_id, member_id=member_id, **fresh).on_conflict_do_update(
                index_elements=["session_id"], set_=fresh
            )
        )
        post.write(LETTER, member.email, member.language, mark=nonce, session=session_id)


def take(session_id: int, code: str, *, now: datetime) -> None:
    """Use up the code of a session; raises CodeRefused. A try is counted before it is judged."""
    with transaction() as session:
        _count_try(session, session_id, now)
    with transaction() as session:
        known = session.get(MailedCode, session_id, populate_existing=True)
        if known is None or not hmac.compare_digest(written(known), code):
            raise CodeRefused(Wrong.UNKNOWN)
        taken = sa.delete(MailedCode).where(MailedCode.session_id == session_id, MailedCode.nonce == known.nonce)
        if session.execute(taken).rowcount != 1:  # type: ignore[attr-defined]
            raise CodeRefused(Wrong.USED)


def forget_old(now: datetime) -> None:
    """Remove codes that nobody may type any more (Keep.DAY)."""
    with transaction() as session:
        session.execute(sa.delete(MailedCode).where(MailedCode.made_at <= now - MAILED_LASTS))


def written(code: MailedCode) -> str:
    """The digits that the letter holds."""
    key = hashlib.sha256(f"mailed code\0{settings.current().secret_key}".encode()).digest()
    made = hmac.new(key, f"{code.session_id}\0{code.member_id}\0{code.nonce}".encode(), hashlib.sha256)
    return f"{int(made.hexdigest(), 16) % 10**MAILED_DIGITS:0{MAILED_DIGITS}}"


def _count_try(session: Session, session_id: int, now: datetime) -> None:
    counted = session.execute(
        sa.update(MailedCode)
        .where(MailedCode.session_id == session_id, MailedCode.tries_left > 0, MailedCode.made_at > now - MAILED_LASTS)
        .values(tries_left=MailedCode.tries_left - 1)
    )
    if counted.rowcount != 1:  # type: ignore[attr-defined]
        raise CodeRefused(Wrong.UNKNOWN)
