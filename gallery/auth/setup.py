"""Fitting of Flask-Security-Too: its settings, its doors and who may use them, and who is signed in.

Each setting that is here for a trap of the library has a test in tests/auth/test_traps.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Flask, session
from flask_login import user_logged_in
from flask_security import Security, SQLAlchemyUserDatastore

from gallery.auth import cli, detours, hashing, letters, passwords, rules, step_up, views
from gallery.auth.address import letters as address_letters
from gallery.auth.factors import letters as factor_letters
from gallery.auth.models import Member, Role
from gallery.auth.passkeys import letters as passkey_letters
from gallery.auth.passwords import HousePasswords
from gallery.auth.sessions import browser as sessions
from gallery.auth.sessions import rules as session_rules
from gallery.auth.throttle import services as throttle
from gallery.core import access, clock
from gallery.core.db import db
from gallery.core.settings import Env, Settings

__all__ = ["address_letters", "factor_letters", "init_app", "letters", "passkey_letters"]


@dataclass(frozen=True)
class Door:
    """Who may use an endpoint of Flask-Security, and our view if we don't use its own."""

    mark: Callable[[Any], Any]
    view: Callable[..., Any] | None = None


DOORS = {
    "login": Door(access.public, views.login),
    "logout": Door(access.public, views.logout),
    "register": Door(access.public, views.register),
    "send_confirmation": Door(access.public, views.send_confirmation),
    "confirm_email": Door(access.public, views.confirm_email),
    "forgot_password": Door(access.public, views.forgot_password),
    "reset_password": Door(access.public, views.reset_password),
    "change_password": Door(step_up.shows_factor, views.change_password),
}
"""Each endpoint of Flask-Security."""


class UnknownDoor(RuntimeError):
    """Flask-Security has an endpoint of which nobody has decided who may use it."""


def init_app(app: Flask, settings: Settings) -> None:
    """Let people register, sign in and out."""
    hashing.init_app(app, settings)
    throttle.init_app(app, settings)
    sessions.init_app(app, settings)
    access.show_ways(app, access.Ways(prove=detours.to_proof, second_step=detours.to_second_step))
    _cookies(app, settings)
    app.config.update(_settings(settings))
    security = Security(
        app,
        SQLAlchemyUserDatastore(db, Member, Role),
        password_util_cls=HousePasswords,
    )
    security.want_json(lambda _request: False)
    security.unauthn_handler(detours.to_sign_in)
    app.login_manager.unauthorized_handler(detours.to_sign_in)  # type: ignore[attr-defined]  # It took the default's.
    # It would ask the database who is there at every request, also where no page cares.
    security.principal.identity_loaders.clear()
    app.login_manager.session_protection = None  # type: ignore[attr-defined]  # A phone changes its network all day.
    app.login_manager.user_loader(sessions.of_request)  # type: ignore[attr-defined]
    user_logged_in.connect(_travel_light, app)
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    passwords.prepare(app)
    _hang_doors(app)
    app.cli.add_command(cli.members)


def _settings(settings: Settings) -> dict[str, Any]:
    ours = {
        "URL_PREFIX": "/auth",
        "STATIC_FOLDER": None,
        "FRESHNESS": timedelta(minutes=-1),  # Leaves out the door "verify": nothing asks for a fresh sign-in yet.
        "CLI_USERS_NAME": None,
        "CLI_ROLES_NAME": None,
        "CONFIRMABLE": True,
        "REGISTERABLE": True,
        "RECOVERABLE": True,
        "CHANGEABLE": True,
        "RETURN_GENERIC_RESPONSES": True,
        "FLASH_MESSAGES": False,
        "USER_IDENTITY_ATTRIBUTES": [{"email": {"mapper": str.lower, "case_insensitive": False}}],
        "API_ENABLED_METHODS": ["session"],
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SCHEMES": ["argon2"],
        # No pepper: it would hang on a key that cannot be rotated.
        "PASSWORD_SINGLE_HASH": {"argon2"},
        "PASSWORD_HASH_PASSLIB_OPTIONS": _argon2(settings),
        "PASSWORD_LENGTH_MIN": rules.SHORTEST_PASSWORD,
        "PASSWORD_CONFIRM_REQUIRED": False,
        "DATETIME_FACTORY": clock.now,
        "PHONE_REGION_DEFAULT": "SN",
        # Its default makes "private=True, no-store=True", which no cache understands.
        "CACHE_CONTROL": {"private": None, "no-store": None},
        "LOGOUT_METHODS": ["POST"],
        "LOGOUT_CSRF": True,
        "POST_LOGIN_VIEW": "/account/",
    }
    return {f"SECURITY_{name}": value for name, value in ours.items()}


def _argon2(settings: Settings) -> dict[str, Any]:
    # One lane: sixteen people who sign in at once must fit a small machine.
    figures = {"time_cost": settings.argon2_rounds, "memory_cost": settings.argon2_kib, "parallelism": 1, "type": "ID"}
    if settings.env is Env.TEST:
        figures |= {"time_cost": 1, "memory_cost": 512}
    return {f"argon2__{name}": value for name, value in figures.items()}


def _cookies(app: Flask, settings: Settings) -> None:
    prefix = "__Host-" if settings.secure_cookies else ""
    app.config.update(
        SESSION_COOKIE_NAME=f"{prefix}session",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=session_rules.REMEMBERED.whole,
    )


def _hang_doors(app: Flask) -> None:
    for endpoint in [name for name in app.view_functions if name.startswith("security.")]:
        door = DOORS.get(endpoint.removeprefix("security."))
        if door is None:
            raise UnknownDoor(f"{endpoint}: say in gallery.auth.setup.DOORS who may use it")
        view = door.view or app.view_functions[endpoint]
        # A copy: marks of one application are none of another's.
        app.view_functions[endpoint] = door.mark(_copied(view))


def _copied(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def copy(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    return copy


def _travel_light(_app: Flask, **_facts: Any) -> None:
    """Leave out of the cookie what nobody reads: a digest of browser and network, sent with each request."""
    for key in ("_id", views.SENT_TO, throttle.MAILBOX):
        session.pop(key, None)
