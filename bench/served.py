"""A gunicorn with one worker, and the CPU that it has used."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.services.process import free_port, listens

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Served:
    """A running server."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """User and system time of all its processes so far."""
        family = [psutil.Process(self.pid), *psutil.Process(self.pid).children(recursive=True)]
        return sum(times.user + times.system for times in (one.cpu_times() for one in family))

    def memory_bytes(self) -> int:
        """What all its processes hold, what they share counted once (PSS)."""
        family = [psutil.Process(self.pid), *psutil.Process(self.pid).children(recursive=True)]
        return sum(one.memory_full_info().pss for one in family)


@contextmanager
def serving(target: str, environ: Mapping[str, str], threads: int = 16, workers: int = 1) -> Iterator[Served]:
    """Serve a WSGI application with the product's own gunicorn settings; floor and product alike."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "python:bench.gunicorn_settings", target]
    sizes = {"GALLERY_WORKERS": str(workers), "GALLERY_THREADS": str(threads)}
    variables = {**os.environ, **environ, "PORT": str(port), **sizes}
    process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while not listens(port):
            if time.monotonic() > deadline or process.poll() is not None:
                raise RuntimeError(f"{target} did not start")
            time.sleep(0.05)
        yield Served(port, process.pid)
    finally:
        process.terminate()
        process.wait(20)
