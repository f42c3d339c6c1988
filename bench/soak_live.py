"""The long runs of live bidding, for `make soak`: nobody misses a bid, whoever is killed.

The house stands on two processes; on PostgreSQL they tell each other by Redis, as several boxes do.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from bench import house, load, published
from bench.live import FAST, WARM_BIDS, Stage, errands, fan_out
from bench.served import serving
from gallery.core.db import db
from tests.live.crowd import Crowd, Reader
from tests.services import redis

Result = tuple[str, list[str]]

WATCHERS, IDLE = 1_000, 3_000
THREADS = 64
BACK_SECONDS = 5.0
"""After the end of a process until all who watched there show the current price again."""


@contextmanager
def stage(app: Flask, environ: Mapping[str, str], directory: Path) -> Iterator[Stage]:
    """Two processes of the house, and a lot on which two bid."""
    load.allow_many_sockets()
    place = house.place(app, f"soak{random.randrange(10**9)}")
    db.session.remove()
    with redis.running(directory) as address:
        on_many_boxes = {"GALLERY_REDIS_URL": address} if "GALLERY_DATABASE_URL" in environ else {}
        with serving("wsgi:app", {**environ, **on_many_boxes}, threads=THREADS, workers=2) as server:
            yield Stage(server, place.lot_id, list(place.bidders))


def watchers(app: Flask, environ: Mapping[str, str], directory: Path, share: float) -> Result:
    """A thousand watch one lot for a minute, with ten bids a second; each sees each, in order, within half a second."""
    many, seconds = _at_least(WATCHERS * min(1.0, share * 10)), max(3.0, 60 * share)
    with stage(app, environ, directory) as at, at.crowd(many) as crowd:
        fan_out(at, crowd, FAST, WARM_BIDS / FAST)
        found = fan_out(at, crowd, FAST, seconds)
    wrong = found.got.faults + _unlucky(found.bids, FAST * seconds)
    said = (
        f"{many:,} watchers, {found.bids} bids, p50 {found.got.quantile(0.5):.0f}, p99 {found.got.quantile(0.99):.0f}"
    )
    return f"{said}, worst {found.got.quantile(1.0):.0f} ms", wrong


def waiting(app: Flask, environ: Mapping[str, str], directory: Path, share: float) -> Result:
    """Three thousand wait; then bids come, and reach every one of them."""
    many, seconds = _at_least(IDLE * min(1.0, share * 10)), max(3.0, 60 * share)
    with stage(app, environ, directory) as at, at.crowd(many) as crowd:
        fan_out(at, crowd, FAST, WARM_BIDS / FAST)
        before = at.server.cpu_seconds()
        crowd.run(seconds)
        used = (at.server.cpu_seconds() - before) / seconds * 100
        gone = sum(one.taken[-1].ended_at is not None for one in crowd.readers)
        found = fan_out(at, crowd, 1, 5)
    wrong = found.got.faults + ([f"{gone} were left"] if gone else [])
    return (
        f"{many:,} waited {seconds:.0f} s for {used:.2f} % of a core, then worst {found.got.quantile(1.0):.0f} ms",
        wrong,
    )


def killed(app: Flask, environ: Mapping[str, str], directory: Path, share: float) -> Result:
    """kill -9 of a process while two bids a second come: all who watched there are back within five seconds."""
    many, times = _at_least(WATCHERS * min(1.0, share * 10)), max(1, round(5 * share))
    slowest, lost, wrong = 0.0, 0, []
    with stage(app, environ, directory) as at, at.crowd(many, comes_back=True) as crowd:
        fan_out(at, crowd, FAST, WARM_BIDS / FAST)
        for _ in range(times):
            crowd.run(1)
            at.server.wait_for_workers(2)
            victim = random.choice(at.server.family()[1:])
            os.kill(victim.pid, signal.SIGKILL)
            began = time.monotonic()
            crowd.ask(errands(at.bid, "bid", 2, 2 * BACK_SECONDS))
            crowd.run(2 * BACK_SECONDS + 1)
            cut = [one for one in crowd.readers if _came_back(one, began) is not None]
            lost += len(cut)
            slowest = max([slowest, *(_came_back(one, began) or 0.0 for one in cut)])
            made = published.read(at.server.published, began)
            wrong += _behind(made, crowd, began) + _unlucky(len(made), 2 * 2 * BACK_SECONDS)
    if not lost:
        wrong.append("nobody watched at a process that was killed")
    return f"{times} kills, {lost:,} of {many:,} readers cut off, the last one was back after {slowest:.1f} s", wrong


def _came_back(reader: Reader, since: float) -> float | None:
    """How long after `since` the first byte of his next stream came; None for who kept his."""
    later = [one.marks[0][0] - since for one in reader.taken if one.is_stream and one.marks[0][0] > since]
    return min(later, default=None)


def _behind(made: Mapping[int, float], crowd: Crowd, killed_at: float) -> list[str]:
    """Who did not show the price of the moment five seconds after a kill, and whenever something was new since."""
    due = {version: max(at + 0.5, killed_at + BACK_SECONDS) for version, at in made.items()}
    wrong = []
    for reader in crowd.readers:
        reached = [(version, at) for taken in reader.taken for version, at in taken.versions()]
        late = [one for one, until in due.items() if not any(got >= one and at <= until for got, at in reached)]
        if late:
            wrong.append(f"reader {reader.number} was without {len(late)} of {len(due)} versions when they were due")
    return wrong


def _unlucky(placed: int, asked: float) -> list[str]:
    """A house that took few of the bids was not under the load that was meant."""
    return [] if placed > asked / 2 else [f"only {placed} of {asked:.0f} bids were taken"]


def _at_least(number: float) -> int:
    return max(20, round(number))
