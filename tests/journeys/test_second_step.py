"""A second step in a browser of 320 px: set up, shown at sign-in, codes on paper; in order for everybody (A5, A-07)."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from gallery.auth.factors import rules as factor_rules
from gallery.core import clock
from tests import factories
from tests.journeys.conftest import LiveServer, SessionOf, Visit
from tests.journeys.people import Person
from tests.journeys.test_every_page import NARROW, faults_here

SETTINGS = "/account/security/second-step"

pytestmark = pytest.mark.slow


def code(secret: str, steps: int = 0) -> str:
    return factor_rules.app_code(secret, factor_rules.step_at(clock.now()) + steps)


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_second_step_is_set_up_and_shown_on_a_small_screen(
    app: Flask, live_server: LiveServer, visit: Visit, session_of: SessionOf, language: str, javascript: bool
) -> None:
    factories.member("ana", language=language)
    house = live_server(workers=1, threads=8)
    ana = visit(house, language, javascript=javascript, viewport=NARROW)
    ana.go("/auth/login?next=/account/profile")
    ana.fill_in(email="ana@example.org", password=factories.PASSWORD)

    ana.go(SETTINGS)
    faults = look(ana, "settings")
    ana.page.locator(f'main a[href^="{SETTINGS}/app"]').click()
    secret = re.sub(r"\s", "", ana.page.locator("main code").inner_text())
    faults += look(ana, "the picture to scan")
    ana.fill_in(code="12")
    faults += look(ana, "a wrong code")
    ana.fill_in(code=code(secret))
    faults += look(ana, "the codes on paper")
    recovery = ana.page.locator("main li code").first.inner_text()
    ana.fill_in()
    faults += look(ana, "settings with an app")

    ana.page.locator('header form[action="/auth/logout"] button').click()
    ana.go("/auth/login?next=/account/profile")
    ana.fill_in(email="ana@example.org", password=factories.PASSWORD)
    assert ana.path() == "/auth/second-step?next=/account/profile"
    faults += look(ana, "the second step")
    ana.page.locator('main a[href*="by=recovery"]').click()
    faults += look(ana, "the second step by a code on paper")
    ana.fill_in(code=recovery.upper())
    assert ana.path() == "/account/profile"
    ana.go("/auth/prove")
    faults += look(ana, "showing who one is")
    assert not faults, "\n".join(faults)


def look(who: Person, where: str) -> list[str]:
    """What is wrong here; without a script only whether it fits."""
    if who.javascript:
        return faults_here(who, where)
    width = who.page.evaluate("document.documentElement.scrollWidth")
    return [] if width == NARROW["width"] else [f"{where}: {width} px wide"]
