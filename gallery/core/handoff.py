"""Streams leave the request thread: the socket goes to the hub, the server keeps an empty one and never knows.

gunicorn shows the connection's socket in the request's environment. Its descriptor is copied; over the original a
socket is laid whose other end we close, so that what the server still does with it (an empty answer, keep-alive, the
end) happens in the void. Only plain sockets: TLS ends at the proxy. Other servers keep a thread per stream
(core.stream); which of the two it is stands in the log.
"""

from __future__ import annotations

import os
import select
import socket
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from flask import Response

from gallery.core.line import Line

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

GONE = getattr(select, "EPOLLRDHUP", 0) | getattr(select, "EPOLLHUP", 0) | getattr(select, "EPOLLERR", 0)


def socket_of(environ: WSGIEnvironment) -> socket.socket | None:
    """The request's socket, if the server shows it and it can be taken from it."""
    found = environ.get("gunicorn.socket")
    plain = type(found) is socket.socket  # Not TLS, and not one of gevent's.
    speaks = str(environ.get("SERVER_PROTOCOL", "")).startswith("HTTP/1")
    return found if plain and speaks and hasattr(select, "epoll") else None


class HandOff(Response):
    """The answer that starts a stream: called by the server, it takes the connection along.

    `gone` is told of the line once it is open, to notice when its reader hangs up.
    """

    def __init__(self, line: Line, opened: Callable[[Line], object], **options: Any) -> None:
        super().__init__(**options)
        self.line = line
        self._opened = opened
        # An answer that is thrown away unsent (a later failure in the request) ends its line.
        self._unsent = weakref.finalize(self, line.end)
        self._unsent.atexit = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Take the connection, and leave the server with nothing to do."""
        taken, other_end = take(environ["gunicorn.socket"])
        self._unsent.detach()
        if self.line.open(taken, head_of(self)):
            self._opened(self.line)
        start_response("200 OK", [("Content-Length", "0")])
        return Void(other_end)


class Void:
    """An empty body; with its end the server's connection ends."""

    def __init__(self, other_end: socket.socket) -> None:
        self._other_end = other_end

    def __iter__(self) -> Iterator[bytes]:
        return iter(())

    def close(self) -> None:
        """Called by the server when it has written its answer, which nobody reads."""
        self._other_end.close()


class Departures:
    """Notices readers who hang up, all of them in one wait; made in the process that serves."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._lines: weakref.WeakValueDictionary[int, Line] = weakref.WeakValueDictionary()
        self._bell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._epoll.register(self._bell, select.EPOLLIN)

    def watch(self, line: Line) -> None:
        """Notice when this reader is gone."""
        number = line.fileno()
        if number < 0:
            return
        self._lines[number] = line
        try:
            self._epoll.register(number, GONE)
        except FileExistsError:
            self._epoll.modify(number, GONE)
        except OSError:
            line.end()

    def wait(self, seconds: float) -> list[Line]:
        """Those who have hung up, after at most so many seconds."""
        gone = []
        for number, _events in self._epoll.poll(seconds):
            if number == self._bell:
                os.eventfd_read(self._bell)
            elif (line := self._lines.pop(number, None)) is not None and line.fileno() == number:
                gone.append(line)
        return gone

    def let_go(self, seconds: float, is_over: Callable[[], bool]) -> None:
        """For so many seconds, or until `is_over` and `wake`, end the lines of those who hang up."""
        end = time.monotonic() + seconds
        while not is_over() and (left := end - time.monotonic()) > 0:
            for line in self.wait(left):
                line.end()

    def wake(self) -> None:
        """End the wait that is going on."""
        os.eventfd_write(self._bell, 1)


def take(theirs: socket.socket) -> tuple[socket.socket, socket.socket]:
    """Our own socket for the connection, and the other end of the one that the server has now."""
    ours = socket.socket(fileno=os.dup(theirs.fileno()))
    void, other_end = socket.socketpair()
    with void:
        os.dup2(void.fileno(), theirs.fileno(), inheritable=False)
    return ours, other_end


def head_of(response: Response) -> bytes:
    """Status line and headers as they go over the line; the body ends with the connection."""
    fields = [*response.headers.to_wsgi_list(), ("Connection", "close")]
    lines = [f"HTTP/1.1 {response.status}", *(f"{name}: {value}" for name, value in fields), "", ""]
    return "\r\n".join(lines).encode("latin-1")
