"""Fifty clients bid by HTTP on one lot of the real server, in several processes (case 4, goal 12).

`make soak` sends 5,000 bids; the suite a few hundred.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from gallery.core import clock
from tests import factories
from tests.bidding.books import books, faults
from tests.fire.crowd import all_bid, all_faults, all_sent, crowd
from tests.fire.order import lost_and_phantom, unexplained

pytestmark = [pytest.mark.database, pytest.mark.slow]


def long_lot() -> int:
    """A lot on which nobody runs out of time or of money."""
    return factories.open_lot(
        currency="USD", opening_minor=100_00, ends_at=clock.now() + timedelta(days=1), soft_close_seconds=180
    )


def load(app, house, *, clients: int, bids: int, seed: int = 1):
    """Let so many clients send so many bids together; the lot, what was sent, and what was wrong with any answer."""
    lot = long_lot()
    bidders = crowd(app, house.port, lot, clients, name=f"s{seed}p")
    all_bid(bidders, bids // clients, seed=seed)
    sent = all_sent(bidders)
    mine = books(lot)
    wrong = [*all_faults(bidders), *unexplained(mine, sent), *faults(lot)]
    lost, phantom = lost_and_phantom(mine, sent)
    said = house.log.read_text(errors="replace")
    if "database is locked" in said:
        wrong.append("database is locked")
    return lot, sent, [*wrong, *lost, *phantom]


def test_one_order_explains_every_answer(app, live_server):
    house = live_server(workers=2, threads=16)
    _, sent, wrong = load(app, house, clients=50, bids=400)
    assert wrong == []
    assert len(sent) == 400
    assert all(one.status for one in sent)
    kinds = {one.result for one in sent}
    assert kinds == {"leading", "outbid", "refused"}
