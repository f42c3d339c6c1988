"""The only reader of the clock.

A lot ends by time, so time must not jump. Within one boot of the machine the house counts on from the time it once
read (`CLOCK_BOOTTIME`, which also counts sleep) and follows the system's clock only while that moves by small steps.
A jump is ignored, logged, and shown by `/readyz` until an operator accepts it (`flask --app wsgi clock accept`).
On PostgreSQL the database's own clock decides about bids and closing (D10), whatever the clocks of the web boxes say.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from flask import Flask, current_app, has_app_context
from sqlalchemy.orm import Session

from gallery.core.settings import Settings

log = logging.getLogger(__name__)

LARGEST_STEP_SECONDS = 1.0
"""A correction up to this is followed (NTP slews and steps below it); a larger one is a jump."""


_CLOCK = sa.select(sa.func.clock_timestamp(type_=sa.DateTime(timezone=True)))


class Clock(Protocol):
    """Tells the time, aware and in UTC."""

    def now(self) -> datetime:
        """The time."""


class SteadyClock:
    """The system's clock without its jumps; all processes of a box share its anchor through a file."""

    def __init__(self, anchor: Path) -> None:
        self._anchor = anchor
        self._lock = threading.Lock()
        self._offset = self._first_offset()
        self.jumped_seconds = 0.0
        """How far the system's clock is from ours after a jump; 0 if it is not."""

    def now(self) -> datetime:
        """The time in UTC, in this process never behind an earlier answer: an end that was seen stays seen."""
        running = self._running()
        found = self._wall() - running
        step = found - self._offset
        if bool(self.jumped_seconds) != (abs(step) >= LARGEST_STEP_SECONDS):
            self._note_jump(step)
        if step and abs(step) < LARGEST_STEP_SECONDS:
            self._follow(found)
        with self._lock:
            self._latest = max(self._latest, running + self._offset)
            return datetime.fromtimestamp(self._latest, UTC)

    def accept(self) -> None:
        """Take over the system's clock as it is now; the other processes do so when they restart."""
        with self._lock:
            self._offset, self._latest = self._wall() - self._running(), 0.0
            self._keep()

    def _wall(self) -> float:
        return time.time()

    def _running(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def _boot_id(self) -> str:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()

    def _first_offset(self) -> float:
        found = self._wall() - self._running()
        try:
            kept = json.loads(self._anchor.read_text())
        except (FileNotFoundError, ValueError):
            kept = {}
        if kept.get("boot") == self._boot_id():
            return float(kept["offset"])
        self._offset = found
        self._keep()
        return found

    def _follow(self, found: float) -> None:
        with self._lock:
            self._offset = found
            if abs(found - self._kept) > LARGEST_STEP_SECONDS / 4:
                self._keep()

    def _keep(self) -> None:
        beside = self._anchor.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps({"boot": self._boot_id(), "offset": self._offset}))
        beside.replace(self._anchor)
        self._kept = self._offset

    def _note_jump(self, step: float) -> None:
        self.jumped_seconds = step if abs(step) >= LARGEST_STEP_SECONDS else 0.0
        if self.jumped_seconds:
            log.error("the system's clock jumped; it is not followed", extra={"seconds": round(step, 3)})

    _kept: float = 0.0
    _latest: float = 0.0


class FrozenClock:
    """A clock that stands still until it is moved; for tests and for replaying the past."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The time it was set to."""
        return self.at

    def tick(self, **amount: float) -> datetime:
        """Move it by a timedelta's arguments and tell the new time."""
        self.at += timedelta(**amount)
        return self.at


def init_app(app: Flask, settings: Settings) -> None:
    """Give the application its clock."""
    run = settings.data_dir / "run"
    run.mkdir(parents=True, exist_ok=True)
    app.extensions["clock"] = SteadyClock(run / "clock.json")


def now() -> datetime:
    """The time, aware and in UTC."""
    if has_app_context():
        clock: Clock = current_app.extensions["clock"]
        return clock.now()
    return datetime.now(UTC)


def database_now(session: Session) -> datetime:
    """The time that decides about bids: PostgreSQL's own, or on one box the house's (D10, test case 13).

    Call it once the lot is locked: the time of receipt is the time at which the bid's turn came (RULES "Time").
    """
    if session.get_bind().dialect.name == "postgresql":
        moment: datetime = session.connection().execute(_CLOCK).scalar_one()
        return moment.astimezone(UTC)
    return now()
