"""In a text browser: the price of a lot and its end, one's choices, and what becomes of one's data (A-06, P-10)."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from flask import Flask

from gallery.bidding.services import place_bid
from gallery.content.policies import publishing
from gallery.core import clock
from tests import factories
from tests.journeys.conftest import LiveServer
from tests.services.missing import missing

BROWSERS = {"w3m": ["w3m", "-dump", "-cols", "80"], "lynx": ["lynx", "-dump", "-width=80", "-nocolor"]}
WORDS = {
    "/policies/": ("Privacy policy", "Refuse all", "Accept all"),
    "/policies/privacy": ("Privacy policy", "Who answers for your data", "Your rights", "Refuse all"),
    "/privacy/processors": ("From country to country", "Refuse all", "Accept all"),
    "/consents": ("Your choices", "On this site", "Off", "In your browser"),
}
"""What has to stand on a page, in this order."""


def read(name: str, address: str) -> str:
    """What a browser shows of a page, in one line."""
    seen = subprocess.run([*BROWSERS[name], address], capture_output=True, text=True, check=True)
    return " ".join(seen.stdout.split())


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
        said = {path: read(name, f"{house.url}{path}?lang=en") for path in WORDS}
        for path, words in WORDS.items():
            places = [said[path].find(one) for one in words]
            assert -1 not in places, (name, path, words)
            assert places == sorted(places), (name, path)
