"""Staff annul a bid or withdraw a lot; both leave their trace (D7, I1, I15)."""

from __future__ import annotations

import pytest

from gallery.bidding import interventions
from gallery.bidding.interventions import NotPossible, Reason
from gallery.core.errors import Missing
from tests.bidding.books import everything, notices, rows

pytestmark = pytest.mark.database


def test_without_the_annulled_bid_the_price_is_derived_anew(room):
    room.bid(room.ana, 150)
    room.bid(room.ben, 2_000)
    room.bid(room.ana, 1_500)
    assert room.euros == 1_600
    room.annul(1)
    books = room.books
    assert (books.lot.price_minor, books.lead.bidder_id, books.lead.maximum_minor) == (100_00, room.ana, 1_500_00)
    assert (books.lot.bids, books.lot.version) == (2, 4)
    assert books.facts[-1]["kind"] == "annulment"
    assert (books.facts[-1]["annuls"], books.facts[-1]["reason"], books.facts[-1]["bidder"]) == (1, "typing_error", 2)


def test_without_its_only_bid_a_lot_stands_as_on_the_first_day(room):
    room.bid(room.ana, 5_000)
    room.annul(0)
    books = room.books
    assert (books.lot.price_minor, books.lot.bids, books.lead, books.lot.leader_alias) == (100_00, 0, None, None)
    assert room.bid(room.ben, 100).leads


def test_an_annulment_may_take_the_reserve_away_again(make):
    room = make(reserve_minor=500_00)
    room.bid(room.ana, 200)
    room.bid(room.ben, 800)
    assert room.books.lot.reserve_met
    room.annul(1)
    assert (room.euros, room.books.lot.reserve_met) == (100, False)


def test_an_annulment_leaves_the_end_as_it_is(room):
    room.bid(room.ana, 150)
    room.at(seconds=10)
    room.bid(room.ben, 300)
    moved = room.books.lot.ends_at
    assert moved > room.ends_at
    room.annul(1)
    assert room.books.lot.ends_at == moved


def test_whose_bid_was_annulled_may_bid_again_and_keeps_the_alias(room):
    room.bid(room.ana, 150)
    room.bid(room.ben, 20_000)
    room.annul(1)
    assert room.bid(room.ben, 200).leads
    assert [row.alias for row in room.books.bidders] == [1, 2]


def test_a_maximum_raised_by_mistake_falls_back_to_the_one_before(room):
    room.bid(room.ana, 150)
    room.bid(room.ana, 15_000)
    room.annul(1)
    assert room.books.lead.maximum_minor == 150_00


def test_an_annulment_is_audited_and_told_once(room):
    room.bid(room.ana, 150)
    room.annul(0, Reason.WRONG_LOT)
    (entry,) = [row for row in rows("audit_entry") if row.action == "bid.annulled"]
    assert (entry.subject, entry.actor_id) == (f"lot:{room.lot}", room.ada)
    assert notices("bid_annulled") == [("bid_annulled", room.ana)]


def test_who_leads_again_by_an_annulment_is_not_told_that_he_was_outbid(room):
    room.bid(room.ana, 150)
    room.bid(room.ben, 300)
    assert notices() == [("outbid", room.ana)]
    room.annul(1)
    assert sorted(notices()) == [("bid_annulled", room.ben), ("leads_again", room.ana)]


def test_who_leads_as_before_is_told_nothing_by_an_annulment(room):
    room.bid(room.ana, 300)
    room.bid(room.ben, 150)
    room.annul(1)
    assert notices() == [("bid_annulled", room.ben)]


def test_whose_only_bid_was_annulled_is_neither_outbid_nor_a_loser(room):
    room.bid(room.ana, 150)
    room.bid(room.ben, 300)
    room.annul(0)
    assert notices("outbid") == []
    room.close()
    assert sorted(notices()) == [("bid_annulled", room.ana), ("sold", room.sol), ("won", room.ben)]


def test_a_bid_is_annulled_once(room):
    room.bid(room.ana, 150)
    room.annul(0)
    before = everything()
    with pytest.raises(NotPossible):
        room.annul(0)
    assert everything() == before


def test_what_is_no_bid_cannot_be_annulled(room):
    room.bid(room.ana, 150)
    room.annul(0)
    before = everything()
    for seq in (1, 2, -1):
        with pytest.raises(Missing):
            room.annul(seq)
    with pytest.raises(Missing):
        interventions.annul_bid(999_999, 0, Reason.FRAUD, room.ada)
    assert everything() == before


def test_a_repeated_key_of_an_annulled_bid_does_not_bid_again(room):
    room.bid(room.ana, 150, key="one-key-only")
    room.annul(0)
    before = everything()
    room.bid(room.ana, 150, key="one-key-only")
    assert everything() == before


def test_a_withdrawn_lot_takes_no_bids_and_has_no_outcome(room):
    room.bid(room.ana, 150)
    interventions.withdraw_lot(room.lot, Reason.DAMAGED, room.ada, now=room.now)
    books = room.books
    assert (books.lot.state, books.outcome, books.facts[-1]["reason"]) == ("withdrawn", None, "damaged")
    assert room.refused(room.ben, 300).reason == "withdrawn"
    assert room.close() is None
    assert sorted(notices()) == [("lot_withdrawn", room.ana), ("own_lot_withdrawn", room.sol)]


def test_a_withdrawal_tells_each_bidder_once(room):
    for who, euros in ((room.ana, 150), (room.ben, 300), (room.ana, 500)):
        room.bid(who, euros)
    before = notices("lot_withdrawn")
    interventions.withdraw_lot(room.lot, Reason.MISDESCRIBED, room.ada, now=room.now)
    assert before == []
    assert sorted(notices("lot_withdrawn")) == [("lot_withdrawn", room.ana), ("lot_withdrawn", room.ben)]


def test_an_unknown_lot_is_missing(room):
    with pytest.raises(Missing):
        interventions.withdraw_lot(999_999, Reason.FRAUD, room.ada)
