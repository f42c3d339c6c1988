"""A crowd of readers at one epoll: what thousands of browsers take in, for little of the machine.

While it runs it only notes which bytes came when. What they say is read afterwards, for every reader and to the last
byte (tests.live.arrivals), so nothing is taken on trust, and the reading costs the measurement nothing.
"""

from __future__ import annotations

import errno
import heapq
import itertools
import random
import re
import select
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from tests.live.taken import ID, RETRY, Taken

READ_AT_ONCE = 65_536
OPENING_AT_ONCE = 64
"""Connections on their way at a time: a crowd comes quickly, but not as a flood of half-open ones."""
PER_ADDRESS = 250
"""Readers with the same address; the next come from the next one of 127.0.0.0/8."""
JITTER = 0.3
"""No two browsers come back at the same moment: the page spreads its own attempts by so much (static/js/gallery.js)."""
FIRST_PAUSE_MS = 500
LONGEST_PAUSE_SECONDS = 60.0
VERSION = re.compile(rb'data-version="(\d+)"')
WORTH_TRYING_AGAIN = {errno.EINPROGRESS, errno.EAGAIN}


@dataclass(slots=True)
class Reader:
    """One who watches; a new connection whenever the last one ended."""

    number: int
    path: str
    headers: str
    taken: list[Taken] = field(default_factory=list)
    failures: int = 0
    """Tries without a stream, one after another."""

    def said(self, field_of: re.Pattern[bytes]) -> int | None:
        """The newest RETRY or ID of its streams."""
        return next((said for one in reversed(self.taken) if (said := one.last(field_of)) is not None), None)


@dataclass(slots=True)
class Errand:
    """A request that is due at a time, and what came of it. Its wait counts from when it was due."""

    due: float
    make: Callable[[], bytes]
    kind: str = "bid"
    sent_at: float = 0.0
    answered_at: float = 0.0
    status: int = 0
    version: int | None = None
    """Of the standing that the answer shows."""


