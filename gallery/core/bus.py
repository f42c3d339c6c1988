"""Between processes: "topic so-and-so is at version n", said by the one that wrote, heard by those that are watched.

What is said may get lost; the hub finds out by itself within about a second, or at once where the bus knows that
it may have lost something (gallery.core.hub). So nobody waits for it, nothing is repeated and nothing is acknowledged.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from gallery.core.settings import Settings

log = logging.getLogger(__name__)

Heard = Callable[[str, int], None]
"""Called with topic and version, in a thread of the bus."""
Missed = Callable[[], None]
"""Called there when something may have got lost."""

SAID = re.compile(r"([a-z]+:[A-Za-z0-9_-]{1,64}) ([0-9]{1,18})", re.ASCII)
QUEUE = 10
"""Datagrams that Linux keeps for a socket unless it was told otherwise; for one more there is no room."""
LONGEST = 256
"""Bytes that are read of a datagram; what is longer is none of ours."""
LONGEST_ADDRESS = 100
"""Bytes; the kernel takes 107 in the address of a unix socket."""
PATIENCE_SECONDS = 0.25
"""How long a bidder's answer may wait for Redis."""
REST_SECONDS = 2.0
"""After a failure Redis is left alone for this long, and the hub's own look serves instead."""


class Bus(Protocol):
    """One way to tell the other processes."""

    def listen(self, heard: Heard, missed: Missed) -> None:
        """From now on pass on what the others say. Call it after the fork, in the process that serves."""

    def send(self, topic: str, version: int) -> None:
        """Tell the others; never blocks for long, never raises."""

    def close(self) -> None:
        """Stop listening."""


def from_settings(settings: Settings) -> Bus:
    """Redis where one is set (many boxes), else datagrams (one box)."""
    if settings.redis_url:
        return RedisBus(settings.redis_url)
    if hasattr(socket, "AF_UNIX"):
        return Datagrams(settings.data_dir / "run" / "live")
    return Alone()


class Alone:
    """The bus of a house with one process, which hears itself without it."""

    def listen(self, heard: Heard, missed: Missed) -> None:
        """Nobody else speaks."""

    def send(self, topic: str, version: int) -> None:
        """Nobody else listens."""

    def close(self) -> None:
        """Nothing was opened."""


class Datagrams:
    """Unix datagrams: each listening process has a socket in `folder`, a sender writes to all of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ear: socket.socket | None = None
        self._address: Path | None = None

    def listen(self, heard: Heard, missed: Missed) -> None:
        """Open this process's socket; without one (an odd file system) the hub's own look has to do."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Two containers may share the folder and have the same process id.
        address = self._folder / f"{os.getpid()}-{secrets.token_hex(4)}.sock"
        ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            with _Reachable(self._folder) as folder:
                ear.bind(f"{folder}/{address.name}")
        except OSError:
            log.warning("no socket for live updates between processes; they arrive up to a second late", exc_info=True)
            ear.close()
            return
        self._ear, self._address = ear, address
        threading.Thread(target=_hear, args=(ear, heard, missed), name="live-bus", daemon=True).start()

    def send(self, topic: str, version: int) -> None:
        """Write to the socket of every other process; remove those whose process is gone."""
        said = f"{topic} {version}".encode()
        try:
            with _Reachable(self._folder) as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as mouth:
                mouth.setblocking(False)
                for name in os.listdir(self._folder):  # noqa: PTH208  Twice as quick, and on the way of every bid.
                    if name.endswith(".sock") and (self._address is None or name != self._address.name):
                        self._send_to(mouth, f"{folder}/{name}", said)
        except FileNotFoundError:
            return  # Nobody has ever listened here.
        except OSError:
            log.warning("other processes could not be told of a live update", exc_info=True)

    def close(self) -> None:
        """Close this process's socket and wake the thread that waits on it."""
        ear, self._ear = self._ear, None
        if ear is None or self._address is None:
            return
        self._address.unlink(missing_ok=True)
        ear.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _send_to(mouth: socket.socket, address: str, said: bytes) -> None:
        try:
            mouth.sendto(said, address)
        except ConnectionRefusedError:
            Path(address).unlink(missing_ok=True)
        except (BlockingIOError, FileNotFoundError):
            pass  # Its queue is full, or it has just closed.


