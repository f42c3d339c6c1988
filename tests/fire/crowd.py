"""Bidders who come by HTTP: each with a session, a token from the page, and one connection kept open.

Signing in fifty people would hash fifty passwords; they get the session that signing in would have given them.
"""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlencode

from flask import Flask

from gallery.auth.models import Member
from gallery.core.db import db
from tests import factories

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
RESULT = re.compile(r'data-result="(\w+)"(?: data-reason="(\w+)")?(?: data-seq="(\d+)")?')
LEAST = re.compile(r"at least \D*([\d.,\s\u202f\xa0]*\d)")
PRICE = re.compile(r'data-price="(\d+)"')
PATIENCE = 30


@dataclass
class Sent:
    """One bid that was sent, and what came back. Times are this machine's monotonic seconds."""

    bidder: int
    key: str
    maximum: int
    sent_at: float
    answered_at: float = float("inf")
    status: int = 0
    """0: no answer came."""
    result: str = ""
    """`leading`, `outbid` or `refused`."""
    reason: str = ""
    least: int | None = None
    seq: int | None = None

    @property
    def is_acknowledged(self) -> bool:
        return self.result in ("leading", "outbid")


@dataclass
class Bidder:
    """One person at one browser."""

    member_id: int
    port: int
    lot: int
    cookies: dict[str, str]
    token: str = ""
    price: int = 0
    sent: list[Sent] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _line: http.client.HTTPConnection | None = None

    def open_page(self) -> None:
        """Look at the lot once; the form's token stays good for the session."""
        status, page = self.ask("GET", f"/lots/{self.lot}")
        found = TOKEN.search(page)
        if status != 200 or found is None:
            raise RuntimeError(f"the lot's page answered {status}")
        self.token, self.price = found[1], int(PRICE.search(page)[1])  # type: ignore[index]

    def bid(self, maximum: int, key: str) -> Sent:
        """Send one confirmed bid in cents and note the answer, or that none came."""
        one = Sent(self.member_id, key, maximum, time.monotonic())
        self.sent.append(one)
        form = {"csrf_token": self.token, "key": key, "amount": f"{maximum / 100:.2f}", "confirmed": "1"}
        form["again"] = form["amount"]
        try:
            status, page = self.ask("POST", f"/lots/{self.lot}/bids", form)
        except (OSError, http.client.HTTPException):
            self.hang_up()
            return one
        one.answered_at, one.status = time.monotonic(), status
        self.understand(one, page)
        return one

    def understand(self, one: Sent, page: str) -> None:
        """Read the answer as a person would: what became of the bid, and the least that would do."""
        if one.status not in (200, 422):
            self.faults.append(f"{one.status} to {one.maximum}: {page[:300]}")
            return
        result = RESULT.search(page)
        if result is None:
            self.faults.append(f"no result in {page[:300]}")
            return
        one.result, one.reason = result[1], result[2] or ""
        one.seq = int(result[3]) if result[3] else None
        said = LEAST.search(page[result.end() : result.end() + 400])
        if one.result == "refused" and said:
            one.least = cents(said[1])
        if found := PRICE.search(page):
            self.price = int(found[1])

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        if self._line is None:
            self._line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Accept-Language": "en",
            "Sec-Fetch-Site": "same-origin",
        }
        if form is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
            headers["HX-Request-Type"] = "partial"
        self._line.request(method, path, urlencode(form) if form else None, headers)
        response = self._line.getresponse()
        body = response.read().decode()
        for kept in response.headers.get_all("Set-Cookie", []):
            name, _, value = kept.partition(";")[0].partition("=")
            self.cookies[name] = value
        if response.will_close:
            self.hang_up()
        return response.status, body

    def hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None


def cents(text: str) -> int:
    """An English amount in cents: "1,234.50" or "1234"."""
    whole, _, rest = re.sub(r"[^\d.]", "", text).partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0") or 0)


def session_cookies(app: Flask, member: Member) -> dict[str, str]:
    """The cookies that a browser of this member would send."""
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    session = signer.dumps({"_user_id": factories.session_key(member), "_fresh": True})
    return {app.config["SESSION_COOKIE_NAME"]: session, "lang": "en"}


def crowd(app: Flask, port: int, lot: int, number: int, *, name: str = "p") -> list[Bidder]:
    """So many bidders of the house on this port, each new."""
    members = [factories.member(f"{name}{one}") for one in range(number)]
    made = [Bidder(who.id, port, lot, session_cookies(app, who)) for who in members]
    # The test's own reading ends here: PostgreSQL hangs up on who stays idle in one while the crowd bids.
    db.session.rollback()
    return made


def amounts(bidder: Bidder, chance: random.Random) -> int:
    """What people type: mostly a little above the price that they see, sometimes too little, sometimes a lot."""
    steps = chance.choice((0, 1, 1, 2, 2, 3, 5, 9))
    return bidder.price + steps * 10_000 + chance.choice((0, 0, 0, 5_000))


def all_bid(
    bidders: list[Bidder], bids: int, *, until: Callable[[], bool] = lambda: False, seed: int = 1, insist: bool = False
) -> None:
    """All bid at the same time, each `bids` times or until told to stop.

    With `insist`, a bid that got no answer is sent again under its key until one comes, as the page does it.
    """
    numbers: Iterator[int] = count()
    lock = threading.Lock()

    def run(bidder: Bidder) -> None:
        chance = random.Random(seed * 1_000_003 + bidder.member_id)
        done = 0
        while done < bids and not until():
            done += 1
            with lock:
                key = f"fire-{seed}-{next(numbers):08}"
            try:
                if not bidder.token:
                    bidder.open_page()
                one = bidder.bid(amounts(bidder, chance), key)
                while insist and not one.status and not until():
                    time.sleep(0.05)
                    one = bidder.bid(one.maximum, key)
            except (OSError, http.client.HTTPException):
                bidder.hang_up()
                time.sleep(0.05)
            except Exception as broken:  # A thread that dies silently would hide what it found.
                bidder.faults.append(repr(broken))
                return
            if bidder.sent and not bidder.sent[-1].status:
                time.sleep(0.05)

    threads = [threading.Thread(target=run, args=(bidder,)) for bidder in bidders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for bidder in bidders:
        bidder.hang_up()


def all_sent(bidders: list[Bidder]) -> list[Sent]:
    return [one for bidder in bidders for one in bidder.sent]


def all_faults(bidders: list[Bidder]) -> list[Any]:
    return [fault for bidder in bidders for fault in bidder.faults]
