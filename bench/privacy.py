"""What privacy costs a large house: the archive of one member, and a night's retention over all of them.

`python -m bench.privacy` runs only this. Every table of the data map is filled by the schema; a fifth of the rows has
had its time. Each act runs in a process of its own, whose CPU and greatest memory the system counts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench import measures
from bench.table import Row, at_most, machine, show
from gallery import create_app, jobs
from gallery.core import clock
from gallery.core.data_map import names_member
from gallery.core.db import Base, UTCDateTime, db, transaction
from gallery.core.settings import Settings
from gallery.privacy.export import archive
from gallery.privacy.retention import services as retention
from tests.conftest import KEYS
from tests.privacy import seeds

ROOT = Path(__file__).parents[1]
MEMBERS = 25_000
SHARE = 10
"""Memory is compared with that of a house so many times smaller: what is bounded does not grow."""
BUSIEST, USUAL = 1, 2
"""Numbers of two members: one has BUSY times the rows of anybody else."""
BUSY = 50
EACH = {"sign_in": 8, "consent_receipt": 8, "audit_entry": 8, "outbox_message": 4, "bid": 4, "lot_bidder": 4, "look": 2}
"""Rows of a member; of what is not named here, one."""
MEMBERS_A_LOT, OF_THE_HOUSE = 10, 2
"""Lots for so many members, and rows of what belongs to nobody."""
LONG_AGO = datetime.fromisoformat("2014-03-01T12:00:00+00:00")
ROWS_AT_ONCE = 5_000


@dataclass
class Crowd:
    """A house that is being filled."""

    members: int
    now: datetime
    numbers: Iterator[int] = field(default_factory=lambda: count(8_420_000_000, 7))
    keys: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Of each table that others refer to, what they refer to in its rows."""

    def fill(self) -> int:
        """Insert everything, table after table; how many rows there are."""
        total = 0
        tables = Base.metadata.sorted_tables
        referred: dict[str, set[str]] = {}
        for key in (key for table in tables for key in table.foreign_keys):
            referred.setdefault(key.column.table.name, set()).add(key.column.name)
        for table in tables:
            waiting = self.rows(table)
            while rows := list(islice(waiting, ROWS_AT_ONCE)):
                with transaction() as session:
                    session.execute(sa.insert(table), rows)
                total += len(rows)
                if names := referred.get(table.name):
                    self.keys.setdefault(table.name, []).extend({name: row[name] for name in names} for row in rows)
        return total

    def rows(self, table: sa.Table) -> Iterator[dict[str, Any]]:
        """The rows of a table: so many for each member, lot or parent; else a few."""
        make = self.maker(table)
        (key, *more) = table.primary_key.columns
        parent = next(iter(key.foreign_keys)).column.table.name if key.foreign_keys and not more else ""
        if table.name == "member":
            yield from (make(number, number) for number in range(1, self.members + 1))
        elif table.name == "lot":
            yield from (make(number + 1, number) for number in range(self.members // MEMBERS_A_LOT))
        elif parent and parent != "member":
            yield from (make(place + 1, place) for place in range(len(self.keys[parent])))
        elif any(names_member(column) for column in table.columns):
            for number in range(1, self.members + 1):
                most = EACH.get(table.name, 1) * (BUSY if number == BUSIEST and table.name in EACH else 1)
                # No member twice on one lot: each of his rows is about another.
                yield from (make(number, number + place) for place in range(min(most, self.lots)))
        else:
            yield from (make(number + 1, number) for number in range(OF_THE_HOUSE))

    @property
    def lots(self) -> int:
        """How many lots there are."""
        return self.members // MEMBERS_A_LOT

    def maker(self, table: sa.Table) -> Callable[[int, int], dict[str, Any]]:
        """How to make one row of a member, the `place`th of its kind."""
        makers = {column.name: self.value(column) for column in table.columns}

        def row(member: int, place: int) -> dict[str, Any]:
            found = {name: make(member, place) for name, make in makers.items()}
            return found | seeds.ordered(table, found)

        return row

    def value(self, column: sa.Column[Any]) -> Callable[[int, int], Any]:
        """What stands in a column, for a member and a place."""
        if str(column) == "member.id":
            return lambda member, _place: member
        if names_member(column):
            edges = [one for one in column.table.columns if names_member(one)]
            mine = next((one for one in edges if one.name == "member_id"), edges[0])
            return lambda member, _place: member if column is mine else member % self.members + 1
        if column.foreign_keys:
            referred = next(iter(column.foreign_keys)).column
            known, name = self.keys[referred.table.name], referred.name
            return lambda _member, place: known[place % len(known)][name]
        if str(column) in seeds.FIXED:
            few = list(seeds.FIXED[str(column)].values())
            return lambda _member, place: few[place % len(few)]
        if isinstance(column.type, UTCDateTime | sa.DateTime):
            return self.moment(column.table.name)
        if known_one := seeds.one_of(column):
            return lambda _member, _place: known_one
        return lambda _member, _place: seeds.made(column, next(self.numbers), seeds.ANA)

    def moment(self, table: str) -> Callable[[int, int], datetime]:
        """Lately, or long ago for one row out of so many."""
        one_of = {"member": self.members + 1, "lot": 50, "outcome": 50}.get(table, 5)
        lately = self.now - timedelta(days=10)
        return lambda _member, place: LONG_AGO if place % one_of == one_of - 1 else lately


@dataclass(frozen=True)
class Cost:
    """What an act took in a process of its own."""

    cpu_seconds: float
    resting_mb: float
    """Memory before the act."""
    peak_mb: float
    result: int
    """Bytes of an archive; rows that retention removed."""


def export_of(member_id: int) -> Callable[[], int]:
    """Write a member's archive; its size in bytes."""

    def act() -> int:
        with archive.make(member_id, clock.now()) as made:
            return made.seek(0, os.SEEK_END)

    return act


def a_night() -> int:
    """All that takes away what has had its time; how many rows that were removed by the map's rules."""
    jobs.forget_delivered()
    jobs.forget_passed()
    return sum(retention.run().values())


ACTS = {"usual": export_of(USUAL), "busiest": export_of(BUSIEST), "night": a_night}


def measure(directory: Path, members: int) -> tuple[int, dict[str, Cost], Cost]:
    """Rows of the whole house, what each act costs in it, and what a night costs in a house SHARE times smaller."""
    small, large = directory / "small", directory / "large"
    build(small, max(members // SHARE, 100))
    rows = build(large, members)
    return rows, {act: cost_of(act, large) for act in ACTS}, cost_of("night", small)


def build(directory: Path, members: int) -> int:
    """A house with so many members; how many rows it has."""
    directory.mkdir()
    with create_app(Settings.from_environ(_environ(directory))).app_context():
        db.create_all()
        rows = Crowd(members, clock.now()).fill()
        db.session.remove()
        db.engine.dispose()
    return rows


def cost_of(act: str, directory: Path) -> Cost:
    """Have another process do it, and tell what it took."""
    command = [sys.executable, "-m", "bench.privacy", "--act", act]
    environ = os.environ | _environ(directory)
    done = subprocess.run(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True, check=True)
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def _environ(directory: Path) -> dict[str, str]:
    return KEYS | {"GALLERY_DATA_DIR": str(directory)}


def _do(act: str) -> Cost:
    """Do it in this process, which has all that it serves loaded."""
    with create_app(Settings.from_environ(dict(os.environ))).test_request_context("/"):
        resting, began = _memory_mb(), time.process_time()
        with measures.watched(_memory_mb, 0.005) as seen:
            result = ACTS[act]()
        return Cost(time.process_time() - began, resting, max(seen), result)


def _memory_mb() -> float:
    """What this process holds of its own: without the pages of the database's file that the system has mapped."""
    said = Path("/proc/self/status").read_text()
    return int(said.partition("RssAnon:")[2].split()[0]) / 1000


def lines(members: int, rows: int, costs: dict[str, Cost], small: Cost) -> list[Row]:
    """The lines of the table."""
    usual, busiest, night = costs["usual"], costs["busiest"], costs["night"]
    more, more_small = night.peak_mb - night.resting_mb, small.peak_mb - small.resting_mb
    return [
        Row(f"archive of one member of {members:,}, s of CPU", f"{usual.cpu_seconds:.2f}", "<= 2"),
        Row(f"archive of the busiest ({busiest.result / 1e6:.2f} MB), s of CPU", f"{busiest.cpu_seconds:.2f}", "<= 2"),
        at_most("   MB more than at rest", [busiest.peak_mb - busiest.resting_mb], 64),
        at_most(f"a night's retention over {rows:,} rows, MB more", [more], 64),
        Row(f"   in a house {SHARE} times smaller, MB more", f"{more_small:.0f}"),
        Row(f"   rows that it removed, of {rows:,}", f"{night.result:,}"),
        Row("   s of CPU", f"{night.cpu_seconds:.1f}"),
    ]


def main() -> int:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=MEMBERS)
    parser.add_argument("--act", choices=ACTS, help="do only this, in the house of the environment")
    asked = parser.parse_args()
    if asked.act:
        print(json.dumps(vars(_do(asked.act))))
        return 0
    with tempfile.TemporaryDirectory(prefix="gallery-bench-") as directory:
        found = lines(asked.members, *measure(Path(directory), asked.members))
    print(machine())
    return int(show(found))


if __name__ == "__main__":
    sys.exit(main())
