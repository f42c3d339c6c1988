"""Whether one order of things explains all answers (case 4: linearizable), and whether nothing acknowledged is lost.

The order is not searched for: the chain of receipts is one. What is left to check is that every answer is the one
that the oracle gives at a place in that order which lies between the question and the answer.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cache

from tests.bidding import oracle
from tests.bidding.books import Books
from tests.fire.crowd import Sent


def unexplained(books: Books, sent: list[Sent]) -> list[str]:
    """The answers that no place in the chain explains; [] if the history is linearizable."""
    accepted = [(bid.bidder_id, bid.maximum_minor) for bid in books.bids]
    place_of = {bid.seq: place for place, bid in enumerate(books.bids)}
    by_key = {(bid.bidder_id, bid.key): bid for bid in books.bids}
    auction = books.auction
    wrong: list[str] = []

    @cache
    def told(place: int, bidder: int, maximum: int) -> str:
        return oracle.answer(auction, accepted[:place], bidder, maximum)

    acknowledged = sorted(
        (one.answered_at, place_of[one.seq]) for one in sent if one.is_acknowledged and one.seq in place_of
    )
    answered = [at for at, _ in acknowledged]
    reached: list[int] = []
    for _, place in acknowledged:
        reached.append(max(place, reached[-1] if reached else -1))
    asked = {}  # When each bid of the chain was first sent: it cannot have counted before.
    for one in sorted(sent, key=lambda one: one.sent_at):
        asked.setdefault((one.bidder, one.key), one.sent_at)
    sent_at = [asked.get((bid.bidder_id, bid.key), float("inf")) for bid in books.bids]

    for one in sent:
        if not one.status:
            continue
        before = bisect_left(answered, one.sent_at)
        lowest = reached[before - 1] + 1 if before else 0
        if one.is_acknowledged:
            bid = by_key.get((one.bidder, one.key))
            if bid is None or bid.seq != one.seq or bid.maximum_minor != one.maximum:
                wrong.append(f"acknowledged, but not in the log: {one}")
            elif place_of[bid.seq] < lowest and asked[one.bidder, one.key] == one.sent_at:
                wrong.append(f"stands before a bid that was answered before it was sent: {one}")
            elif (told(place_of[bid.seq], one.bidder, one.maximum) == "outbid") != (one.result == "outbid"):
                wrong.append(f"told otherwise than its place gives: {one}")
            continue
        if one.result != "refused":
            continue
        highest = max((place + 1 for place, at in enumerate(sent_at) if at < one.answered_at), default=0)
        answer = f"{one.reason} {one.least}"
        if not any(told(place, one.bidder, one.maximum) == answer for place in range(lowest, highest + 1)):
            wrong.append(f"refused as at no moment between question and answer ({lowest}-{highest}): {one}")
    return wrong


def lost_and_phantom(books: Books, sent: list[Sent]) -> tuple[list[Sent], list[str]]:
    """Acknowledged bids that are not in the log; bids in the log that nobody sent, or that were refused (case 8)."""
    in_log = {(bid.bidder_id, bid.key): (bid.maximum_minor, bid.seq) for bid in books.bids}
    lost = [one for one in sent if one.is_acknowledged and in_log.get((one.bidder, one.key)) != (one.maximum, one.seq)]
    possible = {(one.bidder, one.key) for one in sent if one.is_acknowledged or not one.status or one.status >= 500}
    return lost, [f"{bidder} {key}" for bidder, key in in_log if (bidder, key) not in possible]
