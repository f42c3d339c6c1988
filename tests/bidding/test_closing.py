"""How lots end: by time, once, and not while nobody could reach the house (D8, D10, I2, I4, I5)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from gallery.bidding import closing, queries
from gallery.core.db import db, transaction
from tests import factories
from tests.bidding.books import everything, faults, notices, rows, table
from tests.bidding.conftest import NOON

pytestmark = pytest.mark.database


def test_the_leader_wins_at_the_price(room):
    room.bid(room.ana, 150)
    room.bid(room.ben, 300)
    assert room.close() == "sold"
    books = room.books
    assert (books.outcome.winner_id, books.outcome.hammer_minor, books.lot.state) == (room.ben, 160_00, "sold")
    assert sorted(notices()) == [("lost", room.ana), ("outbid", room.ana), ("sold", room.sol), ("won", room.ben)]


def test_a_lot_without_bids_goes_to_nobody(room):
    assert room.close() == "no_bids"
    books = room.books
    assert (books.outcome.winner_id, books.outcome.hammer_minor, books.lot.state) == (None, None, "unsold")
    assert notices() == [("unsold", room.sol)]


def test_a_lot_under_its_reserve_is_not_sold(make):
    room = make(reserve_minor=500_00)
    room.bid(room.ana, 450)
    assert room.close() == "reserve_not_met"
    assert (room.books.outcome.winner_id, room.books.lot.state) == (None, "unsold")
    assert sorted(notices()) == [("lost", room.ana), ("unsold", room.sol)]


def test_a_second_hammer_changes_nothing(room):
    room.bid(room.ana, 150)
    room.close()
    before = everything()
    assert room.close(days=1) is None
    assert everything() == before


def test_nothing_is_closed_before_its_end(room):
    room.bid(room.ana, 150)
    before = everything()
    assert room.close(microseconds=-1) is None
    assert everything() == before
    assert room.close() == "sold"


def test_an_unknown_lot_is_nobodys_to_close(app):
    assert closing.close_lot(999_999) is None


def test_after_its_end_a_lot_takes_no_bid_whether_anybody_closed_it_or_not(room):
    room.bid(room.ana, 150)
    room.now = room.ends_at
    assert room.refused(room.ben, 300).reason == "closed"
    assert room.books.lot.state == "open"


def test_twenty_closers_at_once_close_once(room, app):
    room.bid(room.ana, 150)
    room.now = room.ends_at
    db.session.rollback()
    released = threading.Barrier(20)

    def close(_):
        with app.app_context():
            released.wait()
            return closing.close_lot(room.lot, now=room.now)

    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(close, range(20)))
    assert [answer for answer in answers if answer] == ["sold"]
    assert len(rows("outcome")) == 1
    assert notices("won") == [("won", room.ana)]


def test_due_lots_are_closed_the_longest_overdue_first(app, cast):
    now = closing.clock.database_now(db.session())
    db.session.rollback()
    sale = factories.sale(
        opens_at=now - timedelta(days=1), ends_at=now - timedelta(hours=1), lot_interval_seconds=1_700
    )
    lots = [factories.open_lot(seller=cast["sol"], sale_id=sale) for _ in range(4)]
    closing.beat()
    assert queries.due_lots(now) == lots[:3]
    assert closing.close_due_lots() == 3
    assert closing.close_due_lots() == 0
    assert [rows("lot", id=lot)[0].state for lot in lots] == ["unsold"] * 3 + ["upcoming"]


def test_one_lot_that_cannot_be_closed_does_not_keep_the_others_open(app, cast, monkeypatch):
    now = closing.clock.database_now(db.session())
    db.session.rollback()
    sale = factories.sale(opens_at=now - timedelta(days=1), ends_at=now - timedelta(hours=1), lot_interval_seconds=1)
    first, second = (factories.open_lot(seller=cast["sol"], sale_id=sale) for _ in range(2))
    closing.beat()
    tell = closing._tell

    def broken(session, held, *more):
        if held.lot_id == first:
            raise RuntimeError("a lot with something wrong in it")
        tell(session, held, *more)

    monkeypatch.setattr(closing, "_tell", broken)
    assert closing.close_due_lots() == 1
    assert [rows("lot", id=lot)[0].state for lot in (first, second)] == ["upcoming", "unsold"]


# The soft close


def test_a_bid_in_the_last_three_minutes_moves_the_end_to_three_minutes_after_it(room):
    moment = room.at(minutes=2, seconds=59)
    room.bid(room.ana, 150)
    assert room.books.lot.ends_at == moment + timedelta(minutes=3)


def test_a_bid_three_minutes_before_the_end_moves_nothing(room):
    room.at(minutes=3)
    room.bid(room.ana, 150)
    assert room.books.lot.ends_at == room.ends_at


def test_the_end_is_at_most_an_hour_late_and_then_it_is_the_end(room):
    room.at(seconds=1)
    euros, cap = 100, room.ends_at + timedelta(hours=1)
    who = [room.ana, room.ben]
    while room.books.lot.ends_at < cap:
        assert room.bid(who[euros // 100 % 2], euros).leads
        room.now = room.books.lot.ends_at - timedelta(seconds=1)
        euros += 2_100
    assert room.books.lot.ends_at == cap
    room.bid(who[euros // 100 % 2], euros)
    assert room.books.lot.ends_at == cap
    room.now = cap
    assert room.refused(room.ana, euros + 5_000).reason == "closed"
    assert room.close() == "sold"


def test_a_bid_that_is_outbid_at_once_moves_the_end_for_it_moved_the_price(room):
    room.bid(room.ana, 900)
    moment = room.at(seconds=5)
    room.bid(room.ben, 300)
    assert room.books.lot.ends_at == moment + timedelta(minutes=3)


def test_without_a_soft_close_the_end_stays(make):
    room = make(soft_close_seconds=0)
    room.at(microseconds=1)
    room.bid(room.ana, 150)
    assert room.books.lot.ends_at == room.ends_at
    assert room.close() == "sold"


def test_the_moved_end_is_the_one_that_counts_for_closing_and_for_bids(room):
    room.at(seconds=1)
    room.bid(room.ana, 150)
    room.now = room.ends_at
    assert closing.close_lot(room.lot, now=room.now) is None
    assert room.bid(room.ben, 300).leads


# Outages


def pulse(beat_at):
    """Set the house's last beat."""
    with transaction() as session:
        session.execute(table("heartbeat").delete())
        session.execute(table("heartbeat").insert(), {"id": closing.PULSE, "beat_at": beat_at})


