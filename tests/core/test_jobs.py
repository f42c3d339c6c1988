"""Workers: asked for and driven by the clock, in SQLite and Redis; they stop in order and lose nothing (I2, 22)."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from gallery.core import clock, jobs, mail, outbox
from gallery.core.clock import FrozenClock
from gallery.core.db import db, transaction
from gallery.core.settings import Settings
from tests.services.process import Service
from tests.services.smtp import Postbox

ROOT = Path(__file__).parents[2]
MESSAGES, KILLS = 300, 3
LETTER = mail.Letter("ana@example.org", "Sold", "Sold.\n", "<p>Sold.</p>")


class Worker(Service):
    """`flask --app wsgi work` on the database of the test."""

    def __init__(self, environ: dict[str, str], log: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GALLERY_")}
        argv = [sys.executable, "-m", "flask", "--app", str(ROOT / "wsgi.py"), "work"]
        super().__init__(argv, log, environ=kept | environ, directory=ROOT)
        self.wait_until(lambda: "the worker runs" in self.log.read_text())


def wait_for(condition: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def states() -> dict[str, int]:
    db.session.rollback()
    return outbox.counts()


def post(*numbers: int) -> None:
    with transaction():
        for number in numbers:
            mail.post(LETTER, f"letter:{number}")


@pytest.fixture
def run(environ: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Start workers; they are stopped at the end."""
    started: list[Worker] = []

    def start(**variables: str) -> Worker:
        started.append(Worker(environ | variables, tmp_path / f"worker-{len(started)}.log"))
        return started[-1]

    yield start
    for worker in started:
        worker.stop(seconds=20)


@pytest.mark.database
def test_a_message_leaves_soon_after_its_commit_and_the_worker_stops_in_order(
    app: Flask, run: Callable[..., Worker], environ: dict[str, str], smtp: Postbox
) -> None:
    worker = run(GALLERY_MAIL_URL=smtp.url)
    wait_for(lambda: jobs.beat_age() is not None)
    began = time.monotonic()
    post(1)
    wait_for(lambda: smtp.messages)
    assert time.monotonic() - began < 8, "the wake-up brought it, not the sweep"
    wait_for(lambda: states() == {"sent": 1})
    assert worker.stop() == 0
    assert "the worker has stopped" in worker.log.read_text()


def test_the_wake_up_goes_through_redis_when_there_is_one(
    app: Flask, settings: Settings, run: Callable[..., Worker], redis_url: str, smtp: Postbox
) -> None:
    run(GALLERY_MAIL_URL=smtp.url, GALLERY_REDIS_URL=redis_url)
    jobs.init_app(app, replace(settings, redis_url=redis_url))
    began = time.monotonic()
    post(1)
    wait_for(lambda: smtp.messages)
    assert time.monotonic() - began < 8


def test_a_queue_that_is_down_loses_no_message_and_holds_up_nobody(app: Flask, settings: Settings) -> None:
    jobs.init_app(app, replace(settings, redis_url="redis://127.0.0.1:1/0"))
    began = time.monotonic()
    post(*range(20))
    assert time.monotonic() - began < 3
    assert outbox.deliver_due() == 20


@pytest.mark.slow
@pytest.mark.database
def test_workers_that_are_killed_in_mid_delivery_lose_nothing(
    app: Flask, settings: Settings, run: Callable[..., Worker], smtp: Postbox
) -> None:
    """Case 22 in a smaller figure: each message arrives, and what arrives twice is the same message."""
    post(*range(MESSAGES))
    for kill in range(1, KILLS + 1):
        worker = run(GALLERY_MAIL_URL=smtp.url)
        wait_for(lambda: len(smtp.messages) >= kill * 5)  # noqa: B023
        worker.process.send_signal(signal.SIGKILL)
        worker.process.wait()
    assert states().get("sent", 0) < MESSAGES, "they were killed while there was work"
    mail.init_app(app, replace(settings, mail_url=smtp.url))
    app.extensions["clock"] = FrozenClock(clock.now() + outbox.LEASE)
    while outbox.deliver_due():
        pass
    assert states() == {"sent": MESSAGES}
    arrived = [message["Message-ID"] for message in smtp.messages]
    assert len(set(arrived)) == MESSAGES
    assert len(arrived) - MESSAGES <= KILLS, "at most the message in hand is sent again"


def test_a_failing_job_stops_no_other(app: Flask) -> None:
    ran = []

    def breaks() -> None:
        ran.append("breaks")
        raise ZeroDivisionError

    def works() -> None:
        ran.append("works")

    house = app.extensions["jobs"]
    for one in (jobs.every(0.01, breaks), jobs.every(0.01, works)):
        house.run(one.name, {})
        house.run(one.name, {})
    assert ran == ["breaks", "breaks", "works", "works"]


def test_a_job_is_asked_for_after_the_commit_or_never(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setitem(app.extensions["jobs"].__dict__, "task", lambda _name, arguments: asked.append(arguments))
    job = jobs.job(lambda **_arguments: None)
    with transaction():
        jobs.later(job, lot_id=1)
        assert asked == []
    assert asked == [{"lot_id": 1}]
    with contextlib.suppress(ZeroDivisionError), transaction():
        jobs.later(job, lot_id=2)
        raise ZeroDivisionError
    assert asked == [{"lot_id": 1}]


def test_many_requests_within_a_moment_are_one(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setitem(app.extensions["jobs"].__dict__, "task", lambda name, _arguments: asked.append(name))
    post(*range(50))
    wait_for(lambda: asked)
    assert len(asked) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_stops_when_it_is_asked_to(app: Flask, run: Callable[..., Worker], number: signal.Signals) -> None:
    worker = run()
    worker.process.send_signal(number)
    assert worker.process.wait(timeout=10) == 0
    assert "the worker has stopped" in worker.log.read_text()
