"""Live updates between real processes (E1, issue's item "Live, plain")."""

from __future__ import annotations

import signal
import socket
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from tests.live.conftest import Wall
from tests.live.reader import EventReader, eventually
from tests.live.wall import BARRED

Start = Callable[..., Wall]


def in_each_process(wall: Wall, number: int) -> list[EventReader]:
    """Readers of a note, at least one in each of two processes."""
    readers: list[EventReader] = []
    while len({reader.process for reader in readers}) < 2:
        readers.append(wall.watch(number))
        assert readers[-1].status == 200
    return readers


def measured(wall: Wall, readers: list[EventReader], updates: int) -> list[float]:
    """Seconds from a change to its arrival at readers of the other process."""
    seconds = []
    for _ in range(updates):
        before = time.monotonic()
        version, process = wall.put(1, "Again.")
        others = [reader for reader in readers if reader.process != process]
        assert all(one.reaches(version) for one in others)
        seconds += [one.events[-1].at - before for one in others]
        time.sleep(0.12)
    return seconds


def test_a_change_in_one_process_reaches_the_watchers_of_the_other_at_once(wall: Start) -> None:
    house = wall(workers=2, GALLERY_STREAMS="100")
    house.put(1, "First.")
    readers = in_each_process(house, 1)
    seconds = measured(house, readers, 15)
    assert statistics.median(seconds) < 0.2, seconds  # Without the bus it is half a second.
    assert max(seconds) < 1.5, seconds


def test_redis_carries_changes_between_boxes(wall: Start, redis_url: str) -> None:
    here = wall(GALLERY_REDIS_URL=redis_url)
    there = wall(GALLERY_REDIS_URL=redis_url)
    here.put(1, "First.")
    with there.watch(1) as reader:
        assert eventually(lambda: reader.versions == [1])
        time.sleep(0.3)
        seconds = measured(here, [reader], 10)
    assert statistics.median(seconds) < 0.2, seconds


def test_without_a_bus_changes_arrive_late_but_complete(wall: Start) -> None:
    house = wall(workers=2, WALL_BUS="none", GALLERY_STREAMS="100")
    house.put(1, "First.")
    readers = in_each_process(house, 1)
    for number in range(5):
        version, _ = house.put(1, f"Change {number}.")
    assert eventually(lambda: all(reader.versions[-1:] == [version] for reader in readers), seconds=2.5)


def test_a_change_that_nobody_announced_arrives_all_the_same(wall: Start) -> None:
    house = wall()
    house.put(1, "First.")
    with house.watch(1) as reader:
        house.put(1, "Written by another program.", silently=True)
        assert eventually(lambda: reader.versions[-1:] == [2], seconds=2.5)


def test_a_redis_that_is_gone_delays_updates_but_fails_nothing(wall: Start) -> None:
    house = wall(GALLERY_REDIS_URL="redis://127.0.0.1:1/0")
    house.put(1, "First.")
    with house.watch(1) as reader:
        before = time.monotonic()
        version, _ = house.put(1, "Second.")
        assert time.monotonic() - before < 1
        assert eventually(lambda: version in reader.versions, seconds=2.5)


def test_every_watcher_ends_with_the_last_state_and_never_goes_back(wall: Start) -> None:
    house = wall(workers=2, GALLERY_STREAMS="400", threads=400)
    house.put(1, "First.")
    readers = [house.watch(1, compressed=number % 2 == 0) for number in range(50)]
    for number in range(30):
        last, _ = house.put(1, f"Change {number}.")
    assert eventually(lambda: all(reader.versions[-1:] == [last] for reader in readers), seconds=3)
    for reader in readers:
        assert reader.versions == sorted(set(reader.versions))
        assert "Change 29." in reader.events[-1].text


def test_a_stream_in_gzip_costs_a_fraction_and_says_the_same(wall: Start) -> None:
    """Also for who comes later or comes back, among those who were there before him (E2)."""
    house = wall()
    text = "An oval of colours and lines, dissolved into a storm. " * 8
    house.put(1, f"{text} 0.")
    readers = [house.watch(1, compressed=True), house.watch(1)]
    for number in range(1, 13):
        last, _ = house.put(1, f"{text} {number}.")
        assert all(reader.reaches(last) for reader in readers)
        if number == 6:
            readers += [house.watch(1, compressed=True), house.watch(1, seen=last, compressed=True)]
    said = [{event.version: event.text for event in reader.events} for reader in readers]
    assert all(heard.items() <= said[1].items() for heard in said)
    assert [min(heard) for heard in said[2:]] == [7, 8]
    for reader in (readers[0], *readers[2:]):
        assert max(reader.took[-3:]) < 80 < min(readers[1].took[-3:])


