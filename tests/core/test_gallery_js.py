"""The page's script in Chromium, against a lot whose stream the test writes by hand."""

from __future__ import annotations

import queue
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import pytest
from flask import Flask, Response, make_response, render_template, render_template_string, request
from jinja2 import Template
from markupsafe import Markup
from playwright.sync_api import Page, Route, expect
from werkzeug.serving import make_server

from gallery.core import clock, stream
from gallery.core.access import public
from gallery.core.clock import FrozenClock
from gallery.core.errors import Unavailable
from gallery.core.web import revalidated

STANDING = """{% from "components.html" import standing_price, standing_end -%}
<div class="standing" id="lot-7-standing" data-version="{{ lot.version }}" data-ends="{{ lot.ends_at|iso }}"
data-state="{{ lot.state }}" data-lead="{{ lot.lead }}" data-say="Current bid {{ lot.price }}.">
{{ standing_price("Bid", lot.price, "XOF") }}{{ standing_end("Ends in", lot.ends_at, lot.state == "open") }}
<a id="rules" href="#">Rules</a></div>"""
PAGE = """{% extends "base.html" %}{% from "components.html" import live, you %}{% block title %}Lot{% endblock %}
{% block main %}<h1>Lot</h1>{% call live(7, "/wall/live", "/wall/standing") %}{{ standing }}{% endcall %}
{{ you(7, lot.me, lot.lead, lot.state) }}
<details><summary>More</summary><p>Of it.</p></details>
<div id="lot-7-bid">{% if lot.me is none %}<p><a class="button do" href="#">Sign in to bid</a></p>
{% else %}<form method="post" action="/wall/bid" data-hx-post="/wall/bid">
<input name="amount"><button>Bid</button></form>{% endif %}</div>{% endblock %}"""


@dataclass
class Wall:
    """A lot, its page, and its stream in the hands of the test. `me`: as whom its reader bids."""

    app: Flask
    url: str = ""
    version: int = 0
    price: int = 1000
    lead: int = 2
    me: int | None = 2
    state: str = "open"
    ends_at: datetime = field(default_factory=lambda: clock.now() + timedelta(minutes=30))
    refuses: bool = False
    holds_back: bool = False
    answered: list[int] = field(default_factory=list)
    """The status of each answer with the page."""
    opened: list[str] = field(default_factory=list)
    """The version that each reader of the stream had, as he said it."""
    polled: int = 0
    is_mute: bool = False
    """Whether it answers no poll."""
    streams: list[queue.Queue[bytes | None]] = field(default_factory=list)

    def standing(self) -> str:
        return render_template(self.template, lot=self)

    @cached_property
    def template(self) -> Template:
        """The standing's, compiled once."""
        return self.app.jinja_env.from_string(STANDING)

    def publish(self, **changes: Any) -> None:
        """Change the lot and tell all who watch, as the house does."""
        vars(self).update(changes)
        self.version += 1
        message = stream.Message.of(self.version, self.tell_late()).wire
        for one in self.streams:
            one.put(message)

    def tell_late(self) -> str:
        """What is true now, as an answer that is long on its way."""
        with self.app.app_context(), self.app.test_request_context("/?lang=en"):
            return self.standing()

    def hang_up(self) -> None:
        """End all streams, as a deployment does."""
        for one in self.streams:
            one.put(None)
        self.streams.clear()


@pytest.fixture
def wall(app: Flask) -> Iterator[Wall]:
    made = Wall(app)

    def show() -> Response:
        page = render_template_string(PAGE, lot=made, standing=Markup(made.standing()))  # noqa: S704  Our own.
        answer = revalidated(make_response(page))
        made.answered.append(answer.status_code)
        return answer

    def standing() -> str:
        made.polled += 1
        if made.is_mute:
            raise Unavailable
        return made.standing()

    def live() -> Response:
        made.opened.append(request.headers.get("Last-Event-ID") or request.args["since"])
        if made.refuses:
            raise Unavailable
        mine: queue.Queue[bytes | None] = queue.Queue()
        if not made.holds_back:  # The server sends the headers with the first byte.
            mine.put(stream.opening(clock.now()).replace(b"retry: ", b"retry: 100\nretried: "))
        made.streams.append(mine)
        if made.version > int(made.opened[-1]):
            mine.put(stream.Message.of(made.version, made.standing()).wire)
        return Response(iter(mine.get, None), mimetype="text/event-stream", headers={"Cache-Control": "no-store"})

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
    """A page whose script speaks and polls each half second, tries the stream anew each two, mistrusts three silent."""

    def quicken(route: Route) -> None:
        answer = route.fetch()
        script = answer.text().replace("POLL = 10_000", "POLL = 500").replace("RETRY = 60_000", "RETRY = 2_000")
        script = script.replace("QUIET = 10_000", "QUIET = 500")
        route.fulfill(response=answer, body=script.replace("? 60_000 : 300_000", "? 3_000 : 3_000"))

    page.route("**/js/gallery.*.js", quicken)
    return page


