"""In which language a visitor reads and in which money he reckons (B4): kept in two cookies, also without an account.

They hold nothing else and identify nobody, so they need no consent. Who is signed in has the currency in his account.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, after_this_request, request
from flask_login import current_user, user_logged_in

from gallery.core import i18n, settings
from gallery.core.money import PARITY, has_parity

CURRENCIES = tuple(PARITY)
"""Those between which there is a fixed rate: only they can be shown beside one another."""
COOKIE = "currency"


def init_app(app: Flask, _settings: settings.Settings) -> None:
    """Let templates ask in which money the visitor reckons; a member finds his language again on each device."""
    app.jinja_env.globals["chosen_currency"] = chosen_currency
    user_logged_in.connect(_carry, app)


def _carry(_app: Flask, user: Any) -> None:
    """On signing in, a browser that has chosen no language takes over the member's."""
    if i18n.COOKIE in request.cookies:
        return

    @after_this_request
    def remember(response: Response) -> Response:
        i18n.remember(response, user.language)
        return response


def chosen_currency() -> str | None:
    """The currency in which the visitor also wants to see amounts; None if he has said nothing."""
    found = current_user.currency if current_user.is_authenticated else None
    found = found or request.cookies.get(COOKIE)
    return found if found in CURRENCIES else None


def beside(currency: str) -> str | None:
    """The currency in which an amount in `currency` is shown as well; None: in no other.

    Who has said nothing sees francs beside euros and euros beside francs.
    """
    other = chosen_currency() or ("EUR" if currency == "XOF" else "XOF")
    return other if other != currency and has_parity(currency, other) else None


def keep(response: Response, *, language: str, currency: str | None) -> None:
    """Keep a choice in the visitor's browser."""
    i18n.remember(response, language)
    if currency is None:
        response.delete_cookie(COOKIE, secure=settings.current().secure_cookies, httponly=True, samesite="Lax")
        return
    response.set_cookie(
        COOKIE,
        currency,
        max_age=i18n.COOKIE_SECONDS,
        secure=settings.current().secure_cookies,
        httponly=True,
        samesite="Lax",
    )