class _Reachable:
    """A folder under a name that is short enough for a socket's address, however deep it lies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._handle: int | None = None

    def __enter__(self) -> str:
        # Room for "/4194304-01234567.sock".
        if len(os.fsencode(self._folder)) + 22 <= LONGEST_ADDRESS:
            return str(self._folder)
        self._handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        return f"/proc/self/fd/{self._handle}"

    def __exit__(self, *_: object) -> None:
        if self._handle is not None:
            os.close(self._handle)


def _hear(ear: socket.socket, heard: Heard, missed: Missed) -> None:
    """Pass on what is said; so many that waited in a row may have left no room for another."""
    in_a_row = 0
    with ear:
        while True:
            try:
                said = ear.recv(LONGEST, socket.MSG_DONTWAIT)
                in_a_row += 1
            except BlockingIOError:
                said, in_a_row = ear.recv(LONGEST), 1
            if not said:
                return
            _pass_on(said, heard)
            if in_a_row == QUEUE:
                in_a_row = 0
                missed()


class RedisBus:
    """Redis publish and subscribe, for any number of boxes."""

    def __init__(self, url: str) -> None:
        from redis import Redis  # Only needed, and only installed, where there is a Redis.

        self._url = url
        self._redis: Any = Redis.from_url(
            url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS, retry=None
        )
        # A channel is seen from all of a server's databases, and two galleries may share the server.
        self._channel = f"gallery-{self._redis.connection_pool.connection_kwargs.get('db') or 0}-live"
        self._rest_until = 0.0
        self._lost = False
        self._closed = threading.Event()

    def listen(self, heard: Heard, missed: Missed) -> None:
        """Subscribe in a thread, and again whenever the connection is lost."""
        self._closed.clear()
        threading.Thread(target=self._hear, args=(heard, missed), name="live-bus", daemon=True).start()

    def send(self, topic: str, version: int) -> None:
        """Publish; after a failure not again for a while, since each bid would wait for it."""
        from redis import RedisError

        if time.monotonic() < self._rest_until:
            return
        try:
            self._redis.publish(self._channel, f"{topic} {version}")
        except RedisError as failed:
            self._rest_until = time.monotonic() + REST_SECONDS
            log.warning("Redis takes no live updates (%s); they arrive up to a second late", failed)

    def close(self) -> None:
        """Stop listening, within a second."""
        self._closed.set()

    def _hear(self, heard: Heard, missed: Missed) -> None:
        from redis import RedisError

        while not self._closed.is_set():
            try:
                self._hear_until_lost(heard, missed)
            except RedisError as lost:
                if not self._lost:
                    log.warning("Redis brings no live updates (%s); they arrive up to a second late", lost)
                self._lost = True
                self._closed.wait(REST_SECONDS)

    def _hear_until_lost(self, heard: Heard, missed: Missed) -> None:
        from redis import Redis

        with (
            Redis.from_url(self._url, socket_connect_timeout=5, health_check_interval=10) as connection,
            connection.pubsub() as subscription,
        ):
            subscription.subscribe(self._channel)
            self._lost = False
            while not self._closed.is_set():
                message = subscription.get_message(timeout=1.0)
                if message is not None and message["type"] == "message":
                    _pass_on(message["data"], heard)
                elif message is not None:
                    missed()  # It hears from now on, and not what was said before.


def _pass_on(said: bytes, heard: Heard) -> None:
    """Read what was said; nonsense is ignored, and no failure of the hearer ends the listening."""
    understood = SAID.fullmatch(said.decode("ascii", "replace"))
    if understood is None:
        return
    try:
        heard(understood[1], int(understood[2]))
    except Exception:
        log.exception("a live update from another process could not be passed on")
