"""By keys alone: from signing in to a bid that counts, with the focus always to be seen and never lost (A-05, A-07)."""

from __future__ import annotations

import itertools

import pytest
from playwright.sync_api import Page

from gallery.bidding import queries
from gallery.bidding.services import place_bid
from gallery.core import clock
from gallery.core.db import db
from tests import factories
from tests.journeys.conftest import SessionOf, Visit
from tests.journeys.people import Person, wait_for
from tests.services.house import LiveHouse

UPDATES = 50
MOST_STOPS = 60
# Where the focus is: what is there, whether it can be seen and whether anything lies over it.
FOCUS = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  const over = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
  return { tag: at.tagName, id: at.id, name: at.getAttribute("name") ?? "", href: at.getAttribute("href") ?? "",
    box: [box.left, box.top, box.right, box.bottom], over: over?.outerHTML.slice(0, 80) ?? "",
    main: at.classList.contains("do") && at.closest("main") !== null,
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    seen: box.width > 0 && box.top >= -2 && box.bottom <= innerHeight + 2 && (at === over || at.contains(over)) };
}"""

pytestmark = pytest.mark.slow


def press_until(page: Page, **wanted: object) -> None:
    """Go on by Tab until the focus is where it is wanted; each stop on the way must be visible."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus["tag"] == "BODY":
            continue  # Round the end of the page.
        assert focus["outlined"], f"no outline at {focus}"
        assert focus["seen"], f"hidden or covered: {focus}"
        if all(focus[name] == value for name, value in wanted.items()):
            return
    raise AssertionError(f"no way by keys to {wanted}")


@pytest.mark.parametrize("width", [320, 1280])
def test_a_bid_is_placed_by_keys_alone(open_house: LiveHouse, visit: Visit, width: int) -> None:
    lot_id = factories.open_lot()
    factories.member("ana")
    ana = visit(open_house, "en", viewport={"width": width, "height": 700})
    page = ana.page
    ana.go(f"/lots/{lot_id}")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["href"] == "#main", "the first stop skips to the content"
    press_until(page, href=f"/auth/login?next=%2Flots%2F{lot_id}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/auth/login**")
    press_until(page, name="email")
    page.keyboard.type("ana@example.org")
    press_until(page, name="password")
    page.keyboard.type(factories.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/lots/{lot_id}")
    press_until(page, id="amount")
    page.keyboard.type("250")
    press_until(page, main=True)
    page.keyboard.press("Enter")
    page.locator('[name="confirmed"]').wait_for(state="attached")
    wait_for("the focus on the review's button", lambda: page.evaluate(FOCUS)["main"])
    page.keyboard.press("Enter")
    page.locator(f'#lot-{lot_id}-answer[data-result="leading"]').wait_for()
    wait_for("the focus on the answer", lambda: page.evaluate(FOCUS)["id"] == f"lot-{lot_id}-answer")
    assert ana.mood(lot_id) == "leading"
    press_until(page, id="amount")


def test_updates_take_neither_the_focus_nor_what_is_being_typed(
    open_house: LiveHouse, visit: Visit, session_of: SessionOf
) -> None:
    lot_id = factories.open_lot()
    ana = visit(open_house, "fr")
    ana.enter_as(session_of(factories.member("ana")))
    ana.go(f"/lots/{lot_id}")
    amount = ana.page.locator("#amount")
    amount.focus()
    ana.page.keyboard.type("12 34")
    ana.page.keyboard.press("ArrowLeft")
    ana.page.evaluate("window.before = { at: document.activeElement, live: document.querySelector('[data-poll]') }")
    said = ana.page.locator("#heard")
    said.evaluate("e => { window.heard = e; }")
    watch_fifty_updates(ana, lot_id)
    state = ana.page.evaluate(
        """() => ({ same: before.at === document.activeElement, live: before.live.isConnected, heard: heard.isConnected,
                    value: before.at.value, caret: before.at.selectionStart })"""
    )
    assert state == {"same": True, "live": True, "heard": True, "value": "12 34", "caret": 4}


def watch_fifty_updates(who: Person, lot_id: int) -> None:
    """Two others bid in turn; each price reaches the screen."""
    bidders = itertools.cycle([factories.member("ben").id, factories.member("cal").id])
    for number in range(UPDATES):
        db.session.rollback()
        shown = queries.shown(lot_id, clock.now())
        assert shown is not None
        placed = place_bid(lot_id, next(bidders), shown.minimum_minor, f"update-{number:04}")
        assert placed.leads
        who.comes_to_see(lot_id, "bids", str(number + 1))
