"""A stream that holds no thread: what its reader gets, in gzip and plain, and when it is over (E1, E2, H-08)."""

import random
import select
import socket
import zlib
from collections.abc import Iterator

import pytest

from gallery.core import deflate
from gallery.core import line as lines
from gallery.core.handoff import Departures, Void, take
from gallery.core.line import Line
from gallery.core.stream import HEARTBEAT, Message

HEAD = b"HTTP/1.1 200 OK\r\n\r\n"
OPENING = b"retry: 1234\nevent: clock\ndata: 1795824000000\n\n"


class Browser:
    """The other end of a line."""

    def __init__(self, line: Line) -> None:
        ours, self.end = socket.socketpair()
        self.end.settimeout(5)
        self.opened = line.open(ours, HEAD)
        self.inflate = zlib.decompressobj(16 + zlib.MAX_WBITS) if line._compressed else None
        self.took = 0

    def reads(self) -> str:
        """What has come since it was last asked."""
        data = self.end.recv(65536)
        self.took = len(data)
        data = data.removeprefix(HEAD)
        return (self.inflate.decompress(data) if self.inflate else data).decode()


@pytest.fixture(params=[False, True], ids=["plain", "gzip"])
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    made = Line("thing:7", "en", opening=OPENING, compressed=request.param)
    yield made
    made.end()


def version(number: int) -> Message:
    return Message.of(number, f"<p>The price is now {number}00 euros, and much else stays as it was.</p>")


def test_a_line_says_its_opening_once_and_then_its_messages(line: Line) -> None:
    browser = Browser(line)
    assert browser.reads() == OPENING.decode()
    for number in (1, 2):
        line.offer(version(number))
        assert browser.reads() == version(number).wire.decode()


def test_what_came_before_the_connection_is_sent_with_it_the_newest_alone(line: Line) -> None:
    for number in (1, 2):
        line.offer(version(number))
    said = Browser(line).reads()
    assert version(2).wire.decode() in said
    assert "100 euros" not in said


def test_who_has_seen_a_version_gets_no_older_one(line: Line) -> None:
    line.seen = 5
    browser = Browser(line)
    browser.reads()
    for number in (4, 5, 6):
        line.offer(version(number))
    assert version(6).wire.decode() in browser.reads()


def test_in_gzip_an_update_is_a_fraction_of_its_text() -> None:
    line = Line("thing:7", "en", opening=OPENING, compressed=True)
    browser = Browser(line)
    browser.reads()
    for number in range(10, 20):
        line.offer(version(number))
        browser.reads()
    assert browser.took < len(version(19).wire) / 2


def test_a_quiet_line_has_a_heartbeat_that_is_no_event(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Browser(line)
    browser.reads()
    line.inspect()
    browser.end.setblocking(False)
    with pytest.raises(BlockingIOError):
        browser.reads()
    monkeypatch.setattr(lines, "HEARTBEAT_SECONDS", 0.0)
    browser.end.settimeout(5)
    line.inspect()
    assert browser.reads() in {"", HEARTBEAT.decode()}
    line.offer(version(3))
    assert version(3).wire.decode() in browser.reads()


def test_a_reader_who_does_not_read_is_cut_off_and_holds_nobody_up(line: Line) -> None:
    over: list[bool] = []
    line.on_close = lambda: over.append(True)
    browser = Browser(line)
    for number in range(10_000):
        if over:
            break
        line.offer(Message.of(number, f"<p>{number}{'x' * 5000}{number}</p>" * 20))
    assert over == [True]
    line.offer(version(99_999))
    assert line.fileno() == -1
    browser.end.close()


def test_the_kernel_keeps_little_for_who_does_not_read(line: Line) -> None:
    """Thousands of sleepers must not cost megabytes each (ADR 14)."""
    over: list[bool] = []
    line.on_close = lambda: over.append(True)
    with socket.create_server(("127.0.0.1", 0)) as server:
        sleeper = socket.socket()
        sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sleeper.connect(server.getsockname())
        line.open(server.accept()[0], HEAD)
    sent = 0
    while not over and sent < 10_000_000:
        sent += 1_000
        line.offer(Message.of(sent, random.randbytes(500).hex()))
    assert sent < 300_000
    sleeper.close()


def test_first_messages_share_their_block() -> None:
    """A crowd that has just come would else have the same text pressed once for each (E2)."""
    deflate.block.cache_clear()
    joined = [Line("thing:7", "en", compressed=True) for _ in range(20)]
    browsers = [Browser(one) for one in joined]
    for one in joined:
        one.offer(version(1))
    assert all("100 euros" in browser.reads() for browser in browsers)
    assert deflate.block.cache_info().misses == 1


def test_it_ends_once_and_its_reader_sees_the_end(line: Line) -> None:
    over: list[bool] = []
    line.on_close = lambda: over.append(True)
    browser = Browser(line)
    browser.reads()
    for _again in range(2):
        line.end()
    assert over == [True]
    assert browser.end.recv(10) == b""


def test_a_line_that_was_ended_before_its_connection_came_opens_nothing(line: Line) -> None:
    line.end()
    browser = Browser(line)
    assert not browser.opened
    assert browser.end.recv(10) == b""


def test_who_hangs_up_is_noticed_and_nobody_else() -> None:
    departures = Departures()
    stays, goes = (Line("thing:7", "en", opening=OPENING) for _ in range(2))
    browsers = [Browser(one) for one in (stays, goes)]
    for one in (stays, goes):
        departures.watch(one)
    assert departures.wait(0) == []
    browsers[1].end.close()
    assert departures.wait(5) == [goes]
    departures.wake()
    assert departures.wait(5) == []


def test_who_hangs_up_is_let_go_without_waiting_for_the_end_of_the_round() -> None:
    departures = Departures()
    line = Line("thing:7", "en", opening=OPENING)
    browser = Browser(line)
    departures.watch(line)
    browser.end.close()
    departures.let_go(60, lambda: line.fileno() == -1)
    assert line.fileno() == -1


def test_the_server_keeps_a_socket_that_leads_nowhere() -> None:
    server, browser = socket.socketpair()
    ours, other_end = take(server)
    ours.sendall(b"for the browser")
    server.sendall(b"into the void")
    assert browser.recv(100) == b"for the browser"
    Void(other_end).close()
    assert select.select([server], [], [], 5)[0] == [server]
    server.close()
    ours.sendall(b"still there")
    assert browser.recv(100) == b"still there"
