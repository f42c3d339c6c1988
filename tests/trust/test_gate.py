"""The gate that bidding asks, and what the house decides about who may pass it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from gallery.core.audit import AuditEntry
from gallery.core.db import db
from gallery.trust import queries, services
from gallery.trust.queries import GateFacts
from tests import factories
from tests.trust import desk_door

pytestmark = pytest.mark.database
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPEN = GateFacts()


@pytest.fixture
def ana(app: Flask) -> int:
    return factories.member("ana").id


@pytest.fixture
def ben(app: Flask) -> int:
    return factories.member("ben").id


@pytest.fixture
def sol(app: Flask) -> int:
    return factories.member("sol", roles=["seller"]).id


@pytest.fixture
def sale(app: Flask) -> int:
    return factories.sale()


def gate(member_id: int, sale_id: int = 1, seller_id: int | None = 999, now: datetime = NOON) -> GateFacts:
    return queries.gate(member_id, sale_id, seller_id, now)


def acts() -> list[str]:
    return list(db.session.execute(sa.select(AuditEntry.action).order_by(AuditEntry.id)).scalars())


def test_the_gate_is_open_for_whom_nobody_stopped(ana: int) -> None:
    assert gate(ana) == OPEN
    assert gate(ana, seller_id=None) == OPEN
    assert gate(987654321) == OPEN


def test_a_block_holds_until_it_is_lifted_and_for_nobody_else(ana: int, ben: int) -> None:
    services.block(ana, "A lot was not paid.", until=None, by_id=ben, now=NOON)
    assert gate(ana) == GateFacts(blocked_reason="A lot was not paid.")
    assert gate(ben) == OPEN
    assert services.unblock(ana, by_id=ben, now=NOON + HOUR) == 1
    assert gate(ana, now=NOON + HOUR) == OPEN
    assert services.unblock(ana, by_id=ben, now=NOON + HOUR) == 0
    assert acts() == ["member.blocked", "member.unblocked"]


def test_a_block_for_a_time_ends_at_its_end(ana: int) -> None:
    services.block(ana, "Unpaid.", until=NOON + HOUR, by_id=None, now=NOON)
    assert gate(ana).blocked_until == NOON + HOUR
    assert gate(ana, now=NOON + HOUR - timedelta(microseconds=1)).blocked_reason == "Unpaid."
    assert gate(ana, now=NOON + HOUR) == OPEN
    assert gate(ana, now=NOON - HOUR) == OPEN, "nor does it hold before it was made"


def test_of_several_blocks_the_longest_is_told(ana: int) -> None:
    services.block(ana, "two hours", until=NOON + 2 * HOUR, by_id=None, now=NOON)
    services.block(ana, "one hour", until=NOON + HOUR, by_id=None, now=NOON)
    assert gate(ana).blocked_reason == "two hours"
    services.block(ana, "for good", until=None, by_id=None, now=NOON)
    assert gate(ana) == GateFacts(blocked_reason="for good")
    assert services.unblock(ana, by_id=None, now=NOON) == 3


def test_a_bar_holds_in_its_sale_only_and_takes_a_new_reason(ana: int, sale: int) -> None:
    other = factories.sale()
    services.bar(ana, sale, "Talked of pushing the price.", by_id=None, now=NOON)
    assert gate(ana, sale) == GateFacts(barred_reason="Talked of pushing the price.")
    assert gate(ana, other) == OPEN
    services.bar(ana, sale, "Better words.", by_id=None, now=NOON)
    assert gate(ana, sale).barred_reason == "Better words."
    assert services.unbar(ana, sale, by_id=None)
    assert not services.unbar(ana, sale, by_id=None)
    assert gate(ana, sale) == OPEN
    assert acts() == ["member.barred", "member.barred", "member.unbarred"]


def test_a_household_is_linked_both_ways(ana: int, ben: int, sol: int) -> None:
    services.link(ana, sol, "household", by_id=ben)
    services.link(sol, ana, "household", by_id=ben)
    assert gate(ana, seller_id=sol).is_linked_to_seller
    assert gate(sol, seller_id=ana).is_linked_to_seller
    assert not gate(ana, seller_id=ben).is_linked_to_seller
    assert queries.linked_ids(sol) == {ana}
    assert services.unlink(sol, ana, by_id=ben)
    assert not services.unlink(sol, ana, by_id=ben)
    assert gate(ana, seller_id=sol) == OPEN


def test_a_limit_counts_until_it_is_taken_away(ana: int, ben: int) -> None:
    services.limit(ana, 500_00, "EUR", by_id=ben)
    assert gate(ana) == GateFacts(limit_minor=500_00, limit_currency="EUR")
    services.limit(ana, 300_000, "XOF", " Three bids were not paid ", by_id=ben)
    told = "Three bids were not paid"
    assert gate(ana) == GateFacts(limit_minor=300_000, limit_currency="XOF", limit_reason=told)
    services.limit(ana, 0, "XOF", "All is paid", by_id=ben)
    assert gate(ana) == OPEN
    services.limit(ana, 300_000, "XOF", by_id=ben)
    assert gate(ana).limit_reason is None, "a limit that was taken away takes its reason with it"


def test_all_of_it_at_once_in_one_statement(ana: int, sol: int, sale: int) -> None:
    services.block(ana, "blocked", until=NOON + HOUR, by_id=None, now=NOON)
    services.block(ana, "blocked too", until=NOON + HOUR, by_id=None, now=NOON)
    services.bar(ana, sale, "barred", by_id=None, now=NOON)
    services.link(ana, sol, "card", by_id=None)
    services.limit(ana, 1, "XOF", by_id=None)
    said: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _u, statement, *_rest: said.append(statement))
    assert gate(ana, sale, sol) == GateFacts("blocked", NOON + HOUR, "barred", True, 1, "XOF")
    assert len([one for one in said if one.startswith("SELECT")]) == 1


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_decision_without_a_reason_is_none(ana: int, ben: int, sale: int, reason: str) -> None:
    """The member is told why, so there must be something to tell (N3)."""
    for act in (
        lambda: services.block(ana, reason, until=None, by_id=None, now=NOON),
        lambda: services.bar(ana, sale, reason, by_id=None, now=NOON),
        lambda: services.link(ana, ben, reason, by_id=None),
    ):
        with pytest.raises(services.Nonsense):
            act()
    assert acts() == []


def test_nonsense_is_refused(ana: int) -> None:
    for act in (
        lambda: services.block(ana, "x", until=NOON, by_id=None, now=NOON),
        lambda: services.link(ana, ana, "himself", by_id=None),
        lambda: services.limit(ana, -1, "EUR", by_id=None),
        lambda: services.limit(ana, 1, "DEM", by_id=None),
    ):
        with pytest.raises(services.Nonsense):
            act()


def test_the_audit_says_who_and_holds_no_words_about_people(ana: int, ben: int, sale: int) -> None:
    services.block(ana, "Ana wrote rude things", until=None, by_id=ben, now=NOON)
    services.bar(ana, sale, "Ana again", by_id=ben, now=NOON)
    entries = db.session.execute(sa.select(AuditEntry)).scalars().all()
    assert {entry.actor_id for entry in entries} == {ben}
    assert {entry.subject for entry in entries} == {f"member:{ana}"}
    assert "Ana" not in " ".join(str(entry.facts) for entry in entries)


def test_the_overview_promises_a_blocked_member_nothing(app: Flask, ben: int) -> None:
    """His profile is complete, and that is all that his overview may say of it."""
    awa = desk_door.awa()
    services.block(awa.id, "A lot was not paid.", until=None, by_id=ben, now=NOON)
    client = app.test_client()
    factories.sign_in(client, awa)
    page = client.get("/account/?lang=en").text
    assert "Your profile has all that bidding needs." in page
    assert "You can bid" not in page
