"""What a browser holds of a sign-in with a provider: what it set out for, and as whom it came back (10.1.2, 10.2.1).

It is all in the browser's own session. So a code or a state that somebody else obtained is worth nothing here, and
nothing of ours waits in a table for people who never come back.
"""

from __future__ import annotations

import hmac
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from flask import session

from gallery.auth import passing
from gallery.auth.federated.providers import Begun, Person

ATTEMPTS = "with"
PENDING = "pending"
MOST_ATTEMPTS = 3
"""Tabs in which somebody hesitates; the cookie has to hold them all."""
LONGEST_NEXT = 500
ATTEMPT_LASTS = timedelta(minutes=15)
PENDING_LASTS = timedelta(minutes=15)
CONFIRMATION_LASTS = timedelta(hours=24)
"""As long as the link in the mail."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a browser set out for."""

    provider: str
    begun: Begun
    next_path: str | None
    remember: bool
    session_id: int | None
    """Whose sign-in is to be linked: the very session that asked for it. None: to sign in."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody whom a provider named and who has no account with us yet."""

    person: Person
    next_path: str | None
    remember: bool
    trace: str | None = None
    """Of the registration that he made with it, which waits for its mail (tokens.trace)."""


def set_out(attempt: Attempt, now: datetime) -> None:
    """Note what the browser leaves for."""
    begun, path = attempt.begun, attempt.next_path
    kept = [
        attempt.provider,
        begun.state,
        begun.verifier,
        begun.nonce,
        int((now + ATTEMPT_LASTS).timestamp()),
        path if path and len(path) <= LONGEST_NEXT else None,
        attempt.remember,
        attempt.session_id,
    ]
    session[ATTEMPTS] = [*session.get(ATTEMPTS, []), kept][-MOST_ATTEMPTS:]


def come_back(provider: str, state: str, now: datetime) -> Attempt | None:
    """What this very browser set out for with this state, once; None if it did not, or too long ago."""
    left, found = [], None
    for kept in session.get(ATTEMPTS, []):
        if found is None and kept[0] == provider and hmac.compare_digest(kept[1].encode(), state.encode()):
            found = kept
        else:
            left.append(kept)
    session[ATTEMPTS] = left
    if found is None or found[4] < now.timestamp():
        return None
    _name, state, verifier, nonce, _until, path, remember, session_id = found
    return Attempt(provider, Begun("", state, verifier, nonce), path, remember, session_id)


def keep(pending: Pending, now: datetime) -> None:
    """Keep who came back until he has decided, or until his mail is confirmed; nobody else can read it."""
    passing.keep(PENDING, asdict(pending), now)


def pending(now: datetime) -> Pending | None:
    """Who came back in this browser and has not been given an account yet, if that was not too long ago."""
    said = passing.kept(PENDING, now, CONFIRMATION_LASTS)
    if said is not None and said["trace"] is None:
        said = passing.kept(PENDING, now, PENDING_LASTS)
    return Pending(**said | {"person": Person(**said["person"])}) if said is not None else None


def awaited(trace: str | None, now: datetime) -> Pending | None:
    """Who made the registration of this trace with a provider, in this browser."""
    found = pending(now)
    return found if found and trace and found.trace and hmac.compare_digest(found.trace, trace) else None


def with_trace(found: Pending, trace: str) -> Pending:
    """The same, now waiting for its mail."""
    return replace(found, trace=trace)


def forget() -> None:
    """Forget who came back."""
    passing.drop(PENDING)
