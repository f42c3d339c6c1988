"""kill -9 under load: nothing acknowledged is lost, nothing appears that nobody sent (case 8, I3, I14).

The suite kills six times, `make soak` two hundred times on each database.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time

import psutil
import pytest

from tests.bidding.books import books, faults
from tests.fire.crowd import Bidder, all_bid, all_faults, all_sent, crowd
from tests.fire.order import lost_and_phantom, unexplained
from tests.fire.test_load import long_lot

pytestmark = [pytest.mark.database, pytest.mark.slow]


def kill_often(
    house, kills: int, chance: random.Random, bidders: list[Bidder], ended: threading.Event
) -> dict[str, int]:
    """Kill a worker, or each fifth time the whole house, at random moments; how many of each.

    Each time some bids get through first: killing a house that is still starting proves nothing.
    """
    done = {"workers": 0, "houses": 0}
    try:
        while sum(done.values()) < kills:
            wait_for_bids(bidders, 4)
            time.sleep(chance.uniform(0, 0.3))
            if sum(done.values()) % 5 == 4:
                house.kill()
                house.start()
                done["houses"] += 1
            elif workers := psutil.Process(house.pid).children():
                os.kill(chance.choice(workers).pid, signal.SIGKILL)
                done["workers"] += 1
        time.sleep(1)
    finally:
        ended.set()
    return done


def wait_for_bids(bidders: list[Bidder], more: int) -> None:
    """Until so many more bids were acknowledged, but not for ever."""
    enough, patience = acknowledged(bidders) + more, time.monotonic() + 30
    while acknowledged(bidders) < enough and time.monotonic() < patience:
        time.sleep(0.02)


def acknowledged(bidders: list[Bidder]) -> int:
    return sum(one.is_acknowledged for one in all_sent(bidders))


def under_fire(app, house, *, clients: int, kills: int, seed: int = 1):
    """Bid while the house is being killed; what was killed, what was sent, what was wrong afterwards."""
    lot = long_lot()
    bidders = crowd(app, house.port, lot, clients, name=f"k{seed}p")
    ended, done = threading.Event(), {}
    killer = threading.Thread(target=lambda: done.update(kill_often(house, kills, random.Random(seed), bidders, ended)))
    patient = threading.Thread(
        target=all_bid, args=(bidders[::2], 10**9), kwargs={"until": ended.is_set, "seed": seed, "insist": True}
    )
    patient.start()
    killer.start()
    all_bid(bidders[1::2], 10**9, until=ended.is_set, seed=seed + 1_000)
    killer.join()
    patient.join()
    sent, mine = all_sent(bidders), books(lot)
    lost, phantom = lost_and_phantom(mine, sent)
    return done, sent, [*all_faults(bidders), *unexplained(mine, sent), *faults(lot), *map(repr, lost), *phantom]


def test_what_was_acknowledged_survives_every_kill(app, live_server):
    house = live_server(workers=2, threads=16)
    done, sent, wrong = under_fire(app, house, clients=12, kills=6)
    assert wrong == []
    assert done == {"workers": 5, "houses": 1}
    assert sum(one.is_acknowledged for one in sent) >= 6
    assert any(not one.status for one in sent)
