"""Erasing while bidding, twice at once, while the lot closes; killed at every commit (15.4.1-15.4.3, case 9)."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from gallery.bidding import closing
from gallery.bidding.services import BidRefused, place_bid
from gallery.core import clock, outbox
from gallery.core.db import db
from gallery.privacy.erasure import services
from gallery.privacy.erasure.models import Erasure
from gallery.privacy.erasure.rules import State
from tests import factories
from tests.bidding.books import books, faults
from tests.core.test_backup import leave
from tests.privacy.erasure.cast import member_row, rows_naming, sold_lot

pytestmark = pytest.mark.database

ROUNDS = 6


def together(app: Flask, *acts: Callable[[], Any]) -> list[Any]:
    """Do all at the same moment; what each gave, or raised."""
    db.session.rollback()
    barrier = threading.Barrier(len(acts))

    def one(act: Callable[[], Any]) -> Any:
        with app.app_context():
            barrier.wait()
            try:
                return act()
            except Exception as error:
                return error
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(one, acts))


def finish(member_id: int) -> State:
    """Carry on until nothing is left to do now."""
    outbox.deliver_due()
    services.carry_on_due(clock.now() + timedelta(minutes=5))
    db.session.rollback()
    row = db.session.execute(sa.select(Erasure.state).order_by(Erasure.id.desc())).scalars().first()
    return State(row or "")


def test_a_bid_and_an_erasure_at_once_leave_the_bid_whole_or_not_there(app: Flask) -> None:
    for number in range(ROUNDS):
        who, lot_id = factories.member(f"racer{number}").id, factories.open_lot()
        bid, begun = together(
            app,
            lambda who=who, lot_id=lot_id: place_bid(lot_id, who, 200_00, f"race-{lot_id}"),
            lambda who=who: services.begin(who, now=clock.now()),
        )
        assert isinstance(begun, services.Asked), begun
        state = finish(who)
        assert faults(lot_id) == []
        if isinstance(bid, BidRefused):
            assert (state, member_row(who), books(lot_id).bids) == (State.DONE, None, [])
        else:
            assert not isinstance(bid, Exception), bid
            row = member_row(who)
            assert row is not None
            assert (state, row["email"]) == (State.HOLDING, f"racer{number}@example.org")
            assert "profile.member_id" in rows_naming(who)


def test_of_two_erasures_at_once_one_begins_and_both_may_carry_it_on(app: Flask) -> None:
    sol, ana = factories.member("sol").id, factories.member("ana").id
    for number in range(ROUNDS):
        who_id = factories.member(f"twice{number}").id
        lot_id = sold_lot(sol, ana, who_id)
        answers = together(app, *[lambda who_id=who_id: services.begin(who_id, now=clock.now())] * 2)
        (asked,) = [one for one in answers if isinstance(one, services.Asked)]
        assert [type(one) for one in answers if one is not asked] == [services.Begun]
        outbox.deliver_due()
        ran = together(app, *[lambda asked=asked: services.carry_on(asked.id, clock.now())] * 3)
        assert not [one for one in ran if isinstance(one, Exception)], ran
        assert finish(who_id) is State.DONE
        assert (member_row(who_id), rows_naming(who_id), faults(lot_id)) == (None, {}, [])


def test_a_lot_that_closes_meanwhile_names_who_won_it(app: Flask) -> None:
    for number in range(ROUNDS):
        who, now = factories.member(f"winner{number}").id, clock.now()
        lot_id = factories.open_lot(ends_at=now + timedelta(minutes=1), soft_close_seconds=0)
        place_bid(lot_id, who, 200_00, f"wins-{lot_id}")
        asked = services.begin(who, now=now)
        outbox.deliver_due()
        later = now + timedelta(minutes=2)
        ran = together(
            app,
            lambda asked=asked, later=later: services.carry_on(asked.id, later),
            lambda lot_id=lot_id, later=later: closing.close_lot(lot_id, now=later),
        )
        assert not [one for one in ran if isinstance(one, Exception)], ran
        assert finish(who) is State.HOLDING
        found = books(lot_id)
        assert found.outcome is not None
        assert found.outcome.winner_id == who
        assert rows_naming(who)["snapshot.member_id"] == 1, "the seller knows with whom he has a contract"
        assert faults(lot_id) == []


@contextmanager
def killed_at(number: int, *, after: bool) -> Iterator[None]:
    """End this process without a word at its nth commit, just before or just after it."""
    seen = [0]

    def strike(*_session: object) -> None:
        seen[0] += 1
        if seen[0] == number:
            os.kill(os.getpid(), signal.SIGKILL)

    name = "after_commit" if after else "before_commit"
    event.listen(db.session, name, strike)
    yield


def carried_on_in_a_child(app: Flask, erasure_id: int, number: int, *, after: bool) -> bool:
    """Carry an erasure on in a process of its own that is killed at a commit; whether it was."""
    leave(app)
    child = os.fork()
    if not child:
        try:
            with killed_at(number, after=after):
                services.carry_on(erasure_id, clock.now())
        finally:
            os._exit(0)
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before the commit", "after the commit"])
def test_killed_at_any_commit_it_completes_the_next_time(app: Flask, after: bool) -> None:
    """Case 9: all points, once each, by kill -9; what holds is legal in between and done at the end."""
    sol, ana = factories.member("sol").id, factories.member("ana").id
    number, was_killed = 0, True
    while was_killed:
        number += 1
        who_id = factories.member(f"killed{number}").id
        lots = [sold_lot(sol, ana, who_id) for _ in range(2)]
        asked = services.begin(who_id, now=clock.now())
        outbox.deliver_due()
        was_killed = carried_on_in_a_child(app, asked.id, number, after=after)
        assert [faults(lot) for lot in lots] == [[], []]
        assert finish(who_id) is State.DONE
        assert (member_row(who_id), rows_naming(who_id)) == (None, {})
        assert [faults(lot) for lot in lots] == [[], []]
    assert number > 5
