"""The page's script in Chromium, against a lot whose stream the test writes by hand."""

from __future__ import annotations

import queue
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask, Response, render_template_string, request
from markupsafe import Markup
from playwright.sync_api import Page, Route, expect
from werkzeug.serving import make_server

from gallery.core import clock
from gallery.core.access import public
from gallery.core.errors import Unavailable

STANDING = """{% from "components.html" import standing_price, standing_end -%}
<div class="standing" id="lot-7-standing" data-version="{{ lot.version }}" data-ends="{{ lot.ends_at|iso }}"
data-state="{{ lot.state }}" data-lead="{{ lot.lead }}" data-say="Current bid {{ lot.price }}.">
{{ standing_price("Bid", lot.price, "XOF") }}{{ standing_end("Ends in", lot.ends_at, lot.state == "open") }}
<a id="rules" href="#">Rules</a></div>"""
PAGE = """{% extends "base.html" %}{% from "components.html" import live, you %}{% block title %}Lot{% endblock %}
{% block main %}<h1>Lot</h1>{% call live(7, "/wall/live", "/wall/standing") %}{{ standing }}{% endcall %}
{{ you(7, 2, lot.lead, lot.state) }}
<form method="post" action="/wall/bid" data-hx-post="/wall/bid">
<input name="amount"><button>Bid</button></form>{% endblock %}"""


@dataclass
class Wall:
    """A lot, its page, and its stream in the hands of the test. `me` is bidder 2."""

    app: Flask
    url: str = ""
    version: int = 0
    price: int = 1000
    lead: int = 2
    state: str = "open"
    ends_at: datetime = field(default_factory=lambda: clock.now() + timedelta(minutes=30))
    refuses: bool = False
    holds_back: bool = False
    opened: list[str | None] = field(default_factory=list)
    polled: int = 0
    streams: list[queue.Queue[str | None]] = field(default_factory=list)

    def standing(self) -> str:
        return render_template_string(STANDING, lot=self)

    def publish(self, **changes: Any) -> None:
        """Change the lot and tell all who watch, as the house does."""
        vars(self).update(changes)
        self.version += 1
        with self.app.app_context(), self.app.test_request_context("/?lang=en"):
            lines = self.standing().splitlines()
        for stream in self.streams:
            stream.put(f"id: {self.version}\n" + "".join(f"data: {line}\n" for line in lines) + "\n")

    def hang_up(self) -> None:
        """End all streams, as a deployment does."""
        for stream in self.streams:
            stream.put(None)
        self.streams.clear()


@pytest.fixture
def wall(app: Flask) -> Iterator[Wall]:
    made = Wall(app)

    def show() -> str:
        return render_template_string(PAGE, lot=made, standing=Markup(made.standing()))  # noqa: S704  Our own.

    def standing() -> str:
        made.polled += 1
        return made.standing()

    def live() -> Response:
        made.opened.append(request.headers.get("Last-Event-ID"))
        if made.refuses:
            raise Unavailable
        stream: queue.Queue[str | None] = queue.Queue()
        if not made.holds_back:  # The server sends the headers with the first byte.
            stream.put(": open\n\n")
        made.streams.append(stream)
        return Response(iter(stream.get, None), mimetype="text/event-stream", headers={"Cache-Control": "no-store"})

    for name, view in (("", show), ("/standing", standing), ("/live", live)):
        app.add_url_rule(f"/wall{name}", f"wall{name}", public(view))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}/wall"
    yield made
    made.hang_up()
    server.shutdown()
    thread.join()


