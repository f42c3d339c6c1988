"""What the tests of choices do again and again: travel in time, answer the first layer, press a switch."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gallery.consents import queries
from gallery.consents.models import ConsentReceipt
from gallery.consents.queries import Subject
from gallery.consents.rules import Choice, Purpose, Result
from gallery.core.clock import FrozenClock
from gallery.core.db import db

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
GPC = {"Sec-GPC": "1"}
Travel = Callable[..., None]


@pytest.fixture(autouse=True)
def frozen(stopped: FrozenClock) -> FrozenClock:
    """No test of choices is about the time at which it runs."""
    return stopped


@pytest.fixture
def travel(frozen: FrozenClock) -> Travel:
    """`travel(days=200)`."""

    def forward(**delta: float) -> None:
        frozen.at += timedelta(**delta)

    return forward


def hidden(page: TestResponse, name: str, after: str) -> str:
    """The value of a hidden field of the form that goes to `after`."""
    found = re.search(rf'<form [^>]*action="{after}"[^>]*>.*?name="{name}" value="([^"]*)"', page.text, re.DOTALL)
    assert found, f"no form to {after} with {name}"
    return found[1]


def answer(
    client: FlaskClient, said: str, *, path: str = "/lots/", headers: dict[str, str] | None = None
) -> TestResponse:
    """Press one of the two buttons of the first layer, on some page."""
    page = client.get(path, headers=headers)
    fields = {name: hidden(page, name, "/consents") for name in ("csrf_token", "shown")}
    more = {"Referer": f"http://localhost{path}", **(headers or {})}
    return client.post("/consents", data=fields | {"answer": said}, headers=more)


def press(
    client: FlaskClient, purpose: Purpose, on: bool, *, headers: dict[str, str] | None = None, **more: str
) -> TestResponse:
    """Press a switch on the page of choices."""
    seen = {name: value for name, value in (headers or {}).items() if not name.startswith("HX-")}
    page = client.get("/consents", headers=seen)
    at = f"/consents/{purpose}"
    fields = {name: hidden(page, name, at) for name in ("csrf_token", "shown")}
    return client.post(at, data=fields | {"granted": "1" if on else "0"} | more, headers=headers)


def is_asked(client: FlaskClient, path: str = "/lots/", headers: dict[str, str] | None = None) -> bool:
    return 'class="consent"' in client.get(path, headers=headers).text


def allowed(client: FlaskClient, headers: dict[str, str] | None = None) -> set[Purpose]:
    """What the switches of the page say."""
    text = client.get("/consents", headers=headers).text
    pressed = re.findall(r'aria-pressed="(true|false)" aria-labelledby="consent-([a-z-]+)-title"', text)
    assert len(pressed) >= 6
    return {Purpose(name) for state, name in pressed if state == "true"}


def said(subject: Subject) -> dict[Purpose, Choice]:
    return queries.choices(subject)


def history(subject: Subject) -> list[tuple[Purpose, Result]]:
    """What was chosen, the earliest first."""
    return [(Purpose(row.purpose), Result(row.result)) for row in reversed(queries.receipts(subject))]


def the_device() -> Subject:
    """The one browser that has chosen something, as the receipts name it."""
    names = set(db.session.scalars(db.select(ConsentReceipt.device).where(ConsentReceipt.device.is_not(None))))
    assert len(names) == 1
    return Subject(device=names.pop())
