"""What one process says, the others hear: by datagrams on one box, by Redis on many."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from gallery.core import bus
from gallery.core.bus import Alone, Bus, Datagrams, RedisBus
from gallery.core.settings import Settings
from tests.live.reader import eventually

ROOT = Path(__file__).parents[2]

SPEAKER = """
import sys, pathlib
from gallery.core.bus import Datagrams
Datagrams(pathlib.Path(sys.argv[1])).send("lot:7", 12)
"""
LISTENER = """
import sys, pathlib, time
from gallery.core.bus import Datagrams
Datagrams(pathlib.Path(sys.argv[1])).listen(lambda *said: None, lambda: None)
print("listening", flush=True)
time.sleep(60)
"""


@pytest.fixture
def open_bus() -> Iterator[Callable[[Bus], list[tuple[str, int]]]]:
    """Listen on a bus: what it hears."""
    listening: list[Bus] = []

    def listen(one: Bus) -> list[tuple[str, int]]:
        heard: list[tuple[str, int]] = []
        one.listen(lambda topic, version: heard.append((topic, version)), lambda: None)
        listening.append(one)
        return heard

    yield listen
    for one in listening:
        one.close()


Open = Callable[[Bus], list[tuple[str, int]]]


def test_the_settings_choose_the_bus(settings: Settings, redis_url: str) -> None:
    from dataclasses import replace

    assert isinstance(bus.from_settings(settings), Datagrams)
    assert isinstance(bus.from_settings(replace(settings, redis_url=redis_url)), RedisBus)


def test_alone_is_a_bus_on_which_nobody_is_heard(open_bus: Open) -> None:
    alone = Alone()
    heard = open_bus(alone)
    alone.send("lot:7", 12)
    assert heard == []


def test_all_other_listeners_hear_a_datagram_and_the_sender_does_not(tmp_path: Path, open_bus: Open) -> None:
    here, there, elsewhere = (Datagrams(tmp_path / "live") for _ in range(3))
    heard = [open_bus(one) for one in (here, there, elsewhere)]
    here.send("lot:7", 12)
    assert eventually(lambda: heard[1] == heard[2] == [("lot:7", 12)])
    assert heard[0] == []


def test_a_process_that_does_not_listen_can_speak(tmp_path: Path, open_bus: Open) -> None:
    heard = open_bus(Datagrams(tmp_path / "live"))
    subprocess.run([sys.executable, "-c", SPEAKER, str(tmp_path / "live")], cwd=ROOT, check=True)
    assert eventually(lambda: heard == [("lot:7", 12)])


def test_speaking_where_nobody_ever_listened_is_no_failure(tmp_path: Path) -> None:
    Datagrams(tmp_path / "live").send("lot:7", 12)
    assert not (tmp_path / "live").exists()


def test_the_socket_of_a_killed_process_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "live"
    with subprocess.Popen(
        [sys.executable, "-c", LISTENER, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "listening\n"
        assert len(list(folder.glob("*.sock"))) == 1
        process.kill()
    Datagrams(folder).send("lot:7", 12)
    assert list(folder.glob("*.sock")) == []


def test_a_closed_bus_hears_nothing_and_leaves_no_socket(tmp_path: Path, open_bus: Open) -> None:
    listener = Datagrams(tmp_path / "live")
    heard = open_bus(listener)
    listener.close()
    Datagrams(tmp_path / "live").send("lot:7", 12)
    time.sleep(0.05)
    assert heard == []
    assert list((tmp_path / "live").iterdir()) == []


def test_only_the_owner_may_enter_the_folder(tmp_path: Path, open_bus: Open) -> None:
    open_bus(Datagrams(tmp_path / "live"))
    assert (tmp_path / "live").stat().st_mode & 0o777 == 0o700


def test_a_folder_may_lie_deeper_than_a_socket_address_is_long(tmp_path: Path, open_bus: Open) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    heard = open_bus(Datagrams(deep))
    Datagrams(deep).send("lot:7", 12)
    assert eventually(lambda: heard == [("lot:7", 12)])


def test_a_listener_that_is_stuck_holds_no_sender_up(tmp_path: Path) -> None:
    folder = tmp_path / "live"
    folder.mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stuck:
        stuck.bind(str(folder / "1-stuck.sock"))
        speaker = Datagrams(folder)
        before = time.monotonic()
        for version in range(3_000):
            speaker.send("lot:7", version)
        assert time.monotonic() - before < 2
        assert (folder / "1-stuck.sock").exists()


def test_who_may_have_missed_something_is_told(tmp_path: Path) -> None:
    """The kernel keeps ten datagrams for a socket and throws the eleventh away, without a word to the hearer."""
    listener, speaker = Datagrams(tmp_path / "live"), Datagrams(tmp_path / "live")
    busy, heard, missed = threading.Event(), [], []

    def hear(_topic: str, version: int) -> None:
        heard.append(version)
        busy.wait(5)

    listener.listen(hear, lambda: missed.append(len(heard)))
    for version in range(600):  # More than any system's queue holds.
        speaker.send("lot:7", version)
    assert missed == []
    busy.set()
    assert eventually(lambda: missed), "so many in a row may have been more"
    assert eventually(lambda: len(heard) > bus.QUEUE)
    before = len(missed)
    for version in range(1_000, 1_005):
        speaker.send("lot:7", version)
        assert eventually(lambda version=version: heard[-1] == version)
    assert len(missed) == before, "one after another, none can have been lost"
    listener.close()


def test_nonsense_is_ignored_and_ends_no_listening(tmp_path: Path, open_bus: Open) -> None:
    listener = Datagrams(tmp_path / "live")
    heard = open_bus(listener)
    (address,) = (tmp_path / "live").glob("*.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stranger:
        for said in (b"lot:7", b"lot:7 -1", b"lot:7 1 2", b"\xff\xfe", "lot:7 １".encode(), b"../x:7 1", b"x" * 5_000):
            stranger.sendto(said, str(address))
    Datagrams(tmp_path / "live").send("lot:7", 12)
    assert eventually(lambda: heard == [("lot:7", 12)])


def test_a_hearer_that_fails_hears_the_next_one(tmp_path: Path) -> None:
    heard: list[int] = []

    def fail_first(_topic: str, version: int) -> None:
        heard.append(version)
        if len(heard) == 1:
            raise RuntimeError("the first time")

    listener = Datagrams(tmp_path / "live")
    listener.listen(fail_first, lambda: None)
    for version in (1, 2):
        Datagrams(tmp_path / "live").send("lot:7", version)
    assert eventually(lambda: heard == [1, 2])
    listener.close()


def test_redis_carries_what_is_said(redis_url: str, open_bus: Open) -> None:
    heard = open_bus(RedisBus(redis_url))
    speaker = RedisBus(redis_url)

    def said_and_heard() -> bool:
        speaker.send("lot:7", 12)
        return ("lot:7", 12) in heard

    assert eventually(said_and_heard)  # Subscribing takes a moment.


def test_a_new_connection_to_redis_hears_from_now_on_and_says_so(redis_url: str) -> None:
    missed: list[bool] = []
    listener = RedisBus(redis_url)
    listener.listen(lambda *_said: None, lambda: missed.append(True))
    assert eventually(lambda: missed == [True])
    Redis.from_url(redis_url).client_kill_filter(_type="pubsub")
    assert eventually(lambda: missed == [True, True], seconds=2 * bus.REST_SECONDS + 3)
    listener.close()


def test_two_galleries_on_one_redis_do_not_hear_each_other(redis_url: str, open_bus: Open) -> None:
    mine, other = open_bus(RedisBus(redis_url)), open_bus(RedisBus(redis_url.removesuffix("/0") + "/1"))
    speaker = RedisBus(redis_url)

    def said_and_heard() -> bool:
        speaker.send("lot:7", 12)
        return bool(mine)

    assert eventually(said_and_heard)
    time.sleep(0.1)
    assert other == []


def test_a_redis_that_is_gone_is_asked_once_and_then_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    speaker = RedisBus("redis://127.0.0.1:1/0")
    before = time.monotonic()
    for version in range(100):
        speaker.send("lot:7", version)
    assert time.monotonic() - before < 1
    assert len(caplog.records) == 1
