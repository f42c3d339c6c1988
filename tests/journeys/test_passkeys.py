"""Passkeys in a real browser, with authenticators that Chromium plays: the device's own, a key on a ring (A5, 6.3.4).

Under localhost: an address of digits is no name, and passkeys hang on a name.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import CDPSession, expect

from gallery.auth.factors import queries as factor_queries
from gallery.auth.models import Member
from gallery.auth.passkeys import queries as passkey_queries
from gallery.core.db import db
from tests import factories
from tests.journeys.conftest import LiveServer, SessionOf, Visit
from tests.journeys.people import Person
from tests.services.house import LiveHouse

PHONE = {"protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True}
"""The device's own: it knows its owner, and keeps the key by itself."""
RING = {"protocol": "ctap2", "transport": "usb", "hasResidentKey": False}
"""A key that only sees that somebody touches it."""
SHELF = "/account/security/passkeys"

pytestmark = pytest.mark.slow


@pytest.fixture
def house(app: object, live_server: LiveServer) -> LiveHouse:
    started = live_server(workers=1, threads=16)
    started.url = started.url.replace("127.0.0.1", "localhost")
    return started


@pytest.fixture
def member(app: object) -> Member:
    return factories.member("ana")


class Keyring:
    """The authenticator of one browser."""

    def __init__(self, who: Person, kind: dict[str, object], *, verifies: bool) -> None:
        self.cdp: CDPSession = who.context.new_cdp_session(who.page)
        self.cdp.send("WebAuthn.enable")
        verified = {"hasUserVerification": verifies, "isUserVerified": verifies, "automaticPresenceSimulation": True}
        made = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": kind | verified})
        self.named = {"authenticatorId": made["authenticatorId"]}

    def refuse_its_holder(self) -> None:
        """Take the next finger for a stranger's."""
        self.cdp.send("WebAuthn.setUserVerified", self.named | {"isUserVerified": False})

    def held(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = self.cdp.send("WebAuthn.getCredentials", self.named)["credentials"]
        return found


def status(who: Person) -> str:
    """What the page says beside its button, once it is more than that the browser asks."""
    place = who.page.locator("form[data-passkey] [role=status]")
    expect(place).not_to_have_text("")
    expect(place).not_to_have_text("Your browser is asking for your passkey now.")
    return place.inner_text()


def add(who: Person, name: str) -> None:
    """From the shelf to a new passkey, by keys alone, and past the recovery codes of the first."""
    who.go(SHELF)
    who.page.locator("main a.do").press("Enter")
    who.page.locator("#name").fill(name)
    who.page.locator("#name").press("Enter")
    who.page.wait_for_url(lambda url: "/new" not in url)
    who.go(SHELF)
    expect(who.page.locator("h2", has_text=name)).to_be_visible()


def leave_account(who: Person) -> None:
    who.page.locator('form[action="/auth/logout"] button').click()
    who.page.wait_for_url("**/")


def press(who: Person) -> None:
    who.page.locator("form[data-passkey] button").press("Enter")


def test_the_devices_own_passkey_opens_the_account_without_a_password(
    house: LiveHouse, visit: Visit, session_of: SessionOf, member: Member
) -> None:
    ana = visit(house)
    phone = Keyring(ana, PHONE, verifies=True)
    ana.enter_as(session_of(member))
    add(ana, "my phone")
    assert [key["isResidentCredential"] for key in phone.held()] == [True]
    assert factor_queries.held(member.id).codes_left == 10
    leave_account(ana)
    ana.go("/auth/login?next=/lots/")
    ana.page.locator("#remember").check()
    press(ana)
    ana.page.wait_for_url(f"{house.url}/lots/")
    kept = next(cookie for cookie in ana.context.cookies() if cookie.get("name") == "session")
    assert kept["expires"] > 0, "it was asked to stay signed in"
    ana.go(SHELF)
    assert "never" not in ana.page.locator("main").inner_text()


def test_a_key_on_a_ring_is_the_second_step_and_shows_who_one_is(
    house: LiveHouse, visit: Visit, session_of: SessionOf, member: Member
) -> None:
    ana = visit(house)
    Keyring(ana, RING, verifies=False)
    ana.enter_as(session_of(member))
    add(ana, "the ring")
    leave_account(ana)
    ana.go("/auth/login?next=/lots/")
    ana.fill_in(email="ana@example.org", password=factories.PASSWORD)
    assert ana.path().startswith("/auth/second-step")
    press(ana)
    ana.page.wait_for_url(f"{house.url}/lots/")
    ana.go(f"/auth/prove?by=passkey&next={SHELF}")
    press(ana)
    ana.page.wait_for_url(f"{house.url}{SHELF}")


def test_a_removed_passkey_opens_nothing_any_more(
    house: LiveHouse, visit: Visit, session_of: SessionOf, member: Member
) -> None:
    ana = visit(house)
    Keyring(ana, PHONE, verifies=True)
    ana.enter_as(session_of(member))
    add(ana, "my phone")
    ana.page.locator(f'main a[href^="{SHELF}/"]').first.click()
    ana.page.locator('form[action$="/remove"] button').click()
    ana.page.wait_for_url(f"{house.url}{SHELF}")
    db.session.rollback()
    assert passkey_queries.passkeys(member.id) == []
    leave_account(ana)
    ana.go("/auth/login")
    press(ana)
    expect(ana.page.locator("#said")).to_contain_text("This passkey was not taken")
    assert ana.path() == "/auth/login"


def test_what_the_browser_refuses_is_said_in_a_sentence(
    house: LiveHouse, visit: Visit, session_of: SessionOf, member: Member
) -> None:
    ana = visit(house)
    phone = Keyring(ana, PHONE, verifies=True)
    ana.enter_as(session_of(member))
    add(ana, "my phone")
    ana.go(f"{SHELF}/new")
    press(ana)
    assert status(ana) == "This device already holds a passkey of your account."
    leave_account(ana)
    phone.refuse_its_holder()
    ana.go("/auth/login")
    press(ana)
    assert status(ana).startswith("Nothing was done")
    assert ana.path() == "/auth/login"


def test_without_javascript_the_pages_say_so_and_the_rest_works(
    house: LiveHouse, visit: Visit, session_of: SessionOf, member: Member
) -> None:
    vic = visit(house, javascript=False)
    vic.go("/auth/login")
    expect(vic.page.locator("form[data-passkey]")).to_be_hidden()
    vic.enter_as(session_of(member))
    vic.go(f"{SHELF}/new")
    expect(vic.page.locator("form[data-passkey]")).to_be_hidden()
    expect(vic.page.locator("main")).to_contain_text("Passkeys need JavaScript")


def test_under_an_address_of_digits_a_link_leads_to_where_passkeys_work(house: LiveHouse, visit: Visit) -> None:
    by_name = house.url
    house.url = by_name.replace("localhost", "127.0.0.1")
    vic = visit(house)
    vic.go("/auth/login")
    assert vic.page.locator("main a", has_text="Open it where passkeys work").get_attribute("href") == (
        f"{by_name}/auth/login"
    )
