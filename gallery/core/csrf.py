"""Only our own pages may act for a visitor, and a page that was open for hours may still act.

Two locks. The browser says where a request comes from (`Sec-Fetch-Site`, `Origin`): what is
foreign is refused outright. And each form carries a token that lives as long as the session.
A token that is missing or stale costs nobody what he typed: see `on_stale`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect

from gallery.core.errors import answer
from gallery.core.i18n import lazy
from gallery.core.settings import Settings

EXEMPT = frozenset({"deletions.facebook"})
"""Endpoints that take unsafe methods without a token, because each proves its sender in its own way."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
NEVER_SHOWN = re.compile(
    r"passw|secret|token|iban|(?<![a-z])(?<!postal_)(?:pass|code|card|otp|pin)(?![a-z])", re.IGNORECASE
)
"""Fields whose content is not written into a page again, whatever the cost.

The short words count where they stand alone: `account_code`, but neither `shipping` nor `postal_code`.
"""

MOST_FIELDS, MOST_LETTERS = 100, 100_000

Renewal = Callable[..., ResponseReturnValue]

protect = CSRFProtect()


def init_app(app: Flask, _settings: Settings) -> None:
    """Check every unsafe request before its view."""
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)  # As long as the session; the default is an hour.
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # `_check` decides, so that a stale token has a second way.
    app.config["WTF_CSRF_SSL_STRICT"] = False  # `_is_foreign` does this, and not by a header that people switch off.
    protect.init_app(app)
    app.extensions["csrf_stale"] = {}
    app.before_request(_check)


def on_stale(app: Flask, endpoint: str, renew: Renewal) -> None:
    """Let `renew(**view_args)` answer for `endpoint` when the token is missing or stale.

    It shows the form again with what was typed and a fresh token, and does nothing else. It runs
    only for requests of our own pages. Its status should be 422, or 403 when nothing can be shown.
    """
    app.extensions["csrf_stale"][endpoint] = renew


def _check() -> ResponseReturnValue | None:
    if request.method in SAFE or request.endpoint is None or request.endpoint in EXEMPT:
        return None
    if _is_foreign():
        return answer(
            403,
            title=lazy("This did not come from our pages"),
            words=lazy(
                "Another site tried to act in your name, and we did nothing. Open our page yourself and try there."
            ),
        )
    if not current_app.config.get("WTF_CSRF_ENABLED", True):
        return None
    try:
        protect.protect()
    except CSRFError:
        return _stale()
    return None


def _is_foreign() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")  # Browsers that don't know Sec-Fetch-Site.
    return origin is not None and urlsplit(origin).netloc != request.host


def _stale() -> ResponseReturnValue:
    renew = current_app.extensions["csrf_stale"].get(request.endpoint)
    if renew is not None:
        renewed: ResponseReturnValue = renew(**(request.view_args or {}))
        return renewed
    if request.headers.get("HX-Request") == "true" or not _proves_its_origin():
        return answer(
            403,
            title=lazy("The page was open for too long"),
            words=lazy("Nothing was recorded. Reload the page and send the form again."),
        )
    return _offer_again()


def _proves_its_origin() -> bool:
    """Without a header that says so, the form may be another site's: then it is not offered again."""
    return "Sec-Fetch-Site" in request.headers or "Origin" in request.headers


def typed() -> list[tuple[str, str]] | None:
    """Everything that was sent, to be offered again in a page; None if a part of it must not or cannot be."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    lost = bool(request.files) or any(NEVER_SHOWN.search(name) for name, _value in fields)
    too_much = len(fields) > MOST_FIELDS or sum(len(value) for _name, value in fields) > MOST_LETTERS
    return None if lost or too_much else fields


def _offer_again() -> Response:
    """Everything that was sent, with a fresh token and a button; secrets have to be typed again."""
    response = make_response(render_template("errors/stale.html", fields=typed()), 403)
    response.headers["Cache-Control"] = "no-store"
    return response
