"""The product's gunicorn settings, also for the floor, which has no pulse to start."""

from __future__ import annotations

import runpy
from pathlib import Path

from gunicorn.workers.base import Worker

_product = runpy.run_path(str(Path(__file__).parents[1] / "gunicorn.conf.py"))
globals().update({name: value for name, value in _product.items() if isinstance(value, str | int) and name[0] != "_"})
loglevel = "error"


def post_worker_init(worker: Worker) -> None:
    """What the product does when a worker starts, if it is the product."""
    if "live" in getattr(worker.wsgi, "extensions", {}):
        _product["post_worker_init"](worker)