@pytest.fixture
def streams(page: Page) -> Callable[[], list[bool]]:
    """Whether each stream that the page ever opened is still held."""
    page.add_init_script(
        """window.streams = [];
        window.EventSource = class extends EventSource {
          constructor(address) { super(address); window.streams.push(this); }
        };"""
    )
    return lambda: page.evaluate("streams.map((stream) => stream.readyState !== EventSource.CLOSED)")


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


def test_a_thousand_updates_leave_the_reader_where_he_is(page: Page, wall: Wall) -> None:
    """A-05: what is typed, the caret, what is marked, what is unfolded; and the voice says next to nothing (A-04)."""
    watching(page, wall)
    page.fill("[name=amount]", "200 000")
    page.evaluate(
        """() => {
          const amount = document.querySelector("[name=amount]"), more = document.querySelector("details");
          more.open = true;
          amount.focus();
          amount.setSelectionRange(1, 3, "backward");
          Object.assign(window, { amount, more, moved: 0, said: 0 });
          for (const kind of ["blur", "focus"]) addEventListener(kind, () => window.moved++, true);
          new MutationObserver(() => window.said++).observe(document.querySelector("#heard"), { childList: true });
        }"""
    )
    began = time.monotonic()
    for step in range(1000):
        wall.publish(price=2000 + step, lead=9 if step % 2 else 2)
    expect(page.locator("#lot-7-standing")).to_have_attribute("data-version", "1000", timeout=60_000)
    took = time.monotonic() - began
    found = page.evaluate(
        """() => [document.activeElement === amount, amount.value, amount.selectionStart, amount.selectionEnd,
                  amount.selectionDirection, more === document.querySelector("details") && more.open, moved]"""
    )
    assert found == [True, "200 000", 1, 3, "backward", True, 0]
    # Being outbid is said at once, but five hundred times that within seconds would be chatter as well.
    assert page.evaluate("window.said") <= 2 + took / 5


def test_being_outbid_is_shown_and_said_at_once(page: Page, wall: Wall) -> None:
    watching(page, wall)
    mine, heard = page.locator("#lot-7-you"), page.locator("#heard")
    expect(mine).to_have_text("You lead.")
    page.wait_for_timeout(300)
    expect(heard).to_have_text("")  # What a page says when it is opened is not said twice.
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


@pytest.fixture
def later(page: Page, wall: Wall) -> Callable[..., None]:
    """`later(minutes=10)`, for the house and for the phone, whose clock is two hours fast if `wrong`.

    Nothing but the page itself tells the time: its stream is refused, and the first poll comes after ten seconds.
    (Playwright can't refuse it: where it takes part in requests, the browser keeps nothing.)
    """
    wall.refuses = True
    house = wall.app.extensions["clock"] = FrozenClock(clock.now())
    page.add_init_script("{ const real = Date.now; Date.now = () => real() + (+localStorage.ahead || 0); }")

    def pass_by(minutes: int, *, wrong: bool) -> None:
        house.tick(minutes=minutes)
        ahead = minutes * 60_000 + (7_200_000 if wrong else 0)
        page.evaluate("(ahead) => { localStorage.ahead = ahead; }", ahead)

    return pass_by


def test_a_page_that_is_still_the_same_is_not_sent_again_and_counts_by_the_clock_of_the_answer(
    page: Page, wall: Wall, later: Callable[..., None]
) -> None:
    """D8, ADR 65: its script has the nonce of the answer that it first came with."""
    page.goto(wall.url)
    expect(page.locator(".ends b")).to_have_text(re.compile(r"^(29|30)\s+min"))
    later(10, wrong=True)
    page.goto(wall.url)
    assert wall.answered == [200, 304]
    expect(page.locator(".ends b")).to_have_text(re.compile(r"^(19|20)\s+min"))
    wall.price, wall.version = 5000, 1
    page.reload()
    assert wall.answered == [200, 304, 200]
    expect(page.locator(".price")).to_contain_text("5,000")


def test_a_page_that_came_back_without_asking_does_not_count_by_its_old_clock(
    page: Page, wall: Wall, later: Callable[..., None]
) -> None:
    """The button "back": the browser shows what it has, and asks nobody."""
    page.goto(wall.url)
    page.goto(wall.url)  # With the cookie that the first visit brought: to another one the page would not be the same.
    later(10, wrong=False)
    page.goto(wall.url.replace("/wall", "/healthz"))
    page.go_back()
    assert wall.answered == [200, 304]
    expect(page.locator(".ends b")).to_have_text(re.compile(r"^(19|20)\s+min"))


