"""The rules of bidding a second time, written otherwise: proof by disagreement (TRUST, test case 1).

Where the rules move a standing from bid to bid, the oracle keeps nothing but the list of accepted
bids and works everything out from the whole list each time: who named which maximum and when, sorted;
the highest leads, the second highest sets the price. It counts steps in fractions of major units and has
its own copy of the tables, looked up from the top. It shares no code with the rules.

    python -m tests.bidding.oracle --length 5     # all 18^5 sequences; `make soak` runs this
"""

import argparse
import itertools
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache

from gallery.bidding import rules
from gallery.bidding.increments import Table

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINORS = {"EUR": 100, "USD": 100, "XOF": 1}
FROM_PRICE = {
    "eur": "500000:50000 200000:20000 100000:10000 50000:5000 20000:2000 10000:1000 5000:500 2000:200 "
    "1000:100 500:50 200:20 100:10 10:5 0:1",
    "xof": "6000000:500000 3000000:250000 1200000:100000 600000:50000 300000:25000 100000:10000 50000:5000 "
    "5000:2500 0:500",
    "ebay": "5000:100 2500:50 1000:25 500:10 250:5 100:2.5 25:1 5:0.5 1:0.25 0:0.05",
}


@dataclass(frozen=True)
class Auction:
    """One lot's terms, in minor units."""

    table: str
    currency: str
    opening: int
    reserve: int | None = None
    granule: int = 1


@dataclass(frozen=True)
class View:
    """What anybody or the leader could say of the lot."""

    price: int
    leader: int | None
    maximum: int
    reserve_met: bool


