"""People in browsers: what they do, and what their browser must not be made to do."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, WebError

from tests import factories
from tests.services import house
from tests.services.smtp import Postbox

ALLOWED_COOKIES = {"session", "lang", "currency", "device", "choices"}
PATIENCE_SECONDS = 30.0
"""Of whoever waits, on a machine that does other things as well."""
PUSHED_SECONDS = 8.0
"""What comes sooner was not polled: a page that has lost its stream asks every ten seconds."""
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (e) =>
  console.error(`CSP: ${e.effectiveDirective} refused ${e.blockedURI} ${e.sample}`));
"""


def wait_for(what: str, ready: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """Ask until the answer is true, and return it."""
    end = time.monotonic() + seconds
    while not (answer := ready()):
        assert time.monotonic() < end, f"waited {seconds:.0f} s in vain for {what}"
        time.sleep(0.05)
    return answer


class Person:
    """Somebody with a browser of his own. `leave` says what the site did that it must not."""

    def __init__(
        self, browser: Browser, at: house.LiveHouse, language: str, javascript: bool = True, **options: Any
    ) -> None:
        locale = {"fr": "fr-SN", "en": "en-GB"}[language]
        self.house = at
        self.javascript = javascript
        self.faults: list[str] = []
        self.waited: list[float] = []
        """How long each piece of news took to reach the screen, in seconds."""
        self.context = browser.new_context(base_url=at.url, locale=locale, java_script_enabled=javascript, **options)
        self.context.set_default_timeout(PATIENCE_SECONDS * 1000)
        self.context.add_init_script(REPORT_VIOLATIONS)
        self.context.on("request", self._note_request)
        self.context.on("console", self._note_message)
        self.context.on("weberror", self._note_error)
        self.page: Page = self.context.new_page()

    def _note_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme != "data" and address.netloc != urlsplit(self.house.url).netloc:
            self.faults.append(f"a request to {request.url}")

    def _note_message(self, message: ConsoleMessage) -> None:
        # A refusal (4xx) is an answer; the browser writes it down as an error all the same.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.faults.append(f"{message.location.get('url', '')}: {message.text}")

    def _note_error(self, error: WebError) -> None:
        self.faults.append(f"a script failed: {error.error}")

    def look_for_traces(self) -> None:
        """Note what was stored in the browser beyond the session, the device and the choices."""
        cookies = {str(cookie.get("name")) for cookie in self.context.cookies()}
        if cookies - ALLOWED_COOKIES:
            self.faults.append(f"cookies {sorted(cookies - ALLOWED_COOKIES)}")
        if self.page.url.startswith("http"):
            kept = self.page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
            if kept:
                self.faults.append(f"stored in the browser: {kept}")

    def leave(self) -> None:
        """Close the browser; fails if anything was wrong."""
        self.look_for_traces()
        self.context.close()
        assert self.faults == []

    # Going about

    def go(self, path: str) -> None:
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == 200, (path, answer.status)

    def path(self) -> str:
        """Where the browser is, without the host."""
        parts = urlsplit(self.page.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def fill_in(self, **fields: str) -> None:
        """Fill in the form of the page and send it by its main button."""
        for name, value in fields.items():
            field = self.page.locator(f'main [name="{name}"]')
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        with self.page.expect_navigation():
            self.page.locator("main button.do").click()

    def enter_as(self, cookie: str) -> None:
        """Take up a session that exists already."""
        self.context.add_cookies([{"name": "session", "value": cookie, "url": self.house.url}])

    def register(self, email: str, postbox: Postbox) -> None:
        """From a page to an account and back to the page, by the link in the mail and a button."""
        self.page.locator('header a[href^="/auth/login"]').click()
        self.page.locator('main a[href^="/auth/register"]').click()
        self.fill_in(email=email, password=factories.PASSWORD)
        assert self.path() == "/auth/sent/register"
        self.page.goto(link_in_mail(postbox, email))
        self.fill_in()  # One button: opening the link confirms nothing.

    def complete_profile(self, name: str) -> None:
        """Follow the refusal to the profile and back to where it was asked for."""
        self.page.locator('main a[href^="/account/complete"]').click()
        self.page.wait_for_url("**/account/complete**")
        self.fill_in(
            full_name=name,
            phone="+221 33 864 30 07",
            street="Fann Mermoz, Villa 4",
            city="Dakar",
            country="SN",
            born_on="1990-05-17",
        )

    # Bidding

    def review(self, amount: str) -> None:
        """Type a bid and ask for its review, or for its refusal."""
        self.page.locator("#amount").fill(amount)
        self.page.locator("main form button.do").click()

    def bid(self, lot_id: int, amount: str) -> str:
        """Type a bid, look at it once more and confirm: what became of it."""
        self.review(amount)
        self.page.locator('main form:has([name="confirmed"]) button.do').click()
        answer = self.page.locator(f"#lot-{lot_id}-answer")
        answer.wait_for()
        return str(answer.get_attribute("data-result"))

    def standing(self, lot_id: int) -> Locator:
        return self.page.locator(f"#lot-{lot_id}-standing")

    def reads(self, lot_id: int, name: str) -> str:
        """One figure of the standing that is on the screen: version, price, ends, state …"""
        return str(self.standing(lot_id).get_attribute(f"data-{name}"))

    def mood(self, lot_id: int) -> str:
        """How the reader stands, as the page shows it: leading, outbid, won, lost or nothing."""
        you = self.page.locator(f"#lot-{lot_id}-you")
        return str(you.get_attribute("class")).removeprefix("you").strip() if you.inner_text() else ""

    def comes_to_see(self, lot_id: int, name: str, value: str, seconds: float = PUSHED_SECONDS) -> None:
        """Within `seconds` the screen shows it: by itself, or without JavaScript after reloading."""
        since = time.monotonic()
        if not self.javascript:
            wait_for(f"{name}={value}", lambda: self.page.reload() and self.reads(lot_id, name) == value, seconds)
        else:
            self.page.locator(f'#lot-{lot_id}-standing[data-{name}="{value}"]').wait_for(timeout=seconds * 1000)
        self.waited.append(time.monotonic() - since)


def link_in_mail(postbox: Postbox, email: str) -> str:
    """The first link in the newest mail to an address, once it has come."""
    wait_for(f"a mail to {email}", lambda: postbox.to(email))
    found = re.search(r"https?://\S+", text_of(postbox.to(email)[-1]))
    assert found, "the mail has no link"
    return found[0]


def text_of(letter: EmailMessage, kind: str = "plain") -> str:
    """What a mail says."""
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content())