@pytest.fixture
def clock_at(monkeypatch):
    """Set the time that the database tells."""

    def to(moment):
        monkeypatch.setattr(closing.clock, "database_now", lambda _session: moment)
        return moment

    return to


def outage(clock_at, began, ended):
    pulse(began)
    clock_at(ended)
    closing.beat()


def test_an_outage_in_the_last_minutes_moves_the_end_by_its_length_and_the_soft_close(room, clock_at):
    began = room.at(minutes=10)
    outage(clock_at, began, began + timedelta(minutes=4))
    books = room.books
    assert books.lot.ends_at == room.ends_at + timedelta(minutes=7)
    assert (books.lot.outage_seconds, books.facts[-1]["kind"], books.facts[-1]["reason"]) == (420, "outage", "outage")
    assert [(row.started_at, row.ended_at) for row in rows("outage")] == [(began, began + timedelta(minutes=4))]


def test_an_outage_over_the_end_reopens_nothing_that_was_closed_and_extends_what_was_not(room, make, clock_at):
    ended = make()
    began = room.at(minutes=1)
    ended.now = ended.ends_at + timedelta(hours=1)
    closing.close_lot(ended.lot, now=ended.now)
    outage(clock_at, began, room.ends_at + timedelta(minutes=5))
    assert ended.books.lot.ends_at == ended.ends_at
    assert room.books.lot.ends_at == room.ends_at + timedelta(minutes=6 + 3)
    room.now = room.ends_at + timedelta(minutes=6)
    assert room.bid(room.ana, 150).leads


def test_thirty_seconds_are_no_outage(room, clock_at):
    began = room.at(minutes=10)
    outage(clock_at, began, began + timedelta(seconds=30))
    assert (room.books.lot.ends_at, rows("outage")) == (room.ends_at, [])


def test_an_outage_long_before_the_end_moves_nothing(room, clock_at):
    began = room.at(minutes=40)
    outage(clock_at, began, began + timedelta(minutes=20))
    assert room.books.lot.ends_at == room.ends_at
    assert len(rows("outage")) == 1


def test_a_lot_is_extended_for_an_outage_once(room, clock_at):
    began = room.at(minutes=10)
    outage(clock_at, began, began + timedelta(minutes=1))
    moved = room.books.lot.ends_at
    outage(clock_at, began + timedelta(minutes=2), began + timedelta(minutes=6))
    assert room.books.lot.ends_at == moved


def test_of_many_processes_that_start_together_one_finds_the_outage(room, app, clock_at):
    began = room.at(minutes=10)
    pulse(began)
    clock_at(began + timedelta(minutes=4))
    db.session.rollback()
    released = threading.Barrier(8)

    def start(_):
        with app.app_context():
            released.wait()
            closing.beat()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(start, range(8)))
    assert len(rows("outage")) == 1
    assert room.books.lot.ends_at == room.ends_at + timedelta(minutes=7)


def test_a_lot_is_not_closed_before_the_house_was_seen_after_its_end(room):
    """Whoever closes cannot know yet whether the last minutes were an outage (D8)."""
    room.bid(room.ana, 150)
    pulse(room.ends_at - timedelta(seconds=4))
    before = everything()
    assert room.close(seconds=1) is None
    assert everything() == before
    pulse(room.ends_at)
    assert room.close(seconds=1) == "sold"


def test_the_beat_never_goes_back(app, clock_at):
    outage(clock_at, NOON, NOON + timedelta(seconds=5))
    clock_at(NOON)
    closing.beat()
    assert rows("heartbeat")[0].beat_at == NOON + timedelta(seconds=5)
    assert rows("outage") == []


def test_the_soft_close_goes_on_after_an_outage_up_to_its_cap_and_the_outage(room, clock_at):
    began = room.at(minutes=2)
    outage(clock_at, began, began + timedelta(minutes=1))
    room.now = room.books.lot.ends_at - timedelta(seconds=1)
    assert room.bid(room.ana, 150).leads
    assert room.books.lot.ends_at == room.now + timedelta(minutes=3)
    assert faults(room.lot) == []
