"""The browser's side of choices: a visitor's cookie, the signal that a browser sends, and who is asking (P-10).

Before a choice there is no cookie. With it comes one that is needed to heed it: a random name for this browser, which
is derived from nothing, and what was chosen, both sealed. A visitor's page thus asks no database. While a member is
signed in his own choices count, on all his devices; the cookie stays as it is, for whoever uses the browser after him.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, after_this_request, current_app, g, request
from flask_login import current_user
from itsdangerous import BadData, URLSafeSerializer

from gallery.consents import queries, rules
from gallery.consents.queries import Subject
from gallery.consents.rules import ON_SITE, Choice, Purpose, Result, Signal
from gallery.core import clock
from gallery.core.settings import Settings

HEADER = "Sec-GPC"
DEVICE = re.compile(r"[\w-]{22}\Z", re.ASCII)
_SEAL = "consents.choices"


@dataclass(frozen=True, slots=True)
class Here:
    """Whose choices count in this request, what they are, and what the browser says by itself."""

    subject: Subject | None
    """None: a visitor who has never chosen here."""
    choices: Mapping[Purpose, Choice]
    gpc: bool
    is_restricted: bool = False
    """A member who has the use of his data restricted."""


def init_app(app: Flask, settings: Settings) -> None:
    """Name the cookie."""
    app.config["CHOICES_COOKIE"] = "__Host-choices" if settings.secure_cookies else "choices"


def here() -> Here:
    """Who is asking; looked up once in a request."""
    found: Here | None = g.get("consents_here")
    if found is None:
        found = g.consents_here = _look()
    return found


def granted(purpose: Purpose) -> bool:
    """Whether whoever opens this page allows a purpose."""
    who = here()
    return rules.granted(
        who.choices, purpose, clock.now(), queries.windows(), gpc=who.gpc, is_restricted=who.is_restricted
    )


def device() -> str | None:
    """The name of this browser, if something was chosen in it."""
    return _read()[0]


def new_device() -> str:
    """A name for a browser in which something is chosen for the first time."""
    return secrets.token_urlsafe(16)


def settle(subject: Subject, choices: Mapping[Purpose, Choice]) -> None:
    """Let new choices count from here on: in the rest of this request, and in a visitor's browser.

    The cookie goes when the last choice in it is over; only a new choice prolongs that (P-12).
    """
    g.consents_here = Here(subject, choices, here().gpc)
    if subject.device is None:
        return
    sealed = str(_sealer().dumps([subject.device, {str(one): _packed(choice) for one, choice in choices.items()}]))
    ends_at = rules.ends_at(choices, queries.windows())

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            current_app.config["CHOICES_COOKIE"],
            sealed,
            expires=ends_at,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response


def _look() -> Here:
    gpc = rules.signals_gpc(request.headers.getlist(HEADER))
    if current_user.is_authenticated:
        member = Subject(member_id=current_user.id)
        return Here(member, queries.choices(member), gpc, current_user.restricted_at is not None)
    name, choices = _read()
    return Here(Subject(device=name) if name else None, choices, gpc)


def _read() -> tuple[str | None, dict[Purpose, Choice]]:
    """What the cookie holds; nothing if it is not exactly as we made it."""
    try:
        name, kept = _sealer().loads(request.cookies.get(current_app.config["CHOICES_COOKIE"], ""))
        choices = {Purpose(purpose): _unpacked(packed) for purpose, packed in kept.items()}
    except (BadData, ValueError, TypeError, AttributeError, OverflowError):
        return None, {}
    if not isinstance(name, str) or not DEVICE.match(name):
        return None, {}
    return name, {purpose: choice for purpose, choice in choices.items() if purpose in ON_SITE}


def _packed(choice: Choice) -> list[Any]:
    return [choice.result == Result.GRANTED, int(choice.at.timestamp()), choice.version, choice.signal]


def _unpacked(packed: list[Any]) -> Choice:
    allowed, seconds, version, signal = packed
    result = Result.GRANTED if allowed else Result.REFUSED
    return Choice(result, datetime.fromtimestamp(seconds, UTC), version, Signal(signal) if signal else None)


def _sealer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=_SEAL)
