"""What an erasure takes at once, and what it leaves of auctions that others took part in (P-37, P-38, L3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from gallery.auth.models import NOBODY, Member
from gallery.bidding import closing
from gallery.bidding.models import Bid
from gallery.bidding.services import BidRefused, place_bid
from gallery.core import clock, data_map
from gallery.core.audit import AuditEntry
from gallery.core.db import db
from gallery.core.personal import Erase
from gallery.privacy.erasure import engine, queries, services
from gallery.privacy.erasure.models import ErasureHold
from gallery.privacy.erasure.rules import State
from gallery.trust import members
from gallery.trust.services import link
from tests import factories
from tests.auth.doors import mailbox
from tests.bidding.books import books, faults, rows
from tests.privacy.erasure.cast import erase, member_row, rows_naming, sold_lot

pytestmark = pytest.mark.database


def test_who_never_bid_is_gone_as_if_he_had_not_been(app: Flask) -> None:
    """P-37: no hold, no row, and the request says that it is done."""
    ana = factories.member("ana").id
    factories.sign_in(app.test_client(), db.session.get(Member, ana))
    asked, state = erase(ana)
    assert state is State.DONE
    assert member_row(ana) is None
    assert rows_naming(ana) == {}
    told = queries.status(asked.ref)
    assert told is not None
    assert (told.state, told.kept) == (State.DONE, [])


def test_lost_bids_go_to_stand_ins_and_the_lots_books_stay_whole(app: Flask) -> None:
    """Public aliases, prices and the chain are the lot's; whose they were nobody can tell any more (I1-I15)."""
    sol, ana, ben = (factories.member(name) for name in ("sol", "ana", "ben"))
    lots = [sold_lot(sol.id, ana.id, ben.id) for _ in range(3)]
    public = [[(row.body, row.digest) for row in books(lot).receipts] for lot in lots]
    ben_id = ben.id
    assert erase(ben_id)[1] is State.DONE
    assert rows_naming(ben_id) == {}
    assert member_row(ben_id) is None
    assert [faults(lot) for lot in lots] == [[], [], []]
    assert [[(row.body, row.digest) for row in books(lot).receipts] for lot in lots] == public


def test_no_two_lots_are_known_to_be_of_one_hand(app: Flask) -> None:
    """EDPB: a pseudonym that is the same everywhere is no anonymity. Nor is one that was counted or dated."""
    sol, ana, ben = (factories.member(name) for name in ("sol", "ana", "ben"))
    lots = [sold_lot(sol.id, ana.id, ben.id) for _ in range(4)]
    ben_id = ben.id
    erase(ben_id)
    hands = [{bid.bidder_id for bid in books(lot).bids} - {ana.id} for lot in lots]
    assert [len(hand) for hand in hands] == [1, 1, 1, 1]
    stand_ins = [hand.pop() for hand in hands]
    assert len(set(stand_ins)) == 4
    people = [member_row(number) for number in stand_ins]
    assert all(number < 0 for number in stand_ins)
    gaps = {abs(one - other) for one in stand_ins for other in stand_ins if one != other}
    assert min(gaps) > 1_000_000, "drawn, not counted"
    same = {"email", "id", "fs_uniquifier", "erasure_key"}
    assert len({tuple((k, v) for k, v in one.items() if k not in same) for one in people if one}) == 1
    assert all(one and one["email"].endswith(NOBODY) and not one["active"] for one in people)
    keys = [row.key for lot in lots for row in books(lot).bids if row.bidder_id < 0]
    assert not any(key.startswith(("first", "third")) for key in keys), "what the browser chose is gone"


def test_a_lot_that_was_not_sold_loses_its_seller_and_stays_in_public(app: Flask) -> None:
    """L3: public lots and artists stay."""
    sol, ana = factories.member("sol", roles=["seller"]), factories.member("ana")
    now = clock.now()
    lot_id = factories.open_lot(
        seller=sol, reserve_minor=900_00, opens_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1)
    )
    place_bid(lot_id, ana.id, 200_00, "k-one", now=now - timedelta(minutes=90))
    closing.close_lot(lot_id, now=now)
    sol_id = sol.id
    assert erase(sol_id)[1] is State.DONE
    page = app.test_client().get(f"/lots/{lot_id}?lang=en")
    assert page.status_code == 200
    assert "The Great Wave" in page.text
    assert books(lot_id).lot.seller_id < 0
    assert faults(lot_id) == []


