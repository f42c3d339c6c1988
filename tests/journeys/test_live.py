"""The live page in a browser: htmx as it is set, the stream, and what happens without one (H-01, E1)."""

from __future__ import annotations

import pytest
from flask import Flask

from gallery.bidding.services import place_bid
from tests import factories
from tests.journeys.conftest import LiveServer, SessionOf, Visit
from tests.live.reader import EventReader
from tests.services.house import LiveHouse

POLLED_SECONDS = 25.0
"""The page asks every ten seconds."""
BACK_SECONDS = 45.0
"""A page comes back to a house that was away after up to ten seconds, and polls meanwhile."""

pytestmark = pytest.mark.slow


def test_htmx_is_set_as_the_house_wants_it(open_house: LiveHouse, visit: Visit) -> None:
    vic = visit(open_house)
    vic.go("/")
    config = vic.page.evaluate("htmx.config")
    assert config["mode"] == "same-origin"
    assert config["history"] in (False, "reload"), "pages are never kept in the browser"
    assert config["includeIndicatorCSS"] is False
    assert not config.get("extensions")
    assert config["implicitInheritance"] is False
    assert not config.get("inlineScriptNonce")
    assert config["noSwap"] == [204, 304]


def test_what_htmx_swaps_in_cannot_run(open_house: LiveHouse, visit: Visit) -> None:
    vic = visit(open_house)
    vic.go("/")
    vic.page.evaluate(
        """() => {
          const evil = `<script>window.ran = 1</scr` + `ipt><img src=x onerror="window.ran = 2">
            <button id="evil" data-hx-on:click="window.ran = 3" onclick="window.ran = 4">x</button>`;
          const part = document.createElement("div");
          document.querySelector("main").prepend(part);
          part.innerHTML = evil;
          // Later: what the test itself evaluates is above the policy.
          setTimeout(() => htmx.process(part), 50);
        }"""
    )
    vic.page.wait_for_timeout(300)
    vic.page.locator("#evil").click()
    vic.page.wait_for_timeout(300)
    assert vic.page.evaluate("window.ran") is None
    assert any("CSP" in fault or "Content Security Policy" in fault for fault in vic.faults), "the policy refused it"
    vic.faults.clear()


def test_a_page_without_a_stream_asks_by_itself(app: Flask, live_server: LiveServer, visit: Visit) -> None:
    lot_id, ben = factories.open_lot(), factories.member("ben").id
    house = live_server(workers=1, GALLERY_STREAMS="1")
    with EventReader(f"{house.url}/lots/{lot_id}/live") as taken:
        assert taken.status == 200
        vic = visit(house)
        refused = []
        vic.page.on("response", lambda answer: refused.append(answer.status) if answer.url.endswith("/live") else None)
        vic.go(f"/lots/{lot_id}")
        place_bid(lot_id, ben, 200_00, "polled-bid-1")
        vic.comes_to_see(lot_id, "bids", "1", seconds=POLLED_SECONDS)
        assert vic.page.locator("#said .notice").count() == 0, "a refused stream is no news for the visitor"


def test_a_page_finds_its_way_back_to_a_house_that_was_away(
    live_server: LiveServer, visit: Visit, session_of: SessionOf
) -> None:
    lot_id, ben, ana = factories.open_lot(), factories.member("ben").id, factories.member("ana")
    cookie, ana_id = session_of(ana), ana.id
    house = live_server(workers=2)
    place_bid(lot_id, ana_id, 200_00, "before-the-fall")
    person = visit(house, "fr")
    person.enter_as(cookie)
    person.go(f"/lots/{lot_id}")
    person.page.locator("#amount").fill("4 500")
    assert person.mood(lot_id) == "leading"
    house.kill()
    place_bid(lot_id, ben, 300_00, "during-the-fall")
    house.start()
    person.comes_to_see(lot_id, "bids", "2", seconds=BACK_SECONDS)
    assert person.mood(lot_id) == "outbid"
    assert person.page.locator("#amount").input_value() == "4 500"
    person.faults.clear()  # That the house was away is written down by the browser.
    place_bid(lot_id, ben, 400_00, "after-the-fall")
    place_bid(lot_id, ana_id, 350_00, "and-another-one")
    person.comes_to_see(lot_id, "bids", "4", seconds=BACK_SECONDS)  # Bids that come together share an update.
