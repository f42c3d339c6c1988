"""What each rule of docs/rules.md says, one sentence a test."""

import dataclasses
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gallery.bidding.increments import Table
from gallery.bidding.rules import (
    EDGES,
    LARGEST_MAXIMUM_MINOR,
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
    after,
    is_large,
    judge,
    may_bid,
    minimum_bid,
    next_state,
    outage_extension,
    outcome,
    over_limit,
    replay,
    soft_close,
    state_at,
)
from tests.bidding.oracle import NOON, Auction, fresh

ANA, BEN, CY = 1, 2, 3
SALE = SaleRules(Table.EUR, "EUR", 100)
END = NOON + timedelta(hours=2)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def lot(opening=100_00, reserve=None, **changes):
    return replace(fresh(Auction("eur", "EUR", opening, reserve, 100)), **changes)


def place(standing, *bids, now=NOON, sale=SALE):
    """Place bids (bidder, maximum) that must all count; the standing after them."""
    for bidder, maximum in bids:
        verdict = judge(standing, sale, BidderFacts(bidder), maximum, now)
        assert isinstance(verdict, Accepted), verdict
        standing = after(standing, verdict)
    return standing


def accepted(standing, bidder, maximum, now=NOON):
    verdict = judge(standing, SALE, BidderFacts(bidder), maximum, now)
    assert isinstance(verdict, Accepted), verdict
    return verdict


def refusal(standing, bidder, maximum, now=NOON, **facts):
    verdict = judge(standing, SALE, BidderFacts(bidder, **facts), maximum, now)
    assert isinstance(verdict, Refused), verdict
    return verdict


# The price (R1-R4).


def test_the_first_bid_leads_at_the_opening_price():
    verdict = judge(lot(), SALE, BidderFacts(ANA), 500_00, NOON)
    assert verdict == Accepted(Kind.FIRST, 100_00, ANA, 500_00, END, reserve_met=True)


def test_a_higher_maximum_takes_the_lead_one_step_above_the_other():
    standing = place(lot(), (ANA, 200_00), (BEN, 500_00))
    assert (standing.leader, standing.price_minor, standing.maximum_minor) == (BEN, 220_00, 500_00)


def test_the_price_never_passes_the_leaders_maximum():
    standing = place(lot(), (ANA, 200_00), (BEN, 205_00))
    assert (standing.leader, standing.price_minor) == (BEN, 205_00)


def test_a_lower_maximum_lifts_the_price_one_step_above_itself():
    verdict = accepted(place(lot(), (ANA, 500_00)), BEN, 200_00)
    assert (verdict.kind, verdict.leader, verdict.price_minor) == (Kind.OUTBID, ANA, 220_00)


def test_of_equal_maxima_the_earlier_leads_at_that_price():
    standing = place(lot(), (ANA, 200_00), (BEN, 200_00))
    assert (standing.leader, standing.price_minor) == (ANA, 200_00)


def test_a_leaders_raise_moves_the_maximum_alone():
    before = place(lot(), (ANA, 200_00), (BEN, 205_00))
    standing = place(before, (BEN, 900_00))
    assert standing == replace(before, maximum_minor=900_00, bids=3)


def test_a_maximum_that_reaches_the_reserve_lifts_the_price_to_it():
    standing = place(lot(reserve=300_00), (ANA, 300_00))
    assert (standing.price_minor, standing.reserve_met) == (300_00, True)


def test_a_maximum_below_the_reserve_leads_at_the_ordinary_price():
    standing = place(lot(reserve=300_00), (ANA, 299_00))
    assert (standing.price_minor, standing.reserve_met) == (100_00, False)


def test_a_raise_over_the_reserve_lifts_the_price_to_it():
    standing = place(lot(reserve=300_00), (ANA, 200_00), (ANA, 400_00))
    assert standing.price_minor == 300_00


def test_a_price_past_the_reserve_stays_where_it_is():
    standing = place(lot(reserve=150_00), (ANA, 400_00), (BEN, 200_00))
    assert standing.price_minor == 220_00


# What is too little, too much or off the grid (R2).