def test_a_bid_that_leads_holds_what_it_needs_and_nothing_else(app: Flask) -> None:
    """P-38: the bid, and who he is in case he wins; not his password, devices, date of birth's history or bank."""
    ana, ben = factories.member("ana"), factories.member("ben")
    ana_id = ana.id
    running, over = factories.open_lot(), sold_lot(factories.member("sid").id, ben.id, ana.id)
    place_bid(running, ana_id, 300_00, "leading")
    factories.session_key(ana)
    asked, state = erase(ana_id)
    assert state is State.HOLDING
    assert rows_naming(ana_id) == {
        "bid.bidder_id": 1,
        "lead.bidder_id": 1,
        "lot_bidder.bidder_id": 1,
        "profile.member_id": 1,
        "erasure.member_id": 1,
    }
    row = member_row(ana_id)
    assert row is not None
    assert (row["email"], row["password"], row["active"], row["confirmed_at"]) == ("ana@example.org", None, False, None)
    told = queries.status(asked.ref)
    assert told is not None
    assert {(one.why, one.about, one.until) for one in told.kept} == {("bid_binds", f"lot:{running}", None)}
    assert faults(over) == []


def test_an_outbid_bid_on_a_running_lot_still_binds(app: Flask) -> None:
    """If the leading bid is annulled he leads again: until the lot is closed his bid is not his to take away (D7)."""
    ana, ben = factories.member("ana"), factories.member("ben")
    lot_id = factories.open_lot()
    place_bid(lot_id, ana.id, 200_00, "outbid-1")
    place_bid(lot_id, ben.id, 500_00, "outbid-2")
    assert erase(ana.id)[1] is State.HOLDING


def test_when_the_last_hold_ends_the_erasure_completes_by_itself(app: Flask) -> None:
    """P-38: an outbid bidder, once the lot is closed."""
    ana, ben = factories.member("ana"), factories.member("ben")
    now = clock.now()
    lot_id = factories.open_lot(ends_at=now + timedelta(minutes=30))
    place_bid(lot_id, ana.id, 200_00, "outbid-1")
    place_bid(lot_id, ben.id, 500_00, "outbid-2")
    ana_id = ana.id
    asked, _state = erase(ana_id)
    later = now + timedelta(hours=2)
    closing.close_lot(lot_id, now=later)
    services.carry_on_due(later)
    told = queries.status(asked.ref)
    assert told is not None
    assert (told.state, told.done_at) == (State.DONE, later)
    assert member_row(ana_id) is None
    assert rows("erasure_hold") == []
    assert faults(lot_id) == []


def test_who_wins_after_asking_is_kept_for_the_sale_and_for_the_books(app: Flask) -> None:
    """The lot closes, he is told and named to the seller as he was; then the record alone stays, for ten years."""
    ana = factories.member("ana")
    ana_id, now = ana.id, clock.now()
    lot_id = factories.open_lot(ends_at=now + timedelta(minutes=30))
    place_bid(lot_id, ana_id, 200_00, "wins")
    asked, _state = erase(ana_id)
    closed_at = now + timedelta(hours=1)
    closing.close_lot(lot_id, now=closed_at)
    services.carry_on_due(closed_at + timedelta(minutes=2))
    row = member_row(ana_id)
    assert row is not None
    assert row["email"] == "ana@example.org", "he has to pay, and is reminded"
    assert "profile.member_id" not in rows_naming(ana_id)
    services.carry_on_due(closed_at + timedelta(days=61))
    row = member_row(ana_id)
    assert row is not None
    assert row["email"].endswith(NOBODY)
    told = queries.status(asked.ref)
    assert told is not None
    assert [(one.why, one.until.year) for one in told.kept if one.until] == [("sales_record", closed_at.year + 11)]
    assert "snapshot" in told.kept[0].tables


