"""A running server, and the CPU and memory that it uses."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench import published
from tests.services.process import free_port, leash, listens

ROOT = Path(__file__).parents[1]
BOOT_SECONDS = 180
"""Until all workers are there, on a machine with no time to spare."""


@dataclass(frozen=True)
class Served:
    """A running server."""

    port: int
    pid: int
    published: Path
    """Where it notes when it made which version known."""
    started: Path
    """Where its workers note that they are there."""

    def family(self) -> list[psutil.Process]:
        """All its processes, the first one first."""
        return [psutil.Process(self.pid), *psutil.Process(self.pid).children(recursive=True)]

    def wait_for_workers(self, number: int) -> None:
        """Until so many have started and still run."""
        deadline = time.monotonic() + BOOT_SECONDS
        while len({one.pid for one in self.family()[1:]} & _started(self.started)) < number:
            if time.monotonic() > deadline:
                raise TimeoutError(f"fewer than {number} workers run")
            time.sleep(0.05)

    def cpu_seconds(self) -> float:
        """User and system time of all its processes so far."""
        return sum(times.user + times.system for times in (one.cpu_times() for one in self.family()))

    def memory_bytes(self) -> int:
        """What all its processes hold, what they share counted once (PSS)."""
        return sum(one.memory_full_info().pss for one in self.family())


@contextmanager
def serving(target: str, environ: Mapping[str, str], threads: int = 16, workers: int = 1) -> Iterator[Served]:
    """Serve a WSGI application with the product's own gunicorn settings; floor and product alike."""
    command = ["-m", "gunicorn", "--config", "python:bench.gunicorn_settings", target]
    sizes = {"GALLERY_WORKERS": str(workers), "GALLERY_THREADS": str(threads)}
    with tempfile.TemporaryDirectory(prefix="gallery-bench-") as directory:
        started = Path(directory) / "started"
        variables = {**environ, **sizes, "BENCH_STARTED": str(started)}
        with _running(command, variables, lambda _port: len(_started(started)) >= workers, Path(directory)) as server:
            yield server


@contextmanager
def serving_floor() -> Iterator[Served]:
    """Serve the bare loop (bench.floor_stream)."""
    with tempfile.TemporaryDirectory(prefix="gallery-bench-") as directory:
        port = free_port()
        with _running(["-m", "bench.floor_stream", str(port)], {}, listens, Path(directory), port) as server:
            yield server


@contextmanager
def _running(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    is_ready: Callable[[int], bool],
    directory: Path,
    port: int | None = None,
) -> Iterator[Served]:
    port, noted = port or free_port(), directory / "published"
    variables = {**os.environ, **environ, "PORT": str(port), published.VARIABLE: str(noted)}
    process = subprocess.Popen(
        [*leash(signal.SIGTERM), sys.executable, *arguments],
        cwd=ROOT,
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + BOOT_SECONDS
        while not is_ready(port):
            if time.monotonic() > deadline or process.poll() is not None:
                raise RuntimeError(f"{arguments[-1]} did not start")
            time.sleep(0.05)
        yield Served(port, process.pid, noted, directory / "started")
    finally:
        process.terminate()
        process.wait(20)


def _started(path: Path) -> set[int]:
    """The process ids of the workers that said so."""
    return set(map(int, path.read_text().split())) if path.exists() else set()