@pytest.mark.parametrize(
    ("standing", "bidder", "least"),
    [
        (lot(), ANA, 100_00),
        (place(lot(), (ANA, 500_00)), BEN, 110_00),
        (place(lot(), (ANA, 500_00)), ANA, 501_00),
        (place(lot(), (ANA, 500_00)), None, 110_00),
        (lot(opening=5_50), ANA, 6_00),
        (place(lot(opening=5_50), (ANA, 9_00)), BEN, 7_00),
        (lot(opening=0), ANA, 1_00),
    ],
)
def test_the_least_bid_is_on_the_grid_and_enough(standing, bidder, least):
    assert minimum_bid(standing, SALE, bidder) == least
    someone = bidder or BEN
    assert refusal(standing, someone, least - 1).least_minor == least
    assert isinstance(judge(standing, SALE, BidderFacts(someone), least, NOON), Accepted)


@pytest.mark.parametrize(
    ("standing", "bidder", "amount", "expected"),
    [
        (lot(), ANA, 99_00, Refused(Refusal.TOO_LOW, 100_00)),
        (lot(), ANA, 0, Refused(Refusal.TOO_LOW, 100_00)),
        (lot(), ANA, -500_00, Refused(Refusal.TOO_LOW, 100_00)),
        (place(lot(), (ANA, 500_00)), BEN, 109_00, Refused(Refusal.TOO_LOW, 110_00)),
        (place(lot(), (ANA, 500_00)), ANA, 500_00, Refused(Refusal.NOT_HIGHER, 501_00)),
        (lot(), ANA, 100_50, Refused(Refusal.OFF_GRID, 100_00)),
        (lot(), ANA, LARGEST_MAXIMUM_MINOR + 1, Refused(Refusal.TOO_LARGE, 100_00)),
    ],
)
def test_an_amount_that_does_not_do_is_refused_with_the_least_that_would(standing, bidder, amount, expected):
    assert judge(standing, SALE, BidderFacts(bidder), amount, NOON) == expected


def test_the_largest_amount_is_still_taken():
    cents = replace(SALE, currency="USD", granularity_minor=1)
    assert isinstance(judge(lot(), cents, BidderFacts(ANA), LARGEST_MAXIMUM_MINOR, NOON), Accepted)


# When (R5).


@pytest.mark.parametrize(
    ("state", "now", "expected"),
    [
        (LotState.OPEN, NOON - SECOND, Refusal.NOT_OPEN),
        (LotState.UPCOMING, NOON - SECOND, Refusal.NOT_OPEN),
        (LotState.UPCOMING, NOON, None),  # no job has opened it, yet it is open
        (LotState.OPEN, END - timedelta(microseconds=1), None),
        (LotState.OPEN, END, Refusal.CLOSED),
        (LotState.OPEN, END + timedelta(days=3650), Refusal.CLOSED),
        (LotState.SOLD, NOON, Refusal.CLOSED),
        (LotState.UNSOLD, NOON, Refusal.CLOSED),
        (LotState.WITHDRAWN, NOON, Refusal.WITHDRAWN),
    ],
)
def test_time_and_state_decide_whether_a_bid_is_late(state, now, expected):
    verdict = judge(lot(state=state), SALE, BidderFacts(ANA), 500_00, now)
    assert (verdict.reason if isinstance(verdict, Refused) else None) is expected


# Who (R6-R8).

HINDRANCES: list[tuple[dict[str, Any], Refusal]] = [
    ({"is_seller": True}, Refusal.OWN_LOT),
    ({"is_staff": True}, Refusal.STAFF),
    ({"is_linked": True}, Refusal.LINKED),
    ({"is_blocked": True}, Refusal.BLOCKED),
    ({"is_barred": True}, Refusal.BARRED),
    ({"is_confirmed": False}, Refusal.UNCONFIRMED),
    ({"is_complete": False}, Refusal.INCOMPLETE),
    ({"is_adult": False}, Refusal.UNDER_AGE),
]


@pytest.mark.parametrize(("facts", "reason"), HINDRANCES)
def test_who_may_not_bid_is_told_why(facts, reason):
    assert refusal(lot(), ANA, 500_00, **facts) == Refused(reason)
    assert may_bid(BidderFacts(ANA, **facts)) is reason


def test_every_fact_about_a_bidder_can_hinder():
    named = {name for facts, _ in HINDRANCES for name in facts}
    assert named == {field.name for field in dataclasses.fields(BidderFacts) if field.name.startswith("is_")}


