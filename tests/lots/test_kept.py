"""A lot's page is rendered once for all visitors; nothing of anybody gets into it, and nothing in it is stale."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from gallery.bidding import services
from gallery.core.clock import FrozenClock
from gallery.core.db import db, transaction
from gallery.core.kept import Pages
from gallery.lots.models import Lot
from tests import factories

NONCE = re.compile(r'nonce="([^"]+)"')
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')

pytestmark = pytest.mark.usefixtures("stopped")


@pytest.fixture
def pages(app: Flask) -> Pages:
    return app.extensions["kept_pages"]


@pytest.fixture
def lot(app: Flask) -> int:
    return factories.open_lot()


def opened(app: Flask, lot: int, query: str = "", *, currency: str = "", **headers: str) -> str:
    """The page as a browser that was never here gets it."""
    browser = app.test_client()
    if currency:
        browser.set_cookie("currency", currency)
    answer = browser.get(f"/lots/{lot}{query}", headers={"Accept-Language": "en"} | headers)
    assert answer.status_code == 200
    return answer.text


def plain(page: str) -> str:
    """A page without what is another in each answer."""
    for gap in (NONCE, TOKEN):
        page = gap.sub("", page)
    return page


def test_two_visitors_get_one_page_with_nonce_and_token_of_their_own(
    app: Flask, lot: int, pages: Pages, stopped: FrozenClock
) -> None:
    first = opened(app, lot)
    stopped.tick(seconds=1)
    second = opened(app, lot)
    assert len(pages) == 1
    assert plain(first) == plain(second)
    for gap in (NONCE, TOKEN):
        assert set(gap.findall(first)).isdisjoint(gap.findall(second)), gap
        assert len(gap.findall(first)) == len(gap.findall(second)) > 0


def test_the_nonce_of_a_page_from_memory_is_that_of_its_policy(app: Flask, lot: int) -> None:
    opened(app, lot)
    answer = app.test_client().get(f"/lots/{lot}")
    (nonce,) = set(NONCE.findall(answer.text))
    assert f"'nonce-{nonce}'" in answer.headers["Content-Security-Policy"]


def test_a_members_page_is_never_kept_and_never_comes_from_memory(app: Flask, lot: int, pages: Pages) -> None:
    member = app.test_client()
    factories.sign_in(member, factories.member("ana"))
    mine = member.get(f"/lots/{lot}", headers={"Accept-Language": "en"}).text
    assert len(pages) == 0
    visitors = opened(app, lot)
    assert len(pages) == 1
    assert "/auth/logout" in mine
    assert "/auth/logout" not in visitors
    again = member.get(f"/lots/{lot}", headers={"Accept-Language": "en"}).text
    assert "/auth/logout" in again


def test_what_somebody_brings_along_is_not_kept(app: Flask, lot: int, pages: Pages) -> None:
    """An amount in the address, and words that the session carries for one reader."""
    assert opened(app, lot, "?amount=12345")
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["_flashes"] = [("success", "Only for Ana")]
    assert "Only for Ana" in browser.get(f"/lots/{lot}").text
    assert len(pages) == 0
    assert "Only for Ana" not in opened(app, lot)


@pytest.mark.parametrize(
    "differs",
    [
        {"Accept-Language": "fr"},
        {"currency": "XOF"},
        {"Save-Data": "on"},
        {"Sec-GPC": "1"},
    ],
)
def test_whoever_reads_it_another_way_gets_a_page_of_its_own(
    app: Flask, lot: int, pages: Pages, differs: dict[str, str]
) -> None:
    opened(app, lot)
    opened(app, lot, **differs)
    assert len(pages) == 2


def test_a_bid_the_end_and_an_edit_are_seen_at_once(app: Flask, lot: int, stopped: FrozenClock) -> None:
    before = opened(app, lot)
    ana = factories.member("ana")
    services.place_bid(lot, ana.id, 250_00, "key-00000001", now=stopped.now())
    after = opened(app, lot)
    assert 'data-version="1"' in after
    assert 'data-version="1"' not in before
    with transaction() as session:
        session.execute(sa.update(Lot).where(Lot.id == lot).values(title_en="Another title"))
    assert "Another title" in opened(app, lot)
    stopped.at = db.session.execute(sa.select(Lot.ends_at).where(Lot.id == lot)).scalar_one() + timedelta(seconds=1)
    assert 'data-state="open"' not in opened(app, lot)


def statements(app: Flask, lot: int) -> int:
    """How many statements the page of a visitor takes, the beginning of the reading apart."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    opened(app, lot)
    sa.event.remove(db.engine, "before_cursor_execute", note)
    return len([one for one in asked if not one.startswith("BEGIN")])


def test_a_visitors_page_takes_five_statements(app: Flask, lot: int) -> None:
    """PERFORMANCE goal 3: the lot in four, its standing in one."""
    opened(app, lot)
    assert statements(app, lot) <= 5


def test_only_so_many_pages_are_kept() -> None:
    pages = Pages(most=2)
    for key in ("a", "b"):
        pages.put(key, (key,))
    assert pages.get("a") == ("a",)
    pages.put("c", ("c",))
    assert [pages.get(key) for key in ("a", "b", "c")] == [("a",), None, ("c",)]