@cache
def step(auction: Auction, price: int) -> int:
    for rung in FROM_PRICE[auction.table].split():
        threshold, increment = map(Fraction, rung.split(":"))
        if Fraction(price, MINORS[auction.currency]) >= threshold:
            granules = increment * MINORS[auction.currency] / auction.granule
            return -(-granules.numerator // granules.denominator) * auction.granule
    raise AssertionError(price)


def ranking(bids: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Bidders with their highest maxima, the best first; of equal ones the earlier."""
    best: dict[int, tuple[int, int]] = {}
    for turn, (bidder, maximum) in enumerate(bids):
        best[bidder] = max(best.get(bidder, (0, 0)), (maximum, -turn))
    return [(bidder, best[bidder][0]) for bidder in sorted(best, key=lambda bidder: best[bidder], reverse=True)]


def view(auction: Auction, accepted: list[tuple[int, int]]) -> View:
    """The lot after these accepted bids, worked out from all of them at once.

    A raise moves no price (I7), not even one that an earlier, lower maximum of the leader had held
    below a full step: so the price is that of the last bid that was no raise.
    """
    if not accepted:
        return View(auction.opening, None, 0, False)
    leader, highest = ranking(accepted)[0]
    contest = len(accepted)
    while contest > 1 and ranking(accepted[: contest - 1])[0][0] == accepted[contest - 1][0]:
        contest -= 1
    price = auction.opening
    if contest > 1:
        (_, first), (_, second), *_ = ranking(accepted[:contest])
        price = min(second + step(auction, second), first)
    met = auction.reserve is None or highest >= auction.reserve
    return View(max(price, auction.reserve or 0) if met else price, leader, highest, met)


def answer(auction: Auction, accepted: list[tuple[int, int]], bidder: int, maximum: int) -> str:
    """What the bidder is told: `first`, `lead`, `raise`, `outbid`, or `reason least`."""
    now = view(auction, accepted)
    if now.leader is None:
        least, reason = auction.opening, "too_low"
    elif now.leader == bidder:
        least, reason = now.maximum + 1, "not_higher"
    else:
        least, reason = now.price + step(auction, now.price), "too_low"
    while least % auction.granule:
        least += 1
    if maximum < least:
        return f"{reason} {least}"
    if maximum % auction.granule:
        return f"off_grid {least}"
    if now.leader is None:
        return "first"
    if now.leader == bidder:
        return "raise"
    return "lead" if maximum > now.maximum else "outbid"


def sale_of(auction: Auction) -> rules.SaleRules:
    return rules.SaleRules(Table(auction.table), auction.currency, auction.granule)


def fresh(auction: Auction) -> rules.Standing:
    """The lot of an auction as the rules see it, an hour before its end."""
    return rules.Standing(
        opening_minor=auction.opening,
        price_minor=auction.opening,
        leader=None,
        maximum_minor=0,
        reserve_minor=auction.reserve,
        bids=0,
        opens_at=NOON,
        ends_at=NOON + timedelta(hours=2),
        scheduled_end_at=NOON + timedelta(hours=2),
        state=rules.LotState.OPEN,
    )


def compare(
    auction: Auction, standing: rules.Standing, accepted: list[tuple[int, int]], bidder: int, maximum: int
) -> tuple[rules.Standing, bool]:
    """Put one bid to both; fail on any difference in answer, price, leader, maximum or reserve."""
    verdict = rules.judge(standing, sale_of(auction), rules.BidderFacts(bidder), maximum, NOON + timedelta(hours=1))
    expected = answer(auction, accepted, bidder, maximum)
    if isinstance(verdict, rules.Refused):
        assert f"{verdict.reason} {verdict.least_minor}" == expected, (auction, accepted, bidder, maximum)
        return standing, False
    assert verdict.kind == expected, (auction, accepted, bidder, maximum)
    ours = View(verdict.price_minor, verdict.leader, verdict.maximum_minor, verdict.reserve_met)
    assert ours == view(auction, [*accepted, (bidder, maximum)]), (auction, accepted, bidder, maximum)
    return rules.after(standing, verdict), True


def compare_all(auction: Auction, amounts: tuple[int, ...], length: int, bidders: int = 3) -> int:
    """Put every sequence of bids to both, shared beginnings once. Returns how many sequences that was."""
    choices = list(itertools.product(range(bidders), amounts))

    def descend(standing: rules.Standing, accepted: list[tuple[int, int]], left: int) -> int:
        if left == 0:
            return 1
        sequences = 0
        for bid in choices:
            then, counts = compare(auction, standing, accepted, *bid)
            sequences += descend(then, [*accepted, bid] if counts else accepted, left - 1)
        return sequences

    return descend(fresh(auction), [], length)


def compare_sampled(auction: Auction, amounts: tuple[int, ...], length: int, sample: int, seed: int = 1) -> int:
    """Put some sequences, drawn at random from all, to both. Returns how many."""
    chance = random.Random(seed)
    choices = list(itertools.product(range(3), amounts))
    for _ in range(sample):
        standing = fresh(auction)
        accepted: list[tuple[int, int]] = []
        for bid in chance.choices(choices, k=length):
            standing, counts = compare(auction, standing, accepted, *bid)
            accepted += [bid] * counts
    return sample


def configurations() -> Iterator[tuple[Auction, tuple[int, ...]]]:
    """Terms and six amounts each: below and at the opening, ties, edges of the table, about the reserve."""
    euros = (99_00, 100_00, 105_00, 110_00, 120_00, 200_00)
    yield Auction("eur", "EUR", 100_00, granule=100), euros
    yield Auction("eur", "EUR", 100_00, 110_00, 100), euros
    yield Auction("eur", "EUR", 1_00, 12_00, 100), (1_00, 2_00, 9_00, 10_00, 15_00, 12_00)
    yield Auction("eur", "EUR", 5_50, None, 100), (5_00, 6_00, 7_00, 10_00, 15_50, 20_00)
    yield Auction("xof", "XOF", 45_000, 60_000, 500), (45_000, 47_500, 50_000, 55_000, 60_000, 100_000)
    yield Auction("ebay", "USD", 95, 5_10), (95, 1_00, 1_20, 4_99, 5_00, 5_50)
    yield Auction("ebay", "XOF", 500, None, 500), (500, 1_000, 1_200, 1_500, 3_000, 100_000)


def main() -> None:
    parser = argparse.ArgumentParser(description="Put every sequence of bids to the rules and to the oracle.")
    parser.add_argument("--length", type=int, default=4, help="bids in a sequence; 18^length sequences each")
    parser.add_argument("--configurations", type=int, default=1, help="how many of the terms to go through")
    options = parser.parse_args()
    for auction, amounts in itertools.islice(configurations(), options.configurations):
        began = time.process_time()
        sequences = compare_all(auction, amounts, options.length)
        sys.stdout.write(f"{sequences:,} sequences agree, {time.process_time() - began:.0f} s CPU: {auction}\n")


if __name__ == "__main__":
    main()