class Crowd:
    """Readers of one server and those who ask it for something meanwhile; in one thread, one loop."""

    def __init__(self, port: int, *, comes_back: bool = False, askers: int = 8) -> None:
        self._port = port
        self._comes_back = comes_back
        self._epoll = select.epoll()
        self._handlers: dict[int, Callable[[int], None]] = {}
        self._sockets: dict[int, socket.socket] = {}
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._to_open: deque[Reader] = deque()
        self._opening = 0
        self._idle: deque[_Asker] = deque(_Asker(self) for _ in range(askers))
        self._due: deque[Errand] = deque()
        self.readers: list[Reader] = []
        self.errands: list[Errand] = []

    def __enter__(self) -> Crowd:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    @property
    def here(self) -> int:
        """How many readers have been answered and not been left since."""
        return sum(bool(one.taken and one.taken[-1].marks and one.taken[-1].ended_at is None) for one in self.readers)

    def join(
        self, number: int, path: Callable[[int], str], headers: Callable[[int], str], seconds: float = 120
    ) -> None:
        """Have so many more come, and wait until the last one was answered."""
        first = len(self.readers)
        more = [Reader(one, path(one), headers(one)) for one in range(first, first + number)]
        self.readers += more
        for one in more:
            self._open(one)
        end = time.monotonic() + seconds
        while self.here < len(self.readers):
            if time.monotonic() > end:
                raise TimeoutError(f"only {self.here} of {len(self.readers)} readers were let in")
            self.run(0.05)

    def ask(self, errands: Iterable[Errand]) -> None:
        """Have these requests sent when they are due."""
        for one in errands:
            self.errands.append(one)
            self._at(one.due, partial(self._send, one))

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            while self._timers and self._timers[0][0] <= now:
                heapq.heappop(self._timers)[2]()
            until = min(end, self._timers[0][0]) if self._timers else end
            for number, events in self._epoll.poll(max(0.0, until - time.monotonic()), 1024):
                if handler := self._handlers.get(number):
                    handler(events)

    def finish(self, seconds: float = 60) -> None:
        """Let time pass until every errand was answered."""
        end = time.monotonic() + seconds
        while not all(one.answered_at for one in self.errands):
            if time.monotonic() > end:
                raise TimeoutError("some requests were not answered")
            self.run(0.05)

    def leave(self) -> None:
        """All hang up."""
        for one in list(self._sockets.values()):
            self.forget(one)
        self._timers.clear()
        self._to_open.clear()
        self._opening = 0
        now = time.monotonic()
        for reader in self.readers:
            if reader.taken and reader.taken[-1].ended_at is None:
                reader.taken[-1].ended_at = now

    def connect(self, handler: Callable[[int], None], source: str = "127.0.0.1") -> socket.socket:
        """Begin a connection; `handler` hears of it when it stands, and of what comes."""
        made = socket.socket()
        made.setblocking(False)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setsockopt(socket.SOL_IP, getattr(socket, "IP_BIND_ADDRESS_NO_PORT", 24), 1)
        made.bind((source, 0))
        if made.connect_ex(("127.0.0.1", self._port)) not in {0, *WORTH_TRYING_AGAIN}:
            made.close()
            raise ConnectionError
        self._sockets[made.fileno()] = made
        self._handlers[made.fileno()] = handler
        self._epoll.register(made.fileno(), select.EPOLLIN | select.EPOLLOUT)
        return made

    def hear(self, line: socket.socket, handler: Callable[[int], None]) -> None:
        """It stands and has asked: from now on only what comes is of interest, to `handler`."""
        self._handlers[line.fileno()] = handler
        self._epoll.modify(line.fileno(), select.EPOLLIN)

    def forget(self, line: socket.socket) -> None:
        """Hang up."""
        self._handlers.pop(line.fileno(), None)
        self._sockets.pop(line.fileno(), None)
        line.close()

    def free(self, asker: _Asker) -> None:
        """One who asks has his answer: what is due is his."""
        self._idle.append(asker)
        if self._due:
            self._send(self._due.popleft())

    def _send(self, errand: Errand) -> None:
        if self._idle:
            self._idle.popleft().carry(errand)
        else:
            self._due.append(errand)

    def _at(self, due: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._timers, (due, next(self._numbers), act))

    # Readers

    def _open(self, reader: Reader) -> None:
        if self._opening >= OPENING_AT_ONCE:
            self._to_open.append(reader)
            return
        self._opening += 1
        try:
            line = self.connect(
                lambda events: self._stands(reader, line, events), f"127.0.0.{2 + reader.number // PER_ADDRESS}"
            )
        except ConnectionError:
            self._answered()
            self._again(reader)

    def _stands(self, reader: Reader, line: socket.socket, events: int) -> None:
        if events & (select.EPOLLERR | select.EPOLLHUP):
            self.forget(line)
            self._answered()
            self._again(reader)
            return
        seen = reader.said(ID)
        since = "" if seen is None else f"Last-Event-ID: {seen}\r\n"
        line.send(f"GET {reader.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{reader.headers}{since}\r\n".encode())
        taken = Taken()
        reader.taken.append(taken)
        self.hear(line, lambda _events: self._comes(reader, taken, line))

    def _comes(self, reader: Reader, taken: Taken, line: socket.socket) -> None:
        try:
            piece = line.recv(READ_AT_ONCE)
        except BlockingIOError:
            return
        except ConnectionError:
            piece = b""
        now = time.monotonic()
        if not taken.marks:
            self._answered()
        if piece:
            taken.add(piece, now)
            return
        taken.ended_at = now
        reader.failures = 0 if taken.is_stream else reader.failures
        self.forget(line)
        if self._comes_back:
            self._again(reader)

    def _again(self, reader: Reader) -> None:
        """After the pause that the stream named, each time twice as long while nobody answers."""
        pause = min((reader.said(RETRY) or FIRST_PAUSE_MS) / 1000 * 2**reader.failures, LONGEST_PAUSE_SECONDS)
        reader.failures += 1
        self._at(time.monotonic() + pause * random.uniform(1 - JITTER, 1 + JITTER), lambda: self._open(reader))

    def _answered(self) -> None:
        self._opening -= 1
        if self._to_open:
            self._open(self._to_open.popleft())


class _Asker:
    """A connection that is kept for one request after another."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._line: socket.socket | None = None
        self._answer = bytearray()

    def carry(self, errand: Errand) -> None:
        """Send its request, now or when the connection stands."""
        self._answer.clear()
        if self._line is None:
            self._line = self._crowd.connect(lambda _events: self._start(errand))
        else:
            self._start(errand)

    def _start(self, errand: Errand) -> None:
        assert self._line is not None
        errand.sent_at = time.monotonic()
        try:
            self._line.send(errand.make())
        except OSError:
            self._done(errand, lost=True)
            return
        self._crowd.hear(self._line, lambda _events: self._comes(errand))

    def _comes(self, errand: Errand) -> None:
        assert self._line is not None
        try:
            piece = self._line.recv(READ_AT_ONCE)
        except BlockingIOError:
            return
        except ConnectionError:
            piece = b""
        self._answer += piece
        if not piece:
            self._done(errand, lost=True)
        elif self._is_whole():
            self._done(errand, lost=False)

    def _is_whole(self) -> bool:
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found:
            return False
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        return len(body) >= (int(length[1]) if length else 0)

    def _done(self, errand: Errand, *, lost: bool) -> None:
        assert self._line is not None
        errand.answered_at = time.monotonic()
        if not lost:
            errand.status = int(self._answer.split(b" ", 2)[1])
            shown = VERSION.search(self._answer)
            errand.version = int(shown[1]) if shown else None
        if lost or b"\r\nconnection: close" in self._answer.lower():
            self._crowd.forget(self._line)
            self._line = None
        self._crowd.free(self)
