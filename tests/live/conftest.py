"""Real servers of the wall."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.live.reader import EventReader
from tests.services.process import Service, free_port, listens

ROOT = Path(__file__).parents[2]


class Wall:
    """A gunicorn of the wall; several on one directory are several boxes, or workers that can be told apart."""

    def __init__(self, directory: Path, *, workers: int = 1, threads: int = 64, **variables: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        bare = {name: value for name, value in os.environ.items() if not name.startswith("GALLERY_")}
        argv = [sys.executable, "-m", "gunicorn", "--no-control-socket", "-k", "gthread", "-w", str(workers)]
        argv += ["--threads", str(threads), "-b", f"127.0.0.1:{self.port}", "--graceful-timeout", "20"]
        self.service = Service(
            [*argv, "--pythonpath", str(ROOT), "tests.live.wall:create_app()"],
            directory / f"gunicorn-{self.port}.log",
            environ=bare
            | {"GALLERY_ENV": "test", "GALLERY_DATA_DIR": str(directory), "GALLERY_THREADS": str(threads)}
            | variables,
            directory=directory,  # Away from the house's gunicorn.conf.py.
        )
        self.service.wait_until(lambda: listens(self.port))
        processes: set[int] = set()
        while len(processes) < workers:
            processes.add(self.figures()["pid"])

    def put(self, number: int, text: str, *, silently: bool = False) -> tuple[int, str]:
        """Put up a note: its version, and the process that took it."""
        version, process = self._ask("PUT", f"/notes/{number}{'?silently' if silently else ''}", text.encode())
        return int(version), process

    def watch(
        self, number: int, *, seen: int | None = None, members: bool = False, compressed: bool = False
    ) -> EventReader:
        """Open a stream, or resume it after version `seen`; `compressed`: as browsers do."""
        headers = {} if seen is None else {"Last-Event-ID": str(seen)}
        headers |= {"Accept-Encoding": "gzip"} if compressed else {}
        return EventReader(f"{self.url}{'/members' if members else ''}/notes/{number}/live", headers)

    def figures(self) -> dict[str, Any]:
        """Of the process that happens to answer."""
        figures: dict[str, Any] = json.loads(self._ask("GET", "/figures")[0])
        return figures

    def _ask(self, method: str, path: str, body: bytes | None = None) -> tuple[bytes, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.read(), str(answer.headers["X-Process"])
        finally:
            connection.close()


@pytest.fixture
def wall(tmp_path: Path) -> Iterator[Callable[..., Wall]]:
    """Start a server: `wall(workers=2, GALLERY_STREAMS="20")`."""
    started: list[Wall] = []

    def start(**options: Any) -> Wall:
        started.append(Wall(tmp_path, **options))
        return started[-1]

    yield start
    for one in started:
        one.service.stop()
