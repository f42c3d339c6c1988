"""The floor of the fan-out: one loop, no framework, no database. `python -m bench.floor_stream PORT`.

It takes a bid by counting one on, and sends the same compressed standing as the product to all who watch. What the
product costs beyond this is the product's own.
"""

from __future__ import annotations

import select
import socket
import sys
from datetime import UTC, datetime

from bench import load
from bench.published import note
from gallery.core import deflate
from gallery.core.stream import Message, opening

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"
STANDING = (
    '<div class="standing" id="lot-1-standing" data-version="{n}" data-price="{price}" data-currency="USD" '
    'data-bids="{n}" data-ends="2026-11-29T01:08:08.780Z" data-state="open" data-lead="{lead}" data-say="Current bid '
    '${price}."><div><small>Current bid · {n} bids</small><p class="price num">${price}</p></div><div class="ends">'
    '<small>End</small><p><b><time class="num" datetime="2026-11-29T01:08:08.780Z" data-countdown>29 Nov 2026, 01:08 '
    '(Dakar)</time></b><small class="also"><time datetime="2026-11-29T01:08:08.780Z" data-here>01:08 (Dakar)</time>'
    "</small></p></div></div>"
)


def message(number: int) -> Message:
    """The standing after so many bids."""
    return Message.of(number, STANDING.format(n=number, price=100 + 10 * number, lead=1 + number % 2))


class Floor:
    """The server."""

    def __init__(self, port: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", port), backlog=4096)
        self._listener.setblocking(False)
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._epoll = select.epoll()
        self._epoll.register(self._listener, select.EPOLLIN)
        self._lines: dict[int, socket.socket] = {}
        self._watchers: set[socket.socket] = set()
        self._message = message(0)

    def serve(self) -> None:
        """For ever."""
        while True:
            for number, _events in self._epoll.poll():
                if number == self._listener.fileno():
                    self._accept()
                else:
                    self._hear(self._lines[number])

    def _accept(self) -> None:
        line, _whence = self._listener.accept()
        line.setblocking(False)
        self._lines[line.fileno()] = line
        self._epoll.register(line, select.EPOLLIN)

    def _hear(self, line: socket.socket) -> None:
        try:
            asked = line.recv(65_536)
        except ConnectionError:
            asked = b""
        if not asked:
            self._forget(line)
        elif asked.startswith(b"POST"):
            self._bid(line)
        elif b"/live" in asked.split(b"\r\n")[0]:
            self._watchers.add(line)
            first = deflate.HEADER + deflate.stored(opening(datetime.now(UTC)))
            line.send(HEAD + first + deflate.block(self._message.wire))
        else:
            line.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    def _bid(self, line: socket.socket) -> None:
        before, self._message = self._message, message(self._message.version + 1)
        note(self._message.version)
        data = deflate.block(self._message.wire, before.wire)
        for watcher in tuple(self._watchers):
            try:
                if watcher.send(data) != len(data):
                    self._forget(watcher)
            except OSError:
                self._forget(watcher)
        body = f'data-version="{self._message.version}"'.encode()
        line.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    def _forget(self, line: socket.socket) -> None:
        self._watchers.discard(line)
        del self._lines[line.fileno()]
        line.close()


if __name__ == "__main__":
    load.allow_many_sockets()
    Floor(int(sys.argv[1])).serve()
