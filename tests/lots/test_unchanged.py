"""A visitor's page that is still the same is answered with a header; what is another for him is sent (ADR 65)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gallery.bidding import services
from gallery.core import web
from gallery.core.clock import FrozenClock
from gallery.core.db import transaction
from gallery.lots import services as lots
from gallery.lots.models import Lot
from tests import factories
from tests.lots.paint import painting

PAGES = ["/", "/lots/", "/lots/?q=lot", "/sales/", "/artists/", "/lots/{lot}", "/lots/{lot}?amount=500"]
ENGLISH = {"Accept-Language": "en"}
PART = {"HX-Request": "true"}

pytestmark = pytest.mark.usefixtures("stopped")


@pytest.fixture
def lot(app: Flask) -> int:
    lot_id = factories.open_lot()
    lots.add_picture(lot_id, painting(1000, 700), alt=lots.Words("A huge wave", "Une vague immense"))
    return lot_id


class Browser:
    """What a browser does: it keeps an answer with its tag, and asks by it."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.tags: dict[str, str] = {}

    def ask(self, path: str, **headers: str) -> TestResponse:
        """Ask for a page; once it was had, whether it is still the same."""
        known = {"If-None-Match": self.tags[path]} if path in self.tags else {}
        answer = self.client.get(path, headers=ENGLISH | known | headers)
        if "ETag" in answer.headers:
            self.tags[path] = answer.headers["ETag"]
        return answer


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app.test_client())


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_is_still_the_same_is_not_sent_again(
    browser: Browser, lot: int, stopped: FrozenClock, path: str
) -> None:
    path = path.format(lot=lot)
    assert browser.ask(path).status_code == 200
    stopped.tick(seconds=90)
    same = browser.ask(path)
    assert (same.status_code, same.data) == (304, b"")
    assert same.headers["Server-Timing"] == f"now;dur={int(stopped.now().timestamp() * 1000)}"
    assert same.headers["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "Accept-Language", "Save-Data", "HX-Request"} <= set(same.vary)
    assert "Content-Security-Policy" not in same.headers, "it would name another nonce than the page that is kept"
    assert "Content-Encoding" not in same.headers


def test_a_bid_is_seen_with_the_next_question(browser: Browser, lot: int, stopped: FrozenClock) -> None:
    paths = (f"/lots/{lot}", "/lots/", "/")
    before = [browser.ask(path).text for path in paths]
    ana, ben = factories.member("ana"), factories.member("ben")
    services.place_bid(lot, ana.id, 250_00, "key-00000001", now=stopped.now())
    services.place_bid(lot, ben.id, 900_00, "key-00000002", now=stopped.now())
    (price,) = re.findall(r'class="price num">([^<]+)<', browser.client.get(paths[0], headers=ENGLISH).text)
    for path, was in zip(paths, before, strict=True):
        changed = browser.ask(path)
        assert changed.status_code == 200, path
        assert price in changed.text, path
        assert price not in was, path
        assert browser.ask(path).status_code == 304, path


def test_the_end_is_seen_with_the_next_question(browser: Browser, lot: int, stopped: FrozenClock) -> None:
    """No bid and no version tells it: the clock does."""
    browser.ask(f"/lots/{lot}")
    stopped.tick(days=60)
    over = browser.ask(f"/lots/{lot}")
    assert over.status_code == 200
    assert 'data-state="open"' not in over.text


@pytest.mark.parametrize(
    "differs",
    [{"Accept-Language": "fr"}, {"Save-Data": "on"}, {"ECT": "2g"}, {"Sec-GPC": "1"}],
    ids=str,
)
def test_whoever_reads_it_another_way_is_sent_it(browser: Browser, lot: int, differs: dict[str, str]) -> None:
    browser.ask(f"/lots/{lot}")
    assert browser.ask(f"/lots/{lot}", **differs).status_code == 200


def test_another_currency_is_another_page(browser: Browser, lot: int) -> None:
    browser.ask(f"/lots/{lot}")
    browser.client.set_cookie("currency", "XOF")
    assert 'data-money="XOF"' in browser.ask(f"/lots/{lot}").text


def test_another_lot_is_another_page(browser: Browser, lot: int) -> None:
    browser.ask(f"/lots/{lot}")
    other = f"/lots/{factories.open_lot()}"
    browser.tags[other] = browser.tags[f"/lots/{lot}"]
    assert browser.ask(other).status_code == 200


def test_words_for_one_reader_are_sent_and_are_gone_with_the_next_question(browser: Browser, lot: int) -> None:
    browser.ask(f"/lots/{lot}")
    with browser.client.session_transaction() as session:
        session["_flashes"] = [("success", "Only for Ana")]
    assert "Only for Ana" in browser.ask(f"/lots/{lot}").text
    assert "Only for Ana" not in browser.ask(f"/lots/{lot}").text


@pytest.mark.parametrize("path", PAGES)
def test_a_member_gets_his_own_page_and_no_tag(browser: Browser, lot: int, path: str) -> None:
    """14.2.2: what a member sees is kept nowhere, and after he left it is a visitor's page again."""
    path = path.format(lot=lot)
    browser.ask(path)
    factories.sign_in(browser.client, factories.member("ana"))
    mine = browser.ask(path)
    assert mine.status_code == 200
    assert "/auth/logout" in mine.text
    assert mine.headers["Cache-Control"] == "no-store"
    assert "ETag" not in mine.headers
    assert browser.ask(path).status_code == 200


def test_a_page_with_a_form_is_only_the_same_for_the_session_of_its_token(app: Flask, lot: int) -> None:
    """A browser that was closed forgets its session and not its pages: a form with the old token would be refused."""
    first, second = Browser(app.test_client()), Browser(app.test_client())
    assert 'name="csrf_token"' in first.ask(f"/lots/{lot}").text
    second.tags = dict(first.tags)
    assert second.ask(f"/lots/{lot}").status_code == 200
    assert first.ask(f"/lots/{lot}").status_code == 304


def test_a_page_without_a_form_has_one_tag_for_all(app: Flask, lot: int) -> None:
    """So that the tag cannot tell one visitor from another. Whoever has chosen is not asked any more."""
    tags = []
    for _ in range(2):
        one = Browser(app.test_client())
        asked = one.ask(f"/lots/{lot}").text
        token, shown = (re.findall(rf'name="{name}" value="([^"]+)"', asked)[0] for name in ("csrf_token", "shown"))
        one.client.post("/consents", data={"csrf_token": token, "answer": "none", "shown": shown})
        page = one.ask(f"/lots/{lot}")
        assert 'name="csrf_token"' not in page.text
        tags.append(page.headers["ETag"])
    assert tags[0] == tags[1]


def test_another_policy_is_sent_with_its_page(app: Flask, browser: Browser, lot: int) -> None:
    """A 304 leaves the policy that the browser has; one that was mended since has to reach it."""
    browser.ask(f"/lots/{lot}")
    web.allow_form_target(app, "https://checkout.example")
    answer = browser.ask(f"/lots/{lot}")
    assert answer.status_code == 200
    assert "https://checkout.example" in answer.headers["Content-Security-Policy"]


def test_a_lot_that_is_gone_is_gone(browser: Browser) -> None:
    sale = factories.sale()
    lot = factories.open_lot(sale_id=sale)
    browser.ask(f"/lots/{lot}")
    factories.hide(sale)
    assert browser.ask(f"/lots/{lot}").status_code == 404


def test_a_standing_is_sent_when_it_is_another(browser: Browser, lot: int, stopped: FrozenClock) -> None:
    path = f"/lots/{lot}/standing"
    browser.ask(path, **PART)
    stopped.tick(seconds=10)
    same = browser.ask(path, **PART)
    assert (same.status_code, same.data) == (304, b"")
    assert same.headers["X-Now"] == str(int(stopped.now().timestamp() * 1000))
    assert browser.ask(path, **PART | {"Accept-Language": "fr"}).status_code == 200
    browser.ask(path, **PART)
    services.place_bid(lot, factories.member("ana").id, 250_00, "key-00000001", now=stopped.now())
    assert 'data-bids="1"' in browser.ask(path, **PART).text
    assert browser.ask(path, **PART).status_code == 304
    stopped.tick(days=60)
    assert 'data-state="open"' not in browser.ask(path, **PART).text


def test_a_version_that_came_twice_is_not_taken_for_the_first(browser: Browser, lot: int, stopped: FrozenClock) -> None:
    """After a backup was put back, a lot comes to the same version by another bid."""
    path = f"/lots/{lot}/standing"
    browser.ask(path, **PART)
    with transaction() as session:
        session.execute(sa.update(Lot).where(Lot.id == lot).values(ends_at=stopped.now() + timedelta(hours=7)))
    assert browser.ask(path, **PART).status_code == 200
