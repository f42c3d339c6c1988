"""Showing that a mailbox is one's own: digits by mail. The worker makes them at each attempt; nothing holds them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.core import settings
from gallery.privacy.requests.models import PrivacyRequest
from gallery.privacy.requests.rules import CODE_DIGITS, CODE_LASTS, CODE_TRIES


def renew(one: PrivacyRequest, now: datetime) -> None:
    """Give a request a code; an earlier one is worth nothing any more."""
    one.code_nonce, one.code_made_at, one.code_tries_left = secrets.token_urlsafe(16), now, CODE_TRIES
    one.codes_made += 1


def drop(one: PrivacyRequest) -> None:
    """Take the code back, used or not."""
    one.code_nonce, one.code_made_at, one.code_tries_left = None, None, 0


def written(one: PrivacyRequest) -> str:
    """The digits that the letter holds."""
    key = hashlib.sha256(f"privacy request\0{settings.current().secret_key}".encode()).digest()
    made = hmac.new(key, f"{one.ref}\0{one.code_nonce}".encode(), hashlib.sha256)
    return f"{int(made.hexdigest(), 16) % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def fits(one: PrivacyRequest, typed: str) -> bool:
    """Whether the digits are those of the letter; spaces between them do not matter."""
    digits = "".join(typed.split())
    return one.code_nonce is not None and hmac.compare_digest(written(one).encode(), digits.encode())


def count_try(session: Session, ref: str, now: datetime) -> bool:
    """In the running unit of work, use up a try before it is judged; False if none is left or the code is too old."""
    counted = session.execute(
        sa.update(PrivacyRequest)
        .where(PrivacyRequest.ref == ref, PrivacyRequest.code_tries_left > 0)
        .where(PrivacyRequest.code_nonce.is_not(None), PrivacyRequest.code_made_at > now - CODE_LASTS)
        .values(code_tries_left=PrivacyRequest.code_tries_left - 1)
    )
    return bool(counted.rowcount == 1)  # type: ignore[attr-defined]