def test_a_minute_before_the_end_it_is_said(page: Page, wall: Wall) -> None:
    wall.ends_at = clock.now() + timedelta(seconds=64)
    watching(page, wall)
    expect(page.locator("#heard")).to_have_text("One minute left.", timeout=8000)
    expect(page.locator("#heard")).to_have_attribute("aria-live", "assertive")


@pytest.mark.parametrize("me", [2, None])
def test_at_the_end_the_page_asks_who_won(
    page: Page, wall: Wall, streams: Callable[[], list[bool]], me: int | None
) -> None:
    wall.me, wall.ends_at = me, clock.now() + timedelta(seconds=2)
    watching(page, wall)
    way_to_bid = page.locator("#lot-7-bid :is(form, a)")
    expect(way_to_bid).to_be_visible()
    expect(page.locator(".ends b")).to_have_text("Ended", timeout=5000)
    wall.state = "sold"
    wall.version += 1
    expect(page.locator("#lot-7-you")).to_have_text("You won this lot." if me else "", timeout=9000)
    expect(way_to_bid).to_be_hidden(timeout=9000)
    assert streams() == [False]
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
    # Sooner than its silence would be mistrusted.
    expect(impatient.locator(".price")).to_contain_text("5,000", timeout=2000)


def test_a_stream_that_came_late_has_the_time_asked_for(page: Page, wall: Wall) -> None:
    """It says when it was written, but nobody knows how long the browser took to come back: a poll does."""
    wall.holds_back = True
    watching(page, wall)
    wall.holds_back = False
    wall.hang_up()
    until(lambda: len(wall.opened) == 2 and wall.polled == 1, page)


def test_refused_pages_do_not_come_back_in_step(page: Page, wall: Wall) -> None:
    page.add_init_script(
        """const real = setTimeout;
        window.waits = [];
        window.setTimeout = (act, wait) => { waits.push(wait); return real(act, wait); };
        Math.random = () => 0.25;"""
    )
    wall.refuses = True
    page.goto(wall.url)
    until(lambda: 51_000 in page.evaluate("waits.map(Math.round)"), page)


def test_a_house_that_answers_nothing_is_no_connection(impatient: Page, wall: Wall) -> None:
    wall.refuses = wall.is_mute = True
    impatient.goto(wall.url)
    heard = impatient.locator("#heard")
    expect(heard).to_have_text(re.compile("No connection"))
    wall.is_mute = False
    expect(heard).to_have_class("hidden")
    expect(heard).to_have_text("Current bid 1000. You lead. 30 minutes left.")


def test_a_slow_answer_does_not_set_the_clock(page: Page, wall: Wall) -> None:
    """D8: half of a long way is a bad guess."""
    answered: list[Route] = []
    old = wall.tell_late()

    def late(route: Route) -> None:
        page.wait_for_timeout(1000)
        route.fulfill(body=old, headers={"X-Now": "0"})  # No news, so that no stream is opened that sets it right.
        answered.append(route)

    page.route("**/standing", late)
    watching(page, wall)
    wall.publish(price=2000)
    expect(page.locator(".price")).to_contain_text("2,000")
    page.evaluate("""(html) => htmx.swap({ target: "#lot-7-live", text: html, swap: "innerMorph" })""", old)
    until(lambda: bool(answered), page)
    page.wait_for_timeout(1200)
    expect(page.locator(".ends b")).to_have_text(re.compile(r"^29\s+min"))


def test_a_stream_that_told_the_end_is_not_held(page: Page, wall: Wall, streams: Callable[[], list[bool]]) -> None:
    watching(page, wall)
    wall.publish(state="sold")
    expect(page.locator("#lot-7-you")).to_have_text("You won this lot.")
    assert streams() == [False]
    assert wall.polled == 0


def test_a_lot_that_was_swapped_out_holds_no_stream(page: Page, wall: Wall, streams: Callable[[], list[bool]]) -> None:
    watching(page, wall)
    assert streams() == [True]
    page.evaluate("""document.querySelector("#lot-7-live").remove()""")
    page.evaluate("""void document.dispatchEvent(new Event("htmx:after:swap"))""")
    assert streams() == [False]


def test_the_stream_is_opened_however_late_a_script_arrives(page: Page, wall: Wall) -> None:
    def late(route: Route) -> None:
        answer = route.fetch()
        page.wait_for_timeout(300)
        route.fulfill(response=answer)

    page.route("**/*.js", late)
    watching(page, wall)
    assert wall.opened == ["0"]


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


