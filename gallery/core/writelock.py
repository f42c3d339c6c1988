"""One writer at a time on one box, in the order of arrival.

Threads queue in their process, and the first of each queue at two locked files (docs/decisions/0002).
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections import deque
from pathlib import Path

from gallery.core.errors import Unavailable

POLL_SECONDS = 0.0002
"""Between two looks at a locked file. Only the first in a process's queue looks, and only while others write."""


class Queue:
    """A lock of the process's threads that is handed to whoever has waited longest."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._held = False
        self._waiting: deque[threading.Lock] = deque()

    def acquire(self, seconds: float) -> bool:
        """Wait for one's turn; False if it did not come in time."""
        with self._mutex:
            if not self._held:
                self._held = True
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        try:
            if turn.acquire(timeout=seconds):
                return True
        except BaseException:
            if not self._give_up(turn):
                self.release()
            raise
        return not self._give_up(turn)

    def release(self) -> None:
        """Hand the lock to the next in the queue."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False

    def _give_up(self, turn: threading.Lock) -> bool:
        """Leave the queue; False if one's turn has just come all the same."""
        with self._mutex:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return True
            return False


class LockedFile:
    """A lock between processes; the kernel frees it when its holder is killed, however."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        self._pid: int | None = None

    def acquire(self, deadline: float) -> None:
        """Take it, or raise Unavailable at the deadline (monotonic seconds).

        It looks again and again: the system call that waits knows no end.
        """
        while True:
            try:
                fcntl.flock(self._descriptor(), fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise Unavailable() from None
                time.sleep(POLL_SECONDS)

    def release(self) -> None:
        """Let the next one in."""
        fcntl.flock(self._descriptor(), fcntl.LOCK_UN)

    def _descriptor(self) -> int:
        # A lock belongs to the open file, and a forked child inherits it: each process opens its own.
        if self._file is None or self._pid != os.getpid():
            if self._file is not None:
                os.close(self._file)  # Or the lock would outlive a parent that is killed while it holds it.
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._pid = os.getpid()
        return self._file


class WriteLock:
    """Held by the one unit of work that writes.

    Who is next among the processes stands at the turnstile: a second file, locked until the first one is. The process
    that has just written finds it taken by whoever waits, so that it cannot come in twice in a row.
    """

    def __init__(self, path: Path, seconds: float) -> None:
        self._seconds = seconds
        self._queue = Queue()
        self._turnstile = LockedFile(path.with_suffix(".next"))
        self._file = LockedFile(path)

    def acquire(self) -> None:
        """Wait for the lock.

        Raises Unavailable after the set seconds: others kept writing, and nothing was written here.
        """
        deadline = time.monotonic() + self._seconds
        if not self._queue.acquire(self._seconds):
            raise Unavailable()
        try:
            self._turnstile.acquire(deadline)
            try:
                self._file.acquire(deadline)
            finally:
                self._turnstile.release()
        except BaseException:
            self._queue.release()
            raise

    def release(self) -> None:
        """Let the next writer in."""
        self._file.release()
        self._queue.release()
