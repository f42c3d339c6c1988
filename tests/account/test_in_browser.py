"""The profile in a real browser: a part is saved by itself, the focus stays, and nothing else moves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from gallery.core.db import db
from tests import factories
from tests.account.people import stored
from tests.services.house import LiveHouse

pytestmark = pytest.mark.slow


@pytest.fixture
def profile(app: Flask, live_server: Callable[..., LiveHouse], context: BrowserContext) -> tuple[Page, int]:
    """Ana's profile in her browser, and her number."""
    ana = factories.member("ana")
    client = app.test_client()
    factories.sign_in(client, ana)
    session = client.get_cookie("session")
    assert session is not None
    house = live_server()
    context.add_cookies([{"name": "session", "value": session.value, "url": house.url}])
    page = context.new_page()
    page.goto(f"{house.url}/account/profile?lang=en")
    return page, ana.id


def test_a_part_is_saved_by_keyboard_and_the_focus_stays(profile: tuple[Page, int]) -> None:
    page, ana = profile
    said = page.locator("#part-phone [role=status]")
    page.fill("#city", "Thiès")  # Typed and not sent: it must outlive what happens to the phone.
    page.fill("#phone", "12")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#save-phone")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#phone-error")).to_be_visible()
    expect(said).to_have_text("Not saved yet. Please look at this again.")
    expect(page.locator("#save-phone")).to_be_focused()
    expect(page.locator("#phone")).to_have_value("12")
    page.fill("#phone", "77 123 45 67")
    page.keyboard.press("Enter")
    expect(said).to_have_text("Saved as +221 77 123 45 67.")
    expect(page.locator("#phone")).to_be_focused()
    expect(page.locator("#phone-error")).to_have_count(0)
    expect(page.locator("#city")).to_have_value("Thiès")
    db.session.rollback()
    assert stored(ana)["phone"] == "+221771234567"
    assert stored(ana)["city"] == "Dakar"


def test_the_date_of_birth_is_not_left_on_the_screen(profile: tuple[Page, int]) -> None:
    page, _ana = profile
    page.fill("#born_on", "1985-01-02")
    page.locator("#save-born_on").click()
    expect(page.locator("#part-born_on [role=status]")).to_have_text("Saved.")
    expect(page.locator("#born_on")).to_have_value("")
    expect(page.locator("#save-born_on")).to_be_focused()
    expect(page.locator("#born_on-hint")).to_contain_text("••.••.1985")
