"""One open event stream, on servers that give it a thread for as long as it lasts.

The thread does nothing but wait at its inbox: no query, no template, no database connection (STYLE 4).
"""

from __future__ import annotations

import contextlib
import random
import re
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

HEARTBEAT_SECONDS = 15.0
"""After this long without news a comment is sent, so that proxies keep the line and we notice that it is dead."""
STUCK_SECONDS = 10.0
"""A reader that has not taken one chunk in this time is cut off; it comes back and gets the current state."""
UNHEARD_MS = 30_000
"""After so long without an acknowledgement the kernel gives up a client that vanished without a word."""
RETRY_MS = (250, 1_500)
"""When to come back, different for each, so that after a restart not all come at once (PERFORMANCE 2); soon, since
taking a thousand in takes seconds by itself (docs/decisions/0059)."""

HEARTBEAT = b":\n\n"
LINE_END = re.compile(r"\r\n|\r|\n")
GONE = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR


@dataclass(frozen=True, slots=True)
class Message:
    """The full state of a topic in one language; the same bytes for everyone who watches it."""

    version: int
    wire: bytes

    @classmethod
    def of(cls, version: int, html: str) -> Message:
        """An unnamed event: the version as its id, the partial as its data."""
        lines = LINE_END.split(html.strip())
        return cls(version, "".join([f"id: {version}\n", *(f"data: {line}\n" for line in lines), "\n"]).encode())


def opening(now: datetime) -> bytes:
    """What a stream says first: when to come back, different for each reader, and the time to count down by (D8)."""
    retry = random.randint(*RETRY_MS)  # noqa: S311  No secret.
    return f"retry: {retry}\nevent: clock\ndata: {now.timestamp() * 1000:.0f}\n\n".encode()


class Watcher(Protocol):
    """What the hub knows of an open stream, whatever transports it."""

    topic: str
    language: str
    address: str
    holds_thread: ClassVar[bool]
    """Whether a thread of the server waits for as long as it is open."""
    allowed: Callable[[], bool] | None
    """Whether its reader still may see the topic, asked in an application context; None: everyone may."""
    checked_at: float
    """When that was last asked, monotonic seconds."""
    seen: int
    """The newest version that its reader has or is about to get."""

    def offer(self, message: Message) -> None:
        """Have `message` sent, unless its reader has it or a newer one. Does not block."""

    def end(self) -> None:
        """End the stream, without sending what still waits."""

    def inspect(self) -> None:
        """Called twice a second: notice a reader that is gone or does not read."""

    def cut(self) -> None:
        """Break the connection, whatever is being sent."""


class Stream:
    """A watcher served by the thread of its request: an iterable for the WSGI server, with an inbox for one message."""

    holds_thread: ClassVar[bool] = True

    def __init__(
        self,
        topic: str,
        language: str,
        *,
        opening: bytes = HEARTBEAT,
        seen: int = -1,
        address: str = "",
        allowed: Callable[[], bool] | None = None,
        line: socket.socket | None = None,
    ) -> None:
        self.topic = topic
        self.language = language
        self.seen = seen
        self.address = address
        self.allowed = allowed
        self.checked_at = time.monotonic()
        self.on_close: Callable[[], object] = lambda: None
        """Called when the stream is over, perhaps more than once."""
        self._opening = opening
        self._line = line
        self._ready = threading.Condition()
        self._message: Message | None = None
        self._ended = False
        self._opened = False
        self._writing_since: float | None = None
        if line is not None:
            notice_silence(line)

    def offer(self, message: Message) -> None:
        """Put the message into the inbox, in place of an older one."""
        with self._ready:
            if message.version > self.seen and not self._ended:
                self.seen = message.version
                self._message = message
                self._ready.notify()

    def end(self) -> None:
        """Have the thread finish the response."""
        with self._ready:
            self._ended = True
            self._message = None
            self._ready.notify()

    def inspect(self) -> None:
        """End it if the client has hung up; cut it if the server is stuck in sending."""
        if self._hung_up():
            self.end()
        since = self._writing_since
        if since is not None and time.monotonic() - since > STUCK_SECONDS:
            self.cut()

    def cut(self) -> None:
        """Shut the socket down: a thread that blocks in sending wakes with an error."""
        self.end()
        line, self._line = self._line, None
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Called by the WSGI server at the end, however it comes, with everything sent.

        The connection ends too: a server that stops would wait for a kept one.
        """
        self.cut()
        self.on_close()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        self._writing_since = None
        chunk = self._next_chunk()
        self._writing_since = time.monotonic()
        return chunk

    def _next_chunk(self) -> bytes:
        if not self._opened:
            self._opened = True
            return self._opening
        with self._ready:
            self._ready.wait_for(lambda: self._message is not None or self._ended, HEARTBEAT_SECONDS)
            message, self._message = self._message, None
            if self._ended:
                raise StopIteration
        return HEARTBEAT if message is None else message.wire

    def _hung_up(self) -> bool:
        line = self._line
        if line is None or (descriptor := line.fileno()) < 0:
            return False
        poll = select.poll()
        poll.register(descriptor, GONE)
        return bool(poll.poll(0))


def notice_silence(line: socket.socket) -> None:
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        with contextlib.suppress(OSError):  # A unix socket has a proxy at its other end, which notices.
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNHEARD_MS)


def server_is_stopping() -> bool:
    """Whether this process is a gunicorn worker that was told to end: it waits for open responses, ours too.

    A signal handler of our own would have to be installed in the main thread and would stand in gunicorn's place. Its
    handler is a method of the worker, whose `alive` turns false on SIGTERM, on reload and after `max_requests`.
    """
    worker = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return getattr(worker, "alive", True) is False
