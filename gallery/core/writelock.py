"""One writer at a time on one box: a queue in the process, then a lock on a file between processes."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from pathlib import Path

from gallery.core.errors import Unavailable


class WriteLock:
    """Held by the one unit of work that writes. The kernel frees it when a process is killed."""

    def __init__(self, path: Path, seconds: float) -> None:
        self._path = path
        self._seconds = seconds
        self._threads = threading.Lock()
        self._file: int | None = None
        self._pid: int | None = None

    def acquire(self) -> None:
        """Wait for the lock.

        Raises Unavailable after the set seconds: others kept writing, and nothing was written here.
        """
        deadline = time.monotonic() + self._seconds
        if not self._threads.acquire(timeout=self._seconds):
            raise Unavailable()
        try:
            self._acquire_file(deadline)
        except BaseException:
            self._threads.release()
            raise

    def release(self) -> None:
        """Let the next writer in."""
        fcntl.flock(self._descriptor(), fcntl.LOCK_UN)
        self._threads.release()

    def _acquire_file(self, deadline: float) -> None:
        pause = 0.0002
        while True:
            try:
                fcntl.flock(self._descriptor(), fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise Unavailable() from None
                time.sleep(pause)
                pause = min(pause * 1.5, 0.002)

    def _descriptor(self) -> int:
        # A lock belongs to the open file, and a forked child inherits it: each process opens its own.
        if self._file is None or self._pid != os.getpid():
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._pid = os.getpid()
        return self._file
