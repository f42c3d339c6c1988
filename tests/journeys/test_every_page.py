"""Every page in a browser, narrow and wide, light and dark, French and English, for a visitor, a member and staff.

Axe finds nothing, nothing is cut off or has to be pushed aside at 320 px, and each browser is judged when it leaves:
no violation of the policy, no request to another host, no cookie but the session's and the language's (A-07, H-02).
"""

from __future__ import annotations

from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from playwright.sync_api import ViewportSize

from gallery.content.pages import queries
from gallery.content.pages.rules import Kind
from gallery.core.db import db
from gallery.lots.models import Artist, Lot, Sale
from tests import scene
from tests.journeys.conftest import LiveServer, SessionOf, Visit
from tests.journeys.people import Person
from tests.scene import Scene
from tests.services.house import LiveHouse

WIDE, NARROW = ViewportSize(width=1280, height=800), ViewportSize(width=320, height=640)
RULES: dict[Literal["light", "dark"], dict[str, Any]] = {
    "light": {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}},
}
"""What axe looks for. By night only the colours are others."""
LOOK = """async (options) => {
  const tooWide = document.documentElement.scrollWidth - innerWidth;
  scrollTo(0, document.body.scrollHeight);
  return { tooWide, violations: (await axe.run(options)).violations };
}"""

pytestmark = pytest.mark.slow


@pytest.fixture
def furnished(app: Flask) -> Scene:
    return scene.furnish()


@pytest.fixture
def house(furnished: Scene, live_server: LiveServer) -> LiveHouse:
    return live_server(workers=1, threads=24)


def pages_of_visitors(there: Scene) -> list[str]:
    lot = db.session.get_one(Lot, there.open)
    sale, artist = db.session.get_one(Sale, lot.sale_id), db.session.get_one(Artist, lot.artist_id)
    lots = [f"/lots/{one}" for one in (there.open, there.sold, there.unsold, there.upcoming, there.withdrawn)]
    return [
        *("/", "/lots/", "/lots/?q=nothing+like+this", "/lots/?after=nonsense", "/sales/", "/artists/"),
        *(
            f"/sales/{sale.slug}",
            f"/artists/{artist.slug}",
            *lots,
            f"{lots[0]}/bids",
            f"{lots[4]}/bids",
            f"{lots[0]}/standing",
        ),
        *(
            "/privacy/processors",
            "/auth/login",
            "/auth/register",
            "/auth/reset",
            "/auth/confirm",
            "/auth/sent/register",
            "/auth/confirm/stale",
            "/preferences",
            "/pages/about",
            "/help",
            "/help?q=oeuvres",
            "/help/bidding",
            "/contact",
        ),
        "/lots/999999",
    ]


def pages_of_members(there: Scene) -> list[str]:
    lots = [f"/lots/{one}" for one in (there.open, there.sold, there.unsold)]
    return [
        "/",
        *lots,
        f"{lots[0]}/bids",
        "/account/",
        "/account/profile",
        "/account/preferences",
        "/auth/change",
        "/admin/",
    ]


def pages_of_staff(there: Scene) -> list[str]:
    lots = [f"/admin/lots/{one}" for one in (there.open, there.withdrawn)]
    page = queries.content_called(Kind.PAGE, "about")
    assert page is not None
    content = [f"/admin/content/{rest}" for rest in ("", "new/banner", "new/notice?name=won", "checks", "pictures")]
    content += [f"/admin/content/{page.id}{rest}" for rest in ("", "/versions", "/versions/1")]
    return ["/admin/", "/admin/mail", "/admin/outbox", *content, *lots, f"/lots/{there.open}"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_is_in_order(
    house: LiveHouse, furnished: Scene, visit: Visit, session_of: SessionOf, language: str
) -> None:
    everybody = (
        (None, pages_of_visitors(furnished)),
        (furnished.ana, pages_of_members(furnished)),
        (furnished.ada, pages_of_staff(furnished)),
    )
    faults = []
    for member, pages in everybody:
        person = visit(house, language, viewport=WIDE)
        if member is not None:
            person.enter_as(session_of(member))
        for path in pages:
            person.page.goto(path)
            faults += faults_by_day_and_night(person, path)
        if member is furnished.ana:
            faults += faults_on_the_way_to_a_bid(person, furnished.open)
    assert not faults, "\n".join(faults)


def faults_on_the_way_to_a_bid(who: Person, lot_id: int) -> list[str]:
    """The refusal, the review of a bid out of all proportion, and the answer to a bid."""
    found = []
    who.go(f"/lots/{lot_id}")
    who.review("1")
    who.page.locator(f'#lot-{lot_id}-answer[data-result="refused"]').wait_for()
    found += faults_by_day_and_night(who, "a refused bid")
    who.review("99 000 000")
    who.page.locator('[name="confirmed"]').wait_for(state="attached")
    found += faults_by_day_and_night(who, "the review of a large bid")
    return found


def faults_by_day_and_night(who: Person, where: str) -> list[str]:
    """What is wrong with the page as it stands, in both palettes: no script asks which, so it is opened once."""
    found = []
    for scheme in RULES:
        who.page.emulate_media(color_scheme=scheme)
        found += faults_here(who, f"{where}, {scheme},", scheme)
    return found


def faults_here(who: Person, where: str, scheme: Literal["light", "dark"] = "light") -> list[str]:
    """What is wrong with the page as it stands, at both widths.

    Looked at from its end, where the question for choices has its own place and covers nothing.
    """
    found = []
    options = RULES[scheme] | {"resultTypes": ["violations"]}
    if not who.page.evaluate("'axe' in window"):
        who.page.evaluate(AXE_SCRIPT)  # Half a megabyte.
    for size in (WIDE, NARROW):
        who.page.set_viewport_size(size)
        at = f"{where} at {size['width']} px"
        seen = who.page.evaluate(LOOK, options)
        if seen["tooWide"] > 0:
            found.append(f"{at}: {seen['tooWide']} px too wide")
        for violation in seen["violations"]:
            where_in = ", ".join(" ".join(map(str, node["target"])) for node in violation["nodes"][:3])
            found.append(f"{at}: {violation['id']}: {violation['help']} ({where_in})")
    return found


@pytest.mark.parametrize("language", ["fr", "en"])
def test_nothing_is_cut_off_without_a_script(furnished: Scene, house: LiveHouse, visit: Visit, language: str) -> None:
    """The end stands as a date where no script counts it down: longer, but it fits 320 px (A-06)."""
    vic = visit(house, language, javascript=False, viewport=NARROW)
    for address in pages_of_visitors(furnished):
        vic.page.goto(house.url + address)
        width = vic.page.evaluate("document.documentElement.scrollWidth")
        assert width == NARROW["width"], address
