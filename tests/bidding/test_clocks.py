"""Clocks that jump, and boxes that disagree about the time (cases 12 and 13, I4)."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gallery import create_app
from gallery.bidding import closing, rules, services
from gallery.bidding.increments import Table
from gallery.core import clock
from gallery.core.clock import SteadyClock
from gallery.core.db import db
from gallery.core.settings import Settings
from tests import factories
from tests.bidding.books import faults, rows
from tests.bidding.test_races import attempt
from tests.conftest import KEYS

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY = 86_400.0
JUMPS = [1.0, 1.5, 30, 60, 3_600, DAY, 7 * DAY, 365 * DAY, 3_652 * DAY]


class Machine:
    """A machine whose system clock somebody plays with; what runs on, runs on."""

    def __init__(self) -> None:
        self.running = 1_000.0
        self.wall = START.timestamp()

    def pass_time(self, seconds: float) -> None:
        self.running += seconds
        self.wall += seconds


class OnMachine(SteadyClock):
    """The house's clock on that machine."""

    def __init__(self, machine: Machine, anchor: Path) -> None:
        self.machine = machine
        super().__init__(anchor)

    def _wall(self) -> float:
        return self.machine.wall

    def _running(self) -> float:
        return self.machine.running

    def _boot_id(self) -> str:
        return "one-boot"


def standing(ends_at: datetime) -> rules.Standing:
    return rules.Standing(
        opening_minor=100_00,
        price_minor=100_00,
        leader=None,
        maximum_minor=0,
        reserve_minor=None,
        bids=0,
        opens_at=ends_at - timedelta(days=1),
        ends_at=ends_at,
        scheduled_end_at=ends_at,
        state=rules.LotState.OPEN,
    )


SALE = rules.SaleRules(Table.EUR, "EUR", 100)
OVER = (rules.LotState.SOLD, rules.LotState.UNSOLD)


@pytest.mark.parametrize("seed", range(200))
def test_no_jump_ends_a_lot_early_or_opens_it_again(tmp_path, seed):
    """Two processes of one box watch a lot for two hours while its clock is set at random, by a second to ten years."""
    chance = random.Random(seed)
    machine = Machine()
    processes = [OnMachine(machine, tmp_path / "clock.json") for _ in range(2)]
    lot = standing(START + timedelta(hours=1))
    true_end = machine.running + 3_600
    seen_over = False
    for turn in range(60):
        if chance.random() < 0.3:
            machine.wall += chance.choice(JUMPS) * chance.choice((-1, 1))
        if turn == 40:  # A process that is restarted takes the box's anchor over.
            processes[1] = OnMachine(machine, tmp_path / "clock.json")
        machine.pass_time(chance.choice((0.001, 1, 30, 119.9, 300)))
        for process in processes:
            now = process.now()
            over = rules.state_at(lot, now) in OVER
            assert over == (machine.running >= true_end - 0.001) or abs(machine.running - true_end) < 0.01
            assert over or not seen_over
            assert over or lot.ends_at - now > timedelta(0)
            seen_over = seen_over or over


def test_a_leap_second_that_is_stepped_or_smeared_ends_nothing_early(tmp_path):
    machine = Machine()
    process = OnMachine(machine, tmp_path / "clock.json")
    before = process.now()
    machine.pass_time(10)
    machine.wall -= 1  # 23:59:60 said as 23:59:59 twice.
    assert process.now() - before == timedelta(seconds=10)
    for _ in range(1_000):  # Smeared over a day instead: followed, slowly.
        machine.pass_time(86.4)
        machine.wall -= 0.001
    assert timedelta(0) <= process.now() - before <= timedelta(seconds=86_410)


def test_small_corrections_never_turn_time_back(tmp_path):
    """A correction below a second is followed, but an end that was seen stays seen."""
    machine = Machine()
    process = OnMachine(machine, tmp_path / "clock.json")
    last = process.now()
    for step in (-0.5, 0.3, -0.9, -0.2, 0.8, -0.999):
        machine.pass_time(0.1)
        machine.wall += step
        assert process.now() >= last
        last = process.now()


def test_summer_time_is_no_time_of_the_house(tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Paris")
    time.tzset()
    try:
        machine = Machine()
        machine.wall = datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC).timestamp()
        process = OnMachine(machine, tmp_path / "clock.json")
        before = process.now()
        machine.pass_time(2)
        assert process.now() - before == timedelta(seconds=2)
    finally:
        monkeypatch.undo()
        time.tzset()


class Skewed:
    """The clock of a box that is wrong by so much."""

    def __init__(self, **by: float) -> None:
        self.by = timedelta(**by)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


@pytest.mark.parametrize("moment", [-0.2, -0.05, 0.05, 0.2])
def test_of_two_boxes_with_clocks_half_a_second_apart_the_database_decides(postgres_url, tmp_path, moment):
    """Whether a bid is late, and whether a lot may be closed, is asked of neither box (D10)."""
    variables = KEYS | {"GALLERY_DATABASE_URL": postgres_url, "GALLERY_DATA_DIR": str(tmp_path)}
    boxes = [create_app(Settings.from_environ(variables)) for _ in range(2)]
    boxes[0].extensions["clock"], boxes[1].extensions["clock"] = Skewed(milliseconds=-250), Skewed(milliseconds=250)
    with boxes[0].app_context():
        people = [factories.member(name).id for name in ("ana", "ben")]
        seller = factories.member("sol", roles=["seller"])
        now = clock.database_now(db.session())
        db.session.rollback()
        end = now + timedelta(seconds=1)
        lots = []
        for _ in boxes:
            sale = factories.sale(opens_at=now - timedelta(hours=1), ends_at=end, soft_close_seconds=0)
            lots.append(factories.open_lot(seller=seller, sale_id=sale))
        while clock.database_now(db.session()) < end + timedelta(seconds=moment):
            db.session.rollback()
            time.sleep(0.001)
        db.session.rollback()
    for box, lot, bidder in zip(boxes, lots, people, strict=True):
        with box.app_context():
            before = clock.database_now(db.session())
            closed, answer = closing.close_lot(lot), attempt(lot, bidder, 100_00)
            after = clock.database_now(db.session())
            received = rows("bid", lot_id=lot)
            found = faults(lot)
            db.session.remove()
            db.engine.dispose()
        assert found == []
        if isinstance(answer, services.Placed):
            assert (closed, received[0].placed_at < end) == (None, True)
        else:
            assert answer.reason == "closed"
        if after < end:
            assert isinstance(answer, services.Placed)
        if before >= end:
            assert (closed, received) == ("no_bids", [])
