"""Keys that the house makes once and keeps in a file, where production does not demand its own."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path


class EmptyKeyError(Exception):
    """The file of a key is there and stays empty; the message says which."""


def kept(data_dir: Path, name: str, make: Callable[[], str]) -> str:
    """The key kept in `data_dir/keys/name`, made at the first start; raises EmptyKeyError."""
    path = data_dir / "keys" / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        # Exclusive: two processes that start at once must end up with the same key.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _when_written(path)
    with os.fdopen(handle, "w") as file:
        file.write(make())
    return path.read_text().strip()


def _when_written(path: Path) -> str:
    for _ in range(100):
        if text := path.read_text().strip():
            return text
        time.sleep(0.01)
    raise EmptyKeyError(f"The key file {path} is empty; remove it to have a new one made.")
