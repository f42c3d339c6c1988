"""`make bench`: floors and product alternately, five rounds, medians of the ratios of each round."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import brotli

from bench import browser, live, load, measures, privacy, sign_ins, table
from bench.house import House, build
from bench.served import Served, serving
from bench.table import Row
from gallery import create_app
from gallery.core.settings import Settings

Rounds = dict[str, list[float]]
Part = Callable[[Path, argparse.Namespace], list[Row]]
"""Measures something, and gives its lines of the table."""


def main() -> int:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--each", type=int, default=100, help="requests of each of the eight clients a round")
    parser.add_argument("--seconds", type=float, default=12, help="of bids beside sign-ins, a round")
    parser.add_argument("--members", type=int, default=privacy.MEMBERS, help="of the house whose privacy is measured")
    parser.add_argument("--only", default="", help=f"of {', '.join(PARTS)}, with commas between")
    live.add_arguments(parser)
    asked = parser.parse_args()
    wanted = asked.only.split(",") if asked.only else list(PARTS)
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    rows = []
    for name in PARTS:
        if name in wanted:
            with tempfile.TemporaryDirectory(prefix="gallery-bench-") as directory:
                rows += PARTS[name](Path(directory), asked)
    print(f"{asked.rounds} rounds, median (least-greatest); {table.machine()}")
    return int(table.show(rows))


def requests(directory: Path, asked: argparse.Namespace) -> list[Row]:
    """Bids and pages beside raw commits and hello (goals 1, 2, 3, 8 and 12)."""
    rounds: Rounds = {}
    house = build(directory, measures.CLIENTS)
    with serving("bench.floor_app:app", {}) as floor, serving("wsgi:app", house.environ) as product:
        measures.cpu_per_request(product, measures.page_makers(house), 20, 200)  # Warm.
        for number in range(asked.rounds):
            one_round(rounds, directory, house, floor, product, number, asked.each)
    waits, failed = measures.waiting_writers(house)
    return rows_of_requests(rounds, waits, failed, page_bytes(house))


def beside_sign_ins(directory: Path, asked: argparse.Namespace) -> list[Row]:
    """Bids while others sign in."""
    return sign_ins.rows(sign_ins.measure(directory, asked.rounds, asked.seconds))


def watchers(directory: Path, asked: argparse.Namespace) -> list[Row]:
    """Live bidding (goals 4, 5, 6, 7, 11 and 13)."""
    return live.measure(directory, live.sizes_of(asked))


def of_privacy(directory: Path, asked: argparse.Namespace) -> list[Row]:
    """What erasing and exporting cost."""
    return privacy.lines(asked.members, *privacy.measure(directory, asked.members))


def in_a_browser(directory: Path, asked: argparse.Namespace) -> list[Row]:
    """What a visitor has of it (goals 6, 8 and 9)."""
    return browser.rows(browser.measure(directory, asked.rounds))


PARTS: dict[str, Part] = {
    "requests": requests,
    "sign_ins": beside_sign_ins,
    "watchers": watchers,
    "browser": in_a_browser,
    "privacy": of_privacy,
}


def one_round(
    rounds: Rounds, directory: Path, house: House, floor: Served, product: Served, number: int, each: int
) -> None:
    """Each floor, then what stands on it, within seconds of each other."""

    def note(name: str, value: float) -> None:
        rounds.setdefault(name, []).append(value)

    commits, commit_cpu = measures.raw_commits(directory)
    hello_cpu, hello = measures.cpu_per_request(floor, measures.same(load.get("/hello"), measures.CLIENTS), each, 200)
    bid_cpu, bids = measures.cpu_per_request(
        product, measures.bid_makers(house, 10_00 + number * each * measures.STEP_MINOR), each, 200
    )
    page_cpu, _pages = measures.cpu_per_request(product, measures.page_makers(house), each, 200)
    tag = measures.same(
        load.get(f"/lots/{house.places[0].lot_id}/standing", HX_Request="true", HX_Request_Type="partial"),
        measures.CLIENTS,
    )
    standing_cpu, _standings = measures.cpu_per_request(product, tag, each, 200)
    note("raw commits/s", commits)
    note("raw CPU us", commit_cpu * 1e6)
    note("hello/s", hello.per_second)
    note("hello CPU us", hello_cpu * 1e6)
    note("bids/s", bids.per_second)
    note("bid CPU us", bid_cpu * 1e6)
    note("page CPU us", page_cpu * 1e6)
    note("standing CPU us", standing_cpu * 1e6)
    note("goal 1", bids.per_second / commits * 100)
    note("goal 2", bid_cpu / hello_cpu)
    note("goal 3", hello_cpu / page_cpu * 100)
    note("goal 3, standing", hello_cpu / standing_cpu * 100)
    note("bid over raw CPU", bid_cpu / commit_cpu)


def page_bytes(house: House) -> int:
    """The lot page as a visitor with brotli gets it, in bytes."""
    app = create_app(Settings.from_environ(house.environ))
    answer = app.test_client().get(f"/lots/{house.places[0].lot_id}", headers={"Accept-Encoding": "br"})
    data: bytes = answer.data
    return len(data) if answer.headers.get("Content-Encoding") == "br" else len(brotli.compress(data, quality=5))


def rows_of_requests(rounds: Rounds, waits: list[float], failed: int, size: int) -> list[Row]:
    """The figures of this machine, then the goals."""
    longest, median = max(waits) * 1000, statistics.median(waits) * 1000
    return [
        *(table.figure(name, values) for name, values in rounds.items() if not name.startswith("goal")),
        table.at_least("1  bids/s over raw SQLite commits/s, %", rounds["goal 1"], 20),
        table.at_most("2  CPU of a bid over hello", rounds["goal 2"], 2.5),
        table.at_least("3  lot page, uncached, hello's CPU over its own, %", rounds["goal 3"], 35),
        table.at_least("   what is kept by its version: the standing, %", rounds["goal 3, standing"], 65),
        table.at_most("8  lot page, HTML and CSS, brotli, bytes", [size], 4000),
        Row("12 longest wait of 8 writers, ms (median)", f"{longest:.0f} ({median:.1f})", "<= 200"),
        table.count("12 bids that failed", failed),
    ]


if __name__ == "__main__":
    sys.exit(main())
