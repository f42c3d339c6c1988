"""A house that is open: two web processes, the worker and a mail server; people come with browsers of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser

from gallery.auth.models import Member
from tests import factories
from tests.journeys.people import Person
from tests.services.house import LiveHouse
from tests.services.smtp import Postbox

LiveServer = Callable[..., LiveHouse]
Visit = Callable[..., Person]
SessionOf = Callable[[Member], str]


@pytest.fixture
def open_house(app: Flask, live_server: LiveServer, smtp: Postbox) -> LiveHouse:
    """The gallery with its worker, on the database of `app`; its mail arrives in `smtp`."""
    return live_server(workers=2, worker=True, GALLERY_MAIL_URL=smtp.url)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Open a browser: `visit(house, "fr", javascript=False)`. What the site did to it is judged at the end."""
    inside: list[Person] = []

    def enter(at: LiveHouse, language: str = "en", **options: Any) -> Person:
        inside.append(Person(browser, at, language, **options))
        return inside[-1]

    yield enter
    for one in inside:
        one.leave()


@pytest.fixture
def session_of(app: Flask) -> SessionOf:
    """The cookie of a member who is signed in."""

    def cookie(who: Member) -> str:
        client = app.test_client()
        factories.sign_in(client, who)
        found = client.get_cookie("session")
        assert found is not None
        return found.value

    return cookie
