"""The 285 recorded auctions once more, this time through the real services into the real tables.

All of them in one unit of work, so that it takes seconds; `make soak` gives each bid its own commit.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from gallery.bidding import closing, services
from gallery.core.db import transaction
from tests import factories
from tests.bidding.books import faults, rows
from tests.bidding.conftest import NOON
from tests.bidding.test_ebay import played, recorded


def put_up(auctions, *, together=None):
    """Lots with the terms of the recorded auctions, the hidden reserve inferred as RULES says: {lot: auction}."""
    sale = factories.sale(
        currency="USD", opens_at=NOON - timedelta(days=9), ends_at=NOON, lot_interval_seconds=0, soft_close_seconds=0
    )
    seller = factories.member("sol", roles=["seller"])
    lots = {}
    for auction in auctions:
        hidden = auction.price if played(auction).price_minor != auction.price else None
        lots[
            factories.open_lot(
                seller=seller, sale_id=sale, currency="USD", opening_minor=auction.opening, reserve_minor=hidden
            )
        ] = auction
    return lots


def people(auctions):
    """A member for each recorded bidder."""
    bidders = sorted({bidder for auction in auctions for bidder, _ in auction.bids})
    return {bidder: factories.member(f"b{bidder}").id for bidder in bidders}


def play(lot, auction, members):
    """Put the recorded bids, those that eBay took below our step included, and let the hammer fall."""
    for turn, (bidder, maximum) in enumerate(auction.bids):
        at = NOON - timedelta(days=8) + timedelta(seconds=turn)
        try:
            services.place_bid(lot, members[bidder], maximum, f"recorded-{lot}-{turn}", now=at)
        except services.BidRefused as refusal:
            assert refusal.reason in ("too_low", "not_higher"), (auction.number, refusal.reason)
    assert closing.close_lot(lot, now=NOON) == "sold"


def differences(lots, members):
    """The auctions whose hammer price or winner is not the recorded one."""
    hammers = {row.lot_id: (row.hammer_minor, row.winner_id) for row in rows("outcome")}
    return [
        (auction.number, hammers.get(lot), auction.price)
        for lot, auction in lots.items()
        if hammers.get(lot) != (auction.price, members[auction.winner])
    ]


@pytest.mark.slow
def test_all_285_prices_and_winners_come_out_of_the_house(app):
    auctions = recorded()
    with transaction():
        lots, members = put_up(auctions), people(auctions)
    with transaction():
        for lot, auction in lots.items():
            play(lot, auction, members)
    assert differences(lots, members) == []
    assert len(lots) == 285
    assert [found for lot in list(lots)[::20] for found in faults(lot)] == []
