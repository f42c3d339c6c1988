"""Staff look at a member in a browser: found, a reason given, one field shown, and the member reads of it (L5)."""

from __future__ import annotations

import pytest
from flask import Flask

from gallery.auth.models import Member
from tests import factories
from tests.journeys.conftest import LiveServer, SessionOf, Visit
from tests.journeys.people import Person
from tests.journeys.test_every_page import NARROW, faults_here
from tests.services.house import LiveHouse
from tests.trust.desk_door import CANARIES, awa

PHONE = "+221 77 123 45 67"

pytestmark = pytest.mark.slow


@pytest.fixture
def member(app: Flask) -> Member:
    return awa()


@pytest.fixture
def house(member: Member, live_server: LiveServer) -> LiveHouse:
    return live_server(workers=1, threads=8)


def find(fay: Person, member: Member) -> None:
    fay.go("/admin/members/")
    fay.page.locator('[name="q"]').fill("Awa N'Diaye")
    fay.page.locator("main button.do").click()
    fay.page.locator(f'#found a[href="/admin/members/{member.id}"]').click()


def say_why(fay: Person) -> None:
    fay.page.locator('[name="look-reason"]').select_option("fraud_check")
    fay.page.locator('[name="look-words"]').fill("Two accounts, one phone")
    fay.page.locator("main button.do").click()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_look_in_a_browser(
    house: LiveHouse, member: Member, visit: Visit, session_of: SessionOf, language: str
) -> None:
    fay = visit(house, language)
    fay.enter_as(session_of(factories.member("fay", roles=["fraud"])))
    find(fay, member)
    faults = faults_here(fay, "before a reason")
    say_why(fay)
    faults += faults_here(fay, "an open member")
    assert not [one for one in CANARIES if one in fay.page.content()]
    fay.page.locator("#see-profile-phone form button").click()
    fay.page.locator("#see-profile-phone", has_text=PHONE).wait_for()
    assert fay.page.locator("h1").is_visible(), "the part came into the page, not in its place"
    assert fay.path() == f"/admin/members/{member.id}"
    faults += faults_here(fay, "a field in full")
    hers = visit(house, language)
    hers.enter_as(session_of(member))
    hers.go("/account/looks")
    assert hers.page.locator("tbody tr").count() == 2
    faults += faults_here(hers, "the member's looks")
    assert not faults, "\n".join(faults)


def test_a_look_without_a_script_on_a_narrow_screen(
    house: LiveHouse, member: Member, visit: Visit, session_of: SessionOf
) -> None:
    fay = visit(house, "fr", javascript=False, viewport=NARROW)
    fay.enter_as(session_of(factories.member("fay", roles=["fraud"])))
    for step in (lambda: find(fay, member), lambda: say_why(fay)):
        step()
        assert fay.page.evaluate("document.documentElement.scrollWidth") == NARROW["width"], fay.path()
    fay.page.locator("#see-profile-phone form button").click()
    assert PHONE in fay.page.locator("#see-profile-phone").inner_text()
    assert fay.page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]


def test_a_search_is_kept_in_no_history(house: LiveHouse, member: Member, visit: Visit, session_of: SessionOf) -> None:
    """14.2.1: neither the address bar nor any request's address holds whom somebody looked for."""
    fay = visit(house, "en")
    fay.enter_as(session_of(factories.member("fay", roles=["fraud"])))
    asked: list[str] = []
    fay.context.on("request", lambda request: asked.append(request.url))
    find(fay, member)
    fay.go("/admin/members/")
    fay.page.locator('[name="q"]').fill("awa@example.org")
    fay.page.locator("main button.do").click()
    fay.page.locator(f'#found a[href="/admin/members/{member.id}"]').wait_for()
    assert not [url for url in asked if "awa" in url.lower() or "ndiaye" in url.lower() or "%40" in url]
    assert fay.path() == "/admin/members/"
