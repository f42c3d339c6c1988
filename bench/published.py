"""When a server made each version known: noted by the server in a file, read by who measures.

The clock is the machine's monotonic one, which all its processes share.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

VARIABLE = "BENCH_PUBLISHED"
"""Names the file, in the environment of the server."""
_file: int | None = None


def note(version: int) -> None:
    """Write down that a version is being sent from now on; whole lines, whoever else writes."""
    global _file  # noqa: PLW0603  Opened by the process that serves, after the fork.
    if _file is None:
        _file = os.open(os.environ[VARIABLE], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(_file, f"{version} {time.monotonic()}\n".encode())


def read(path: Path, since: float = 0.0) -> dict[int, float]:
    """The versions that were made known after `since`, and when."""
    lines = path.read_text().splitlines() if path.exists() else []
    found = {int(version): float(at) for version, at in (line.split() for line in lines)}
    return {version: at for version, at in found.items() if at > since}
