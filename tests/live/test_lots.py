"""A lot's stream in the real house, on both databases (E1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.request import urlopen

import pytest
from flask import Flask

from gallery.bidding import services
from tests import factories
from tests.live.reader import EventReader
from tests.services.house import LiveHouse


@pytest.mark.database
def test_a_bid_in_another_process_reaches_the_readers_in_both_languages_as_the_page_shows_it(
    app: Flask, live_server: Callable[..., LiveHouse]
) -> None:
    ana, lot = factories.member("ana"), factories.open_lot()
    house = live_server(workers=2)
    address = f"{house.url}/lots/{lot}"
    readers = {language: EventReader(f"{address}/live?lang={language}&since=0") for language in ("fr", "en")}
    assert [reader.status for reader in readers.values()] == [200, 200]
    services.place_bid(lot, ana.id, 100_00, "key-of-the-first-bid")
    for language, reader in readers.items():
        assert reader.reaches(1, seconds=5)
        assert reader.headers["Content-Encoding"] is None
        assert 'data-bids="1"' in reader.events[-1].text
        with urlopen(f"{address}?lang={language}") as page:
            assert without_space(reader.events[-1].text) in without_space(page.read().decode())
    for reader in readers.values():
        reader.close()


def without_space(html: str) -> str:
    """HTML without the white space that a browser doesn't show."""
    return re.sub(r"\s+", "", html)