@pytest.mark.parametrize("place_in_order", range(len(HINDRANCES)))
def test_of_several_reasons_the_first_in_order_is_told(place_in_order):
    facts: dict[str, Any] = {name: value for worse, _ in HINDRANCES[place_in_order:] for name, value in worse.items()}
    assert may_bid(BidderFacts(ANA, **facts)) is HINDRANCES[place_in_order][1]


def test_reasons_go_from_the_lot_to_the_bidder_to_the_amount_to_the_limit():
    poor = SpendingLimit(50_00, "EUR")
    assert refusal(lot(), ANA, 1, END, is_seller=True, limit=poor).reason is Refusal.CLOSED
    assert refusal(lot(), ANA, 1, is_seller=True, limit=poor).reason is Refusal.OWN_LOT
    assert refusal(lot(), ANA, 1, limit=poor).reason is Refusal.TOO_LOW
    assert refusal(lot(), ANA, 100_00, limit=poor).reason is Refusal.OVER_LIMIT


@pytest.mark.parametrize("secret", [150_00, 500_00, 5_000_00])
def test_no_refusal_depends_on_anothers_maximum(secret):
    """I9: the same answers, whatever the leader's secret maximum is."""
    standing = place(lot(), (ANA, secret))
    answers = [
        refusal(standing, BEN, amount, limit=SpendingLimit(120_00, "EUR"))
        for amount in (1, 109_00, 110_50, 121_00, 900_00, 10**13)
    ]
    reasons = [answer.reason for answer in answers]
    assert reasons == ["too_low", "too_low", "off_grid", "over_limit", "over_limit", "too_large"]
    assert {answer.least_minor for answer in answers} == {110_00}


@pytest.mark.parametrize(
    ("limit", "amount", "currency", "over"),
    [
        (SpendingLimit(1_000_00, "EUR"), 1_000_00, "EUR", False),
        (SpendingLimit(1_000_00, "EUR"), 1_000_01, "EUR", True),
        (SpendingLimit(1_000_00, "EUR", ((900_00, "EUR"),)), 100_00, "EUR", False),
        (SpendingLimit(1_000_00, "EUR", ((900_00, "EUR"),)), 100_01, "EUR", True),
        (SpendingLimit(1_000_00, "EUR"), 655_957, "XOF", False),
        (SpendingLimit(1_000_00, "EUR"), 655_958, "XOF", True),
        (SpendingLimit(655_957, "XOF", ((500_00, "EUR"),)), 500_00, "EUR", False),
        (SpendingLimit(655_957, "XOF", ((500_00, "EUR"),)), 500_01, "EUR", True),
        (SpendingLimit(1_000_00, "EUR", ((300_00, "EUR"), (327_979, "XOF"))), 200_00, "EUR", True),
        (SpendingLimit(1_000_00, "EUR"), 1_000_01, "USD", True),
        (SpendingLimit(0, "EUR", ((10**9, "EUR"),)), 10**9, "EUR", False),
    ],
)
def test_a_limit_holds_over_all_leading_maxima_to_the_cent(limit, amount, currency, over):
    assert over_limit(limit, amount, currency) is over


@pytest.mark.parametrize(("amount", "large"), [(500_00, False), (500_01, True)])
def test_more_than_five_times_the_price_is_asked_about(amount, large):
    assert is_large(amount, 100_00) is large


# The clock (R10, R11).


@pytest.mark.parametrize(
    ("before_the_end", "moves_to"),
    [
        (timedelta(minutes=3, microseconds=1), END),
        (timedelta(minutes=3), END),
        (timedelta(minutes=2), END + MINUTE),
        (timedelta(microseconds=1), END + timedelta(minutes=3) - timedelta(microseconds=1)),
    ],
)
def test_a_late_bid_gives_the_others_three_minutes(before_the_end, moves_to):
    standing = place(lot(), (ANA, 200_00))
    assert accepted(standing, BEN, 500_00, END - before_the_end).ends_at == moves_to


def test_a_late_bid_that_is_outbid_moves_the_end_since_the_price_moves():
    standing = place(lot(), (ANA, 500_00))
    assert accepted(standing, BEN, 200_00, END - SECOND).ends_at > END


