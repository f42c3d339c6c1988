"""Live bidding (goals 4, 5, 6, 7, 11 and 13): a crowd before the bare loop, before one process and before two.

`python -m bench.live` runs only this. Every reader's whole stream is read afterwards; nothing is sampled.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import load, measures, published, table
from bench.house import Bidder, House, build
from bench.served import Served, serving, serving_floor
from tests.live.arrivals import LATE_SECONDS, Delivered, delivered
from tests.live.crowd import Crowd, Errand

BIDS_PER_SECOND = 2
PAGES_PER_SECOND = 20
FAST, STORM = 10, 40
"""Bids a second: as many as all watchers can be told of, and four times as many."""
MEMBERS_AMONG = 4
"""Every fourth reader is signed in: his right is asked again with each update."""
THREADS = 64
"""The default of gunicorn.conf.py."""
WARM_BIDS = 4
WARM_SECONDS = 3
FIRST_MINOR = 10_00
DRAIN_SECONDS = 1.5
"""After the last bid, for what the net of one second would bring."""


@dataclass(frozen=True)
class Sizes:
    """How much of everything."""

    rounds: int = 5
    watchers: int = 1_000
    idle: int = 3_000
    seconds: float = 8


class Stage:
    """A server, the lot that all watch, and those who bid on it."""

    def __init__(self, server: Served, lot: int, bidders: list[Bidder]) -> None:
        self.server = server
        self.lot = lot
        self._bidders = bidders
        self._placed = 0

    @classmethod
    def of(cls, server: Served, house: House) -> Stage:
        """The first lot of a house."""
        members = [bidder for place in house.places for bidder in place.bidders]
        return cls(server, house.places[0].lot_id, members)

    @contextmanager
    def crowd(self, watchers: int, *, comes_back: bool = False) -> Iterator[Crowd]:
        """So many readers, in both languages, some of them members; as gzip, like browsers."""
        with Crowd(self.server.port, comes_back=comes_back) as crowd:
            crowd.join(watchers, lambda _number: f"/lots/{self.lot}/live?since=0", self._headers)
            yield crowd

    def bid(self) -> bytes:
        """The request of a bid that is more than all before."""
        self._placed += 1
        minor = FIRST_MINOR + self._placed * measures.STEP_MINOR
        return measures.bid(self.lot, self._bidders[self._placed % 2], minor)

    def page(self) -> bytes:
        """A visitor's request for the lot's page."""
        return load.get(f"/lots/{self.lot}")

    def _headers(self, number: int) -> str:
        cookie = self._bidders[number % len(self._bidders)].cookie if number % MEMBERS_AMONG == 0 else ""
        language = "fr" if number % 2 else "en"
        return f"Accept-Encoding: gzip\r\nAccept-Language: {language}\r\n" + (f"Cookie: {cookie}\r\n" if cookie else "")


@dataclass
class Fanned:
    """What a crowd got of some seconds of bids, and what it cost the server."""

    got: Delivered
    bids: int
    cpu_seconds: float
    seconds: float

    @property
    def cpu_us(self) -> float:
        """Of the server for each event that a reader got, the bids included."""
        return self.cpu_seconds / max(1, self.got.events) * 1e6


def errands(make: Callable[[], bytes], kind: str, per_second: float, seconds: float) -> list[Errand]:
    """So many requests a second, spread evenly, beginning at once."""
    began = time.monotonic() + 0.05
    return [Errand(began + number / per_second, make, kind) for number in range(int(seconds * per_second))]


def fan_out(
    stage: Stage, crowd: Crowd, per_second: float, seconds: float, beside: list[Errand] | None = None
) -> Fanned:
    """Have bids placed and see how they arrive."""
    began, before = time.monotonic(), stage.server.cpu_seconds()
    crowd.ask([*errands(stage.bid, "bid", per_second, seconds), *(beside or [])])
    crowd.run(seconds)
    crowd.finish()  # A house that is slower than its bidders takes the rest of their bids now.
    lasted, used = time.monotonic() - began, stage.server.cpu_seconds() - before
    crowd.run(DRAIN_SECONDS)
    made = published.read(stage.server.published, began)
    return Fanned(delivered(crowd.readers, made), len(made), used, lasted)


def waits_ms(asked: list[Errand], kind: str) -> list[float]:
    """How long these requests took; a page that was not served stops the bench."""
    mine = [one for one in asked if one.kind == kind]
    wrong = [one.status for one in mine if kind == "page" and one.status != 200]
    if wrong or not mine:
        raise RuntimeError(f"pages were answered {wrong}")
    return [(one.answered_at - one.due) * 1000 for one in mine]


class Figures(defaultdict[str, list[float]]):
    """Of each kind of figure, one a round."""

    def __init__(self) -> None:
        super().__init__(list)

    def note(self, **values: float) -> None:
        for name, value in values.items():
            self[name].append(value)


def measure(directory: Path, sizes: Sizes) -> list[table.Row]:
    """Floor, one process and two in turns; then a process with nobody, and with thousands who wait."""
    load.allow_many_sockets()
    found, faults = Figures(), Delivered()
    houses = [build(_folder(directory, name), measures.CLIENTS) for name in ("one", "two", "idle")]
    with ExitStack() as stack:
        floor = Stage(stack.enter_context(serving_floor()), 1, houses[0].places[0].bidders[:])  # type: ignore[arg-type]
        one = Stage.of(stack.enter_context(serving("wsgi:app", houses[0].environ, threads=THREADS)), houses[0])
        two = Stage.of(
            stack.enter_context(serving("wsgi:app", houses[1].environ, threads=THREADS, workers=2)), houses[1]
        )
        for stage in (one, two):
            with stage.crowd(0) as crowd:
                # Whatever a process does for the first time would be taken for its quiet pace.
                pages = errands(stage.page, "page", PAGES_PER_SECOND, WARM_SECONDS)
                crowd.ask([*errands(stage.bid, "bid", FAST, WARM_SECONDS), *pages])
                crowd.run(WARM_SECONDS + 2)
        for _ in range(sizes.rounds):
            bare = _floor(floor, found, sizes)
            alone = _one(one, found, faults, sizes, bare)
            _two(two, found, faults, sizes, alone)
    for _ in range(sizes.rounds):
        _idle(houses[2], found, sizes)
    return rows(found, faults, sizes)


def _floor(stage: Stage, found: Figures, sizes: Sizes) -> Fanned:
    with stage.crowd(sizes.watchers) as crowd:
        fan_out(stage, crowd, FAST, WARM_BIDS / FAST)
        bare = fan_out(stage, crowd, BIDS_PER_SECOND, sizes.seconds)
    found.note(floor_p50=bare.got.quantile(0.5), floor_p99=bare.got.quantile(0.99), floor_cpu=bare.cpu_us)
    return bare


def _one(stage: Stage, found: Figures, faults: Delivered, sizes: Sizes, bare: Fanned) -> Fanned:
    """One process: bids and pages with nobody there, then with a crowd."""
    with stage.crowd(0) as nobody:
        quiet = fan_out(stage, nobody, BIDS_PER_SECOND, sizes.seconds)
        nobody.ask(errands(stage.page, "page", PAGES_PER_SECOND, sizes.seconds))
        nobody.run(sizes.seconds + DRAIN_SECONDS)
        calm = measures.p99(waits_ms(nobody.errands, "page"))
    with stage.crowd(sizes.watchers) as crowd:
        fan_out(stage, crowd, FAST, WARM_BIDS / FAST)
        full = fan_out(stage, crowd, BIDS_PER_SECOND, sizes.seconds)
        pages = errands(stage.page, "page", PAGES_PER_SECOND, sizes.seconds)
        both = fan_out(stage, crowd, BIDS_PER_SECOND, sizes.seconds, pages)
        busy = measures.p99(waits_ms(crowd.errands, "page"))
    of_bids = quiet.cpu_seconds / max(1, quiet.bids) * full.bids
    found.note(
        p50=full.got.quantile(0.5),
        p99=full.got.quantile(0.99),
        cpu=full.cpu_us,
        hub_cpu=(full.cpu_seconds - of_bids) / max(1, full.got.events) * 1e6,
        goal4_p99=full.got.quantile(0.99) / bare.got.quantile(0.99),
        goal4_cpu=full.cpu_us / bare.cpu_us,
        size_median=full.got.median_size,
        size_p95=statistics.quantiles(full.got.sizes, n=20)[18],
        page_quiet=calm,
        page_busy=busy,
        goal7=busy / calm,
        p99_with_pages=both.got.quantile(0.99),
    )
    _add(faults, full.got, both.got)
    return full


def _two(stage: Stage, found: Figures, faults: Delivered, sizes: Sizes, alone: Fanned) -> None:
    """Two processes: the same again, then as many bids as all can be told of, then more."""
    with stage.crowd(sizes.watchers) as crowd:
        fan_out(stage, crowd, FAST, WARM_BIDS / FAST)
        calm = fan_out(stage, crowd, BIDS_PER_SECOND, sizes.seconds)
        fast = fan_out(stage, crowd, FAST, sizes.seconds)
        storm = fan_out(stage, crowd, STORM, sizes.seconds)
        before = stage.server.cpu_seconds()
        crowd.run(sizes.seconds)
        idle = (stage.server.cpu_seconds() - before) / sizes.seconds
    found.note(
        two_p50=calm.got.quantile(0.5),
        goal11=calm.got.quantile(0.5) - alone.got.quantile(0.5),
        two_idle=idle * 100,
        fast_events=fast.got.events / fast.seconds,
        fast_p99=fast.got.quantile(0.99),
        storm_bids=storm.bids / storm.seconds,
        storm_events=storm.got.events / storm.seconds,
        storm_p99=storm.got.quantile(0.99),
    )
    _add(faults, calm.got, fast.got, storm.got)


def _idle(house: House, found: Figures, sizes: Sizes) -> None:
    """A fresh process: its CPU with a thousand who wait, its memory with three thousand more."""
    with serving("wsgi:app", house.environ, threads=THREADS) as server:
        stage = Stage.of(server, house)
        with stage.crowd(sizes.watchers) as crowd:
            crowd.run(2)
            used = server.cpu_seconds()
            crowd.run(sizes.seconds)
            found.note(idle=(server.cpu_seconds() - used) / sizes.seconds * 100)
        time.sleep(1)
        before = server.memory_bytes()
        with stage.crowd(sizes.idle) as crowd:
            crowd.run(2)
            found.note(kib=(server.memory_bytes() - before) / sizes.idle / 1024)


def _add(faults: Delivered, *some: Delivered) -> None:
    for one in some:
        faults.lost += one.lost
        faults.late += one.late
        faults.disordered += one.disordered


def _folder(directory: Path, name: str) -> Path:
    made = directory / name
    made.mkdir()
    return made


def rows(found: Figures, faults: Delivered, sizes: Sizes) -> list[table.Row]:
    """The lines of the table."""
    at_most, figure, count = table.at_most, table.figure, table.count
    many, rate = f"{sizes.watchers:,} watchers", f"{BIDS_PER_SECOND} bids/s"
    return [
        at_most(f"4  p99 of the fan-out to {many}, over the bare loop's", found["goal4_p99"], 2),
        figure("      ms, the house: p50", found["p50"]),
        figure("      ms, the house: p99", found["p99"]),
        figure("      ms, the house: p99 while pages are loaded", found["p99_with_pages"]),
        figure("      ms, the bare loop: p50", found["floor_p50"]),
        figure("      ms, the bare loop: p99", found["floor_p99"]),
        at_most(f"4  CPU of a delivered event with its bid ({rate}), over it", found["goal4_cpu"], 1.5),
        figure("      us, the house", found["cpu"]),
        figure("      us, the house without the bids themselves", found["hub_cpu"]),
        figure("      us, the bare loop", found["floor_cpu"]),
        count("4  updates lost, in all runs of the house", faults.lost),
        count(f"4  updates later than {LATE_SECONDS * 1000:.0f} ms", faults.late, fails=False),
        count("4  updates out of order", faults.disordered),
        figure(f"5  memory of a watcher who waits, of {sizes.idle:,}, KiB", found["kib"], "<= 2"),
        figure(f"5  CPU of {many} who wait, % of a core", found["idle"], "<= 1"),
        at_most("6  bytes of an update on the line, median", found["size_median"], 56),
        at_most("6  bytes of an update on the line, p95", found["size_p95"], 64),
        at_most(f"7  p99 of the lot page with {many}, {rate}, over quiet", found["goal7"], 2),
        figure("      ms, quiet", found["page_quiet"]),
        figure("      ms, with them", found["page_busy"]),
        figure("11 p50 of two processes less that of one, ms", found["goal11"], "<= 5"),
        figure(f"11 CPU of two processes with {many} who wait, %", found["two_idle"], "<= 1"),
        figure(f"13 events a second at {FAST} bids/s, two processes", found["fast_events"]),
        figure("      p99, ms", found["fast_p99"], "<= 100"),
        figure(f"13 bids a second of {STORM} asked", found["storm_bids"]),
        figure("      events a second, several bids in one", found["storm_events"]),
        figure("      p99, ms", found["storm_p99"], "<= 250"),
    ]


def sizes_of(asked: argparse.Namespace) -> Sizes:
    """As the command line says."""
    return Sizes(asked.rounds, asked.watchers, asked.idle, asked.watch_seconds)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Of this bench."""
    parser.add_argument("--watchers", type=int, default=Sizes.watchers, help="of one lot")
    parser.add_argument("--idle", type=int, default=Sizes.idle, help="watchers of whom the memory is measured")
    parser.add_argument("--watch-seconds", type=float, default=Sizes.seconds, help="of each part of a round")


def main() -> int:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=Sizes.rounds)
    add_arguments(parser)
    with tempfile.TemporaryDirectory(prefix="gallery-bench-") as directory:
        found = measure(Path(directory), sizes_of(parser.parse_args()))
    print(table.machine())
    return int(table.show(found))


if __name__ == "__main__":
    sys.exit(main())
