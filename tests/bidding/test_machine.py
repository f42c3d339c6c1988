"""The services on a real database under anything that may happen to a lot, in any order (TRUST, case 2).

Twelve bidders bid, raise, repeat themselves and come late; staff annul; time passes; the house goes down and comes
back; closers try. After every step the books are inspected (I1, I2, I4-I7, I9, I14, I15) and every answer is the one
that the oracle gives. `make soak` runs 2,000 of these with 50 steps each, on both databases.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gallery.bidding import closing, interventions, services
from gallery.core.db import db, transaction
from tests import factories
from tests.bidding import oracle
from tests.bidding.books import Books, books, faults, table
from tests.bidding.conftest import KEYS, NOON

BIDDERS = st.integers(0, 11)
GRANULE = {"EUR": 100, "XOF": 500, "USD": 1}
OPENS = NOON - timedelta(hours=1)
ENDS = NOON + timedelta(hours=2)


class Lot(RuleBasedStateMachine):
    """One lot, and what its history should have made of it."""

    people: list[int]
    seller: Any
    staff: int

    @initialize(
        currency=st.sampled_from(["EUR", "XOF", "USD"]),
        opening=st.integers(1, 2_000),
        reserve=st.none() | st.integers(0, 4_000),
        soft_close=st.sampled_from([180, 180, 0, 60]),
    )
    def open(self, currency: str, opening: int, reserve: int | None, soft_close: int) -> None:
        self.granule = GRANULE[currency]
        with transaction() as session:
            sale = factories.sale(currency=currency, opens_at=OPENS, ends_at=ENDS, soft_close_seconds=soft_close)
            self.lot = factories.open_lot(
                seller=self.seller,
                sale_id=sale,
                currency=currency,
                opening_minor=opening * self.granule,
                reserve_minor=None if reserve is None else (opening + reserve) * self.granule,
            )
            session.execute(table("heartbeat").delete())
        self.now = self.beat_at = NOON
        self.beat(NOON)
        self.ends_at, self.soft_close, self.outage = ENDS, timedelta(seconds=soft_close), 0
        self.accepted: list[tuple[int, int]] = []
        self.standing: list[int] = []
        """The numbers of the bids in `accepted`."""
        self.answers: list[tuple[int, int, str, services.Placed]] = []
        self.over = False
        self.seen: Books = books(self.lot)

    @property
    def auction(self) -> oracle.Auction:
        return self.seen.auction

    # What may happen

    @rule(who=BIDDERS, granules=st.integers(-3, 6_000))
    def bid_anything(self, who: int, granules: int) -> None:
        self.bid(who, granules * self.granule)

    @rule(who=BIDDERS, granules=st.integers(-1, 300))
    def bid_about_the_price(self, who: int, granules: int) -> None:
        self.bid(who, self.seen.lot.price_minor + granules * self.granule)

    @rule(who=BIDDERS, granules=st.sampled_from([-1, 0, 1]))
    def bid_about_the_leaders_maximum(self, who: int, granules: int) -> None:
        if self.seen.lead:
            self.bid(who, self.seen.lead.maximum_minor + granules * self.granule)

    @rule(who=BIDDERS, off=st.integers(1, 499))
    def bid_off_the_grid(self, who: int, off: int) -> None:
        self.bid(who, self.seen.lot.price_minor * 2 + off)

    def bid(self, who: int, maximum: int) -> None:
        bidder, key = self.people[who], f"machine-{next(KEYS):08}"
        expected = oracle.answer(self.auction, self.accepted, bidder, maximum)
        try:
            placed = services.place_bid(self.lot, bidder, maximum, key, now=self.now)
        except services.BidRefused as refusal:
            if self.over or self.now >= self.ends_at:
                assert refusal.reason == "closed"
            else:
                assert f"{refusal.reason} {refusal.least_minor}" == expected
            return
        assert not self.over
        assert self.now < self.ends_at
        assert expected in ("first", "lead", "raise", "outbid"), expected
        assert placed.leads == (expected != "outbid")
        before = oracle.view(self.auction, self.accepted)
        self.accepted.append((bidder, maximum))
        self.standing.append(placed.seq)
        self.answers.append((bidder, maximum, key, placed))
        after = oracle.view(self.auction, self.accepted)
        assert placed.price_minor == after.price
        assert expected != "raise" or self.auction.reserve or after.price == before.price  # I7
        if self.soft_close and (after.price, after.leader) != (before.price, before.leader):
            cap = ENDS + timedelta(hours=1, seconds=self.outage)
            self.ends_at = max(self.ends_at, min(self.now + self.soft_close, cap))

    @precondition(lambda self: self.answers)
    @rule(data=st.data())
    def repeat_a_bid(self, data: st.DataObject) -> None:
        bidder, maximum, key, placed = data.draw(st.sampled_from(self.answers))
        again = services.place_bid(self.lot, bidder, maximum, key, now=self.now)
        assert again == services.replace(placed, is_repeated=True)

    @precondition(lambda self: self.answers)
    @rule(data=st.data(), more=st.integers(1, 50))
    def use_a_key_for_something_else(self, data: st.DataObject, more: int) -> None:
        bidder, maximum, key, _ = data.draw(st.sampled_from(self.answers))
        with pytest.raises(services.KeyReused):
            services.place_bid(self.lot, bidder, maximum + more, key, now=self.now)

    @precondition(lambda self: self.standing)
    @rule(data=st.data())
    def annul(self, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(self.standing) - 1))
        seq = self.standing[place]
        try:
            interventions.annul_bid(self.lot, seq, interventions.Reason.TYPING_ERROR, self.staff, now=self.now)
        except interventions.NotPossible:
            assert self.over or self.now >= self.ends_at
            return
        assert not self.over
        assert self.now < self.ends_at
        del self.standing[place], self.accepted[place]

    @rule(seconds=st.integers(1, 1_800))
    def wait(self, seconds: int) -> None:
        self.pass_time(self.now + timedelta(seconds=seconds))

    @precondition(lambda self: not self.over)
    @rule(off=st.sampled_from([-180, -179, -1, 0, 1]))
    def wait_for_the_end(self, off: int) -> None:
        if self.ends_at + timedelta(seconds=off) > self.now:
            self.pass_time(self.ends_at + timedelta(seconds=off))

    def pass_time(self, until: Any) -> None:
        """Time passes while the house can be reached: it beats all along, seen from here without the thousand rows."""
        with transaction() as session:
            session.execute(table("heartbeat").update(), {"beat_at": until})
        self.now = self.beat_at = until

    @rule(seconds=st.sampled_from([5, 30, 31, 120, 1_000, 5_000]), micro=st.integers(0, 999_999))
    def go_down_and_come_back(self, seconds: int, micro: int) -> None:
        began, length = self.now, timedelta(seconds=seconds, microseconds=micro)
        self.now = began + length
        self.beat(self.now)
        if self.over or self.outage or length <= timedelta(seconds=30):
            return
        window = max(began, OPENS, self.ends_at - timedelta(minutes=15))
        if min(self.now, self.ends_at) - window > timedelta(seconds=30):
            self.outage = math.ceil(length.total_seconds()) + round(self.soft_close.total_seconds())
            self.ends_at += timedelta(seconds=self.outage)

    def beat(self, at: Any) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(closing.clock, "database_now", lambda _session: at)
            closing.beat()
        self.beat_at = at

    @rule()
    def close(self) -> None:
        result = closing.close_lot(self.lot, now=self.now)
        view = oracle.view(self.auction, self.accepted)
        expected = "no_bids" if view.leader is None else "sold" if view.reserve_met else "reserve_not_met"
        due = not self.over and self.now >= self.ends_at
        assert result == (expected if due else None)
        self.over = self.over or due

    # What must hold

    @invariant()
    def the_books_are_in_order(self) -> None:
        if not hasattr(self, "lot"):
            return
        assert faults(self.lot) == []
        self.seen = books(self.lot)
        view = oracle.view(self.auction, self.accepted)
        lot = self.seen.lot
        assert (lot.price_minor, lot.ends_at, lot.outage_seconds) == (view.price, self.ends_at, self.outage)
        assert (self.seen.lead and self.seen.lead.bidder_id) == view.leader
        assert (lot.closed_at is not None) == self.over

    def teardown(self) -> None:
        db.session.rollback()
        if hasattr(self, "lot"):  # An outage of the next run is no business of this lot.
            with transaction() as session:
                session.execute(table("lot").update().where(table("lot").c.id == self.lot), {"state": "withdrawn"})


def run(examples: int, steps: int) -> None:
    """Let the machine run on the application whose context is open."""
    Lot.people = [factories.member(f"p{number}").id for number in range(12)]
    Lot.seller = factories.member("sol", roles=["seller"])
    Lot.staff = factories.member("ada", roles=["support"]).id
    run_state_machine_as_test(
        Lot,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            print_blob=True,
            phases=[Phase.generate],
        ),
    )


@pytest.mark.slow
@pytest.mark.database
def test_whatever_happens_the_books_agree_with_the_oracle(app):
    run(examples=12, steps=50)
