"""The product's gunicorn settings, also for the floor, which has no pulse to start."""

from __future__ import annotations

import os
import runpy
from pathlib import Path

from gunicorn.workers.base import Worker

from bench import published

_product = runpy.run_path(str(Path(__file__).parents[1] / "gunicorn.conf.py"))
globals().update({name: value for name, value in _product.items() if isinstance(value, str | int) and name[0] != "_"})
loglevel = "error"
when_ready = _product["when_ready"]


def post_worker_init(worker: Worker) -> None:
    """What the product does when a worker starts, if it is the product; then the worker says that it is there."""
    hub = getattr(worker.wsgi, "extensions", {}).get("live")
    if hub is not None:
        _product["post_worker_init"](worker)
        if published.VARIABLE in os.environ:
            hub.publish = _noted(hub.publish)
    with Path(os.environ["BENCH_STARTED"]).open("a") as started:
        started.write(f"{worker.pid}\n")


def _noted(publish):  # type: ignore[no-untyped-def]
    def noted(name: str, version: int) -> None:
        published.note(version)
        publish(name, version)

    return noted
