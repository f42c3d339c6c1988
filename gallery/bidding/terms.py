"""The words of bidding: states, refusals, and the plain values that the rules take and give. Pure.

Amounts are whole minor units of the sale's currency, times aware UTC. Bidders are whatever integers
the caller knows them by.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gallery.bidding.increments import Table, step


class LotState(StrEnum):
    """Where a lot is in its life."""

    UPCOMING = "upcoming"
    OPEN = "open"
    SOLD = "sold"
    UNSOLD = "unsold"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What can be done to a lot."""

    OPEN = "open"
    BID = "bid"
    ANNUL = "annul"
    EXTEND = "extend"
    SELL = "sell"
    BUY_IN = "buy_in"
    WITHDRAW = "withdraw"


EDGES = {
    (LotState.UPCOMING, Action.OPEN): LotState.OPEN,
    (LotState.UPCOMING, Action.WITHDRAW): LotState.WITHDRAWN,
    (LotState.OPEN, Action.BID): LotState.OPEN,
    (LotState.OPEN, Action.ANNUL): LotState.OPEN,
    (LotState.OPEN, Action.EXTEND): LotState.OPEN,
    (LotState.OPEN, Action.SELL): LotState.SOLD,
    (LotState.OPEN, Action.BUY_IN): LotState.UNSOLD,
    (LotState.OPEN, Action.WITHDRAW): LotState.WITHDRAWN,
}
"""The only moves there are (I15); any other pair is a mistake of the caller."""


class Refusal(StrEnum):
    """Why a bid does not count. The words are in the forms."""

    WITHDRAWN = "withdrawn"
    NOT_OPEN = "not_open"
    CLOSED = "closed"
    OWN_LOT = "own_lot"
    STAFF = "staff"
    LINKED = "linked"
    BLOCKED = "blocked"
    BARRED = "barred"
    UNCONFIRMED = "unconfirmed"
    INCOMPLETE = "incomplete"
    UNDER_AGE = "under_age"
    TOO_LARGE = "too_large"
    TOO_LOW = "too_low"
    NOT_HIGHER = "not_higher"
    OFF_GRID = "off_grid"
    OVER_LIMIT = "over_limit"


class Kind(StrEnum):
    """What an accepted bid did."""

    FIRST = "first"
    LEAD = "lead"
    RAISE = "raise"
    OUTBID = "outbid"


class Outcome(StrEnum):
    """How a lot ends."""

    SOLD = "sold"
    RESERVE_NOT_MET = "reserve_not_met"
    NO_BIDS = "no_bids"


@dataclass(frozen=True, slots=True)
class SaleRules:
    """What a sale decides for its lots. Soft close of 0 seconds: the end never moves by a bid."""

    table: Table
    currency: str
    granularity_minor: int
    soft_close_seconds: int = 180
    soft_close_cap_seconds: int = 3600

    def step(self, price_minor: int) -> int:
        return step(self.table, price_minor, self.currency, self.granularity_minor)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a lot stands. `maximum_minor` and `reserve_minor` are secret, also from staff (I9)."""

    opening_minor: int
    price_minor: int
    """The opening price until somebody bids."""
    leader: int | None
    maximum_minor: int
    """The leader's; 0 until somebody bids."""
    reserve_minor: int | None
    bids: int
    """Accepted and not annulled, raises included."""
    opens_at: datetime
    ends_at: datetime
    scheduled_end_at: datetime
    state: LotState
    outage_seconds: int = 0

    @property
    def reserve_met(self) -> bool:
        return self.leader is not None and self.maximum_minor >= (self.reserve_minor or 0)


@dataclass(frozen=True, slots=True)
class SpendingLimit:
    """The most that a bidder may lead with at one time, over all open lots; 0 is no limit."""

    limit_minor: int
    currency: str
    leading: tuple[tuple[int, str], ...] = ()
    """His maxima on the other open lots that he leads: (minor units, currency)."""


@dataclass(frozen=True, slots=True)
class BidderFacts:
    """What decides whether somebody may bid on a lot at all."""

    bidder: int
    is_seller: bool = False
    is_staff: bool = False
    is_linked: bool = False
    is_blocked: bool = False
    is_barred: bool = False
    is_confirmed: bool = True
    is_complete: bool = True
    is_adult: bool = True
    limit: SpendingLimit | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a bid changes. `leader` and `maximum_minor` are the lot's after the bid, not the bid's."""

    kind: Kind
    price_minor: int
    leader: int
    maximum_minor: int
    ends_at: datetime
    reserve_met: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A bid that changes nothing, with the least amount that would have done where one would."""

    reason: Refusal
    least_minor: int | None = None
