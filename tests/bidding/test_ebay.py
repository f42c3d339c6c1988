"""285 recorded auctions, 4,764 bids: the rules name the recorded price and winner of each (RULES, "Bids").

The recordings have no reserve in them. Where the price that the bids explain differs from the recorded
one, the seller had a hidden reserve, and the recorded price is what it was.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gallery.bidding import rules
from tests.bidding.oracle import NOON, Auction, fresh, sale_of

RECORDS = Path(__file__).parents[1] / "data" / "ebay-bid-histories.csv"


@dataclass(frozen=True)
class Recorded:
    """One auction as eBay recorded it, in cents."""

    number: str
    opening: int
    price: int
    bids: tuple[tuple[int, int], ...]
    """(bidder, maximum), oldest first."""

    @property
    def winner(self) -> int:
        """Who first named the highest maximum."""
        highest = max(maximum for _, maximum in self.bids)
        return next(bidder for bidder, maximum in self.bids if maximum == highest)


@cache
def recorded() -> list[Recorded]:
    rows = defaultdict(list)
    with RECORDS.open(newline="") as file:
        for row in csv.DictReader(file):
            rows[row["auction"]].append(row)
    return [
        Recorded(number, cents(of[0]["opening_bid"]), cents(of[0]["final_price"]), tuple(map(bid, in_order(of))))
        for number, of in rows.items()
    ]


def in_order(rows):
    return sorted(rows, key=lambda row: float(row["bid_time_days"]))


def bid(row):
    return int(row["bidder"].removeprefix("B")), cents(row["bid"])


def cents(amount):
    whole, _, decimals = amount.partition(".")
    return int(whole) * 100 + int(decimals.ljust(2, "0"))


def played(auction: Recorded, reserve: int | None = None) -> rules.Standing:
    terms = Auction("ebay", "USD", auction.opening, reserve)
    standing = fresh(terms)
    for bidder, maximum in auction.bids:
        verdict = rules.judge(standing, sale_of(terms), rules.BidderFacts(bidder), maximum, NOON)
        if isinstance(verdict, rules.Accepted):
            standing = rules.after(standing, verdict)
    return standing


def test_all_records_are_here():
    assert len(recorded()) == 285
    assert sum(len(auction.bids) for auction in recorded()) == 4_764


def test_the_recorded_bidder_wins_all_285():
    assert [auction.number for auction in recorded() if played(auction).leader != auction.winner] == []


def test_the_bids_alone_explain_260_prices():
    assert sum(played(auction).price_minor == auction.price for auction in recorded()) == 260


def test_a_hidden_reserve_explains_the_other_25_and_changes_no_winner():
    hidden = [auction for auction in recorded() if played(auction).price_minor != auction.price]
    sold = [played(auction, reserve=auction.price) for auction in hidden]
    assert [standing.price_minor for standing in sold] == [auction.price for auction in hidden]
    assert [standing.leader for standing in sold] == [auction.winner for auction in hidden]
    assert all(standing.reserve_met for standing in sold)
    assert len(hidden) == 25
