"""The browser's side of a session: two cookies, and who is behind a request (A4, 7.2-7.4).

The signed cookie holds a random key; what it opens is a row that can be removed. The cookie `device` lets a browser
be known again, so that a sign-in elsewhere is noticed and strangers cannot use up its tries (6.3.1).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from flask import Flask, Response, after_this_request, current_app, g, request, session
from flask_login import current_user, login_user
from sqlalchemy.exc import OperationalError

from gallery.auth import queries
from gallery.auth.queries import SignedIn
from gallery.auth.sessions import queries as session_queries
from gallery.auth.sessions import rules as session_rules
from gallery.auth.sessions import services as session_services
from gallery.auth.sessions.devices import MOST_KEYS
from gallery.auth.sessions.models import How
from gallery.auth.sessions.services import Opened, Seen
from gallery.core import clock
from gallery.core.settings import Settings

log = logging.getLogger(__name__)

DEVICE_SECONDS = 365 * 24 * 3600
_DEVICE_KEYS = re.compile(r"[\w-]{32}(?:\.[\w-]{32}){0,3}\Z", re.ASCII)


def init_app(app: Flask, settings: Settings) -> None:
    """Name the device's cookie, and note after requests that a session is in use."""
    session_queries.init_app(app, settings)
    app.config["DEVICE_COOKIE"] = "__Host-device" if settings.secure_cookies else "device"
    app.after_request(_touch)


def open_here(member_id: int, how: How, *, remember: bool = False, second_step: bool = False) -> SignedIn:
    """Open a session in this browser, whatever it had before; raises Missing if the member may not sign in."""
    seen = Seen(browser(), network(), device_keys())
    opened = session_services.open_session(
        member_id, how, seen, now=clock.now(), remember=remember, second_step=second_step
    )
    close_here()
    return _take(opened, remember)


def close_here() -> None:
    """End this browser's session, if it has one, also for whoever has a copy of the cookie."""
    key = session.get("_user_id")
    if key and (found := queries.signed_in(key, clock.now())):
        session_services.end(found.id, found.session_id)


def of_request(key: str) -> SignedIn | None:
    """Who a session's key names: Flask-Login asks once in a request."""
    now = clock.now()
    found = queries.signed_in(key, now)
    if found is not None and now - found.last_seen_at >= session_rules.TOUCH_AFTER:
        g.used_session = found.session_id
        return replace(found, last_seen_at=now)
    return found


def prove_here(*, second_step: bool = False) -> None:
    """Note that the member of this request has shown again who he is; his session gets a new key (7.2.4)."""
    session_id = current_user.session_id
    session_services.prove(session_id, now=clock.now(), second_step=second_step)
    session["_user_id"] = session_services.renew_key(session_id)


def elsewhere() -> int:
    """On how many other devices who is asking is signed in."""
    return session_queries.elsewhere(current_user.id, current_user.session_id, clock.now())


def lasting() -> Callable[[], bool] | None:
    """Whether this request's session still lives, for a stream to ask (H-08); None for a visitor: he may watch on."""
    if not current_user.is_authenticated:
        return None
    return partial(session_queries.is_alive, current_user.session_id)


def browser() -> str:
    """`Firefox · Android`, as this request's browser calls itself."""
    return session_rules.browser(request.user_agent.string)


def network() -> str:
    """From where this request comes, as exactly as it is kept."""
    return session_rules.network(request.remote_addr or "")


def device_keys() -> tuple[str, ...]:
    """What this browser's cookie `device` holds, if it is one of ours."""
    said = request.cookies.get(current_app.config["DEVICE_COOKIE"], "")
    return tuple(said.split(".")) if _DEVICE_KEYS.match(said) else ()


def _take(opened: Opened, remember: bool) -> SignedIn:
    member = queries.signed_in(opened.key, clock.now())
    if member is None:
        raise LookupError("a session that was opened just now has ended")
    session.permanent = remember
    login_user(member)
    keys = [opened.device_key, *(key for key in device_keys() if key != opened.device_key)]

    @after_this_request
    def known_again(response: Response) -> Response:
        response.set_cookie(
            current_app.config["DEVICE_COOKIE"],
            ".".join(keys[:MOST_KEYS]),
            max_age=DEVICE_SECONDS,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response

    return member


def _touch(response: Response) -> Response:
    used = g.pop("used_session", None)
    # A page that opens its stream again is not a person who does something.
    if used is not None and response.mimetype != "text/event-stream":
        try:
            session_services.touch(used, clock.now())
        except OperationalError:
            log.warning("a session's use was not noted")  # The page is worth more than the note.
    return response
