"""A reader of an event stream: what a browser's page sees, with the times at which it saw it."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Event:
    """One message as it arrived; `at` in monotonic seconds."""

    version: int
    text: str
    at: float


class EventReader:
    """Reads in a thread of its own until it is closed or the server ends the stream."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        address = urlsplit(url)
        assert address.hostname
        self._connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        self._connection.request("GET", f"{address.path}?{address.query}", headers=dict(headers or {}))
        # An answer without a length takes the socket away from its connection.
        self._socket = self._connection.sock
        self._answer = self._connection.getresponse()
        self.status = self._answer.status
        self.headers = self._answer.headers
        self.process = self.headers["X-Process"]
        self.events: list[Event] = []
        self.said: dict[str, str] = {}
        """What was said of the stream itself, by name."""
        self.comments: list[str] = []
        self.took: list[int] = []
        """Bytes of the body, one figure for what came at once."""
        self.ended_at: float | None = None
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def versions(self) -> list[int]:
        """Of all messages, in the order in which they arrived."""
        return [event.version for event in self.events]

    def reaches(self, version: int, *, seconds: float = 3.0) -> bool:
        """Whether the newest message is `version` within `seconds`."""
        return eventually(lambda: self.versions[-1:] == [version], seconds=seconds)

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):  # The server may have hung up before.
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._answer.close()
        self._connection.close()

    def _read(self) -> None:
        fields: dict[str, list[str]] = {}
        try:
            for text in self._lines():
                if text.startswith(":"):
                    self.comments.append(text[1:].strip())
                elif text:
                    name, _, value = text.partition(": ")
                    fields.setdefault(name, []).append(value)
                elif fields:
                    self._arrived(fields)
                    fields = {}
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            pass  # The line was cut, or we hung up.
        self.ended_at = time.monotonic()

    def _lines(self) -> Iterator[str]:
        """Line by line as they come; in gzip where the server answers so, as to a browser."""
        inflate = zlib.decompressobj(16 + zlib.MAX_WBITS) if self.headers["Content-Encoding"] == "gzip" else None
        rest = b""
        while data := self._answer.read1(65536):
            self.took.append(len(data))
            *whole, rest = (rest + (inflate.decompress(data) if inflate else data)).split(b"\n")
            yield from (line.decode() for line in whole)

    def _arrived(self, fields: dict[str, list[str]]) -> None:
        text = "\n".join(fields["data"])
        if "event" in fields:
            self.said[fields["event"][0]] = text
        else:
            self.events.append(Event(int(fields["id"][0]), text, time.monotonic()))


def eventually(true: Callable[[], object], *, seconds: float = 5.0) -> bool:
    """Whether it comes true within `seconds`."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
