"""Twenty ways not to bid. Each is told why and changes nothing, least of all the clock (case 7, I4, I5, I8)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gallery.bidding import forms, services
from gallery.core.db import transaction
from gallery.core.i18n import force_locale
from tests import factories
from tests.bidding.books import everything, table
from tests.bidding.conftest import NOON

pytestmark = pytest.mark.database


def add(name, **values):
    with transaction() as session:
        session.execute(table(name).insert(), values)


def block(room, who, **more):
    add("block", member_id=who, reason="An unpaid lot", since=NOON - timedelta(days=1), **more)


def someone(name="kim", **values):
    return factories.member(name, **values).id


def bar(room, who):
    add("sale_bar", member_id=who, sale_id=room.books.sale.id, reason="A dispute", since=NOON)


def limit(who, euros):
    add("spending_limit", member_id=who, limit_minor=euros * 100, currency="EUR")


def link(one, other):
    for member_id, linked_id in ((one, other), (other, one)):
        add("account_link", member_id=member_id, linked_id=linked_id, ground="household")


def banned(room):
    block(room, room.ben)
    return room.ben, 300


def banned_for_a_while(room):
    block(room, room.ben, until=NOON + timedelta(days=7))
    return room.ben, 300


def barred(room):
    bar(room, room.ben)
    return room.ben, 300


def linked(room):
    link(room.ben, room.sol)
    return room.ben, 300


def limited(room):
    limit(room.ben, 299)
    return room.ben, 300


KINDS = {
    "below the next step": ("too_low", lambda room: (room.ben, 109)),
    "the very price": ("too_low", lambda room: (room.ben, 100)),
    "nothing": ("too_low", lambda room: (room.ben, 0)),
    "less than nothing": ("too_low", lambda room: (room.ben, -300)),
    "off the grid": ("off_grid", lambda room: (room.ben, 300.50)),
    "a digit too many": ("too_large", lambda room: (room.ben, 10**10)),
    "one's own maximum again": ("not_higher", lambda room: (room.ana, 150)),
    "below one's own maximum": ("not_higher", lambda room: (room.ana, 149)),
    "the seller": ("own_lot", lambda room: (room.sol, 300)),
    "staff": ("staff", lambda room: (room.ada, 300)),
    "an administrator": ("staff", lambda room: (someone(roles=["admin"]), 300)),
    "of the seller's household": ("linked", linked),
    "blocked": ("blocked", banned),
    "blocked for a week": ("blocked", banned_for_a_while),
    "deactivated": ("blocked", lambda room: (someone(active=False), 300)),
    "barred from the sale": ("barred", barred),
    "without a confirmed address": ("unconfirmed", lambda room: (someone(confirmed=False), 300)),
    "unknown to the house": ("unconfirmed", lambda room: (999_999, 300)),
    "without a profile": ("incomplete", lambda room: (someone(profile=False), 300)),
    "not of age": ("under_age", lambda room: (someone(born_on=date(2008, 11, 24)), 300)),
    "over the limit": ("over_limit", limited),
}


@pytest.mark.parametrize("kind", KINDS)
def test_in_the_last_seconds_a_refused_bid_changes_nothing(room, kind):
    room.bid(room.ana, 150)
    room.at(seconds=10)
    reason, prepare = KINDS[kind]
    who, euros = prepare(room)
    before = everything()
    assert room.refused(who, euros).reason == reason
    assert everything() == before


def test_there_are_twenty_kinds_and_more():
    assert len(KINDS) >= 20


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        (timedelta(0), "closed"),
        (timedelta(microseconds=1), "closed"),
        (timedelta(days=400), "closed"),
        (-timedelta(days=1, hours=1, microseconds=1), "not_open"),
        (-timedelta(days=900), "not_open"),
    ],
)
def test_outside_of_its_time_a_lot_takes_nothing(room, moment, reason):
    before = everything()
    room.now = room.ends_at + moment
    assert room.refused(room.ana, 300).reason == reason
    assert everything() == before


def test_the_first_and_the_last_microsecond_count(room):
    room.now = room.books.lot.opens_at
    assert room.bid(room.ana, 150).leads
    room.at(microseconds=1)
    assert room.bid(room.ben, 300).leads


def test_a_refusal_names_the_least_that_would_do(room):
    assert room.refused(room.ana, 99).least_minor == 100_00
    room.bid(room.ana, 150)
    assert room.refused(room.ben, 109).least_minor == 110_00
    assert room.refused(room.ana, 150).least_minor == 151_00


def test_no_refusal_depends_on_anothers_secret_maximum(room, make):
    low, high = make(), make()
    low.bid(room.ana, 111)
    high.bid(room.ana, 9_000)
    answers = [
        [(told.reason, told.least_minor) for told in (lot.refused(room.ben, euros) for euros in (0, 99, 100, 109))]
        for lot in (low, high)
    ]
    assert answers[0] == answers[1]


def test_the_reason_that_staff_gave_is_told(room):
    block(room, room.ben)
    assert room.refused(room.ben, 300).said == "An unpaid lot"


def test_a_block_that_ran_out_or_was_lifted_hinders_nobody(room):
    block(room, room.ana, until=NOON)
    block(room, room.ben, lifted_at=NOON)
    assert room.bid(room.ana, 150).leads
    assert room.bid(room.ben, 300).leads


def test_who_was_blocked_for_money_may_bid_once_the_block_ends(room):
    block(room, room.ana, until=room.now + timedelta(seconds=1))
    room.refused(room.ana, 150)
    room.now += timedelta(seconds=1)
    assert room.bid(room.ana, 150).leads


def test_a_bar_holds_for_its_sale_alone(room, make):
    other = make()
    bar(room, room.ben)
    assert room.refused(room.ben, 300).reason == "barred"
    assert other.bid(room.ben, 300).leads


def test_a_link_holds_for_the_linked_seller_alone(room, make, cast):
    link(room.ben, room.sol)
    other = factories.open_lot(seller=factories.member("zoe", roles=["seller"]))
    assert services.place_bid(other, room.ben, 300_00, "key-zoe1").leads


def test_eighteen_on_the_day_itself(room):
    who = someone(born_on=date(2008, 11, 23))
    assert room.bid(who, 150).leads


def test_who_is_limited_reads_why(room):
    """N3: the reason is not only in a mail of long ago, but where the limit keeps from bidding."""
    add("spending_limit", member_id=room.ben, limit_minor=299_00, currency="EUR", reason="Three bids were not paid")
    refused = room.refused(room.ben, 300)
    assert refused.said == "Three bids were not paid"
    with force_locale("en"):
        assert forms.refusal(refused, "EUR", 1_00).endswith("The reason: Three bids were not paid")


def test_a_limit_counts_what_one_leads_on_all_open_lots(room, make):
    second, third = make(), make()
    limit(room.ana, 1_000)
    room.bid(room.ana, 600)
    assert second.refused(room.ana, 401).reason == "over_limit"
    assert second.bid(room.ana, 400).leads
    assert third.refused(room.ana, 100).reason == "over_limit"


def test_a_limit_forgets_what_one_leads_no_more(room, make):
    second = make()
    limit(room.ana, 1_000)
    room.bid(room.ana, 600)
    room.bid(room.ben, 900)
    assert second.bid(room.ana, 1_000).leads


def test_a_limit_forgets_lots_that_are_over(room, make):
    second = make(ends_at=NOON + timedelta(hours=9))
    limit(room.ana, 1_000)
    room.bid(room.ana, 600)
    room.close()
    second.now = room.now
    assert second.bid(room.ana, 1_000).leads


def test_a_raise_counts_once_against_the_limit(room):
    limit(room.ana, 1_000)
    room.bid(room.ana, 600)
    assert room.bid(room.ana, 1_000).leads
    assert room.refused(room.ana, 1_001).reason == "over_limit"


def test_a_limit_in_euros_holds_for_francs(make, room):
    francs = make(currency="XOF", opening_minor=100_000)
    limit(room.ana, 1_000)  # 655,957 francs.
    with pytest.raises(services.BidRefused) as refusal:
        services.place_bid(francs.lot, room.ana, 656_000, "francs-1", now=francs.now)
    assert refusal.value.reason == "over_limit"
    assert services.place_bid(francs.lot, room.ana, 655_500, "francs-2", now=francs.now).leads


def test_a_refused_key_is_free(room):
    """A refusal keeps nothing, so the form that was refused can be mended and sent again under its key."""
    room.refused(room.ana, 99, key="the-same-key")
    assert room.bid(room.ana, 150, key="the-same-key").leads
