"""What is measured: bids over raw commits and over hello, the lot page over hello, writers that wait."""

from __future__ import annotations

import secrets
import sqlite3
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

from bench import load
from bench.house import Bidder, House, Place
from bench.served import Served
from gallery import create_app
from gallery.bidding import services
from gallery.core.db import db
from gallery.core.settings import Settings

T = TypeVar("T")

CLIENTS = 8
WARM = 4
"""Bids of each writer before its waits count: the first ones build their statements."""
STEP_MINOR = 100_00
"""The largest step of the table, so that every bid is enough at any price."""


def raw_commits(directory: Path, commits: int = 1500) -> tuple[float, float]:
    """SQLite's own rate: a select, an insert and an update a commit, WAL, FULL. Commits a second, CPU seconds each."""
    path = directory / f"raw-{secrets.token_hex(4)}.db"
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE lot (id INTEGER PRIMARY KEY, price INTEGER, version INTEGER)",
        "CREATE TABLE bid (id INTEGER PRIMARY KEY, lot INTEGER, seq INTEGER, bidder INTEGER, amount INTEGER)",
        "CREATE UNIQUE INDEX bid_seq ON bid (lot, seq)",
        "CREATE INDEX bid_mine ON bid (bidder, lot, amount)",
        "INSERT INTO lot VALUES (1, 100, 0)",
    ):
        connection.execute(statement)
    began, cpu = time.perf_counter(), time.process_time()
    for number in range(commits):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("SELECT price, version FROM lot WHERE id = 1").fetchone()
        connection.execute("INSERT INTO bid (lot, seq, bidder, amount) VALUES (1, ?, 7, ?)", (number, number))
        connection.execute("UPDATE lot SET price = ?, version = version + 1 WHERE id = 1", (number,))
        connection.execute("COMMIT")
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    connection.close()
    return commits / seconds, used / commits


def cpu_per_request(server: Served, makers: list[load.Maker], each: int, expected: int) -> tuple[float, load.Result]:
    """CPU seconds of the server for one request, and the load's result; any other status is an error."""
    before = server.cpu_seconds()
    result = load.run(server.port, makers, each)
    used = server.cpu_seconds() - before
    if set(result.statuses) != {expected}:
        raise RuntimeError(f"answers other than {expected}: {dict(result.statuses)}")
    return used / len(result.waits), result


def bid_makers(house: House, first_minor: int) -> list[load.Maker]:
    """A client a lot; its two bidders outbid each other, every bid is accepted."""
    return [_bids(place, first_minor) for place in house.places]


def _bids(place: Place, first_minor: int) -> load.Maker:
    def make(number: int) -> bytes:
        return bid(place.lot_id, place.bidders[number % 2], first_minor + number * STEP_MINOR)

    return make


def bid(lot_id: int, bidder: Bidder, minor: int) -> bytes:
    """The request of a confirmed bid of so many cents, as the page sends it."""
    body = urlencode(
        {
            "amount": f"{minor // 100}.{minor % 100:02}",
            "key": secrets.token_urlsafe(16),
            "confirmed": "1",
            "csrf_token": bidder.token,
        }
    )
    return load.post(f"/lots/{lot_id}/bids", body, bidder.cookie, HX_Request="true", HX_Request_Type="partial")


def page_makers(house: House, **headers: str) -> list[load.Maker]:
    """A visitor a lot, who loads its page again and again."""
    return [
        lambda _number, path=f"/lots/{place.lot_id}": load.get(path, **headers)  # type: ignore[misc]
        for place in house.places
    ]


def same(request: bytes, clients: int) -> list[load.Maker]:
    """So many clients that all send the same request."""
    return [lambda _number: request] * clients


def waiting_writers(house: House, writers: int = 8, each: int = 60) -> tuple[list[float], int]:
    """Goal 12: so many threads that bid at once on one box; each one's wait in seconds, and how many failed."""
    app = create_app(Settings.from_environ(house.environ))
    waits: list[float] = []
    failures: list[Exception] = []
    start, lock = threading.Barrier(writers), threading.Lock()

    def write(place: Place) -> None:
        for number in range(-WARM, each):
            if number == 0:
                start.wait()
                waits.clear()
                start.wait()
            began = time.perf_counter()
            try:
                with app.app_context():
                    bidder = place.bidders[number % 2]
                    amount = 10_000_000_00 + (number + WARM) * STEP_MINOR
                    services.place_bid(place.lot_id, bidder.member_id, amount, secrets.token_urlsafe(16))
            except Exception as failed:
                with lock:
                    failures.append(failed)
            with lock:
                waits.append(time.perf_counter() - began)

    _together([lambda place=place: write(place) for place in house.places[:writers]])  # type: ignore[misc]
    with app.app_context():
        db.engine.dispose()
    return waits, len(failures)


def _together(acts: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def p99(waits: list[float]) -> float:
    """What all but one of a hundred take at most."""
    return statistics.quantiles(waits, n=100)[98]


@contextmanager
def watched(look: Callable[[], T], pause: float) -> Iterator[list[T]]:
    """What `look` finds, again and again while the block runs, `pause` seconds apart."""
    seen, over = [look()], threading.Event()

    def watch() -> None:
        while not over.wait(pause):
            seen.append(look())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()