def test_streams_hold_no_threads(wall: Start) -> None:
    house = wall(threads=4)
    house.put(1, "First.")
    readers = [house.watch(1) for _ in range(40)]
    assert {reader.status for reader in readers} == {200}
    last, _ = house.put(1, "Second.")
    assert all(reader.reaches(last) for reader in readers)


def test_a_reader_that_does_not_read_holds_nobody_up_and_not_the_stop_either(wall: Start) -> None:
    house = wall()
    house.put(1, "First.")
    with socket.socket() as sleeper:
        sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sleeper.connect(("127.0.0.1", house.port))
        sleeper.sendall(b"GET /notes/1/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert eventually(lambda: house.figures()["streams"] == 1)
        with house.watch(1) as reader:
            for number in range(25):
                last, _ = house.put(1, f"{number:02}" * 8_000)
                assert reader.reaches(last)
            assert house.figures()["streams"] == 1  # Who does not read is let go; he may come back.
            before = time.monotonic()
            house.service.stop(seconds=15)
            assert time.monotonic() - before < 6


def test_streams_end_when_the_server_stops(wall: Start) -> None:
    house = wall(workers=2, GALLERY_STREAMS="100")
    house.put(1, "First.")
    readers = in_each_process(house, 1)
    before = time.monotonic()
    house.service.stop(seconds=15)
    assert time.monotonic() - before < 6  # Of gunicorn's patience of 20.
    assert eventually(lambda: all(reader.ended_at for reader in readers))
    assert max(reader.ended_at or 0 for reader in readers) - before < 1.5


def test_a_client_that_hangs_up_frees_its_place_at_once(wall: Start) -> None:
    house = wall(GALLERY_STREAMS="160", threads=256)
    house.put(1, "First.")
    for _ in range(5):
        readers = [house.watch(1) for _ in range(40)]
        assert {reader.status for reader in readers} == {200}  # No more than 40 from one address.
        for reader in readers:
            reader.close()
        assert eventually(lambda: house.figures()["streams"] == 0, seconds=2)


def test_too_many_streams_are_sent_to_polling(wall: Start) -> None:
    house = wall(GALLERY_STREAMS="3")
    house.put(1, "First.")
    readers = [house.watch(1) for _ in range(4)]
    assert [reader.status for reader in readers] == [200, 200, 200, 503]
    assert readers[3].headers["Retry-After"] == "10"
    assert house.put(1, "The rest of the house goes on.")[0] == 2


def test_one_address_cannot_take_all_places(wall: Start) -> None:
    house = wall(GALLERY_STREAMS="40")
    house.put(1, "First.")
    readers = [house.watch(1) for _ in range(13)]
    assert [reader.status for reader in readers] == [200] * 12 + [503]


def test_a_stream_ends_when_its_reader_loses_the_right(wall: Start, tmp_path: Path) -> None:
    house = wall()
    house.put(1, "First.")
    with house.watch(1, members=True) as barred, house.watch(1) as public:
        assert eventually(lambda: barred.versions == [1])
        (tmp_path / BARRED).touch()
        assert eventually(lambda: barred.ended_at, seconds=5)
        house.put(1, "Not for the barred.")
        assert eventually(lambda: public.versions == [1, 2])
        assert barred.versions == [1]


def test_no_message_leaves_after_the_right_is_lost(wall: Start, tmp_path: Path) -> None:
    house = wall()
    house.put(1, "First.")
    with house.watch(1, members=True) as barred, house.watch(1) as public:
        assert eventually(lambda: barred.versions == [1])
        (tmp_path / BARRED).touch()
        house.put(1, "Not for the barred.")
        assert eventually(lambda: public.versions == [1, 2])
        assert eventually(lambda: barred.ended_at, seconds=1)
        assert barred.versions == [1]


def test_a_reload_costs_a_reconnect(wall: Start) -> None:
    house = wall()
    house.put(1, "First.")
    with house.watch(1) as reader:
        assert eventually(lambda: reader.versions == [1])
        house.service.process.send_signal(signal.SIGHUP)
        assert eventually(lambda: reader.ended_at, seconds=5)
        house.put(1, "Meanwhile.")
        with house.watch(1, seen=1) as again:
            assert eventually(lambda: again.versions == [2])
