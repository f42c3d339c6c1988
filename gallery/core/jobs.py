"""Work outside of a request: jobs that are asked for, and jobs that the clock drives.

huey carries the wake-ups, in SQLite or in Redis; it may lose them (a killed consumer loses the running one), so
nothing hangs on a job having run: each looks in the database for what there is to do and doing it twice does no harm.
Several workers may run at once for the same reason.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask, current_app

from gallery.core import clock, db
from gallery.core.settings import Settings

log = logging.getLogger(__name__)

THREADS = 2
"""For jobs that are asked for; each clock-driven job has a thread of its own, so that a slow one delays no other."""
BEAT_SECONDS = 5.0
LOOK_SECONDS = 10.0
"""Between two looks whether the threads live."""
LAST_STEP_SECONDS = 25.0
"""How long a worker that is asked to stop may take for its running step; containers insist after 30."""
REDIS_SECONDS = 1
"""How long Redis may take to answer."""

Job = Callable[..., object]
_jobs: dict[str, Job] = {}


@dataclass(frozen=True)
class Every:
    """A clock-driven job: run it every so many seconds in each worker."""

    seconds: float
    run: Job

    @property
    def name(self) -> str:
        return _name(self.run)


@dataclass
class Jobs:
    """The application's queue and its clock-driven jobs."""

    app: Flask
    settings: Settings
    schedule: tuple[Every, ...] = ()
    stop: threading.Event = field(default_factory=threading.Event)
    woken: dict[str, float] = field(default_factory=dict)
    opening: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def huey(self) -> Any:
        """Made at its first use: importing it costs a second, and a connection must not cross a fork."""
        from huey import RedisHuey, SqliteHuey
        from huey.serializer import SignedSerializer

        options: dict[str, Any] = {
            "results": False,
            # Its pickles run what they name: only what this house has signed is opened.
            "serializer": SignedSerializer(secret=self.settings.secret_key, salt="huey"),
        }
        if self.settings.redis_url:
            from redis import ConnectionPool

            timeouts = {"socket_connect_timeout": REDIS_SECONDS, "socket_timeout": REDIS_SECONDS + 2}
            pool = ConnectionPool.from_url(self.settings.redis_url, **timeouts)
            return RedisHuey("gallery", connection_pool=pool, read_timeout=1, **options)
        return SqliteHuey("gallery", filename=str(self.settings.data_dir / "huey.db"), fsync=False, **options)

    @cached_property
    def task(self) -> Any:
        """The one task of huey: run a job by its name."""
        return self.huey.task(name="run_job")(self.run)

    def run(self, name: str, arguments: dict[str, Any]) -> None:
        """Run a job in the application's context; one that fails is logged and harms no other."""
        with self.app.app_context():
            try:
                _jobs[name](**arguments)
            except Exception:
                log.exception("a job failed", extra={"job": name})


def init_app(app: Flask, settings: Settings) -> None:
    """Give the application its queue."""
    app.extensions["jobs"] = Jobs(app, settings)


def drive(app: Flask, schedule: tuple[Every, ...]) -> None:
    """Give the application's workers their clock-driven jobs (gallery/jobs.py)."""
    app.extensions["jobs"].schedule = schedule


def job(function: Job) -> Job:
    """Register a function that may be asked for by `later`."""
    _jobs[_name(function)] = function
    return function


def every(seconds: float, function: Job) -> Every:
    """A clock-driven job, for the list in gallery/jobs.py."""
    return Every(seconds, job(function))


def later(function: Job, **arguments: Any) -> None:
    """Have a worker run a job: once the running unit of work is durable, or at once outside of one."""
    task = _of_app().task
    if db.in_transaction():
        db.after_commit(lambda: task(_name(function), arguments))
    else:
        task(_name(function), arguments)


def nudge(function: Job, seconds: float) -> None:
    """Have a worker run a job soon; asked again within `seconds`, it is the same request.

    The job itself waits for these seconds before it looks, so that it sees all it was asked for. The
    caller, who may be a bidder waiting for his answer, does not wait for the queue.
    """
    jobs = _of_app()
    name = _name(function)
    now = time.monotonic()
    if now >= jobs.woken.get(name, 0.0) + seconds:
        jobs.woken[name] = now
        threading.Thread(target=_ask, args=(jobs, name), name="nudge", daemon=True).start()


def stopping() -> bool:
    """Whether the worker was asked to stop: a job of many steps ends after the running one."""
    return _of_app().stop.is_set()


def run_worker(app: Flask) -> None:
    """Run the queue's consumer and the clock-driven jobs until SIGTERM or SIGINT, then finish the running steps."""
    jobs: Jobs = app.extensions["jobs"]
    logging.getLogger("huey").setLevel(logging.WARNING)
    jobs.task  # noqa: B018  Registers the task before the first message is read.
    options = {"shutdown_timeout": LAST_STEP_SECONDS, "max_delay": 0.5, "periodic": False}
    consumer = jobs.huey.create_consumer(workers=THREADS, **options)
    jobs.stop = consumer.stop_flag
    clocks = [
        threading.Thread(target=_drive, args=(jobs, one), name=one.name, daemon=True)
        for one in (*jobs.schedule, Every(BEAT_SECONDS, beat))
    ]
    for thread in clocks:
        thread.start()
    _consume(consumer)
    end = time.monotonic() + LAST_STEP_SECONDS
    for thread in clocks:
        thread.join(max(0.0, end - time.monotonic()))
    log.info("the worker has stopped")


def _consume(consumer: Any) -> None:
    """huey's own `run`, but that SIGINT lets the running steps end as well, and nothing restarts itself."""
    asked: list[int] = []
    consumer.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: asked.append(number))
    log.info("the worker runs")
    looked = time.monotonic()
    while not asked:
        time.sleep(0.1)
        if time.monotonic() > looked + LOOK_SECONDS:
            consumer.check_worker_health()
            looked = time.monotonic()
    consumer.stop(graceful=True)


def beat() -> None:
    """Leave a sign of life of this box's worker for `/readyz`."""
    path = _beat_path()
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_text(json.dumps(clock.now().timestamp()))
    beside.replace(path)


def beat_age() -> float | None:
    """Seconds since the last sign of life of a worker on this box; None if there never was one."""
    try:
        return max(0.0, clock.now().timestamp() - float(json.loads(_beat_path().read_text())))
    except (FileNotFoundError, ValueError):
        return None


def _ask(jobs: Jobs, name: str) -> None:
    try:
        with jobs.opening:  # Two threads must not both make the queue.
            task = jobs.task
        task(name, {})
    except Exception as error:
        # The sweep finds the work all the same. While the queue is down it is asked less often.
        jobs.woken[name] = time.monotonic() + 10
        log.warning("the queue takes no wake-ups", extra={"error": type(error).__name__})


def _drive(jobs: Jobs, one: Every) -> None:
    due = time.monotonic()
    while not jobs.stop.wait(max(0.0, due - time.monotonic())):
        jobs.run(one.name, {})
        due = max(due + one.seconds, time.monotonic())


def _beat_path() -> Path:
    return _of_app().settings.data_dir / "run" / "worker.beat"


def _of_app() -> Jobs:
    jobs: Jobs = current_app.extensions["jobs"]
    return jobs


def _name(function: Job) -> str:
    return f"{function.__module__}.{function.__name__}"


job(beat)
