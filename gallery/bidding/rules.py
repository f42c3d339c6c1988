"""The rules of bidding, R1 to R14 of docs/rules.md. Pure: no database, no clock, no Flask.

Amounts are whole minor units of the sale's currency; times are aware UTC and come in as `now`.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from gallery.bidding.increments import up_to_grid
from gallery.bidding.terms import (
    EDGES,
    Accepted,
    Action,
    BidderFacts,
    Kind,
    LotState,
    Outcome,
    Refusal,
    Refused,
    SaleRules,
    SpendingLimit,
    Standing,
)
from gallery.core.money import PARITY

__all__ = [
    "EDGES",
    "Accepted",
    "Action",
    "BidderFacts",
    "Kind",
    "LotState",
    "Outcome",
    "Refusal",
    "Refused",
    "SaleRules",
    "SpendingLimit",
    "Standing",
    "after",
    "closed_to_bids",
    "is_large",
    "judge",
    "may_bid",
    "minimum_bid",
    "next_state",
    "outage_extension",
    "outcome",
    "over_limit",
    "replay",
    "soft_close",
    "state_at",
]

LARGEST_MAXIMUM_MINOR = 10**12 - 1
LARGE_BID_FACTOR = 5
OUTAGE_THRESHOLD = timedelta(seconds=30)
OUTAGE_WINDOW = timedelta(minutes=15)


def judge(
    standing: Standing, sale: SaleRules, facts: BidderFacts, maximum_minor: int, now: datetime
) -> Accepted | Refused:
    """Decide one bid (R1-R9): first the lot, then the bidder, then the amount, then his limit.

    No refusal depends on another bidder's secret maximum, so that none gives it away.
    """
    reason = closed_to_bids(standing, now) or may_bid(facts)
    if reason:
        return Refused(reason)
    least = minimum_bid(standing, sale, facts.bidder)
    reason = _unfit(standing, sale, facts, maximum_minor, least)
    if reason:
        return Refused(reason, least)
    kind, price, leader, maximum = _advance(standing, sale, facts.bidder, maximum_minor)
    moved = price != standing.price_minor or leader != standing.leader
    return Accepted(
        kind,
        price,
        leader,
        maximum,
        soft_close(standing, sale, now) if moved else standing.ends_at,
        maximum >= (standing.reserve_minor or 0),
    )


def closed_to_bids(standing: Standing, now: datetime) -> Refusal | None:
    """R5: time decides, not whether a job has opened or closed the lot yet."""
    if standing.state is LotState.WITHDRAWN:
        return Refusal.WITHDRAWN
    if standing.state in (LotState.SOLD, LotState.UNSOLD) or now >= standing.ends_at:
        return Refusal.CLOSED
    return Refusal.NOT_OPEN if now < standing.opens_at else None


def may_bid(facts: BidderFacts) -> Refusal | None:
    """R6: first what nobody can mend, then what the house decided, then what the bidder can mend."""
    hindrances = (
        (facts.is_seller, Refusal.OWN_LOT),
        (facts.is_staff, Refusal.STAFF),
        (facts.is_linked, Refusal.LINKED),
        (facts.is_blocked, Refusal.BLOCKED),
        (facts.is_barred, Refusal.BARRED),
        (not facts.is_confirmed, Refusal.UNCONFIRMED),
        (not facts.is_complete, Refusal.INCOMPLETE),
        (not facts.is_adult, Refusal.UNDER_AGE),
    )
    return next((reason for hinders, reason in hindrances if hinders), None)


def minimum_bid(standing: Standing, sale: SaleRules, bidder: int | None = None) -> int:
    """R2: the least maximum that the bidder may name now; without a bidder, what everyone may see."""
    granule = sale.granularity_minor
    if standing.leader is None:
        return max(up_to_grid(standing.opening_minor, granule), granule)
    if standing.leader == bidder:
        return up_to_grid(standing.maximum_minor + 1, granule)
    return up_to_grid(standing.price_minor + sale.step(standing.price_minor), granule)


def _unfit(standing: Standing, sale: SaleRules, facts: BidderFacts, maximum_minor: int, least: int) -> Refusal | None:
    if maximum_minor > LARGEST_MAXIMUM_MINOR:
        return Refusal.TOO_LARGE
    if maximum_minor < least:
        return Refusal.NOT_HIGHER if standing.leader == facts.bidder else Refusal.TOO_LOW
    if maximum_minor % sale.granularity_minor:
        return Refusal.OFF_GRID
    if facts.limit and over_limit(facts.limit, maximum_minor, sale.currency):
        return Refusal.OVER_LIMIT
    return None


def _advance(standing: Standing, sale: SaleRules, bidder: int, maximum_minor: int) -> tuple[Kind, int, int, int]:
    """R3 and R4: the kind of bid, and the lot's price, leader and maximum after it."""
    price, leader, maximum = standing.price_minor, standing.leader, standing.maximum_minor
    if leader is None:
        kind, leader, maximum = Kind.FIRST, bidder, maximum_minor
    elif bidder == leader:
        kind, maximum = Kind.RAISE, maximum_minor
    elif maximum_minor > maximum:
        price = min(maximum_minor, maximum + sale.step(maximum))
        kind, leader, maximum = Kind.LEAD, bidder, maximum_minor
    else:
        kind, price = Kind.OUTBID, min(maximum, maximum_minor + sale.step(maximum_minor))
    if standing.reserve_minor is not None and maximum >= standing.reserve_minor:
        price = max(price, standing.reserve_minor)
    return kind, price, leader, maximum


