"""The long runs: `make soak` (or `python -m bench.soak`). Prints each figure beside the one that is asked for.

Each run is the suite's own, only longer: what is counted as wrong is what fails a test. `--share 0.01` runs a
hundredth of everything, to see that all of it starts; `--only kills,load` picks some.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from bench import soak_live
from gallery import create_app
from gallery.core.db import db
from gallery.core.settings import Settings
from tests import factories
from tests.bidding import oracle, test_machine, test_races, test_recorded
from tests.bidding.books import faults
from tests.conftest import KEYS, stamp
from tests.fire import test_kills, test_load
from tests.privacy.erasure import test_restore
from tests.services import postgresql
from tests.services.house import LiveHouse

DATABASES = ("sqlite", "postgresql")


@dataclass
class Place:
    """A fresh database with the application on it, and how to open a house there."""

    app: Flask
    environ: dict[str, str]
    directory: Path

    @contextmanager
    def house(self) -> Iterator[LiveHouse]:
        server = LiveHouse(self.environ, self.directory / "house.log", workers=2, threads=16)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def place(kind: str) -> Iterator[Place]:
    """An empty gallery on this kind of database, its context open."""
    directory = Path(tempfile.mkdtemp(prefix="gallery-soak-"))
    environ = KEYS | {"GALLERY_DATA_DIR": str(directory / "data")}
    (directory / "data").mkdir()
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        if kind == "postgresql":
            server = stack.enter_context(postgresql.running())
            environ["GALLERY_DATABASE_URL"] = server.url(server.create())
        app = create_app(Settings.from_environ(environ))
        with app.app_context():
            db.create_all()
            yield Place(app, environ, directory)
            db.session.remove()
            db.engine.dispose()


Result = tuple[str, list[Any]]
"""What was done, and what was wrong with it."""


def all_sequences(share: float) -> Result:
    """Case 1: the rules and the oracle, every sequence of five bids."""
    auction, amounts = next(iter(oracle.configurations()))
    length = 5 if share >= 1 else 4
    return f"{oracle.compare_all(auction, amounts, length):,} sequences of {length} bids", []


def machine(at: Place, share: float) -> Result:
    """Case 2: anything that may happen to a lot."""
    examples = max(1, round(2_000 * share))
    test_machine.run(examples, 50)
    return f"{examples:,} x 50 steps", []


def recorded(at: Place, share: float) -> Result:
    """The recorded auctions, each bid with its own commit."""
    auctions = test_recorded.recorded()[: max(1, round(285 * share))]
    lots, members = test_recorded.put_up(auctions), test_recorded.people(auctions)
    for lot, auction in lots.items():
        test_recorded.play(lot, auction, members)
    wrong = test_recorded.differences(lots, members) + [found for lot in lots for found in faults(lot)]
    return f"{len(lots)} auctions, {sum(len(one.bids) for one in auctions):,} bids", wrong


def equals(at: Place, share: float) -> Result:
    """Case 5: sixteen equal bids released together."""
    rounds = max(1, round(500 * share))
    crowd = test_races.crowd_of(at.app, 16)
    return f"{rounds} rounds x 16", test_races.race_of_equals(crowd, factories.member("sol", roles=["seller"]), rounds)


def ends(at: Place, share: float) -> Result:
    """Case 6: bids about the end, half of them with a soft close."""
    bids = max(101, round(1_000 * share))
    bidder, seller = factories.member("ana").id, factories.member("sol", roles=["seller"])
    wrong = [
        found
        for soft_close in (0, 1)
        for found in test_races.race_at_the_end(at.app, bidder, seller, bids, soft_close=soft_close)
    ]
    return f"{2 * bids:,} bids within 50 ms of an end", wrong


def load(at: Place, share: float) -> Result:
    """Case 4: fifty clients against the server."""
    bids = max(100, round(5_000 * share))
    with at.house() as server:
        began = time.monotonic()
        _, sent, wrong = test_load.load(at.app, server, clients=50, bids=bids)
        seconds = time.monotonic() - began
        wrong += errors_in(server) if wrong else []
    worst = max(one.answered_at - one.sent_at for one in sent)
    silent = [one for one in sent if not one.status]
    return f"{len(sent):,} bids, 50 clients, {len(sent) / seconds:.0f}/s, worst {worst:.2f} s", [*wrong, *silent]


def errors_in(server: LiveHouse) -> list[str]:
    """What the server's log says of errors, so that a failure of an hour ago can still be understood."""
    said = server.log.read_text(errors="replace").split("\n")
    return [line for line in said if '"level":"error"' in line or "Traceback" in line or "Error" in line[:80]][:20]


def kills(at: Place, share: float) -> Result:
    """Case 8: kill -9 under load."""
    number = max(5, round(200 * share))
    with at.house() as server:
        done, sent, wrong = test_kills.under_fire(at.app, server, clients=12, kills=number)
        wrong += errors_in(server) if wrong else []
    acknowledged = sum(one.is_acknowledged for one in sent)
    silent = sum(not one.status for one in sent)
    return f"{done}, {len(sent):,} sent, {acknowledged:,} acknowledged, {silent:,} cut off", wrong


def drills(at: Place, share: float) -> Result:
    """Case 28: a backup from before an erasure is put back; nobody who was erased comes with it (P-40)."""
    number = max(2, round(500 * share))
    stamp()
    if "GALLERY_DATABASE_URL" in at.environ:
        programs = postgresql.find_programs(at.directory, None)
        os.environ["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return f"{number} restores", test_restore.drills(at.app, at.directory / "backup.tar.gz", number)


Run = Callable[[Place, float], Result]


def live(run: Callable[[Flask, dict[str, str], Path, float], Result]) -> Run:
    """A run of bench.soak_live, in a place."""
    return lambda at, share: run(at.app, at.environ, at.directory, share)


RUNS: dict[str, Run] = {
    "machine": machine,
    "recorded": recorded,
    "equals": equals,
    "ends": ends,
    "load": load,
    "kills": kills,
    "drills": drills,
    "watchers": live(soak_live.watchers),
    "waiting": live(soak_live.waiting),
    "killed": live(soak_live.killed),
}


def main() -> int:
    """Run what was asked for, a line each; the exit code says whether all of it held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=1.0, help="how much of each run: 1 is all of it")
    parser.add_argument("--only", default="", help=f"of oracle, {', '.join(RUNS)}")
    parser.add_argument("--database", choices=DATABASES, help="only this one")
    options = parser.parse_args()
    wanted = options.only.split(",") if options.only else ["oracle", *RUNS]
    failed = 0
    if "oracle" in wanted:
        failed += report("oracle", "pure", lambda: all_sequences(options.share))
    for name in (name for name in RUNS if name in wanted):
        for kind in DATABASES if options.database is None else (options.database,):
            failed += report(name, kind, lambda name=name, kind=kind: on(kind, RUNS[name], options.share))
    return min(failed, 1)


def on(kind: str, run: Run, share: float) -> Result:
    with place(kind) as at:
        return run(at, share)


def report(name: str, kind: str, run: Callable[[], Result]) -> bool:
    """Run one, print its line, and say whether it failed."""
    began = time.monotonic()
    try:
        done, wrong = run()
    except AssertionError as broken:
        done, wrong = "stopped", [broken]
    verdict = f"{len(wrong)} WRONG" if wrong else "0 wrong"
    sys.stdout.write(f"{name:9} {kind:10} {verdict:9} {time.monotonic() - began:7.0f} s  {done}\n")
    for one in wrong[:5]:
        sys.stdout.write(f"          {str(one)[:300]}\n")
    sys.stdout.flush()
    return bool(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
