"""A lot in a text browser: the price and the end can be read, and the way to the bid (A-06)."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from flask import Flask

from gallery.bidding.services import place_bid
from tests import factories
from tests.journeys.conftest import LiveServer
from tests.services.missing import missing

BROWSERS = {"w3m": ["w3m", "-dump", "-cols", "80"], "lynx": ["lynx", "-dump", "-width=80", "-nocolor"]}


@pytest.mark.parametrize("name", BROWSERS)
def test_a_lot_can_be_read_without_pictures_styles_and_scripts(app: Flask, live_server: LiveServer, name: str) -> None:
    if shutil.which(name) is None:
        missing(name, f"apt-get install {name}")
    lot_id = factories.open_lot(currency="XOF", opening_minor=150_000)
    place_bid(lot_id, factories.member("ben").id, 200_000, "in-text-1")
    house = live_server()
    address = f"{house.url}/lots/{lot_id}?lang=en"
    seen = subprocess.run([*BROWSERS[name], address], capture_output=True, text=True, check=True)
    text = " ".join(seen.stdout.split())
    assert "The Great Wave" in text
    assert "150,000" in text
    assert "(Dakar)" in text, "the end stands there as a time, not as an empty countdown"
    assert text.index("The Great Wave") < text.index("150,000")