def hide(page: Page, hidden: bool) -> None:
    """Look away, or back: headless Chromium shows all its tabs at once, so the page is told that it is out of sight."""
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_a_hidden_tab_holds_no_stream_and_catches_up_with_one_message(
    page: Page, wall: Wall, streams: Callable[[], list[bool]]
) -> None:
    """E4: a browser has six connections for a house that speaks HTTP/1.1; tabs out of sight take none."""
    watching(page, wall)
    wall.publish(price=1500)
    expect(page.locator("#lot-7-standing")).to_have_attribute("data-version", "1")
    hide(page, True)
    assert streams() == [False]
    for step in range(20):
        wall.publish(price=2000 + step)
    page.wait_for_timeout(300)
    assert page.get_attribute("#lot-7-standing", "data-version") == "1"
    hide(page, False)
    expect(page.locator("#lot-7-standing")).to_have_attribute("data-version", "21")
    assert streams() == [False, True]
    assert wall.opened == ["0", "1"]
    assert wall.polled == 0


def test_a_tab_learns_from_another_that_its_reader_is_a_bidder_now(page: Page, wall: Wall) -> None:
    """E3, E4: he bids in one; the other was opened before."""
    wall.me = None
    watching(page, wall)
    expect(page.locator("#lot-7-you")).to_have_text("")
    wall.me = 2
    second = page.context.new_page()
    second.goto(wall.url)
    for tab in (page, second):
        expect(tab.locator("#lot-7-you")).to_have_text("You lead.")
    wall.publish(lead=9)
    for tab in (page, second):
        expect(tab.locator("#lot-7-you")).to_have_text("You have been outbid.")


def test_a_page_without_a_connection_says_so_until_it_has_one(page: Page, wall: Wall) -> None:
    watching(page, wall)
    heard = page.locator("#heard")
    expect(heard).to_have_class("hidden")
    page.context.set_offline(True)
    expect(heard).to_have_text(re.compile("No connection"))
    expect(heard).to_have_attribute("aria-live", "polite")
    assert heard.evaluate("e => e.getBoundingClientRect().bottom === innerHeight && e.offsetHeight > 20")
    wall.streams.clear()
    wall.publish(price=2000, lead=9)
    page.context.set_offline(False)
    expect(page.locator(".price")).to_contain_text("2,000")
    expect(page.locator("#lot-7-you")).to_have_text("You have been outbid.")
    expect(heard).to_have_class("hidden")
    expect(heard).to_have_text("Current bid 2000. You have been outbid. 30 minutes left.")


def test_a_line_that_died_without_a_word_is_noticed(impatient: Page, wall: Wall) -> None:
    watching(impatient, wall)
    wall.streams.clear()
    wall.publish(price=2000)
    expect(impatient.locator(".price")).to_contain_text("2,000", timeout=9000)
    until(lambda: len(wall.streams) == 1, impatient)
    wall.publish(price=3000)
    expect(impatient.locator(".price")).to_contain_text("3,000")


def test_an_answer_that_the_stream_has_overtaken_does_not_stay(page: Page, wall: Wall) -> None:
    watching(page, wall)
    wall.publish(price=2000)
    late = wall.tell_late()
    wall.publish(price=3000)
    expect(page.locator(".price")).to_contain_text("3,000")
    page.evaluate("""(html) => htmx.swap({ target: "#lot-7-live", text: html, swap: "innerMorph" })""", late)
    expect(page.locator(".price")).to_contain_text("3,000")
    expect(page.locator("#lot-7-standing")).to_have_attribute("data-version", "2")
    assert wall.polled == 1


def test_a_poll_that_the_stream_has_overtaken_is_dropped(impatient: Page, wall: Wall) -> None:
    watching(impatient, wall)
    wall.publish(price=2000)
    late = wall.tell_late()
    impatient.route("**/standing", lambda route: route.fulfill(body=late, headers={"X-Now": "0"}))
    wall.publish(price=3000)
    impatient.wait_for_timeout(5000)
    expect(impatient.locator(".price")).to_contain_text("3,000")


def test_a_phones_clock_that_is_set_moves_no_countdown(page: Page, wall: Wall) -> None:
    """D8, and whoever wakes from sleep: his clock has jumped, and the stream may be dead."""
    watching(page, wall)
    expect(page.locator(".ends b")).to_have_text(re.compile(r"^29\s+min"))
    page.evaluate("{ const real = Date.now; Date.now = () => real() + 7_200_000; }")
    expect(page.locator(".ends b")).to_have_text(re.compile(r"^29\s+min"))
    until(lambda: len(wall.opened) == 2, page)
    page.wait_for_timeout(1500)
    expect(page.locator(".ends b")).to_have_text(re.compile(r"^29\s+min"))


def test_without_htmx_the_stream_still_shows_the_price(page: Page, wall: Wall) -> None:
    page.route("**/vendor/*.js", lambda route: route.abort())
    watching(page, wall)
    wall.publish(price=2000)
    expect(page.locator(".price")).to_contain_text("2,000")
