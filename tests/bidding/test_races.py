"""Many at once in one process: equal bids released together, bids at the end, two lots and one limit (cases 5, 6).

The long runs are `make soak`'s: 500 rounds of 16, 2,000 bids about the end.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from gallery.bidding import closing, held, interventions, queries, services
from gallery.core import clock
from gallery.core.db import db, transaction
from tests import factories
from tests.bidding.books import books, faults, table
from tests.bidding.conftest import KEYS

pytestmark = pytest.mark.database


@dataclass
class Crowd:
    """Bidders who act at the same moment, each in a thread of his own."""

    app: Flask
    people: list[int]
    threads: ThreadPoolExecutor

    def __post_init__(self) -> None:
        self.barrier = threading.Barrier(len(self.people))

    def together(self, act: Any) -> list[Any]:
        """`act(bidder)` for all, released together; the answers in order."""
        db.session.rollback()

        def one(bidder: int) -> Any:
            with self.app.app_context():
                self.barrier.wait()
                return act(bidder)

        return list(self.threads.map(one, self.people))


def crowd_of(app: Flask, number: int) -> Crowd:
    with transaction():
        people = [factories.member(f"p{one}").id for one in range(number)]
    return Crowd(app, people, ThreadPoolExecutor(number))


def race_of_equals(crowd: Crowd, seller: Any, rounds: int) -> list[str]:
    """Rounds of N people who bid the opening price of a fresh lot at once; what went wrong.

    One leads at that price; the others are told that it is too little now, each with the same least amount.
    """
    wrong = []
    sale = factories.sale()
    for turn in range(rounds):
        lot = factories.open_lot(seller=seller, sale_id=sale)
        answers = crowd.together(lambda bidder, lot=lot: attempt(lot, bidder, 100_00))
        accepted = [answer for answer in answers if isinstance(answer, services.Placed)]
        refused = {(answer.reason, answer.least_minor) for answer in answers if not isinstance(answer, services.Placed)}
        if len(accepted) != 1 or not accepted[0].leads or refused != {("too_low", 110_00)}:
            wrong.append(f"round {turn}: {len(accepted)} accepted, refusals {refused}")
        wrong += faults(lot)
    return wrong


def attempt(lot: int, bidder: int, maximum: int, now: datetime | None = None) -> Any:
    """The answer to a bid, whichever it is."""
    try:
        return services.place_bid(lot, bidder, maximum, f"race-{next(KEYS):08}", now=now)
    except services.BidRefused as refusal:
        return refusal


def race_at_the_end(app: Flask, bidder: int, seller: Any, bids: int, *, soft_close: int) -> list[str]:
    """Bids sent in steps of 1 ms from 50 ms before to 50 ms after the end of a lot, closers at work; what went wrong.

    The truth is the time of receipt in the books: every accepted bid was received before the end that held then,
    every refusal says `closed` and was received at or after it, and no answer is anything else (I4, I5).
    """
    wrong: list[str] = []
    done = 0
    sale = None
    with ThreadPoolExecutor(16) as threads:
        while done < bids:
            wave = min(101, bids - done)
            now = clock.database_now(db.session())
            db.session.rollback()
            end = now + timedelta(milliseconds=400)
            sale = factories.sale(
                opens_at=now - timedelta(hours=1),
                ends_at=end,
                soft_close_seconds=soft_close,
                soft_close_cap_seconds=soft_close and 1,
            )
            lot = factories.open_lot(seller=seller, sale_id=sale, opening_minor=1_00)
            start = time.monotonic() + (end - clock.now()).total_seconds()
            answers = list(
                threads.map(lambda step, lot=lot, start=start: late_bid(app, lot, bidder, step, start), range(wave))
            )
            wrong += [f"unclear: {answer!r}" for answer in answers if not is_clear(answer)]
            wrong += judged_late(lot, answers)
            with transaction() as session:
                session.execute(table("heartbeat").delete())
            time.sleep(max(0.0, (books(lot).lot.ends_at - clock.now()).total_seconds()) + 0.002)
            if closing.close_lot(lot) is None and books(lot).outcome is None:
                wrong.append(f"lot {lot} was not closed")
            wrong += faults(lot)
            done += wave
    return wrong


def late_bid(app: Flask, lot: int, bidder: int, step: int, start: float) -> Any:
    """A bid `step` - 50 ms after the end, and a closer who tries at the same moment; every 10th is a closer alone."""
    with app.app_context():
        time.sleep(max(0.0, start + (step - 50) / 1000 - time.monotonic()))
        answer = attempt(lot, bidder, 100_00 * (step + 1))
        if step % 10 == 0:
            closing.close_lot(lot)
        return answer


def is_clear(answer: Any) -> bool:
    if isinstance(answer, services.Placed):
        return True
    return answer.reason in ("closed", "not_higher")


def judged_late(lot: int, answers: list[Any]) -> list[str]:
    """Nobody was refused as late before the last end, and nobody accepted after it."""
    mine = books(lot)
    accepted = [answer for answer in answers if isinstance(answer, services.Placed)]
    wrong = [] if len(accepted) == len(mine.bids) else [f"{len(accepted)} acknowledged, {len(mine.bids)} in the books"]
    return wrong + [f"bid {bid.seq} at {bid.placed_at}" for bid in mine.bids if bid.placed_at >= mine.lot.ends_at]


def test_of_sixteen_equal_bids_at_once_one_is_accepted(app, cast):
    assert race_of_equals(crowd_of(app, 16), cast["sol"], rounds=12) == []


def test_bids_about_the_end_are_in_time_or_late_and_nothing_else(app, cast):
    assert race_at_the_end(app, cast["ana"].id, cast["sol"], 101, soft_close=0) == []


def test_bids_about_the_end_that_move_it_are_in_time_or_late_and_nothing_else(app, cast):
    assert race_at_the_end(app, cast["ana"].id, cast["sol"], 101, soft_close=1) == []


def test_many_bidders_on_one_lot_leave_books_in_order(app, cast):
    """Twelve people bid ten rising amounts each, all at once: whatever order came about, the books explain it."""
    crowd = crowd_of(app, 12)
    lot = factories.open_lot(seller=cast["sol"])
    answers = crowd.together(
        lambda bidder: [attempt(lot, bidder, 100_00 * (turn * 7 + bidder % 5 + 1)) for turn in range(10)]
    )
    acknowledged = {answer.seq for some in answers for answer in some if isinstance(answer, services.Placed)}
    mine = books(lot)
    assert acknowledged == {bid.seq for bid in mine.bids}
    assert faults(lot) == []


def test_bids_on_many_lots_at_once_disturb_each_other_nowhere(app, cast):
    crowd = crowd_of(app, 8)
    lots = [factories.open_lot(seller=cast["sol"]) for _ in range(4)]
    crowd.together(
        lambda bidder: [attempt(lots[(bidder + turn) % 4], bidder, 100_00 * (turn + 1)) for turn in range(12)]
    )
    assert [found for lot in lots for found in faults(lot)] == []


@pytest.mark.parametrize("turn", range(5))
def test_a_limit_holds_for_bids_on_two_lots_at_the_same_moment(app, cast, turn):
    """Each alone would fit. Whoever comes second is refused, also where each lot has a lock of its own (D9)."""
    ana = cast["ana"].id
    lots = [factories.open_lot(seller=cast["sol"]) for _ in range(4)]
    with transaction() as session:
        session.execute(
            table("spending_limit").insert(), {"member_id": ana, "limit_minor": 1_000_00, "currency": "EUR"}
        )
    crowd = Crowd(app, lots, ThreadPoolExecutor(4))
    answers = crowd.together(lambda lot: attempt(lot, ana, 600_00))
    assert sum(isinstance(answer, services.Placed) for answer in answers) == 1
    assert {answer.reason for answer in answers if not isinstance(answer, services.Placed)} == {"over_limit"}


def test_a_bid_and_its_annulment_at_once_leave_books_in_order(app, cast):
    lot = factories.open_lot(seller=cast["sol"])
    for turn in range(6):
        attempt(lot, cast["ana"].id, 200_00 * (turn + 1))
    crowd, ada = crowd_of(app, 6), cast["ada"].id

    def act(bidder):
        seq = crowd.people.index(bidder)
        if seq % 2:
            return attempt(lot, bidder, 10_000_00 + bidder * 1_000_00)
        return interventions.annul_bid(lot, seq, interventions.Reason.TYPING_ERROR, ada)

    crowd.together(act)
    assert faults(lot) == []


def test_a_reader_never_waits_for_a_bidder(app, cast):
    lot = factories.open_lot(seller=cast["sol"])
    read: list[int] = []

    def look() -> None:
        with app.app_context():
            shown = queries.shown(lot, clock.now())
            assert shown is not None
            read.append(shown.version)

    with transaction() as session:
        held.hold(session, lot)
        reader = threading.Thread(target=look)
        reader.start()
        reader.join(3)
        assert read == [0]
