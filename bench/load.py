"""A client that costs little: requests as ready bytes over kept-alive sockets, one thread each."""

from __future__ import annotations

import resource
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

PATIENCE_SECONDS = 30
NO_ANSWER = 0
"""The status of a request that was not answered in that time."""


def allow_many_sockets() -> None:
    """Let this process hold as many as the system allows; the usual 1,024 are fewer than there are watchers."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@dataclass
class Result:
    """What came of a load: how many answers of each status, how long each took, and the whole, in seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds if self.seconds else 0.0


Maker = Callable[[int], bytes]
"""Gives the bytes of a client's n-th request."""


def run(port: int, makers: list[Maker], each: int) -> Result:
    """Let every client send its requests one after another, all clients at once."""
    result, lock = Result(), threading.Lock()
    start = threading.Barrier(len(makers) + 1)

    def client(make: Maker) -> None:
        statuses: Counter[int] = Counter()
        waits: list[float] = []
        connection = _Connection(port)
        start.wait()
        for number in range(each):
            request = make(number)
            began = time.perf_counter()
            statuses[connection.ask(request)] += 1
            waits.append(time.perf_counter() - began)
        connection.close()
        with lock:
            result.statuses += statuses
            result.waits += waits

    threads = [threading.Thread(target=client, args=(make,)) for make in makers]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    result.seconds = time.perf_counter() - began
    return result


def paced(port: int, makers: list[Maker], per_second: float, seconds: float) -> Result:
    """Send so many requests a second, spread evenly, whatever the answers take; each client has its own connection.

    The wait of a request counts from when it was due, so that a server which holds one up is not excused the next.
    """
    result, lock = Result(), threading.Lock()
    pause = len(makers) / per_second
    began = time.perf_counter() + 0.1

    def client(place: int, make: Maker) -> None:
        statuses: Counter[int] = Counter()
        waits: list[float] = []
        connection = _Connection(port)
        for number in range(int(seconds / pause)):
            request, due = make(number), began + number * pause + place / per_second
            time.sleep(max(0.0, due - time.perf_counter()))
            statuses[connection.ask(request)] += 1
            waits.append(time.perf_counter() - due)
        connection.close()
        with lock:
            result.statuses += statuses
            result.waits += waits

    threads = [threading.Thread(target=client, args=(place, make)) for place, make in enumerate(makers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.seconds = time.perf_counter() - began
    return result


class _Connection:
    def __init__(self, port: int) -> None:
        self._port = port
        self._socket = self._open()
        self._rest = b""

    def ask(self, request: bytes) -> int:
        """Send a request, read the whole answer, tell its status: NO_ANSWER if none came in time.

        A server may hang up between two.
        """
        try:
            try:
                self._socket.sendall(request)
                return self._answer()
            except (ConnectionError, IndexError):
                self._reopen()
                self._socket.sendall(request)
                return self._answer()
        except TimeoutError:
            self._reopen()
            return NO_ANSWER

    def close(self) -> None:
        self._socket.close()

    def _reopen(self) -> None:
        self._socket.close()
        self._socket, self._rest = self._open(), b""

    def _open(self) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE_SECONDS)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def _answer(self) -> int:
        while b"\r\n\r\n" not in self._rest:
            self._more()
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        lowered = head.lower()
        length = int(lowered.split(b"content-length:")[1].split(b"\r\n")[0]) if b"content-length:" in lowered else 0
        while len(self._rest) < length:
            self._more()
        self._rest = self._rest[length:]
        return int(head.split(b" ", 2)[1])

    def _more(self) -> None:
        received = self._socket.recv(65536)
        if not received:
            raise ConnectionError("the server hung up")
        self._rest += received


def get(path: str, cookie: str = "", **headers: str) -> bytes:
    """A GET request."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *_headers(cookie, headers), "", ""]
    return "\r\n".join(lines).encode()


def post(path: str, body: str, cookie: str, **headers: str) -> bytes:
    """A POST of a form."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        *_headers(cookie, headers),
        "",
        body,
    ]
    return "\r\n".join(lines).encode()


def _headers(cookie: str, headers: dict[str, str]) -> list[str]:
    named = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return [*([f"Cookie: {cookie}"] if cookie else []), *named]
