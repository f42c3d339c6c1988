"""How many streams a process holds: in all, of those that hold a thread, and of one address."""

from __future__ import annotations

from collections import Counter

from gallery.core.stream import Watcher

LEAST_PER_ADDRESS = 12


class Full(Exception):
    """There is no room for another stream."""


class Seats:
    """`streams` at most, `threads` of those that hold one, for one address a quarter of either. The hub's lock guards
    it."""

    def __init__(self, streams: int, threads: int | None) -> None:
        self._room = {False: streams, True: streams if threads is None else min(streams, threads)}
        self._taken: Counter[bool] = Counter()
        self._addresses: Counter[tuple[str, bool]] = Counter()

    def take(self, watcher: Watcher) -> None:
        """Let a watcher in, or raise Full."""
        room = self._room[watcher.holds_thread]
        who = watcher.address, watcher.holds_thread
        crowded = watcher.address and self._addresses[who] >= max(LEAST_PER_ADDRESS, room // 4)
        if crowded or self._taken[watcher.holds_thread] >= room:
            raise Full
        self._taken[watcher.holds_thread] += 1
        self._addresses[who] += 1

    def give_back(self, watcher: Watcher) -> None:
        """A watcher who was let in is gone."""
        self._taken[watcher.holds_thread] -= 1
        who = watcher.address, watcher.holds_thread
        self._addresses[who] -= 1
        if not self._addresses[who]:
            del self._addresses[who]

    def clear(self) -> None:
        """Nobody is there."""
        self._taken.clear()
        self._addresses.clear()
