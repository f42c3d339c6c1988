"""A wall with notes: the smallest application with live updates, for real servers in several processes.

Notes live in an SQLite file: `PUT /notes/7` puts the body as the note's text up and publishes it (with `?silently` it
does not), `GET /notes/7/live` watches it. `WALL_BUS=none` cuts its processes off from each other, and
`WALL_LOOK_SECONDS=600` from what would mend it: then what is lost stays lost.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, Response, current_app, jsonify, request

from gallery.core import bus, clock, hub, live
from gallery.core.settings import Settings

BARRED = "barred"
"""A file of this name in the data directory bars everyone from the members' notes."""


def create_app() -> Flask:
    """The wall of the data directory that the environment names."""
    settings = Settings.from_environ(os.environ)
    app = Flask(__name__)
    app.extensions["settings"] = settings
    with _notes(settings.data_dir) as notes:
        notes.execute("PRAGMA journal_mode=WAL")
        notes.execute("CREATE TABLE IF NOT EXISTS note (id INTEGER PRIMARY KEY, version INTEGER, text TEXT)")
    clock.init_app(app, settings)
    live.init_app(app, settings)
    if os.environ.get("WALL_BUS") == "none":
        app.extensions["live"]._bus = bus.Alone()
    if seconds := os.environ.get("WALL_LOOK_SECONDS"):
        hub.LOOK_SECONDS = float(seconds)
    app.add_url_rule("/notes/<int:number>", "put", put, methods=["PUT"])
    app.add_url_rule("/notes/<int:number>/live", "watch", watch)
    app.add_url_rule("/members/notes/<int:number>/live", "watch_as_member", watch_as_member)
    app.add_url_rule("/figures", "figures", figures)
    return app


def put(number: int) -> Response:
    """Put up a text; the answer says which version it is and which process took it."""
    text = request.get_data(as_text=True)
    with _notes() as notes:
        version: int = notes.execute(
            "INSERT INTO note VALUES (?, 1, ?) ON CONFLICT DO UPDATE SET version = version + 1, text = excluded.text "
            "RETURNING version",
            (number, text),
        ).fetchone()[0]
    if "silently" not in request.args:
        live.publish(f"note:{number}", version)
    return _signed(Response(str(version)))


def watch(number: int) -> Response:
    """Watch a note."""
    return _signed(live.watch(f"note:{number}", request.args.get("lang", "en")))


def watch_as_member(number: int) -> Response:
    """Watch a note for as long as nobody is barred."""
    barred = _directory() / BARRED
    return _signed(live.watch(f"note:{number}", "en", allowed=lambda: not barred.exists()))


def figures() -> Response:
    """How many streams and threads the process has, and its CPU seconds."""
    times = os.times()
    figure = {
        "streams": live.hub().open_streams,
        "threads": threading.active_count(),
        "cpu": times.user + times.system,
        "pid": os.getpid(),
    }
    return _signed(jsonify(figure))


@live.renders("note")
def render(identifier: str, language: str) -> tuple[int, str]:
    """A note as it is pinned to the wall."""
    with _notes() as notes:
        version, text = notes.execute("SELECT version, text FROM note WHERE id = ?", (int(identifier),)).fetchone()
    return version, f'<p lang="{language}" data-version="{version}">\n{text}\n</p>\n'


@live.versions("note")
def read_versions(identifiers: tuple[str, ...]) -> dict[int, int]:
    """The versions of those notes that are there."""
    marks = ",".join("?" * len(identifiers))
    with _notes() as notes:
        return dict(notes.execute(f"SELECT id, version FROM note WHERE id IN ({marks})", identifiers))  # noqa: S608


def _directory() -> Path:
    settings: Settings = current_app.extensions["settings"]
    return settings.data_dir


@contextmanager
def _notes(directory: Path | None = None) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect((directory or _directory()) / "wall.db", timeout=10)
    try:
        with connection:
            yield connection
    finally:
        connection.close()


def _signed(response: Response) -> Response:
    response.headers["X-Process"] = str(os.getpid())
    return response
