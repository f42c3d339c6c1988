"""Fit erasure into the application: what a restore carries over, what runs before the first request, the commands."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from flask import Flask, current_app

from gallery.auth import said
from gallery.core import backup, clock, dumps, holds
from gallery.core.db import db
from gallery.core.settings import Settings
from gallery.privacy.erasure import bans, journal, services
from gallery.privacy.erasure.models import JournalEntry

log = logging.getLogger(__name__)

_EXTENSION = "erasures_caught_up"


def init_app(app: Flask, _settings: Settings) -> None:
    """Register what the ground floor calls."""
    app.extensions[_EXTENSION] = threading.Lock()
    app.before_request(catch_up)
    holds.source(bans.of_blocked)
    said.listen(bans.look_at)
    if carry_over not in backup.CARRIERS:
        backup.CARRIERS.append(carry_over)


def carry_over(before: Settings) -> Callable[[], None]:
    """Take the journal across a restore: of the file, and of the database that is about to be replaced (P-40)."""
    keys = journal.read() | set(dumps.column(before, JournalEntry.__tablename__, "erasure_key"))

    def replay() -> None:
        journal.append(keys)
        again = services.replay(keys, clock.now())
        log.info("the journal of erasures was replayed", extra={"entries": len(keys), "again": again})
        db.session.remove()

    return replay


def catch_up() -> None:
    """Before this process answers its first request, erase whom a restore by other means has brought back.

    If that fails, the request fails with it, and so does the next one: nobody is served who is not there any more.
    """
    waiting: threading.Lock | None = current_app.extensions.get(_EXTENSION)
    if waiting is None:
        return
    with waiting:
        if _EXTENSION in current_app.extensions:
            if keys := journal.read():
                services.replay(keys, clock.now())
            current_app.extensions.pop(_EXTENSION)
