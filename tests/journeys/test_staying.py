"""A session that is about to end, in a browser: a notice in time, one press, and nothing typed is lost (A-01)."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect

from gallery.auth.sessions import services as session_services
from tests import factories
from tests.journeys.conftest import LiveServer, SessionOf, Visit
from tests.journeys.people import Person

pytestmark = pytest.mark.slow
TYPED = "Awa Sow"


def type_a_name(who: Person) -> None:
    who.page.goto("/account/profile")
    who.page.get_by_label("Full name").fill(TYPED)


def test_staff_are_warned_and_stay_by_one_press(
    app: Flask, live_server: LiveServer, visit: Visit, session_of: SessionOf
) -> None:
    sue = visit(live_server(threads=24))
    sue.enter_as(session_of(factories.member("sue", roles=["support"])))
    type_a_name(sue)
    notice = sue.page.locator("#stay")
    expect(notice).to_be_hidden()
    notice.evaluate("element => { element.dataset.left = 150; }")
    expect(notice).to_be_visible()
    expect(sue.page.get_by_role("alert")).to_contain_text("You are about to be signed out")
    sue.page.get_by_role("button", name="Stay signed in").click()
    expect(notice).to_be_hidden()
    assert int(notice.get_attribute("data-left") or 0) > 3000
    expect(sue.page.get_by_label("Full name")).to_have_value(TYPED)


@pytest.mark.parametrize("javascript", [True, False])
def test_what_was_typed_outlives_the_session(
    app: Flask, live_server: LiveServer, visit: Visit, session_of: SessionOf, javascript: bool
) -> None:
    ana = factories.member("ana")
    here = visit(live_server(threads=24), javascript=javascript)
    here.enter_as(session_of(ana))
    type_a_name(here)
    session_services.end_all(ana.id)
    here.page.locator("#save-full_name").click()
    with here.context.expect_page() as opened:
        here.page.get_by_role("link", name="Sign in (in a new window)").click()
    there = opened.value
    there.get_by_label("E-mail").fill(ana.email)
    there.get_by_label("Password").fill(factories.PASSWORD)
    there.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    there.wait_for_url("**/account/profile")
    here.page.locator("#save-full_name" if javascript else "main form .button").click()
    expect(here.page.locator("main")).to_contain_text("Saved." if javascript else "Your profile is saved.")
    expect(here.page.get_by_label("Full name")).to_have_value(TYPED)
