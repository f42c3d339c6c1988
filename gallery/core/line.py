"""One open event stream that holds no thread: its socket has left the request, and the hub writes to it directly.

A write never waits. What the kernel does not take whole belongs to a reader who does not read: he is cut off, comes
back by himself and gets the current state.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import ClassVar

from gallery.core import deflate
from gallery.core.stream import HEARTBEAT, HEARTBEAT_SECONDS, Message, notice_silence

WAITING_BYTES = 32 * 1024
"""What the kernel keeps for a reader who does not read, before he is cut off; it takes twice as much for itself.

Left alone it would grow to some megabytes for each of thousands.
"""


class Line:
    """A watcher that is a socket and what its reader has seen; `compressed`: as he asked for gzip."""

    __slots__ = (
        "__weakref__",
        "_compressed",
        "_ended",
        "_guard",
        "_line",
        "_opening",
        "_sent_at",
        "_tail",
        "_waiting",
        "address",
        "allowed",
        "checked_at",
        "language",
        "on_close",
        "seen",
        "topic",
    )
    holds_thread: ClassVar[bool] = False

    def __init__(
        self,
        topic: str,
        language: str,
        *,
        opening: bytes = HEARTBEAT,
        seen: int = -1,
        address: str = "",
        allowed: Callable[[], bool] | None = None,
        compressed: bool = False,
    ) -> None:
        self.topic = topic
        self.language = language
        self.seen = seen
        self.address = address
        self.allowed = allowed
        self.checked_at = self._sent_at = time.monotonic()
        self.on_close: Callable[[], object] = _nothing
        """Called once when it is over."""
        self._opening = opening
        self._compressed = compressed
        self._guard = threading.Lock()
        self._line: socket.socket | None = None
        self._waiting: Message | None = None
        self._tail = b""
        """The text of the message that the reader's window ends with."""
        self._ended = False

    def open(self, line: socket.socket, head: bytes) -> bool:
        """Take over the connection: send the answer's head and what came meanwhile; False if it is over already."""
        notice_silence(line)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, WAITING_BYTES)
        line.setblocking(False)
        with self._guard:
            if self._ended:
                line.close()
                return False
            self._line = line
            first = head + (deflate.HEADER + deflate.stored(self._opening) if self._compressed else self._opening)
            waiting, self._waiting = self._waiting, None
            sent = self._send(line, first if waiting is None else first + self._encoded(waiting))
        if not sent:
            self.end()
        return sent

    def offer(self, message: Message) -> None:
        """Send the message; before the connection is here, keep the newest."""
        with self._guard:
            if message.version <= self.seen or self._ended:
                return
            self.seen = message.version
            if self._line is None:
                self._waiting = message
                return
            sent = self._send(self._line, self._encoded(message))
        if not sent:
            self.end()

    def inspect(self) -> None:
        """Send a sign of life if it is time; a reader who hung up is noticed by the hub's `Departures`."""
        if time.monotonic() - self._sent_at < HEARTBEAT_SECONDS:
            return
        with self._guard:
            if self._line is None:
                return
            sent = self._send(self._line, deflate.HEARTBEAT if self._compressed else HEARTBEAT)
        if not sent:
            self.end()

    def end(self) -> None:
        """Hang up; again does nothing."""
        with self._guard:
            if self._ended:
                return
            self._ended = True
            self._waiting = None
            line, self._line = self._line, None
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()
        self.on_close()

    cut = end

    def fileno(self) -> int:
        """The connection's descriptor, -1 when there is none."""
        return self._line.fileno() if self._line is not None else -1

    def _encoded(self, message: Message) -> bytes:
        text, after, self._tail = message.wire, self._tail, message.wire
        return deflate.block(text, after) if self._compressed else text

    def _send(self, line: socket.socket, data: bytes) -> bool:
        """Whether the kernel took all of it."""
        self._sent_at = time.monotonic()
        try:
            return line.send(data) == len(data)
        except OSError:  # Full, or gone.
            return False


def _nothing() -> None:
    """Nobody waits for the end."""
