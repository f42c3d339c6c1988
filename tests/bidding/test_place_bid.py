"""What an accepted bid does, in the house's own books (RULES "Bids", D1, D2, D6, I3, I6, I7, I14)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from gallery.bidding import held, queries, receipts, services
from gallery.core.db import db, transaction
from gallery.core.errors import Missing
from tests import factories
from tests.bidding.books import notices, rows

pytestmark = pytest.mark.database


def test_the_first_bid_leads_at_the_opening_price(room):
    placed = room.bid(room.ana, 250)
    assert (placed.leads, placed.price_minor, placed.seq) == (True, 100_00, 0)
    books = room.books
    assert (books.lot.price_minor, books.lot.bids, books.lot.version, books.lot.state) == (100_00, 1, 1, "open")
    assert (books.lead.bidder_id, books.lead.maximum_minor) == (room.ana, 250_00)


def test_a_lower_bid_raises_the_price_by_a_step_and_is_outbid_at_once(room):
    room.bid(room.ana, 250)
    placed = room.bid(room.ben, 150)
    assert (placed.leads, placed.price_minor) == (False, 160_00)
    assert room.books.lead.bidder_id == room.ana


def test_a_higher_bid_leads_a_step_above_the_other_maximum(room):
    room.bid(room.ana, 250)
    placed = room.bid(room.ben, 400)
    assert (placed.leads, placed.price_minor) == (True, 270_00)


def test_a_higher_bid_below_the_step_pays_its_own_maximum(room):
    room.bid(room.ana, 250)
    assert room.bid(room.ben, 260).price_minor == 260_00


def test_of_two_equal_maxima_the_earlier_leads(room):
    room.bid(room.ana, 250)
    placed = room.bid(room.ben, 250)
    assert (placed.leads, placed.price_minor) == (False, 250_00)


def test_raising_ones_own_maximum_moves_neither_price_nor_end(room):
    room.bid(room.ana, 250)
    room.bid(room.ben, 150)
    room.at(seconds=10)
    placed = room.bid(room.ana, 900)
    assert (placed.leads, placed.price_minor) == (True, 160_00)
    books = room.books
    assert (books.lead.maximum_minor, books.lot.ends_at) == (900_00, room.ends_at)
    assert books.facts[-1]["kind"] == "raise"


def test_a_raise_that_meets_the_reserve_lifts_the_price_to_it(make):
    room = make(reserve_minor=500_00)
    room.bid(room.ana, 250)
    assert (room.euros, room.books.lot.reserve_met) == (100, False)
    assert room.bid(room.ana, 700).price_minor == 500_00
    assert room.books.lot.reserve_met


def test_a_bid_below_the_reserve_leads_without_meeting_it(make):
    room = make(reserve_minor=500_00)
    room.bid(room.ana, 499)
    assert (room.euros, room.books.lot.reserve_met) == (100, False)
    assert room.bid(room.ben, 600).price_minor == 519_00
    assert room.books.lot.reserve_met


def test_francs_stand_on_a_grid_of_five_hundred(make):
    room = make(currency="XOF", opening_minor=45_000)
    services.place_bid(room.lot, room.ana, 60_000, "francs-1", now=room.now)
    placed = services.place_bid(room.lot, room.ben, 50_000, "francs-2", now=room.now)
    assert placed.price_minor == 55_000


def test_versions_are_dense_and_each_is_a_receipt(room):
    for who, euros in ((room.ana, 150), (room.ben, 300), (room.ana, 400), (room.ana, 500)):
        before = room.books.lot.version
        assert room.bid(who, euros).seq == before
        assert room.books.lot.version == before + 1
    assert [facts["kind"] for facts in room.books.facts] == ["bid", "bid", "bid", "raise"]


def test_the_receipt_opens_with_the_nonce_and_with_no_other_amount(room):
    placed = room.bid(room.ana, 250)
    (entry,) = room.books.receipts
    assert entry.digest == placed.digest
    assert receipts.matches(entry.body, placed.nonce, 250_00)
    assert not receipts.matches(entry.body, placed.nonce, 250_01)
    assert len(bytes.fromhex(placed.nonce)) == receipts.NONCE_BYTES


def test_no_two_bids_share_a_nonce(room):
    assert len({room.bid(room.ana, euros).nonce for euros in range(100, 110)}) == 10


def test_a_receipt_names_nobody_and_tells_no_maximum(room):
    room.bid(room.ana, 777)
    (entry,) = room.books.receipts
    assert "777" not in entry.body.replace(room.books.facts[0]["commitment"], "")
    assert "diop" not in entry.body.lower()
    assert "example.org" not in entry.body


def test_a_changed_receipt_is_found(room):
    for euros in (150, 250, 350):
        room.bid(room.ana, euros)
    chain = [(entry.body, entry.digest) for entry in queries.chain(room.lot)]
    changed = [chain[0], (chain[1][0].replace('"bids":2', '"bids":3'), chain[1][1]), chain[2]]
    assert receipts.verify(chain, lot=room.lot) is None
    assert receipts.verify(changed, lot=room.lot) == 1


def test_aliases_count_from_one_in_order_of_first_bid_and_stay(room, make):
    other = make()
    room.bid(room.ana, 150)
    room.bid(room.ben, 200)
    room.bid(room.ana, 300)
    other.bid(room.ben, 150, lot=other.lot)
    assert [(row.bidder_id, row.alias) for row in room.books.bidders] == [(room.ana, 1), (room.ben, 2)]
    assert [(row.bidder_id, row.alias) for row in other.books.bidders] == [(room.ben, 1)]


def test_who_leads_no_more_is_told_once(room):
    room.bid(room.ana, 150)
    assert notices() == []
    room.bid(room.ben, 300)
    assert notices() == [("outbid", room.ana)]
    room.bid(room.ben, 400)
    assert notices() == [("outbid", room.ana)]


def test_who_leads_again_before_the_mail_left_gets_none(room):
    room.bid(room.ana, 150)
    room.bid(room.ben, 300)
    room.bid(room.ana, 500)
    assert notices() == [("outbid", room.ben)]


def test_who_is_outbid_at_once_is_told_by_the_answer_and_not_by_mail(room):
    room.bid(room.ana, 500)
    room.bid(room.ben, 300)
    assert notices() == []


def test_a_bid_that_fails_half_way_leaves_nothing(room, monkeypatch):
    """Whatever breaks after the first statement: all of the bid is written, or none of it."""
    room.bid(room.ana, 150)
    before = room.books

    def broken(*_arguments, **_facts):
        raise RuntimeError("the last statement of the bid")

    monkeypatch.setattr(services, "notify", broken)
    with pytest.raises(RuntimeError):
        room.bid(room.ben, 300)
    assert room.books == before


def test_an_unknown_lot_is_missing(room):
    with pytest.raises(Missing):
        room.bid(room.ana, 250, lot=999_999)
    with pytest.raises(Missing):
        services.check_bid(999_999, room.ana, 250_00)


def test_a_check_says_what_a_bid_would_be_told_and_records_nothing(app, cast):
    lot = factories.open_lot(seller=cast["sol"])
    services.check_bid(lot, cast["ana"].id, 100_00)
    with pytest.raises(services.BidRefused) as refusal:
        services.check_bid(lot, cast["ana"].id, 99_00)
    assert (refusal.value.reason, refusal.value.least_minor) == ("too_low", 100_00)
    assert rows("bid") == []


def test_without_a_given_time_the_bid_counts_at_the_databases(app, cast):
    lot = factories.open_lot(seller=cast["sol"])
    services.place_bid(lot, cast["ana"].id, 100_00, "key-now1")
    (bid,) = rows("bid")
    from gallery.core import clock

    assert abs(clock.database_now(db.session()) - bid.placed_at) < timedelta(seconds=30)


def test_watchers_are_told_after_the_commit_and_only_then(room, monkeypatch):
    heard = []
    monkeypatch.setattr("gallery.core.live.publish", lambda topic, version: heard.append((topic, version)))
    with transaction():
        room.bid(room.ana, 150)
        assert heard == []
    assert heard == [(f"lot:{room.lot}", 1)]
    room.refused(room.ben, 90)
    assert heard == [(f"lot:{room.lot}", 1)]


def test_the_time_is_taken_once_the_lot_is_held(app, cast, monkeypatch):
    """A bid that waited for its turn counts at its turn: taken any earlier, it could be later than one before it."""
    lot = factories.open_lot(seller=cast["sol"])
    order = []
    hold, told = held.hold, services.clock.database_now
    monkeypatch.setattr(held, "hold", lambda *args, **named: (order.append("held"), hold(*args, **named))[1])
    monkeypatch.setattr(services.clock, "database_now", lambda session: (order.append("time"), told(session))[1])
    services.place_bid(lot, cast["ana"].id, 100_00, "key-once")
    assert order == ["held", "time"]


def test_a_bid_that_waits_for_the_lot_past_its_end_is_late(app, cast):
    """The lot is held by somebody else over its end; the bid sent before it gets its turn after it (I4)."""
    ends_in = 0.6
    now = services.clock.database_now(db.session())
    db.session.rollback()
    lot = factories.open_lot(
        seller=cast["sol"], opens_at=now - timedelta(hours=1), ends_at=now + timedelta(seconds=ends_in)
    )
    ana, told = cast["ana"].id, []
    db.session.rollback()

    def bid():
        with app.app_context():
            try:
                services.place_bid(lot, ana, 100_00, "key-wait")
            except services.BidRefused as refusal:
                told.append(refusal.reason)

    with transaction() as session:
        held.hold(session, lot)
        waiting = threading.Thread(target=bid)
        waiting.start()
        waiting.join(ends_in + 0.2)
        assert waiting.is_alive()
    waiting.join(10)
    assert told == ["closed"]
