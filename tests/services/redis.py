"""Redis: Debian's redis-server on a free port, with nothing kept on disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.missing import missing
from tests.services.process import Service, free_port, listens


@contextmanager
def running(directory: Path) -> Iterator[str]:
    """The server's address, for as long as the block lasts."""
    program = shutil.which("redis-server")
    if program is None:
        missing("Redis", "apt-get install redis-server")
    port = free_port()
    argv = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    server = Service([*argv, "--dir", str(directory)], directory / "redis.log")
    try:
        server.wait_until(lambda: listens(port))
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.stop()
