"""A crowd before two processes: nobody misses anything, and what was lost between them comes late but complete (E1).

`make soak` does the same with a thousand readers for a minute, and kills a process of the real house.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from tests.live.arrivals import LATE_SECONDS, Delivered, delivered
from tests.live.conftest import Wall
from tests.live.crowd import Crowd, Errand, Reader
from tests.live.taken import Taken

Start = Callable[..., Wall]
READERS, CHANGES = 200, 12
NEVER = "600"


def watch(number: int) -> str:
    """Every third note has a reader; so there are quiet ones among those that all look at."""
    return f"/notes/{1 if number % 3 else 2}/live?since=0"


def as_browsers(number: int) -> str:
    return "Accept-Encoding: gzip\r\n" if number % 4 else ""


@pytest.fixture
def crowd_of() -> Iterator[Callable[..., Crowd]]:
    """A crowd of readers who are all there."""
    there: list[Crowd] = []

    def come(wall: Wall, readers: int = READERS, **options: bool) -> Crowd:
        crowd = Crowd(wall.port, **options)
        there.append(crowd)
        crowd.join(readers, watch, as_browsers)
        return crowd

    yield come
    for one in there:
        one.leave()


def changes(wall: Wall, crowd: Crowd, number: int, *, wait: float) -> dict[int, dict[int, float]]:
    """Change both notes so often; of each, which version was there when. The crowd reads meanwhile."""
    made: dict[int, dict[int, float]] = {1: {}, 2: {}}
    for change in range(number):
        for note in (1, 2):
            before = time.monotonic()
            version, _process = wall.put(note, f"Change {change} of note {note}.")
            made[note][version] = before
        crowd.run(wait)
    return made


def arrived(crowd: Crowd, made: dict[int, dict[int, float]]) -> dict[int, Delivered]:
    """What the readers of each note got."""
    return {
        note: delivered([one for one in crowd.readers if f"/notes/{note}/" in one.path], versions)
        for note, versions in made.items()
    }


def is_complete(crowd: Crowd, made: dict[int, dict[int, float]], seconds: float) -> bool:
    """Whether nothing is missing within so many seconds."""
    end = time.monotonic() + seconds
    while any(one.lost for one in arrived(crowd, made).values()) and time.monotonic() < end:
        crowd.run(0.25)
    return not any(one.lost for one in arrived(crowd, made).values())


def test_no_reader_misses_a_change_though_nothing_is_looked_for(wall: Start, crowd_of: Callable[..., Crowd]) -> None:
    """No wake-up gets lost, in a process or between two: the net that would hide it is away."""
    house = wall(workers=2, WALL_LOOK_SECONDS=NEVER)
    for note in (1, 2):
        house.put(note, "First.")
    crowd = crowd_of(house)
    made = changes(house, crowd, CHANGES, wait=0.15)
    assert is_complete(crowd, made, 20)
    got = arrived(crowd, made)
    assert [one.disordered for one in got.values()] == [0, 0]
    assert got[1].events > READERS, "each of them is told again and again"


def test_without_a_bus_a_crowd_gets_everything_late_but_complete(wall: Start, crowd_of: Callable[..., Crowd]) -> None:
    house = wall(workers=2, WALL_BUS="none")
    for note in (1, 2):
        house.put(note, "First.")
    crowd = crowd_of(house, 40)
    made = changes(house, crowd, 4, wait=1.2)
    assert is_complete(crowd, made, 5)
    got = arrived(crowd, made)
    assert [one.disordered for one in got.values()] == [0, 0]
    assert sum(one.late for one in got.values()) > 0, "by the net, which is drawn in once a second"


def test_readers_of_a_killed_process_come_back_by_themselves_to_the_current_state(
    wall: Start, crowd_of: Callable[..., Crowd]
) -> None:
    house = wall(workers=2)
    for note in (1, 2):
        house.put(note, "First.")
    crowd = crowd_of(house, 40, comes_back=True)
    crowd.run(0.5)
    os.kill(house.figures()["pid"], signal.SIGKILL)
    killed = time.monotonic()
    made = changes(house, crowd, 1, wait=0.1)
    assert is_complete(crowd, made, 30)
    assert any(len(one.taken) > 1 for one in crowd.readers), "somebody watched in the process that was killed"
    for one in crowd.readers:
        again = [taken for taken in one.taken if taken.marks[0][0] > killed]
        assert len(again) <= 1
        assert all(b"id: 1\n" not in b"".join(text for *_, text in taken.pieces()) for taken in again)


def reader_of(*got: tuple[float, int]) -> Reader:
    """Someone who came at time 0 and got these versions at these times."""
    taken = Taken()
    taken.add(b"HTTP/1.1 200 OK\r\n\r\n", 0.0)
    for at, version in got:
        taken.add(f"id: {version}\ndata: x\n\n".encode(), at)
    return Reader(0, "/", "", [taken])


def test_what_is_lost_late_or_out_of_order_is_counted() -> None:
    published = {1: 1.0, 2: 2.0, 3: 3.0}
    well = delivered([reader_of((1.1, 1), (2.1, 2), (3.2, 3))], published)
    assert (well.lost, well.late, well.disordered, well.events, well.faults) == (0, 0, 0, 3, [])
    assert [round(wait, 1) for wait in well.waits] == [0.1, 0.1, 0.2]
    assert delivered([reader_of((2.1, 2), (3.1, 3))], published).late == 1, "the newer one came for the first, late"
    assert delivered([reader_of((1.1, 1), (2.1, 2))], published).faults == ["1 lost"]
    assert delivered([reader_of((1.1, 1), (2.1, 2), (3.0 + LATE_SECONDS + 0.1, 3))], published).late == 1
    assert delivered([reader_of((1.1, 1), (2.1, 2), (2.2, 2), (3.1, 3))], published).disordered == 1


def test_an_errand_that_comes_to_nothing_is_no_answer(wall: Start) -> None:
    with Crowd(wall().port) as crowd:
        crowd.ask(
            [
                Errand(time.monotonic(), lambda: b"GET /figures HTTP/1.1\r\nHost: x\r\n\r\n", "figures"),
                Errand(time.monotonic(), lambda: b"nonsense\r\n\r\n", "nonsense"),
            ]
        )
        crowd.finish()
        assert {one.kind: one.status for one in crowd.errands} == {"figures": 200, "nonsense": 400}
