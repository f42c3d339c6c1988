"""In a text browser: a lot, becoming a member, the choices, and what becomes of one's data (A-06, P-10)."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gallery.auth import services as accounts
from gallery.auth import tokens
from gallery.auth.tokens import Aim
from gallery.bidding.services import place_bid
from gallery.content.policies import publishing
from gallery.core import clock
from tests import factories
from tests.journeys.conftest import LiveServer
from tests.services.missing import missing

BROWSERS = {"w3m": ["w3m", "-dump", "-cols", "80"], "lynx": ["lynx", "-dump", "-width=80", "-nocolor"]}
STDIN = {"w3m": ["-T", "text/html", "-I", "utf-8"], "lynx": ["-stdin", "-assume_charset=utf-8"]}
WORDS = {
    "/policies/": ("Privacy policy", "Refuse all", "Accept all"),
    "/policies/privacy": ("Privacy policy", "Who answers for your data", "Your rights", "Refuse all"),
    "/privacy/processors": ("From country to country", "Refuse all", "Accept all"),
    "/consents": ("Your choices", "On this site", "Off", "In your browser"),
}
"""What has to stand on a page, in this order."""
BEFORE = {
    "/auth/register": ("Open an account", "E-mail", "At least 15 characters", "Open an account", "Already registered?"),
    "/auth/confirm/{token}": ("Confirm your address", "fresh@example.org", "At least 15 characters"),
}
AFTER = {
    "/account/security/second-step/app": ("Set up an authenticator app", "type this secret", "Six digits", "Finish"),
    "/account/profile": ("Your profile", "Full name", "Phone"),
}
"""What somebody comes upon who becomes a member, step by step: before he is signed in, and then."""


def read(name: str, address: str) -> str:
    """What a browser shows of a page, in one line."""
    seen = subprocess.run([*BROWSERS[name], address], capture_output=True, text=True, check=True)
    return " ".join(seen.stdout.split())


def read_text(name: str, page: str) -> str:
    """The same of a page that is at hand: these browsers cannot be given a session."""
    seen = subprocess.run([*BROWSERS[name], *STDIN[name]], input=page, capture_output=True, text=True, check=True)
    return " ".join(seen.stdout.split())


def assert_in_order(said: str, words: tuple[str, ...]) -> None:
    """The words stand in the text one after another."""
    place = 0
    for one in words:
        place = said.find(one, place)
        assert place != -1, (one, said)
        place += len(one)


@pytest.mark.parametrize("name", BROWSERS)
def test_a_lot_can_be_read_without_pictures_styles_and_scripts(app: Flask, live_server: LiveServer, name: str) -> None:
    if shutil.which(name) is None:
        missing(name, f"apt-get install {name}")
    lot_id = factories.open_lot(currency="XOF", opening_minor=150_000)
    place_bid(lot_id, factories.member("ben").id, 200_000, "in-text-1")
    house = live_server()
    text = read(name, f"{house.url}/lots/{lot_id}?lang=en")
    assert "The Great Wave" in text
    assert "150,000" in text
    assert "(Dakar)" in text, "the end stands there as a time, not as an empty countdown"
    assert text.index("The Great Wave") < text.index("150,000")


def test_choices_and_policies_can_be_read_and_made(app: Flask, live_server: LiveServer) -> None:
    """The question for choices comes last, so that nobody has to read it before the page; both answers are buttons."""
    publishing.seed(clock.now())
    house = live_server()
    for name in BROWSERS:
        if shutil.which(name) is None:
            missing(name, f"apt-get install {name}")
        for path, words in WORDS.items():
            assert_in_order(read(name, f"{house.url}{path}?lang=en"), words)


def test_each_step_of_becoming_a_member_can_be_read(app: Flask, client: FlaskClient) -> None:
    fresh = factories.member("fresh", confirmed=False)
    token = tokens.make(Aim.CONFIRM, fresh.id, accounts.state(Aim.CONFIRM, fresh), clock.now())
    pages = {path: client.get(f"{path.format(token=token)}?lang=en").text for path in BEFORE}
    factories.sign_in(client, factories.member("ana"))
    pages |= {path: client.get(path).text for path in AFTER}
    for name in BROWSERS:
        if shutil.which(name) is None:
            missing(name, f"apt-get install {name}")
        for path, words in (BEFORE | AFTER).items():
            assert_in_order(read_text(name, pages[path]), words)
