"""What a visitor's browser has of it: first paint and a working bid button on slow lines, and the bytes of a visit.

`python -m bench.browser` runs only this. Chromium slows its own line down (it does not model TCP's slow start). Each
round opens the floor, a page of five letters, and a member's lot page on each line, one after the other, with empty
caches.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench import table
from bench.house import signed
from bench.served import Served, serving
from bench.table import Row
from gallery import create_app
from gallery.bidding.services import place_bid
from gallery.core.assets import asset
from gallery.core.db import db
from gallery.core.settings import Settings
from tests import factories, scene
from tests.conftest import KEYS
from tests.services import chromium

BIDS = 20
"""That a visitor watches."""
FIRST_BID, STEP = 1_000_000, 500_000
"""In the scene's francs, above what its members have bid."""
NOTES_TIMES = """
window.seen = {};
new PerformanceObserver((list) => {
  for (const entry of list.getEntriesByName("first-contentful-paint")) window.seen.paint = entry.startTime;
}).observe({ type: "paint", buffered: true });
(function look() {
  const button = document.querySelector(`form[action$="/bids"] button.do`);
  if (button?.offsetHeight) window.seen.button ??= performance.now();
  else requestAnimationFrame(look);
})();
document.addEventListener("DOMContentLoaded", () => {
  setTimeout(() => { window.seen.script = performance.now(); });
  const shown = () => document.querySelector(".standing")?.dataset.bids;
  window.updates = [];
  let before = shown();
  new MutationObserver(() => {
    if (shown() !== before) window.updates.push([+(before = shown()), performance.timeOrigin + performance.now()]);
  }).observe(document, { subtree: true, childList: true, attributes: true });
});
"""


@dataclass(frozen=True)
class Line:
    """A line as Chromium can slow itself down to it."""

    name: str
    bytes_a_second: float
    round_trip_ms: float


LINES = (
    Line("slow 3G, 400 kbit/s", 50_000, 400),
    Line("2G, 50 kB/s", 50_000, 800),
    Line("2G, 6 kB/s", 6_000, 800),
)


@dataclass
class Figures:
    """What was measured, round by round; times in milliseconds since the page was asked for."""

    hello: dict[Line, list[float]] = field(default_factory=dict)
    paint: dict[Line, list[float]] = field(default_factory=dict)
    button: dict[Line, list[float]] = field(default_factory=dict)
    script: dict[Line, list[float]] = field(default_factory=dict)
    page_bytes: int = 0
    script_bytes: dict[str, int] = field(default_factory=dict)
    visit_bytes: int = 0
    """All that came over the line, with headers: page, styles, scripts, pictures, and the stream of so many bids."""
    picture_bytes: int = 0
    stream_bytes: int = 0
    delays: list[float] = field(default_factory=list)
    """From a bid's commit to its standing in the page, on a line that is not slowed down."""
    counts: list[int] = field(default_factory=list)
    """How many bids the page showed, update by update."""


@dataclass(frozen=True)
class Shop:
    """A house with a scene in it: a lot with bids and pictures, and a member's cookie."""

    environ: dict[str, str]
    lot_id: int
    bidders: tuple[int, int]
    cookie: str


def measure(directory: Path, rounds: int) -> Figures:
    """Open the pages so many times on each line, then watch one visit."""
    shop, found = furnish(directory), Figures()
    with (
        serving("bench.floor_app:app", {}) as floor,
        serving("wsgi:app", shop.environ) as product,
        sync_playwright() as playwright,
    ):
        launched = playwright.chromium.launch(**chromium.launch_options())  # type: ignore[arg-type]
        found.page_bytes, found.script_bytes = weights(product, shop)
        first_view(launched, product, shop, LINES[0])  # Warm.
        for _ in range(rounds):
            for line in LINES:
                hello = first_view(launched, floor, None, line)
                seen = first_view(launched, product, shop, line)
                found.hello.setdefault(line, []).append(hello["paint"])
                for name in ("paint", "button", "script"):
                    getattr(found, name).setdefault(line, []).append(seen[name])
        watch(launched, product, shop, found)
        launched.close()
    return found


def furnish(directory: Path) -> Shop:
    """Have everything happen once in a SQLite house."""
    environ = KEYS | {"GALLERY_DATA_DIR": str(directory), "GALLERY_LOG_JSON": "1"}
    app = create_app(Settings.from_environ(environ))
    with app.app_context():
        db.create_all()
        there = scene.furnish()
        bidders = (there.ben.id, there.ana.id)
        cookie, _token = signed(app, {"_user_id": factories.session_key(there.ana), "_fresh": True})
        db.session.remove()
        db.engine.dispose()
    return Shop(environ, there.open, bidders, cookie)


@contextmanager
def tab(browser: Browser, at: Served, shop: Shop | None) -> Iterator[tuple[Page, Any]]:
    """A page in a browser that has seen nothing yet, and the protocol to its engine."""
    context = browser.new_context(locale="fr-SN", viewport={"width": 360, "height": 740}, device_scale_factor=2)
    if shop:
        name, _, value = shop.cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{at.port}"}])
    context.add_init_script(NOTES_TIMES)
    page = context.new_page()
    engine = context.new_cdp_session(page)
    engine.send("Network.enable")
    yield page, engine
    context.close()


