"""Every state with every action: only the listed moves happen, others are refused and write nothing (case 25, I15)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gallery.bidding import closing, interventions, services
from gallery.bidding.interventions import NotPossible, Reason
from gallery.core.db import transaction
from tests.bidding.books import everything, table
from tests.bidding.conftest import NOON

pytestmark = pytest.mark.database


def upcoming(room):
    room.now = NOON - timedelta(days=2)


def open_without_bids(room):
    room.now = NOON


def open_with_bids(room):
    room.now = NOON
    room.bid(room.ana, 150)


def over_by_time(room):
    open_with_bids(room)
    room.now = room.ends_at


def sold(room):
    open_with_bids(room)
    assert room.close() == "sold"


def unsold(room):
    assert room.close() == "no_bids"


def withdrawn(room):
    open_with_bids(room)
    interventions.withdraw_lot(room.lot, Reason.DAMAGED, room.ada, now=room.now)


def bid(room):
    room.bid(room.ben, 400)


def annul(room):
    room.annul(0)


def withdraw(room):
    interventions.withdraw_lot(room.lot, Reason.DAMAGED, room.ada, now=room.now)


def close(room):
    if closing.close_lot(room.lot, now=room.now) is None:
        raise NotPossible


def lose_reach(room):
    """An hour in which the house could not be reached, until now; extends what may be extended."""
    with transaction() as session:
        began = {"id": closing.PULSE, "beat_at": room.now - timedelta(hours=1)}
        session.execute(table("heartbeat").insert(), began)
    before = room.books
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(closing.clock, "database_now", lambda _session: room.now)
        closing.beat()
    if room.books == before:
        raise NotPossible


STATES = [upcoming, open_without_bids, open_with_bids, over_by_time, sold, unsold, withdrawn]
ACTIONS = [bid, annul, withdraw, close, lose_reach]
HAPPENS = {
    (upcoming, withdraw): "withdrawn",
    (open_without_bids, bid): "open",
    (open_without_bids, withdraw): "withdrawn",
    (open_with_bids, bid): "open",
    (open_with_bids, annul): "open",
    (open_with_bids, withdraw): "withdrawn",
    (over_by_time, close): "sold",
    # Nobody has written down the end yet, and nobody could reach the house before it: it is extended.
    (over_by_time, lose_reach): "open",
}
PUT_OFF = {services.BidRefused, NotPossible, services.Missing}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.__name__)
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_only_the_listed_moves_happen(room, state, action):
    state(room)
    if (state, action) in HAPPENS:
        action(room)
        assert room.books.lot.state == HAPPENS[state, action]
        return
    if action is lose_reach:  # The pulse itself is written; the lot must not be.
        with pytest.raises(NotPossible):
            action(room)
        return
    before = everything()
    with pytest.raises(tuple(PUT_OFF)):
        action(room)
    assert everything() == before