def soft_close(standing: Standing, sale: SaleRules, now: datetime) -> datetime:
    """R10: the end after a bid that moved something. It never comes nearer (I5)."""
    cap_seconds = sale.soft_close_cap_seconds + standing.outage_seconds
    latest = standing.scheduled_end_at + timedelta(seconds=cap_seconds)
    wished = now + timedelta(seconds=sale.soft_close_seconds)
    return max(standing.ends_at, min(wished, latest))


def outage_extension(standing: Standing, sale: SaleRules, began_at: datetime, ended_at: datetime) -> int:
    """R11: the seconds by which an outage moves the end; 0 if it does not.

    It does once, when the lot could not be reached for more than 30 s of its last 15 minutes.
    """
    if standing.outage_seconds or standing.state not in (LotState.UPCOMING, LotState.OPEN):
        return 0
    suffered_from = max(began_at, standing.opens_at, standing.ends_at - OUTAGE_WINDOW)
    if min(ended_at, standing.ends_at) - suffered_from <= OUTAGE_THRESHOLD:
        return 0
    return -((began_at - ended_at) // timedelta(seconds=1)) + sale.soft_close_seconds


def over_limit(limit: SpendingLimit, maximum_minor: int, currency: str) -> bool:
    """R8: whether leading with this maximum, beside what he leads already, passes his limit.

    Exact, at the fixed parity. A currency without one counts as if it were the euro.
    """

    def weight(minor: int, in_currency: str) -> int:
        return minor * PARITY.get(in_currency, PARITY["EUR"])

    if limit.limit_minor == 0:
        return False
    led = sum(weight(minor, in_currency) for minor, in_currency in limit.leading)
    return led + weight(maximum_minor, currency) > weight(limit.limit_minor, limit.currency)


def is_large(maximum_minor: int, price_minor: int) -> bool:
    """R9: whether the bidder is asked once more, since a digit may have slipped (A-03)."""
    return maximum_minor > LARGE_BID_FACTOR * price_minor


def outcome(standing: Standing) -> Outcome:
    """R12: what the hammer says if it falls now."""
    if standing.leader is None:
        return Outcome.NO_BIDS
    return Outcome.SOLD if standing.reserve_met else Outcome.RESERVE_NOT_MET


def state_at(standing: Standing, now: datetime) -> LotState:
    """R13: what the public is shown: a lot past its end is over before a job has closed it."""
    if standing.state not in (LotState.UPCOMING, LotState.OPEN):
        return standing.state
    if now < standing.ends_at:
        return LotState.UPCOMING if now < standing.opens_at else LotState.OPEN
    return LotState.SOLD if outcome(standing) is Outcome.SOLD else LotState.UNSOLD


def next_state(state: LotState, action: Action) -> LotState | None:
    """R13: where an action takes a lot, or None where there is no such move."""
    return EDGES.get((state, action))


def after(standing: Standing, accepted: Accepted) -> Standing:
    """The standing that an accepted bid leaves behind."""
    return replace(
        standing,
        price_minor=accepted.price_minor,
        leader=accepted.leader,
        maximum_minor=accepted.maximum_minor,
        bids=standing.bids + 1,
        ends_at=accepted.ends_at,
    )


def replay(standing: Standing, sale: SaleRules, bids: Iterable[tuple[int, int]]) -> Standing:
    """R14: the standing as if only these bids (bidder, maximum) had been placed, oldest first.

    For an annulment by staff: price and leader follow from the bids that are left; the end stays.
    """
    standing = replace(standing, price_minor=standing.opening_minor, leader=None, maximum_minor=0, bids=0)
    for bidder, maximum_minor in bids:
        _, price, leader, maximum = _advance(standing, sale, bidder, maximum_minor)
        standing = replace(standing, price_minor=price, leader=leader, maximum_minor=maximum, bids=standing.bids + 1)
    return standing