@pytest.fixture
def impatient(page: Page) -> Page:
    """A page whose script polls each half second and tries the stream anew each two."""

    def quicken(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(
            response=answer, body=answer.text().replace("POLL = 10_000", "POLL = 500").replace("60_000", "2_000")
        )

    page.route("**/js/gallery.js", quicken)
    return page


def until(holds: Callable[[], bool], page: Page) -> None:
    for _ in range(80):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never came to be")


def watching(page: Page, wall: Wall) -> None:
    page.goto(wall.url)
    until(lambda: bool(wall.streams), page)
    page.wait_for_timeout(200)


def test_updates_leave_focus_and_what_is_typed_alone(page: Page, wall: Wall) -> None:
    watching(page, wall)
    page.fill("[name=amount]", "200 000")
    page.focus("#rules")
    page.evaluate("window.held = document.activeElement")
    for step in range(100):
        wall.publish(price=2000 + step)
    expect(page.locator("#lot-7-standing")).to_have_attribute("data-version", "100")
    assert page.evaluate("document.activeElement === window.held")
    assert page.input_value("[name=amount]") == "200 000"


def test_being_outbid_is_shown_and_said_at_once(page: Page, wall: Wall) -> None:
    watching(page, wall)
    mine, heard = page.locator("#lot-7-you"), page.locator("#heard")
    expect(mine).to_have_text("You lead.")
    wall.publish(price=2000, lead=9)
    expect(mine).to_have_text("You have been outbid.")
    expect(heard).to_have_text("Current bid 2000. You have been outbid. 30 minutes left.")
    expect(heard).to_have_attribute("aria-live", "assertive")
    wall.publish(price=3000)
    page.wait_for_timeout(1000)
    expect(heard).to_have_text(re.compile("2000"))  # The next one waits until ten seconds are over (A-04).


def test_what_is_left_goes_by_the_houses_clock(page: Page, wall: Wall) -> None:
    page.add_init_script("{ const real = Date.now; Date.now = () => real() + 7_200_000; }")
    watching(page, wall)
    expect(page.locator(".ends b")).to_have_text(re.compile(r"^29\s+min"))


def test_a_minute_before_the_end_it_is_said(page: Page, wall: Wall) -> None:
    wall.ends_at = clock.now() + timedelta(seconds=64)
    watching(page, wall)
    expect(page.locator("#heard")).to_have_text("One minute left.", timeout=8000)
    expect(page.locator("#heard")).to_have_attribute("aria-live", "assertive")


def test_at_the_end_the_page_asks_who_won(page: Page, wall: Wall) -> None:
    wall.ends_at = clock.now() + timedelta(seconds=2)
    watching(page, wall)
    expect(page.locator(".ends b")).to_have_text("Ended", timeout=5000)
    wall.state = "sold"
    wall.version += 1
    expect(page.locator("#lot-7-you")).to_have_text("You won this lot.", timeout=9000)
    asked = wall.polled
    page.wait_for_timeout(1500)
    assert wall.polled == asked


def test_a_stream_that_ends_is_taken_up_where_it_was(page: Page, wall: Wall) -> None:
    watching(page, wall)
    wall.publish(price=2000)
    expect(page.locator(".price")).to_contain_text("2,000")
    wall.hang_up()
    until(lambda: wall.opened[-1] == "1" and bool(wall.streams), page)
    wall.publish(price=3000)
    expect(page.locator(".price")).to_contain_text("3,000")


def test_a_refused_stream_polls_until_it_is_had(impatient: Page, wall: Wall) -> None:
    wall.refuses = True
    impatient.goto(wall.url)
    wall.price, wall.version = 5000, 1
    expect(impatient.locator(".price")).to_contain_text("5,000")
    assert impatient.inner_text("#said") == ""
    wall.refuses = False
    until(lambda: bool(wall.streams), impatient)
    impatient.wait_for_timeout(600)
    polled = wall.polled
    impatient.wait_for_timeout(1500)
    assert wall.polled == polled


def test_a_stream_that_a_proxy_holds_back_polls(impatient: Page, wall: Wall) -> None:
    wall.holds_back = True
    watching(impatient, wall)
    wall.price, wall.version = 5000, 1
    expect(impatient.locator(".price")).to_contain_text("5,000")


def test_the_stream_is_opened_however_late_a_script_arrives(page: Page, wall: Wall) -> None:
    def late(route: Route) -> None:
        answer = route.fetch()
        page.wait_for_timeout(300)
        route.fulfill(response=answer)

    page.route("**/*.js", late)
    watching(page, wall)
    assert wall.opened == [None]


@pytest.mark.parametrize("how", ["cut", "proxy"])
def test_a_form_without_an_answer_stays_and_says_so(page: Page, wall: Wall, how: str) -> None:
    watching(page, wall)
    page.route(
        "**/bid", lambda route: route.abort() if how == "cut" else route.fulfill(status=502, body="<h1>Bad</h1>")
    )
    page.fill("[name=amount]", "7")
    page.get_by_role("button", name="Bid").click()
    expect(page.locator("#said")).to_contain_text("No answer came.")
    assert page.input_value("[name=amount]") == "7"
