"""The web processes' pulse: proof that the house can be reached, and the closing of lots without a worker (D8, D10)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from flask import Flask

from gallery.bidding import closing, queries
from gallery.core import clock
from gallery.core.db import db

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
BEAT_EVERY_TICKS = 5


def start(app: Flask) -> None:
    """Beat once, so that an outage is known before the first request, then go on in a thread of this process."""
    _guarded(app, _beat)
    threading.Thread(target=_run, args=(app,), name="pulse", daemon=True).start()


def _run(app: Flask) -> None:
    pause = threading.Event()
    tick = 0
    while not pause.wait(TICK_SECONDS):
        tick += 1
        _guarded(app, _beat if tick % BEAT_EVERY_TICKS == 0 else _close_if_due)


def _guarded(app: Flask, act: Callable[[], None]) -> None:
    with app.app_context():
        try:
            act()
        except Exception:
            # A full disk or a lost database: the next tick tries again, and the gap will count as an outage.
            log.exception("the pulse missed a beat")


def _beat() -> None:
    closing.beat()
    _close_if_due()


def _close_if_due() -> None:
    # A reading only: nothing is locked while no lot is due.
    if queries.due_lots(clock.database_now(db.session()), most=1):
        closing.beat()
        closing.close_due_lots()
