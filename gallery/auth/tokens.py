"""Links that stand for a member's mailbox: signed, short-lived, and dead once used.

A token is sealed with what it is going to change, so that the first use ends it, and with it all others of its kind.
None is stored: the database, its backups and the queue of mails hold nothing that opens an account.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer


class Aim(StrEnum):
    """What a link is for; one made for one aim is worthless for another."""

    CONFIRM = "confirm"
    RESET = "reset"
    ADDRESS_OLD = "address-old"
    """The mailbox of now agrees to another address."""
    ADDRESS_NEW = "address-new"
    """The mailbox of the other address agrees."""
    ADDRESS_STOP = "address-stop"
    """The mailbox of now knows nothing of the change."""


LIFETIME = {
    Aim.CONFIRM: timedelta(hours=24),
    Aim.RESET: timedelta(hours=1),
    Aim.ADDRESS_OLD: timedelta(hours=24),
    Aim.ADDRESS_NEW: timedelta(hours=24),
    Aim.ADDRESS_STOP: timedelta(hours=24),
}
FUTURE = timedelta(minutes=5)
"""By how much the clocks of two boxes may differ."""


class StaleLink(Exception):
    """The link is forged, was cut off on its way, is used up or too old."""


@dataclass(frozen=True)
class Claim:
    """Whom a token names, and the seal that must fit the member as he is now."""

    member_id: int
    seal: str


def make(aim: Aim, member_id: int, state: str, now: datetime) -> str:
    """A token for one member. `state` is what its use will change."""
    return _serializer(aim).dumps([member_id, int(now.timestamp()), _seal(aim, member_id, state)])


def read(aim: Aim, token: str, now: datetime) -> Claim:
    """Whom the token names; raises StaleLink. The caller must still hold the seal against the member."""
    try:
        member_id, issued, seal = _serializer(aim).loads(token)
        age = timedelta(seconds=now.timestamp() - issued)
    except (BadSignature, ValueError, TypeError):
        raise StaleLink from None
    if not -FUTURE <= age <= LIFETIME[aim]:
        raise StaleLink
    return Claim(member_id, seal)


def fits(claim: Claim, aim: Aim, state: str) -> bool:
    """Whether the member is still as he was when the token was made."""
    return hmac.compare_digest(claim.seal, _seal(aim, claim.member_id, state))


def trace(registration: str) -> str:
    """What a browser keeps of the registration that it made: worthless to all but who compares it with that one."""
    return hmac.new(_key().encode(), f"registration\0{registration}".encode(), hashlib.sha256).hexdigest()[:32]


def _serializer(aim: Aim) -> URLSafeSerializer:
    return URLSafeSerializer(_key(), salt=f"gallery.auth.{aim}")


def _seal(aim: Aim, member_id: int, state: str) -> str:
    message = f"{aim}\0{member_id}\0{state}".encode()
    return hmac.new(_key().encode(), message, hashlib.sha256).hexdigest()[:32]


def _key() -> str:
    key: str = current_app.config["SECRET_KEY"]
    return key
