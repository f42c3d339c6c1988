"""Twelve bidders, raises, annulments, reserves, late bids: I1 to I7 after every step (TRUST, cases 2 and 3).

python -m tests.bidding.test_machine_rules      # 2,000 runs of 50 steps; `make soak` runs this
"""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gallery.bidding import rules
from gallery.bidding.increments import GRANULARITY, Table, step
from tests.bidding.oracle import NOON, Auction, fresh, sale_of, view

BIDDERS = st.integers(1, 12)
HOUSES = [(Table.EUR, "EUR"), (Table.XOF, "XOF"), (Table.EBAY, "USD"), (Table.EBAY, "XOF"), (Table.EUR, "USD")]


class House(RuleBasedStateMachine):
    """One lot, from its opening to its hammer, and the list of what was accepted."""

    @initialize(
        house=st.sampled_from(HOUSES),
        opening=st.integers(1, 2_000),
        reserve=st.none() | st.integers(1, 6_000),
    )
    def open(self, house, opening, reserve):
        table, currency = house
        self.granule = GRANULARITY[currency]
        reserve_minor = reserve and reserve * self.granule
        self.auction = Auction(table, currency, opening * self.granule, reserve_minor, self.granule)
        self.sale = sale_of(self.auction)
        self.standing = fresh(self.auction)
        self.now = NOON
        self.accepted: list[tuple[int, int]] = []
        self.seen = self.standing

    @rule(bidder=BIDDERS, granules=st.integers(-3, 6_000))
    def bid_anything(self, bidder, granules):
        self.put(bidder, granules * self.granule)

    @rule(bidder=BIDDERS, granules=st.integers(-1, 200))
    def bid_about_the_least(self, bidder, granules):
        self.put(bidder, rules.minimum_bid(self.standing, self.sale, bidder) + granules * self.granule)

    @rule(bidder=BIDDERS, off=st.sampled_from([-1, 0, 1]))
    def bid_about_the_leaders_maximum(self, bidder, off):
        self.put(bidder, self.standing.maximum_minor + off * self.granule)

    @rule(bidder=BIDDERS, off=st.integers(1, 499))
    def bid_off_the_grid(self, bidder, off):
        if off % self.granule:
            least = rules.minimum_bid(self.standing, self.sale, bidder)
            assert isinstance(self.put(bidder, least + off), rules.Refused)

    @rule(seconds=st.integers(1, 2_400))
    def wait(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule(seconds=st.integers(0, 240))
    def wait_for_the_last_minutes(self, seconds):
        self.now = max(self.now, self.standing.ends_at - timedelta(seconds=seconds))

    @precondition(lambda self: self.accepted and self.now < self.standing.ends_at)
    @rule(choice=st.integers(0, 10**6))
    def annul(self, choice):
        self.accepted.pop(choice % len(self.accepted))
        ends_at = self.standing.ends_at
        self.standing = rules.replay(self.standing, self.sale, self.accepted)
        assert self.standing.ends_at == ends_at
        self.seen = self.standing

    def put(self, bidder, amount):
        before = self.standing
        verdict = rules.judge(before, self.sale, rules.BidderFacts(bidder), amount, self.now)
        late = self.now >= before.ends_at
        assert late == (isinstance(verdict, rules.Refused) and verdict.reason is rules.Refusal.CLOSED)  # I4
        if isinstance(verdict, rules.Accepted):
            self.standing = rules.after(before, verdict)
            self.accepted.append((bidder, amount))
            self.check_end(before)
            if before.leader == bidder and not self.standing.reserve_met:
                assert self.standing.price_minor == before.price_minor  # I7
        return verdict

    def check_end(self, before):
        """I5: only later, only by a bid in the window that moved something, never past the cap."""
        after = self.standing
        assert after.ends_at >= before.ends_at
        assert after.ends_at <= after.scheduled_end_at + timedelta(hours=1)
        if after.ends_at != before.ends_at:
            assert before.ends_at - self.now < timedelta(minutes=3)
            assert (after.price_minor, after.leader) != (before.price_minor, before.leader)

    @invariant()
    def price_and_end_only_rise(self):
        assert self.standing.price_minor >= self.seen.price_minor  # I1; an annulment begins anew
        assert self.standing.ends_at >= self.seen.ends_at
        self.seen = self.standing

    @invariant()
    def one_leader_with_the_highest_and_earliest_maximum(self):
        """I2, I6: what the oracle makes of the whole list."""
        found = view(self.auction, self.accepted)
        assert (self.standing.leader, self.standing.maximum_minor) == (found.leader, found.maximum)
        assert self.standing.reserve_met == found.reserve_met
        assert self.standing.bids == len(self.accepted)
        assert self.standing.price_minor == found.price

    @invariant()
    def price_is_between_opening_and_maximum_and_on_the_grid(self):
        standing = self.standing
        assert standing.price_minor >= standing.opening_minor
        assert standing.price_minor % self.granule == 0
        if standing.leader is not None:
            assert standing.price_minor <= standing.maximum_minor
            if standing.reserve_met:
                assert standing.price_minor >= (standing.reserve_minor or 0)

    @invariant()
    def the_least_bid_that_is_told_is_accepted(self):
        if self.now < self.standing.ends_at:
            for bidder in (1, self.standing.leader or 2):
                least = rules.minimum_bid(self.standing, self.sale, bidder)
                verdict = rules.judge(self.standing, self.sale, rules.BidderFacts(bidder), least, self.now)
                assert isinstance(verdict, rules.Accepted)


def test_the_invariants_hold_after_every_step_of_an_auction():
    run_state_machine_as_test(House, settings=settings(max_examples=60, stateful_step_count=50, deadline=None))


# Metamorphic: what must not matter does not (case 3).

bid_lists = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 400)), max_size=12)
LOT = Auction("eur", "EUR", 20_00, 150_00, 100)


