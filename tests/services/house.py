"""The gallery itself as a visitor reaches it: gunicorn in a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from urllib.request import urlopen

import psutil

from tests.services.process import Service, free_port, listens

ROOT = Path(__file__).parents[2]
BOOT_SECONDS = 120.0
"""Until pages are served, on a machine with no time to spare."""


class LiveHouse:
    """A server on a free port that keeps its port, data and log when it is killed and started again."""

    def __init__(self, environ: Mapping[str, str], log: Path, *, workers: int, threads: int) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = log
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GALLERY_")},
            "GALLERY_BASE_URL": self.url,
            **environ,
            "PORT": str(self.port),
            "GALLERY_WORKERS": str(workers),
            "GALLERY_THREADS": str(threads),
        }
        self._services: list[Service] = []

    def start(self, app: str = "wsgi:app", *, with_worker: bool = False) -> None:
        """Start the web server, and the worker that delivers and closes if asked; returns once pages are served."""
        self._run("-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py"), app).wait_until(
            self._answers, seconds=BOOT_SECONDS
        )
        if with_worker:
            self._run("-m", "flask", "--app", "wsgi", "work")

    @property
    def pid(self) -> int:
        """Of gunicorn's arbiter."""
        return self._services[0].process.pid

    def kill(self) -> None:
        """End everything at once, as the power does: no signal is caught, no request is answered."""
        for service in self._services:
            kill_tree(service.process.pid)
            service.process.wait()
        self._services.clear()

    def stop(self) -> None:
        """End everything in order."""
        for service in reversed(self._services):
            service.stop(seconds=15)
        self._services.clear()

    def command(self, *arguments: str) -> list[str]:
        """How to run `flask --app wsgi …`; its environment is `environ`."""
        return [sys.executable, "-m", "flask", "--app", str(ROOT / "wsgi.py"), *arguments]

    def _answers(self) -> bool:
        """Whether a process is there to serve: the arbiter listens long before that."""
        if not listens(self.port):
            return False
        with contextlib.suppress(OSError), urlopen(f"{self.url}/healthz", timeout=5) as answer:
            return bool(answer.status == HTTPStatus.OK)
        return False

    def _run(self, *arguments: str) -> Service:
        service = Service([sys.executable, *arguments], self.log, environ=self.environ, directory=ROOT)
        self._services.append(service)
        return service


def kill_tree(pid: int) -> None:
    """SIGKILL a process and its children; the parent first, or it would start new ones."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    for process in family:
        process.send_signal(signal.SIGKILL)
    psutil.wait_procs(family[1:], timeout=10)