def first_view(browser: Browser, at: Served, shop: Shop | None, line: Line) -> dict[str, float]:
    """When the page was painted, when its bid button stood there (a form needs no script), and when scripts had run."""
    with tab(browser, at, shop) as (page, engine):
        speed = {"downloadThroughput": line.bytes_a_second, "uploadThroughput": line.bytes_a_second}
        engine.send("Network.emulateNetworkConditions", {"offline": False, "latency": line.round_trip_ms, **speed})
        path = f"/lots/{shop.lot_id}" if shop else "/hello"
        page.goto(f"http://127.0.0.1:{at.port}{path}", wait_until="domcontentloaded", timeout=120_000)
        wanted = ("paint", "button", "script") if shop else ("paint",)
        page.wait_for_function("(names) => names.every((name) => seen[name])", arg=wanted, timeout=120_000)
        seen: dict[str, float] = page.evaluate("seen")
        return seen


def watch(browser: Browser, at: Served, shop: Shop, found: Figures) -> None:
    """One visit: the page with all that it loads, and so many bids."""
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}
    with tab(browser, at, shop) as (page, engine):
        engine.on("Network.responseReceived", lambda told: kinds.update({told["requestId"]: told["type"]}))
        engine.on("Network.responseReceived", lambda told: _add(sizes, told, told["response"]["encodedDataLength"]))
        engine.on("Network.dataReceived", lambda told: _add(sizes, told, told["encodedDataLength"]))
        page.goto(f"http://127.0.0.1:{at.port}/lots/{shop.lot_id}", wait_until="load")
        page.wait_for_timeout(1000)
        before = sum(sizes[one] for one in sizes if kinds.get(one) == "EventSource")
        committed = bid(shop, int(page.get_attribute(".standing", "data-bids") or 0))
        page.wait_for_function("(count) => updates.length >= count", arg=BIDS, timeout=30_000)
        page.wait_for_timeout(200)
        updates: list[tuple[int, float]] = page.evaluate("updates")
    found.counts = [count for count, _ in updates]
    found.delays = [at_ms - committed[count] for count, at_ms in updates if count in committed]
    found.visit_bytes = round(sum(sizes.values()))
    found.picture_bytes = round(sum(sizes[one] for one in sizes if kinds.get(one) == "Image"))
    found.stream_bytes = round(sum(sizes[one] for one in sizes if kinds.get(one) == "EventSource") - before)


def _add(sizes: dict[str, float], told: dict[str, Any], size: float) -> None:
    sizes[told["requestId"]] = sizes.get(told["requestId"], 0) + size


def bid(shop: Shop, before: int) -> dict[int, float]:
    """Have two members outbid each other, so slowly that no two bids make one message; by their number, when each was
    committed."""
    committed: dict[int, float] = {}
    with create_app(Settings.from_environ(shop.environ)).app_context():
        for number in range(BIDS):
            time.sleep(0.3)
            maximum = FIRST_BID + number * STEP
            place_bid(shop.lot_id, shop.bidders[number % 2], maximum, f"browser-bid-{number:04}")
            committed[before + number + 1] = time.time() * 1000
        db.session.remove()
        db.engine.dispose()
    return committed


def weights(at: Served, shop: Shop) -> tuple[int, dict[str, int]]:
    """Bytes in Brotli, without headers, of the lot's page and of each of its scripts."""
    page = _body(at, f"/lots/{shop.lot_id}", shop)
    with create_app(Settings.from_environ(shop.environ)).test_request_context("/"):
        names = {name: asset(name) for name in ("js/gallery.fr.js", "vendor/htmx-4.0.1.js")}
    return len(page), {name: len(_body(at, address, None)) for name, address in names.items()}


def _body(at: Served, path: str, shop: Shop | None) -> bytes:
    connection = HTTPConnection("127.0.0.1", at.port, timeout=30)
    headers = {"Accept-Encoding": "br", "Accept-Language": "fr"} | ({"Cookie": shop.cookie} if shop else {})
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    assert answer.headers["Content-Encoding"] == "br", path
    body = answer.read()
    connection.close()
    return body


_TRIPS = "   over one round trip"


def rows(found: Figures) -> list[Row]:
    """Lines for the table of goals."""
    lines: list[Row] = []
    for line in LINES:
        trips = [paint / line.round_trip_ms for paint in found.paint[line]]
        over = [paint / hello for paint, hello in zip(found.paint[line], found.hello[line], strict=True)]
        lines += [
            table.figure(f"9  {line.name}: first paint, ms", found.paint[line]),
            # On the slowest the page alone takes that long: 4 kB at 6 kB/s.
            table.at_most(_TRIPS, trips, 1.5) if line is LINES[0] else table.figure(_TRIPS, trips),
            table.figure("   over a page of five letters", over),
            table.figure("   bid button that works, ms", found.button[line]),
            table.figure("   scripts have run, ms", found.script[line]),
        ]
    with_scripts = found.page_bytes + sum(found.script_bytes.values())
    in_order = found.counts == sorted(set(found.counts))
    return [
        *lines,
        table.at_most("8  HTML and CSS of a member's lot, bytes", [found.page_bytes], 4_000),
        table.at_most("   with htmx and our whole script, bytes", [with_scripts], 17_500),
        Row(f"   a visit that watches {BIDS} bids, all bytes", f"{found.visit_bytes:,}"),
        Row("   of these for pictures", f"{found.picture_bytes:,}"),
        table.at_most("   of these for each bid", [round(found.stream_bytes / BIDS)], 100),
        table.count("6  updates out of order", 0 if in_order else 1),
        table.count("   updates that did not come", BIDS - len(found.counts)),
        table.figure("   from commit to page, ms", found.delays, "<= 50"),
    ]


def main() -> int:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gallery-bench-") as directory:
        found = measure(Path(directory), asked.rounds)
    print(f"{asked.rounds} rounds; {table.machine()}")
    return int(table.show(rows(found)))


if __name__ == "__main__":
    sys.exit(main())