def test_a_late_first_bid_moves_the_end_although_the_price_stays():
    assert accepted(lot(), ANA, 500_00, END - SECOND).ends_at > END


def test_a_late_raise_leaves_the_clock_alone():
    standing = place(lot(), (ANA, 200_00))
    assert accepted(standing, ANA, 500_00, END - SECOND).ends_at == END


def test_a_late_raise_that_reaches_the_reserve_moves_the_end():
    standing = place(lot(reserve=300_00), (ANA, 200_00))
    assert accepted(standing, ANA, 500_00, END - SECOND).ends_at > END


def test_the_end_moves_at_most_an_hour_past_the_schedule():
    late = lot(ends_at=END + timedelta(minutes=59))
    assert soft_close(late, SALE, late.ends_at - SECOND) == END + timedelta(hours=1)


def test_the_end_never_comes_nearer():
    beyond = lot(ends_at=END + timedelta(minutes=90))
    assert soft_close(beyond, SALE, beyond.ends_at - SECOND) == beyond.ends_at


def test_without_a_soft_close_the_end_stays():
    sale = replace(SALE, soft_close_seconds=0)
    assert place(lot(), (ANA, 200_00), (BEN, 500_00), now=END - SECOND, sale=sale).ends_at == END


def test_an_outages_extension_also_moves_the_cap():
    extended = lot(ends_at=END + timedelta(minutes=70), outage_seconds=70 * 60)
    assert soft_close(extended, SALE, extended.ends_at - SECOND) == extended.ends_at + 3 * MINUTE - SECOND


LATE_REFUSALS: list[tuple[Standing, dict[str, Any], int]] = [
    *((lot(), {"bidder": ANA, **facts}, 500_00) for facts, _ in HINDRANCES),
    (lot(), {"bidder": ANA, "limit": SpendingLimit(50_00, "EUR")}, 500_00),
    (lot(), {"bidder": ANA}, 99_00),
    (lot(), {"bidder": ANA}, 0),
    (lot(), {"bidder": ANA}, -1),
    (lot(), {"bidder": ANA}, 100_50),
    (lot(), {"bidder": ANA}, 10**15),
    (lot(state=LotState.WITHDRAWN), {"bidder": ANA}, 500_00),
    (lot(state=LotState.SOLD), {"bidder": ANA}, 500_00),
    (lot(state=LotState.UNSOLD), {"bidder": ANA}, 500_00),
    (lot(opens_at=END), {"bidder": ANA}, 500_00),
    (lot(ends_at=END - 2 * SECOND, scheduled_end_at=END - 2 * SECOND), {"bidder": ANA}, 500_00),
    (place(lot(), (ANA, 500_00)), {"bidder": ANA}, 500_00),
    (place(lot(), (ANA, 500_00)), {"bidder": ANA}, 400_00),
    (place(lot(), (ANA, 500_00)), {"bidder": BEN}, 109_00),
    (place(lot(), (ANA, 500_00)), {"bidder": BEN}, 110_01),
]


@pytest.mark.parametrize(("standing", "facts", "amount"), LATE_REFUSALS)
def test_a_refused_bid_in_the_last_minutes_changes_nothing(standing, facts, amount):
    """TRUST, test case 7: a refusal carries no end at all, so that there is nothing to store."""
    verdict = judge(standing, SALE, BidderFacts(**facts), amount, END - SECOND)
    assert isinstance(verdict, Refused)
    assert not hasattr(verdict, "ends_at")


def test_late_refusals_cover_every_reason():
    verdicts = [judge(standing, SALE, BidderFacts(**facts), amount, END - SECOND)
                for standing, facts, amount in LATE_REFUSALS]  # fmt: skip
    reasons = {verdict.reason for verdict in verdicts if isinstance(verdict, Refused)}
    assert reasons == set(Refusal)
    assert len(LATE_REFUSALS) >= 20


