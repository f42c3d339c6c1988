"""The hub: who watches what in this process, and one rendering of each new state for all of them.

Three daemon threads, started by the first watcher and idle while nobody watches:

- the hub proper renders what has changed, at most ten times a second per topic, and about once a second asks the
  database for the versions of what is watched. So an update that nobody announced, or whose announcement got
  lost, arrives late but complete.
- the keeper notices readers who are gone and a server that wants to stop; it never touches the database.
  Lines that hold no thread it hears of by one wait for all of them.
- the bus's listens to the other processes.
"""

from __future__ import annotations

import logging
import os
import select
import threading
import time

from gallery.core.bus import Bus
from gallery.core.errors import Missing
from gallery.core.handoff import Departures
from gallery.core.line import Line
from gallery.core.seats import Full, Seats
from gallery.core.stream import Watcher, server_is_stopping
from gallery.core.topics import Topics
from gallery.core.watched import COALESCE_SECONDS, Watched

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""Between two looks at the database (E1: a page shows what is new within a second)."""
CHECK_SECONDS = 3.5
"""Between two questions whether a reader is still allowed; with the pause between looks, less than five."""
KEEP_SECONDS = 0.5
"""Between two rounds of the keeper."""
FAREWELL_SECONDS = 0.3
"""How long streams have to end by themselves when the server stops."""


class Hub:
    """The watchers of one application in one process: `streams` at most, `threads` of those that hold one."""

    def __init__(self, topics: Topics, bus: Bus, *, streams: int, threads: int | None = None) -> None:
        self._topics = topics
        self._bus = bus
        self._seats = Seats(streams, threads)
        self._lock = threading.Condition()
        self._watched: dict[str, Watched] = {}
        self._watchers: set[Watcher] = set()
        self._departures: Departures | None = None
        self._looked_at = 0.0
        self._next_look = 0.0
        self._look_failed = False
        self._closed = threading.Event()
        self._pid: int | None = None
        self.says_how: bool | None = None  # What the log was told last: whether streams are handed off.

    @property
    def open_streams(self) -> int:
        """How many streams this process holds open."""
        return len(self._watchers)

    def publish(self, name: str, version: int) -> None:
        """Tell the watchers in this process and the other processes."""
        self.heard(name, version)
        self._bus.send(name, version)

    def heard(self, name: str, version: int) -> None:
        """Note that a topic has a version; wakes the hub if that is news."""
        with self._lock:
            topic = self._watched.get(name)
            if topic is not None and version > topic.wanted:
                topic.wanted = version
                topic.behind = True
                self._lock.notify_all()

    def version(self, name: str) -> int:
        """What the database says of a topic. Raises Missing when it may not be watched."""
        return self._topics.version(name)

    def missed(self) -> None:
        """Something may have been said that was not heard: look at once, but not more often than it may be sent."""
        with self._lock:
            self._next_look = min(self._next_look, self._looked_at + COALESCE_SECONDS)
            self._lock.notify_all()

    def join(self, watcher: Watcher) -> None:
        """Let someone watch: offers the current state if it is newer than what the watcher has seen.

        Raises Full, or Missing when the topic may not be watched. A crowd that comes back asks the database once a
        second for all, like those who stayed, and not each for himself.
        """
        if not self._enter(watcher):
            self._ask(watcher)  # Only now, so that nothing falls in between.
        with self._lock:
            topic = self._watched.get(watcher.topic)
            if topic is None:
                return  # It was ended meanwhile.
            ready = topic.messages.get(watcher.language)
            if ready is not None and ready.version >= topic.wanted:
                watcher.offer(ready)
            elif watcher.seen < topic.wanted:
                topic.behind = True
                self._lock.notify_all()

    def leave(self, watcher: Watcher) -> None:
        """Forget a watcher; again does nothing."""
        with self._lock:
            if watcher not in self._watchers:
                return
            self._watchers.remove(watcher)
            self._seats.give_back(watcher)
            topic = self._watched[watcher.topic]
            topic.watchers[watcher.language].remove(watcher)
            if not any(topic.watchers.values()):
                del self._watched[watcher.topic]

    def opened(self, line: Line) -> None:
        """Notice from now on when the reader of a line that holds no thread hangs up."""
        if self._departures is not None:
            self._departures.watch(line)

    def close(self) -> None:
        """End all streams and take no more."""
        self._closed.set()
        with self._lock:
            for watcher in tuple(self._watchers):
                watcher.end()
            self._lock.notify_all()
        if self._departures is not None:
            self._departures.wake()
        self._bus.close()

    def _enter(self, watcher: Watcher) -> bool:
        """Take a seat; whether the version is known that the watcher is to have."""
        with self._lock:
            self._start()
            if self._closed.is_set():
                raise Full
            self._seats.take(watcher)
            if not self._watchers:
                self._lock.notify_all()  # The threads sleep until someone watches.
            self._watchers.add(watcher)
            topic = self._watched.setdefault(watcher.topic, Watched())
            topic.watchers[watcher.language].add(watcher)
            return time.monotonic() < topic.fresh_until and watcher.seen <= topic.wanted

    def _ask(self, watcher: Watcher) -> None:
        asked_at = time.monotonic()
        try:
            version = self.version(watcher.topic)
        except BaseException:
            self.leave(watcher)
            raise
        if watcher.seen > version:
            watcher.seen = -1  # From before a restored backup, or made up.
        self._found(watcher.topic, version, asked_at)

    def _found(self, name: str, version: int, asked_at: float) -> None:
        """The database was asked at that moment, and said this."""
        self.heard(name, version)
        with self._lock:
            if topic := self._watched.get(name):
                topic.fresh_until = asked_at + LOOK_SECONDS

    def _start(self) -> None:
        """Start the threads in this process: a fork copies the hub but none of them."""
        if self._pid == os.getpid() or self._closed.is_set():
            return
        self._pid = os.getpid()
        self._watched.clear()
        self._watchers.clear()
        self._seats.clear()
        self._departures = Departures() if hasattr(select, "epoll") else None
        self._bus.listen(self.heard, self.missed)
        for work in (self._run, self._keep):
            threading.Thread(target=work, name=f"live{work.__name__}", daemon=True).start()

    # The hub's thread

    def _run(self) -> None:
        while not self._closed.is_set():
            for name in self._wait():
                try:
                    self._update(name)
                except Missing:
                    self._end(name)
                except Exception:
                    log.exception("a live update of %s could not be rendered", name)
                    self._later(name)
            if self._watchers and time.monotonic() >= self._next_look:
                self._look()

    def _wait(self) -> list[str]:
        """Sleep until a topic is due, or the next look, or the end; the due topics."""
        with self._lock:
            while not self._closed.is_set():
                now = time.monotonic()
                due = [name for name, topic in self._watched.items() if topic.behind and topic.not_before <= now]
                if due or (self._watchers and now >= self._next_look):
                    return due
                times = [topic.not_before for topic in self._watched.values() if topic.behind]
                self._lock.wait(min([*times, self._next_look]) - now if self._watchers else None)
            return []

    def _update(self, name: str) -> None:
        """Bring the watchers of a topic up to date, in each language in which someone is behind."""
        with self._lock:
            topic = self._watched.get(name)
            if topic is None:
                return
            topic.behind = False
            not_before = topic.turn_after(time.monotonic())  # One turn for all languages.
            wanted = oldest = topic.wanted
            languages = [
                language
                for language, watchers in topic.watchers.items()
                if any(watcher.seen < wanted for watcher in watchers)
            ]
        for language in languages:
            message = topic.messages.get(language)
            if message is None or message.version < wanted:
                topic.not_before = not_before
                message = topic.messages[language] = self._topics.render(name, language)
            oldest = min(oldest, message.version)
            with self._lock:
                watchers = tuple(topic.watchers[language])
            for watcher in self._topics.still_allowed(watchers):
                watcher.offer(message)
        with self._lock:
            # Announced, but not there: must count as news when it does come.
            if topic.wanted == wanted:
                topic.wanted = oldest

    def _later(self, name: str) -> None:
        with self._lock:
            if topic := self._watched.get(name):
                topic.behind = True
                topic.not_before = time.monotonic() + LOOK_SECONDS

    def _look(self) -> None:
        """Ask the database what is new, and for each reader with conditions whether they still hold."""
        with self._lock:
            self._looked_at = time.monotonic()  # Before, so that what is missed meanwhile is looked for.
            self._next_look = self._looked_at + LOOK_SECONDS
            names = list(self._watched)
            watchers = tuple(self._watchers)
        try:
            for name, version in self._topics.versions(names).items():
                if version is None:
                    self._end(name)
                else:
                    self._found(name, version, self._looked_at)
            self._look_failed = False
        except Exception:
            if not self._look_failed:
                log.exception("the versions of what is watched could not be read")
            self._look_failed = True
        now = time.monotonic()
        self._topics.still_allowed([one for one in watchers if one.allowed and now - one.checked_at >= CHECK_SECONDS])

    def _end(self, name: str) -> None:
        """The topic is gone, or may no longer be seen: its readers come back and are told so by the view."""
        with self._lock:
            topic = self._watched.get(name)
            for watcher in [one for some in topic.watchers.values() for one in some] if topic else []:
                watcher.end()

    # The keeper's thread

    def _keep(self) -> None:
        while not self._closed.is_set():
            with self._lock:
                self._lock.wait_for(lambda: self._watchers or self._closed.is_set())
                watchers = tuple(self._watchers)
            if server_is_stopping():
                self.close()
                break
            for watcher in watchers:
                watcher.inspect()
            self._rest()
        time.sleep(FAREWELL_SECONDS)
        with self._lock:
            watchers = tuple(self._watchers)
        for watcher in watchers:
            watcher.cut()

    def _rest(self) -> None:
        """Wait for the keeper's next round; who hangs up meanwhile is let go at once."""
        if self._departures is None:
            self._closed.wait(KEEP_SECONDS)
        else:
            self._departures.let_go(KEEP_SECONDS, self._closed.is_set)