def play(bids, auction=LOT, standing=None):
    """Put bids (bidder, amount in granules): the last standing, and every answer."""
    standing, answers = standing or fresh(auction), []
    for bidder, granules in bids:
        verdict = rules.judge(standing, sale_of(auction), rules.BidderFacts(bidder), granules * 100, standing.opens_at)
        answers.append(verdict)
        if isinstance(verdict, rules.Accepted):
            standing = rules.after(standing, verdict)
    return standing, answers


@given(bid_lists, st.permutations(range(5)))
def test_renaming_the_bidders_renames_the_answer(bids, names):
    plain, answers = play(bids)
    renamed, other_answers = play([(names[bidder], amount) for bidder, amount in bids])
    leader = None if plain.leader is None else names[plain.leader]
    assert renamed == replace(plain, leader=leader)
    assert [type(answer) for answer in answers] == [type(answer) for answer in other_answers]


@given(bid_lists, st.integers(-10_000, 10_000))
def test_shifting_a_lot_in_time_shifts_nothing_else(bids, minutes):
    shift = timedelta(minutes=minutes)

    def shifted(standing):
        times = {name: getattr(standing, name) + shift for name in ("opens_at", "ends_at", "scheduled_end_at")}
        return replace(standing, **times)

    assert play(bids, standing=shifted(fresh(LOT)))[0] == shifted(play(bids)[0])


@given(bid_lists, st.data())
def test_bidding_in_two_lots_mixes_nothing_up(bids, data):
    turns = data.draw(st.lists(st.booleans(), min_size=len(bids), max_size=len(bids)))
    standings = [fresh(LOT), fresh(LOT)]
    for turn, bid in zip(turns, bids, strict=True):
        standings[turn], _ = play([bid], standing=standings[turn])
    for turn in (False, True):
        assert standings[turn] == play([bid for at, bid in zip(turns, bids, strict=True) if at is turn])[0]


@given(bid_lists, st.integers(0, 4), st.integers(1, 400), st.integers(1, 400))
def test_a_leading_bid_in_two_parts_leads_alike_and_never_costs_more(bids, bidder, part, more):
    """Equal prices too, unless the lower part was so near the other's maximum that it capped the step."""
    before, _ = play(bids)
    whole, (at_once,) = play([(bidder, part + more)], standing=before)
    parts, (first, _) = play([(bidder, part), (bidder, part + more)], standing=before)
    if not isinstance(first, rules.Accepted) or first.leader != bidder:
        return
    assert isinstance(at_once, rules.Accepted)
    assert (parts.leader, parts.maximum_minor) == (whole.leader, whole.maximum_minor)
    uncapped = before.maximum_minor + step(Table.EUR, before.maximum_minor, "EUR") <= part * 100
    assert parts.price_minor == whole.price_minor if uncapped else parts.price_minor <= whole.price_minor


@given(bid_lists)
def test_replaying_all_bids_gives_the_very_standing(bids):
    standing, answers = play(bids)
    accepted = [
        (bidder, granules * 100)
        for (bidder, granules), answer in zip(bids, answers, strict=True)
        if isinstance(answer, rules.Accepted)
    ]
    assert rules.replay(standing, sale_of(LOT), accepted) == standing


if __name__ == "__main__":
    run_state_machine_as_test(House, settings=settings(max_examples=2_000, stateful_step_count=50, deadline=None))
