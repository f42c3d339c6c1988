"""A house for measuring: members with sessions, and a lot for each client."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from gallery import create_app
from gallery.core import clock
from gallery.core.db import db
from gallery.core.settings import Settings
from tests import factories
from tests.conftest import KEYS


@dataclass(frozen=True)
class Bidder:
    """A signed-in member: the cookie of his session and its CSRF token."""

    member_id: int
    cookie: str
    token: str


@dataclass(frozen=True)
class Place:
    """One client's lot, and the two who bid against each other on it."""

    lot_id: int
    bidders: tuple[Bidder, Bidder]


@dataclass(frozen=True)
class House:
    """A set-up house and the environment that serves it."""

    environ: dict[str, str]
    places: list[Place]


def build(directory: Path, places: int) -> House:
    """Make a SQLite house with so many lots that end tomorrow, in the eBay table's dollars: many small steps."""
    environ = KEYS | {"GALLERY_DATA_DIR": str(directory), "GALLERY_LOG_JSON": "1"}
    app = create_app(Settings.from_environ(environ))
    with app.app_context():
        db.create_all()
        made = [place(app, f"bench{number}") for number in range(places)]
        db.session.remove()
        db.engine.dispose()
    return House(environ, made)


def place(app: Flask, name: str) -> Place:
    """A lot and its two bidders, in the application's context."""
    lot_id = factories.open_lot(currency="USD", opening_minor=1_00, ends_at=clock.now() + timedelta(days=1))
    return Place(lot_id, (_bidder(app, f"{name}a"), _bidder(app, f"{name}b")))


def _bidder(app: Flask, name: str) -> Bidder:
    member = factories.member(name)
    return Bidder(member.id, *signed(app, {"_user_id": factories.session_key(member), "_fresh": True}))


def signed(app: Flask, session: dict[str, object]) -> tuple[str, str]:
    """The cookie of a session that holds this, and its CSRF token."""
    secret = secrets.token_hex(20)
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    # As Flask-WTF signs it; its own function remembers one token per application context.
    token = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(secret)
    cookie = serializer.dumps({**session, "csrf_token": secret})
    return f"{app.config['SESSION_COOKIE_NAME']}={cookie}", str(token)
