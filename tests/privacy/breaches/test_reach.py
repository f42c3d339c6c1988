"""P-52: one command lists the people and fields that a session, somebody of the staff or a time range touched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from gallery.auth.models import Member
from gallery.auth.sessions.models import DeviceSession
from gallery.bidding.models import Bid
from gallery.bidding.services import place_bid
from gallery.core import clock
from gallery.core.clock import FrozenClock
from gallery.core.db import db
from gallery.core.personal import Category
from gallery.privacy.breaches import reach, services
from gallery.privacy.breaches.reach import Window
from gallery.privacy.breaches.rules import Kind
from gallery.trust import looks
from gallery.trust.rules import Reason, Shown
from tests import factories
from tests.privacy.breaches.register import members_of
from tests.privacy.erasure.cast import erase, sold_lot

NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def frozen(app: Flask) -> FrozenClock:
    app.extensions["clock"] = clock = FrozenClock(NOON)
    return clock


@pytest.fixture
def bidders(frozen: FrozenClock) -> tuple[Member, Member]:
    """Ana bids at noon, Ben an hour later."""
    ana, ben = factories.member("ana", country="FR"), factories.member("ben")
    lot_id = factories.open_lot(ends_at=NOON + timedelta(days=1))
    place_bid(lot_id, ana.id, 222_00, "reach-1", now=NOON)
    frozen.at = NOON + HOUR
    place_bid(lot_id, ben.id, 777_00, "reach-2", now=NOON + HOUR)
    return ana, ben


def sue_looks_at(member: Member, *shown: Shown) -> Member:
    sue = factories.member("sue", roles=["support"])
    looks.begin(member.id, sue.id, {"support"}, Reason.DISPUTE, "About a lot", now=clock.now())
    for one in shown:
        looks.reveal(member.id, sue.id, {"support"}, one, now=clock.now())
    return sue


@pytest.mark.database
def test_a_table_in_a_window_names_those_whose_rows_have_a_time_in_it(bidders: tuple[Member, Member]) -> None:
    ana, ben = bidders
    before = Window(None, NOON + HOUR / 2)
    assert reach.of_tables(["bid"], before).members == (ana.id,)
    assert reach.of_tables(["bid"], Window(NOON + HOUR / 2, None)).members == (ben.id,)
    assert reach.of_tables(["bid"], Window(NOON - 2 * HOUR, NOON - HOUR)).members == ()
    found = reach.of_tables(["bid"], Window())
    assert found.members == (ana.id, ben.id)
    assert found.categories == (Category.BIDDING,)
    assert [(part.name, part.people, part.rows) for part in found.parts] == [("bid.bidder_id", 2, 2)]


@pytest.mark.database
def test_who_was_erased_before_is_nobody_whom_it_could_touch(frozen: FrozenClock) -> None:
    """His bids stay with the lot under a stand-in's number; nobody is behind it who could be told (P-37)."""
    sol, ana, ben = (factories.member(name) for name in ("sol", "ana", "ben"))
    sold_lot(sol.id, ana.id, ben.id)
    assert ben.id in reach.of_tables(["bid"], Window()).members
    erase(ben.id)
    stand_ins = list(db.session.scalars(sa.select(Bid.bidder_id).where(Bid.bidder_id < 0)))
    assert stand_ins, "or this test says nothing"
    found = reach.of_tables(["bid"], Window())
    assert found.members == (ana.id,)
    assert [part.people for part in found.parts] == [1]
    known = services.Facts("A copy of the bids was sent out", NOON, [Kind.CONFIDENTIALITY])
    number = services.open_breach(known, by_id=None, now=clock.now())
    assert services.take_in(number, [ana.id, *stand_ins], now=clock.now(), by_id=None) == 1


def test_a_single_column_is_told_alone(bidders: tuple[Member, Member]) -> None:
    found = reach.of_tables(["profile.phone"], Window())
    assert [part.columns for part in found.parts] == [("profile.phone",)]
    assert found.categories == (Category.CONTACT,)


@pytest.mark.usefixtures("bidders")
def test_a_row_without_a_time_counts_always() -> None:
    found = reach.of_tables(["lead"], Window(NOON - 2 * HOUR, NOON - HOUR))
    assert all(not part.is_dated for part in found.parts)
    assert found.members, "or this test says nothing"


def test_a_name_that_holds_nothing_of_people_is_refused(app: Flask) -> None:
    with pytest.raises(reach.UnknownNameError, match="sale"):
        reach.of_tables(["sale", "bid"], Window())


@pytest.mark.database
def test_of_staff_it_names_whom_they_looked_at_and_which_fields(bidders: tuple[Member, Member]) -> None:
    ana, ben = bidders
    sue = sue_looks_at(ana, Shown.PHONE)
    found = reach.of_staff(sue.id, Window(NOON, NOON + 2 * HOUR))
    assert found.members == (ana.id,)
    assert [(part.name, part.columns) for part in found.parts if part.name == "look: profile.phone"] == [
        ("look: profile.phone", ("profile.phone",))
    ]
    assert reach.of_staff(sue.id, Window(NOON + 2 * HOUR, None)).members == ()
    assert reach.of_staff(ben.id, Window()).members == ()


def test_every_look_has_its_fields_in_the_map(app: Flask) -> None:
    assert reach.FIELDS.keys() == set(Shown)
    assert {field for fields in reach.FIELDS.values() for field in fields} <= set(reach.names())


def test_of_a_session_it_names_its_own_member_and_whom_he_looked_at(bidders: tuple[Member, Member]) -> None:
    ana, _ben = bidders
    sue = sue_looks_at(ana)
    factories.session_key(sue)
    number = db.session.query(DeviceSession.id).filter_by(member_id=sue.id).scalar()
    found = reach.of_session(number)
    assert found.members == tuple(sorted((ana.id, sue.id)))
    assert "member.id" in {part.name for part in found.parts}


def test_the_command_lists_them_and_puts_them_into_the_register(app: Flask, bidders: tuple[Member, Member]) -> None:
    ana, ben = bidders
    known = services.Facts("A copy of the bids was sent out", NOON, [Kind.CONFIDENTIALITY])
    number = services.open_breach(known, by_id=None, now=clock.now())
    run = app.test_cli_runner().invoke
    said = run(args=["privacy", "touched", "bid", "--until", "2027-03-01T12:30", "--breach", str(number)])
    assert said.exit_code == 0, said.output
    assert "bid.bidder_id: 1 members, 1 rows (bidding)" in said.output
    assert "1 members, living in: FR 1" in said.output
    assert "@" not in said.output, "members are named by their numbers"
    assert members_of(number) == [ana.id]
    assert (
        "0 put into" in run(args=["privacy", "touched", "bid", "--until", "2027-03-01T12:30", "--breach", "1"]).output
    )
    assert run(args=["privacy", "touched", "sale"]).exit_code == 2
    assert run(args=["privacy", "touched", "bid", "--staff", "ana@example.org"]).exit_code == 2
    assert run(args=["privacy", "touched", "--session", "4711"]).exit_code == 2
    for absurd in (
        ("--session", "9" * 25),
        ("--session", "0"),
        ("--breach", "-1"),
        ("--from", "0001-01-01T00:00+14:00"),
    ):
        answer = run(args=["privacy", "touched", "bid", *absurd])
        assert (answer.exit_code, "Error: Invalid value" in answer.output) == (2, True), absurd
    assert run(args=["privacy", "touched", "--staff", ben.email]).output.endswith("0 members\n")
