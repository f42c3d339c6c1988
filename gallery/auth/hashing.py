"""The queue of password hashes: a few at once, on threads that step back behind bids, the rest wait their turn.

A hash is made to cost: 19 MiB and a core for 25 ms. Unbounded, fifty people who sign in at once would take a gigabyte
and all cores from those who bid (docs/decisions/0021).
"""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TypeVar

from flask import Flask, current_app

from gallery.core.db import db, in_transaction
from gallery.core.errors import Unavailable
from gallery.core.i18n import lazy
from gallery.core.settings import Settings, current

LONGEST_WAIT_SECONDS = 20
STEP_BACK = 10
"""How much lower than the process's own the priority of a hash is, in steps of `nice`."""

T = TypeVar("T")


class Busy(Unavailable):
    """So many wait for their hash that one more would only wait in vain; nothing was judged."""

    status = 503

    def __init__(self) -> None:
        words = lazy("Many people are signing in just now. Wait a few seconds and send this again; nothing is lost.")
        super().__init__(words, retry_after=5)


class Turns:
    """Places for so many at once, handed on in the order of arrival; beyond `most_waiting` nobody may queue."""

    def __init__(self, at_once: int, most_waiting: int, seconds: float = LONGEST_WAIT_SECONDS) -> None:
        self._most_waiting = most_waiting
        self._seconds = seconds
        self._mutex = threading.Lock()
        self._free = at_once
        self._waiting: deque[threading.Lock] = deque()
        self._mine = threading.local()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Have a turn while the block runs; whoever has one already joins it. Raises Busy."""
        if getattr(self._mine, "held", False):
            yield
            return
        self._acquire()
        self._mine.held = True
        try:
            yield
        finally:
            self._mine.held = False
            self._release()

    def _acquire(self) -> None:
        with self._mutex:
            if self._free:
                self._free -= 1
                return
            if len(self._waiting) >= self._most_waiting:
                raise Busy
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=self._seconds):
            return
        with self._mutex:
            if turn in self._waiting:
                self._waiting.remove(turn)
                raise Busy
        # It was handed over at the last moment.

    def _release(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


_pools: dict[tuple[int, int], ThreadPoolExecutor] = {}
"""By process, since a fork takes no threads along, and by size. They stay: malloc keeps what a hash took for the
thread that took it, and with a thread for each hash that came to half a gigabyte."""


def init_app(app: Flask, settings: Settings) -> None:
    """Give the process its places; each worker process has its own."""
    app.extensions["hashes"] = Turns(settings.hashes_at_once, settings.most_waiting_hashes)


@contextmanager
def turn() -> Iterator[None]:
    """Wait for one's turn to hash, and keep it while the block runs; raises Busy. Never inside a unit of work.

    The database's connection is given back first: fifty who wait would hold all of them.
    """
    turns: Turns = current_app.extensions["hashes"]
    if in_transaction():
        raise RuntimeError("a unit of work must not wait for a hash: all who write would wait with it")
    db.session().rollback()
    with turns.held():
        yield


def run(work: Callable[[], T]) -> T:
    """Do what takes a core when its turn has come, on a thread of low priority; raises Busy."""
    with turn():
        return _pool(current().hashes_at_once).submit(work).result()


def _pool(size: int) -> ThreadPoolExecutor:
    key = (os.getpid(), size)
    if key not in _pools:
        # Two who come at once may both make one; it has no threads until it is used.
        _pools.setdefault(key, ThreadPoolExecutor(size, "hash", initializer=_step_back))
    return _pools[key]


def _step_back() -> None:
    """Lower the priority of this thread; only Linux has one for each."""
    if sys.platform == "linux":
        me = threading.get_native_id()
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, me, min(19, os.getpriority(os.PRIO_PROCESS, me) + STEP_BACK))
