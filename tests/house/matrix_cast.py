"""Who walks through the access matrix, and the house they walk through: furnished once, put back after each act."""

from __future__ import annotations

import contextlib
import re
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gallery.auth import services as accounts
from gallery.auth.models import Member
from gallery.core import clock
from gallery.core.clock import FrozenClock
from gallery.core.db import db
from tests import factories

STAFF = ("editor", "expert", "support", "fraud", "admin")
ACTORS = (
    "visitor",
    "member",  # Owns nothing here, and has no second step in his session.
    "owner",
    "other",  # Has as many things as the owner has: whose they are must count, not whether he has such.
    "seller",
    *STAFF,
    "unstepped",  # An administrator who has shown no second factor in this session.
    "unproved",  # The owner, who showed who he is too long ago for what asks for it again.
    "closed",  # Whose account was closed while he was signed in.
)

OK, SIGN_IN, SECOND_STEP, PROVE = "ok", "sign_in", "second_step", "prove"
FORBIDDEN, MISSING, GONE = "forbidden", "missing", "gone"

WAYS = {
    "/auth/login": SIGN_IN,
    "/auth/second-step": SECOND_STEP,
    "/auth/prove": PROVE,
    "/account/security/second-step": SECOND_STEP,
}
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
SET_UP = "/account/security/second-step"
REFUSALS = {401: SIGN_IN, 403: FORBIDDEN, 404: MISSING, 410: GONE}
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
INTERRUPTED = re.compile(rf'href="(/auth/prove|{SET_UP})\?next=')
CAME_FROM = "http://localhost/account/"
"""The page on which a form is sent; who is led to show more of himself is led back to it."""


def outcome(answer: TestResponse) -> str:
    """What an answer comes to; anything that is none of these is told as its status."""
    if answer.status_code in {301, 302, 303, 307, 308}:
        address = urlsplit(answer.location)
        if address.path == SET_UP and not address.query:
            return OK  # Back to the page on which it was done, not there to do something first.
        return WAYS.get(address.path, OK)
    if answer.status_code == 403 and (held := INTERRUPTED.search(answer.text)):
        return WAYS[held[1]]  # What was typed is kept on a page that leads there.
    if answer.status_code in REFUSALS:
        return REFUSALS[answer.status_code]
    return OK if answer.status_code < 300 or answer.status_code in {304, 422} else str(answer.status_code)


@dataclass
class House:
    """The application on a database that can be put back to how it was furnished."""

    app: Flask
    file: Path
    things: dict[str, str]
    """What addresses and forms name: `{lot}`, `{session}` …"""
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def keep(self) -> None:
        """Remember the database as it is now."""
        with self.app.app_context():
            _close()
        with contextlib.closing(sqlite3.connect(self.file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(self.file, self.file.with_suffix(".kept"))

    def put_back(self) -> None:
        """Undo what was done since `keep`."""
        with self.app.app_context():
            _close()
        for suffix in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                self.file.with_name(self.file.name + suffix).unlink()
        shutil.copy(self.file.with_suffix(".kept"), self.file)

    def ask(
        self,
        actor: str,
        method: str,
        path: str,
        sends: dict[str, str] | None = None,
        *,
        token: bool = True,
        headers: dict[str, str] | None = None,
    ) -> TestResponse:
        """Send a request in somebody's name, with the token of his session unless said otherwise."""
        fields = {"csrf_token": self.tokens[actor]} if token else {}
        more = {} if method in SAFE else {"data": fields | (sends or {})}
        with self.app.app_context():
            answer = self.client(actor).open(
                path, method=method, buffered=False, headers={"Referer": CAME_FROM} | (headers or {}), **more
            )
            if answer.mimetype == "text/event-stream":
                answer.close()  # It has no end.
            return answer

    def client(self, actor: str) -> FlaskClient:
        """A browser with the cookies that this one had when the house was furnished."""
        made = self.app.test_client()
        for name, value in self.cookies.get(actor, {}).items():
            made.set_cookie(name, value)
        return made

    def fill(self, text: str) -> str:
        """Put the things into an address or a field."""
        return re.sub(r"\{(\w+)\}", lambda found: self.things[found[1]], text)

    def books(self) -> dict[str, list[tuple[object, ...]]]:
        """All rows of all tables, but the count of tries."""
        with contextlib.closing(sqlite3.connect(self.file)) as connection:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {
                name: sorted(map(tuple, connection.execute(f'SELECT * FROM "{name}"')), key=repr)  # noqa: S608
                for name in tables
                if name != "attempt" and not name.startswith("lot_words")
            }


def _close() -> None:
    db.session.remove()
    db.engine.dispose()


def furnish(app: Flask, file: Path, things: Callable[[dict[str, Member]], dict[str, str]]) -> House:
    """Let everybody in, and `things(people)` put what they own into the rooms."""
    house = House(app, file, {})
    with app.app_context():
        app.extensions["clock"] = FrozenClock(clock.now())
        people = {name: factories.member(name) for name in ("member", "owner", "other", "closed", "target")}
        people |= {role: factories.member(role, roles=[role]) for role in ("seller", *STAFF)}
        people |= {"unstepped": factories.member("unstepped", roles=["admin"]), "unproved": people["owner"]}
        house.things = things(people) | {"target": str(people["target"].id)}
        house.things |= {f"{name}_id": str(one.id) for name, one in people.items()}
        for actor in ACTORS:
            client = app.test_client()
            if actor != "visitor":
                second_step = actor not in {"member", "unstepped"}
                factories.sign_in(client, people[actor], second_step=second_step, proved=actor != "unproved")
            with app.app_context():  # As in production each request has a context of its own.
                found = TOKEN.search(client.get("/auth/reset").text)
            assert found, actor
            house.tokens[actor] = found[1]
            names = ("session", "device", "remember")
            kept = {name: client.get_cookie(name) for name in names}
            house.cookies[actor] = {name: cookie.value for name, cookie in kept.items() if cookie}
        accounts.deactivate(people["closed"].id)
    house.keep()
    return house