@pytest.mark.parametrize(
    ("began", "ended", "seconds"),
    [
        (END - 10 * MINUTE, END - 9 * MINUTE, 60 + 180),
        (END - 10 * MINUTE, END - 10 * MINUTE + 30 * SECOND, 0),
        (END - 10 * MINUTE, END - 10 * MINUTE + 30.5 * SECOND, 31 + 180),
        (END - 20 * MINUTE, END - 16 * MINUTE, 0),
        (END - 20 * MINUTE, END - 15 * MINUTE + 30 * SECOND, 0),
        (END - 20 * MINUTE, END - 15 * MINUTE + 31 * SECOND, 5 * 60 + 31 + 180),
        (END - MINUTE, END + 60 * MINUTE, 61 * 60 + 180),
        (END - 30 * SECOND, END + 60 * MINUTE, 0),
        (END + SECOND, END + 60 * MINUTE, 0),
    ],
)
def test_an_outage_in_the_last_quarter_of_an_hour_extends_the_lot(began, ended, seconds):
    assert outage_extension(lot(), SALE, began, ended) == seconds


@pytest.mark.parametrize(
    "standing",
    [
        lot(outage_seconds=240),
        lot(state=LotState.SOLD),
        lot(state=LotState.UNSOLD),
        lot(state=LotState.WITHDRAWN),
        lot(opens_at=END - 9 * MINUTE),
    ],
)
def test_no_outage_extends_a_lot_twice_or_out_of_its_time(standing):
    assert outage_extension(standing, SALE, END - 10 * MINUTE, END - 9 * MINUTE) == 0


def test_after_an_outage_over_the_end_there_is_the_soft_close_to_bid_in():
    back = END + 20 * MINUTE
    extended_end = END + timedelta(seconds=outage_extension(lot(), SALE, END - MINUTE, back))
    assert extended_end - back >= 3 * MINUTE


# The hammer and what comes after (R12-R14).


@pytest.mark.parametrize(
    ("standing", "expected", "shown"),
    [
        (lot(), Outcome.NO_BIDS, LotState.UNSOLD),
        (lot(reserve=300_00), Outcome.NO_BIDS, LotState.UNSOLD),
        (place(lot(), (ANA, 100_00)), Outcome.SOLD, LotState.SOLD),
        (place(lot(reserve=300_00), (ANA, 299_00)), Outcome.RESERVE_NOT_MET, LotState.UNSOLD),
        (place(lot(reserve=300_00), (ANA, 300_00)), Outcome.SOLD, LotState.SOLD),
    ],
)
def test_a_lot_is_sold_when_the_reserve_is_met_and_shown_so_without_a_job(standing, expected, shown):
    assert outcome(standing) is expected
    assert state_at(standing, END) is shown
    assert state_at(standing, END - timedelta(microseconds=1)) is LotState.OPEN


@pytest.mark.parametrize("stored", [LotState.UPCOMING, LotState.OPEN])
def test_a_lot_is_upcoming_until_it_opens(stored):
    assert state_at(lot(state=stored), NOON - SECOND) is LotState.UPCOMING
    assert state_at(lot(state=stored), NOON) is LotState.OPEN


@pytest.mark.parametrize("final", [LotState.SOLD, LotState.UNSOLD, LotState.WITHDRAWN])
def test_what_is_over_stays_over_when_clocks_jump_back(final):
    for jump in (timedelta(days=3650), -timedelta(days=3650), timedelta(0)):
        assert state_at(lot(state=final), NOON + jump) is final


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("state", LotState)
def test_only_listed_moves_exist(state, action):
    listed = {
        "upcoming open open",
        "upcoming withdraw withdrawn",
        "open bid open",
        "open annul open",
        "open extend open",
        "open sell sold",
        "open buy_in unsold",
        "open withdraw withdrawn",
    }
    then = next_state(state, action)
    assert (f"{state} {action} {then}" in listed) is (then is not None)
    assert len(listed) == len(EDGES)


def test_after_an_annulment_the_lot_stands_as_if_the_bid_had_never_been():
    full = place(lot(), (ANA, 200_00), (BEN, 9_000_00), (CY, 300_00), (ANA, 400_00), now=END - SECOND)
    assert (full.leader, full.price_minor) == (BEN, 420_00)
    without = replay(full, SALE, [(ANA, 200_00), (CY, 300_00), (ANA, 400_00)])
    assert (without.leader, without.price_minor, without.maximum_minor, without.bids) == (ANA, 320_00, 400_00, 3)
    assert without.ends_at == full.ends_at


def test_with_all_bids_annulled_the_lot_is_as_fresh():
    full = place(lot(), (ANA, 200_00), (BEN, 300_00))
    assert replay(full, SALE, []) == lot()
