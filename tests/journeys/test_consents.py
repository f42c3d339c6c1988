"""Every page in a browser, with no choice, a refusal, the signal, and a withdrawal: nothing is kept or fetched that is
not in the list (K3, P-10, P-13, P-16); and both answers weigh the same (P-11).

The house has all plug-ins and tags set up, or finding none of them would prove nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Route

from gallery.consents import storage
from gallery.consents.rules import Purpose
from gallery.consents.storage import Place
from gallery.core.settings import Settings
from tests import scene
from tests.consents.test_plugins import SET_UP
from tests.journeys.conftest import LiveServer, SessionOf
from tests.journeys.people import REPORT_VIOLATIONS, wait_for
from tests.journeys.test_every_page import pages_of_members, pages_of_staff, pages_of_visitors
from tests.journeys.test_keyboard import FOCUS
from tests.scene import Scene
from tests.services.house import LiveHouse

KEPT = "[...Object.keys(localStorage), ...Object.keys(sessionStorage)]"
DATABASES = "indexedDB.databases().then((found) => found.map((one) => one.name))"
BUTTONS = """() => [...document.querySelectorAll(".consent button")].map((button) => {
  const { width, height, top } = button.getBoundingClientRect(), style = getComputedStyle(button);
  const looks = Object.fromEntries([...style].map((name) => [name, style.getPropertyValue(name)]));
  return { tag: button.tagName, type: button.type, role: button.getAttribute("role"), width, height, top, looks };
})"""
LOOKS = "(button) => JSON.stringify([...getComputedStyle(button)].map((name) => getComputedStyle(button)[name]))"
PATIENCE_MS = 30_000

pytestmark = pytest.mark.slow
Open = Callable[..., BrowserContext]


@pytest.fixture
def furnished(app: Flask) -> Scene:
    return scene.furnish()


@pytest.fixture
def house(furnished: Scene, live_server: LiveServer) -> LiveHouse:
    return live_server(workers=1, threads=24, **SET_UP)


@pytest.fixture
def enter(browser: Browser, house: LiveHouse) -> Iterator[Open]:
    """A browser of somebody who comes for the first time; whatever it asks others for is noted and never sent."""
    opened: list[BrowserContext] = []

    def open_one(language: str = "fr", **options: Any) -> BrowserContext:
        context = browser.new_context(base_url=house.url, locale={"fr": "fr-SN", "en": "en-GB"}[language], **options)
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        return context

    yield open_one
    for one in opened:
        one.close()


class Watch:
    """What a browser asks others for, and what the policy refuses it."""

    def __init__(self, context: BrowserContext, at: LiveHouse) -> None:
        self.foreign: list[str] = []
        self.refused: list[str] = []
        self._ours = urlsplit(at.url).netloc
        context.add_init_script(REPORT_VIOLATIONS)
        context.route(lambda address: urlsplit(address).netloc not in {self._ours, ""}, self._stand_in)
        context.on("console", lambda message: self.refused.append(message.text) if "CSP" in message.text else None)

    def _stand_in(self, route: Route) -> None:
        self.foreign.append(str(urlsplit(route.request.url).hostname))
        kind = "text/html" if route.request.resource_type == "document" else "text/javascript"
        route.fulfill(status=200, content_type=kind, body="")


def refuse(page: Page) -> None:
    page.goto("/consents")
    page.locator('form.choices button[value="none"]').click()
    page.locator("#consent-history tbody tr").first.wait_for()


def agree_and_withdraw(page: Page) -> None:
    """Agree to all, let tags leave something behind, and withdraw."""
    page.goto("/consents")
    page.locator('form.choices button[value="all"]').click()
    page.locator('.switch[aria-pressed="true"]').first.wait_for()
    page.context.add_cookies([{"name": name, "value": "1", "url": page.url} for name in ("_ga", "cto_bundle")])
    page.evaluate('localStorage.setItem("cto_x", "1")')
    page.locator('form.choices button[value="none"]').click()
    page.locator('.switch[aria-pressed="true"]').first.wait_for(state="detached")


STATES: dict[str, Callable[[Page], None] | None] = {
    "no choice": None,
    "the signal": None,
    "refused": refuse,
    "withdrawn": agree_and_withdraw,
}


def test_no_page_keeps_or_fetches_what_is_not_in_the_list(
    enter: Open, house: LiveHouse, furnished: Scene, session_of: SessionOf, environ: dict[str, str]
) -> None:
    items = storage.register(Settings.from_environ(environ | SET_UP))
    faults: list[str] = []
    for state, choose in STATES.items():
        context = enter(extra_http_headers={"Sec-GPC": "1"} if state == "the signal" else {})
        watch, page = Watch(context, house), context.new_page()
        for member, paths in (
            (None, pages_of_visitors(furnished)),
            (furnished.ana, [*pages_of_members(furnished), "/consents"]),
            (furnished.ada, pages_of_staff(furnished)),
        ):
            if member is not None:
                context.add_cookies([{"name": "session", "value": session_of(member), "url": house.url}])
            if choose and member is not furnished.ada:
                choose(page)
            for path in paths:
                page.goto(path)
                faults += [f"{state}, {path}: {fault}" for fault in traces(page, items)]
        faults += [f"{state}: fetched from {host}" for host in watch.foreign] + watch.refused
    assert not faults, "\n".join(faults)


def traces(page: Page, items: tuple[storage.Item, ...]) -> list[str]:
    """What is in the browser that no list allows to who has agreed to nothing."""
    needed = {Purpose.NECESSARY}
    cookies = [str(cookie.get("name")) for cookie in page.context.cookies()]
    found = [f"cookie {one}" for one in cookies if not storage.is_allowed(one, Place.COOKIE, items, needed)]
    kept = page.evaluate(KEPT)
    found += [f"stored {one}" for one in kept if not storage.is_allowed(one, Place.LOCAL, items, needed)]
    return found + [f"database {one}" for one in page.evaluate(DATABASES)]


def test_a_browser_that_agreed_fetches_what_it_agreed_to_and_the_policy_lets_no_other_in(
    enter: Open, house: LiveHouse
) -> None:
    """The other side: the run above would find them if they were there."""
    context = enter()
    watch, page = Watch(context, house), context.new_page()
    page.goto("/")
    page.locator("#social-facebook button").click()
    page.locator("#social-facebook iframe").scroll_into_view_if_needed()
    wait_for("the plug-in", lambda: "www.facebook.com" in watch.foreign)
    assert set(watch.foreign) == {"www.facebook.com"}
    assert page.locator("iframe").count() == 1
    page.reload()
    assert page.locator("iframe").count() == 0
    watch.foreign.clear()
    page.locator('.consent button[value="all"]').click()
    page.locator(".kept").wait_for()
    assert watch.foreign == []
    page.goto("/lots/")
    wait_for("the tags", lambda: {"www.googletagmanager.com", "dynamic.criteo.com"} <= set(watch.foreign))
    page.goto("/")
    page.locator("#social-instagram iframe").scroll_into_view_if_needed()
    wait_for("the plug-ins", lambda: {"www.facebook.com", "www.instagram.com"} <= set(watch.foreign))
    assert watch.refused == []
    page.goto("/account/")
    watch.foreign.clear()
    page.goto("/consents")
    page.locator('form.choices button[value="none"]').click()
    page.locator('.switch[aria-pressed="true"]').first.wait_for(state="detached")
    page.goto("/")
    assert watch.foreign == []


def test_both_answers_weigh_the_same(enter: Open) -> None:
    """P-11: element, size, place in the row and every computed style, at rest and under the pointer."""
    for language, scheme in (("fr", "light"), ("fr", "dark"), ("en", "light"), ("en", "dark")):
        page = enter(language, color_scheme=scheme).new_page()
        page.goto("/")
        for width in (320, 768, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.mouse.move(0, 0)
            refuse, accept = page.evaluate(BUTTONS)
            assert refuse == accept, (language, scheme, width)
            assert refuse["height"] >= 44
            assert page.evaluate("document.documentElement.scrollWidth") == width
            hovered = []
            for button in page.locator(".consent button").all():
                button.hover()
                hovered.append(button.evaluate(LOOKS))
            assert hovered[0] == hovered[1], (language, scheme, width)


def test_the_question_covers_nothing_that_has_the_focus_and_is_answered_by_keys(enter: Open, furnished: Scene) -> None:
    """2.4.11, A-05: no stop on the way is hidden; what is said takes the question's place, and the page stays put."""
    for width in (320, 1280):
        page = enter("en", viewport={"width": width, "height": 640}).new_page()
        page.goto(f"/lots/{furnished.open}")
        for _ in range(80):
            page.keyboard.press("Tab")
            focus = page.evaluate(FOCUS)
            assert focus["tag"] == "BODY" or focus["seen"], f"hidden or covered: {focus}"
            if page.evaluate('document.activeElement.matches(".consent button[value=none]")'):
                break
        else:
            raise AssertionError("no way by keys to the answer")
        page.evaluate("scrollTo(0, 0)")
        page.keyboard.press("Enter")
        wait_for("the focus on what is said", lambda: page.evaluate('document.activeElement.matches(".kept")'))  # noqa: B023
        assert page.evaluate("scrollY") == 0
        assert page.locator(".consent").count() == 0
        page.reload()
        assert page.locator(".consent, .kept").count() == 0


def test_a_switch_keeps_the_focus_and_writes_the_history(enter: Open) -> None:
    for javascript in (True, False):
        page = enter("en", java_script_enabled=javascript).new_page()
        page.goto("/consents")
        for state, word in (("true", "allowed"), ("false", "withdrawn")):
            switch = page.get_by_role("button", name="Counting visits")
            switch.focus()
            page.keyboard.press("Space")
            page.locator(f'#consent-audience .switch[aria-pressed="{state}"]').wait_for()
            page.locator("#consent-history tbody tr").first.filter(has_text=word).wait_for()
            if javascript:
                assert switch.evaluate("e => e === document.activeElement")
        assert page.locator("#consent-history tbody tr").count() == 2
    pressed_in_one_breath = enter("en").new_page()
    pressed_in_one_breath.goto("/consents")
    pressed_in_one_breath.evaluate('document.querySelectorAll(".switch").forEach((one) => one.click())')
    on = pressed_in_one_breath.locator('.switch[aria-pressed="true"]')
    wait_for("all six", lambda: on.count() == 6)
    pressed_in_one_breath.reload()
    assert on.count() == 6, "each answer carries what the others changed"