def test_nobody_bids_signs_in_or_is_opened_again_once_it_has_begun(app: Flask) -> None:
    """A6: closing ends all of it."""
    ana = factories.member("ana")
    ana_id = ana.id
    client = app.test_client()
    factories.sign_in(client, ana)
    lot_id = factories.open_lot()
    services.begin(ana_id, now=clock.now())
    assert client.get("/account/").status_code in (302, 303)
    with pytest.raises(BidRefused):
        place_bid(lot_id, ana_id, 200_00, "too-late")
    with pytest.raises(services.Begun):
        services.begin(ana_id, now=clock.now())


def test_who_works_for_the_house_gives_his_roles_back_first(app: Flask) -> None:
    """Else the last administrator could shut the house by erasing himself."""
    ada = factories.member("ada", roles=["admin"])
    with pytest.raises(services.WorksHere):
        services.begin(ada.id, now=clock.now())


def test_what_is_held_is_come_upon_by_nobody_and_what_waits_for_him_still_leaves(app: Flask) -> None:
    """P-41: staff who look around do not find him; P-38: that he won, he is told, though his account is gone."""
    ana, now = factories.member("ana").id, clock.now()
    lot_id = factories.open_lot(ends_at=now + timedelta(minutes=30), soft_close_seconds=0)
    place_bid(lot_id, ana, 200_00, "wins")
    asked, _state = erase(ana)
    assert members.search("ana@", 10) == []
    closing.close_lot(lot_id, now=now + timedelta(hours=1))
    services.carry_on(asked.id, now + timedelta(hours=1))
    assert [one.subject for one in mailbox("ana@example.org")] == ["The work is yours: The Great Wave"]


def test_what_was_done_stays_on_record_and_to_whom_does_not(app: Flask) -> None:
    ana, ben = factories.member("ana"), factories.member("ben")
    link(ana.id, ben.id, "same household", by_id=None)
    ana_id = ana.id
    erase(ana_id)
    entries = db.session.execute(sa.select(AuditEntry)).scalars().all()
    assert not [one for one in entries if one.subject == f"member:{ana_id}" or one.actor_id == ana_id]
    assert not [one for one in entries if one.facts.get("other") == ana_id]
    assert [one.subject for one in entries if one.action == "member.linked"] == [engine.NAMELESS]


def test_the_map_asks_nothing_of_a_column_that_it_cannot_do(app: Flask) -> None:
    """Every BLANK can be blank, every PSEUDONYM is of a lot, every path has a fate: a new table is checked here."""
    for path in engine.removals():
        if engine.fate(path) is Erase.BLANK:
            for line in path.lines:
                engine.blank_of(line.column)
    for path in data_map.paths():
        if path.table.name != "member" and engine.fate(path) is Erase.PSEUDONYM:
            engine.lot_column(path.table)


def test_every_column_of_a_members_row_has_a_stripped_form(app: Flask) -> None:
    """A new column that may not be null needs a line in STRIPPED, or it would stay for ten years."""
    kept = {"id", "erasure_key", "email", "fs_uniquifier"}
    needy = {column.name for column in Member.__table__.c if not column.nullable} - kept
    assert needy == set(engine.STRIPPED)
    assert all(name in {str(column) for column in Bid.__table__.c} for name in engine.STAYS)


@pytest.mark.parametrize("twice", [services.carry_on, lambda number, now: services.carry_on_due(now)])
def test_carrying_on_again_changes_nothing(app: Flask, twice: Callable[..., object]) -> None:
    ana, ben = factories.member("ana"), factories.member("ben")
    lot_id = sold_lot(factories.member("sol").id, ana.id, ben.id)
    asked, _state = erase(ana.id)
    before = [rows(name) for name in ("member", "bid", "lot_bidder", "outcome", "snapshot")]
    number = db.session.execute(sa.select(sa.func.count(ErasureHold.id))).scalar_one()
    twice(asked.id, clock.now() + timedelta(minutes=5))
    assert [rows(name) for name in ("member", "bid", "lot_bidder", "outcome", "snapshot")] == before
    assert db.session.execute(sa.select(sa.func.count(ErasureHold.id))).scalar_one() == number
    assert faults(lot_id) == []
