"""What signing in costs those who bid: a bid's p99 under twenty sign-ins a second, and the memory of fifty at once.

`python -m bench.sign_ins` runs only this. The house is served as it comes, with passwords hashed as in production.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode

from bench import load, measures, table
from bench.house import House, build, signed
from bench.served import Served, serving
from bench.table import Row
from gallery import create_app
from gallery.auth import passwords, services
from gallery.core.db import db
from gallery.core.settings import Settings

PASSWORD = "seven grey herons at low tide"
MEMBERS = 100
SIGN_INS_PER_SECOND = 20
BIDS_PER_SECOND = 40
AT_ONCE = 50
WORKERS, THREADS = 2, 64
"""The defaults of gunicorn.conf.py."""


@dataclass
class Found:
    """Of each round: the p99 of a bid in milliseconds, quiet and under sign-ins, and their ratio; peaks in MB."""

    quiet: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    sign_in_ms: list[float] = field(default_factory=list)
    resting_mb: float = 0.0
    peaks_mb: list[float] = field(default_factory=list)
    slowest_ms: list[float] = field(default_factory=list)
    failed: int = 0


def measure(directory: Path, rounds: int, seconds: float) -> Found:
    """Bids alone and bids beside sign-ins in turns, then fifty sign-ins at once, as often as there are rounds."""
    house = _with_real_hashes(build(directory, measures.CLIENTS))
    sign_ins = _sign_in_makers(house)
    found = Found()
    with serving("wsgi:app", house.environ, threads=THREADS, workers=WORKERS) as product:
        load.run(product.port, sign_ins[: 2 * WORKERS], 3)  # Warm.
        _bids(house, product, found, sign_ins, rounds, seconds)
        found.resting_mb = product.memory_bytes() / 1e6
        for _ in range(rounds):
            with measures.watched(product.memory_bytes, 0.01) as peak:
                result = load.run(product.port, sign_ins[:AT_ONCE], 1)
            found.peaks_mb.append(max(peak) / 1e6)
            found.slowest_ms.append(max(result.waits) * 1000)
            found.failed += AT_ONCE - result.statuses[303]
    return found


def _bids(house: House, product: Served, found: Found, sign_ins: list[load.Maker], rounds: int, seconds: float) -> None:
    each = int(seconds * BIDS_PER_SECOND / measures.CLIENTS) + 1
    phases = [(False, found.quiet), (True, found.busy)]
    for number in range(-1, rounds):
        for place, (busy, p99s) in enumerate(phases if number % 2 else reversed(phases)):
            first = 10_00 + ((number + 1) * 2 + place) * each * measures.STEP_MINOR
            p99 = _p99_of_bids(house, product, first, seconds, found, sign_ins if busy else [])
            if number >= 0:
                p99s.append(p99)
    found.ratios = [busy / quiet for busy, quiet in zip(found.busy, found.quiet, strict=True)]
    found.sign_in_ms = found.sign_in_ms[1:]


def _p99_of_bids(
    house: House, product: Served, first: int, seconds: float, found: Found, sign_ins: list[load.Maker]
) -> float:
    beside: list[load.Result] = []
    makers = sign_ins[:SIGN_INS_PER_SECOND]
    thread = threading.Thread(
        target=lambda: beside.append(load.paced(product.port, makers, SIGN_INS_PER_SECOND, seconds))
    )
    if makers:
        thread.start()
    bids = load.paced(product.port, measures.bid_makers(house, first), BIDS_PER_SECOND, seconds)
    if makers:
        thread.join()
        found.failed += sum(beside[0].statuses.values()) - beside[0].statuses[303]
        found.sign_in_ms.append(statistics.median(beside[0].waits) * 1000)
    if set(bids.statuses) != {200}:
        raise RuntimeError(f"bids were answered {dict(bids.statuses)}")
    return measures.p99(bids.waits) * 1000


def _with_real_hashes(house: House) -> House:
    """The same house no longer under test, with members whose passwords are hashed as in production."""
    served = replace(house, environ=house.environ | {"GALLERY_ENV": "demo"})
    app = create_app(Settings.from_environ(served.environ))
    with app.app_context():
        hashed = passwords.hashed(PASSWORD)
        for number in range(MEMBERS):
            services.register_member(f"crowd{number}@example.org", "", "en", confirmed=True, password_hash=hashed)
        db.session.remove()
        db.engine.dispose()
    return served


def _sign_in_makers(house: House) -> list[load.Maker]:
    """A member each, who signs in again and again on a device that was not used before."""
    cookie, token = signed(create_app(Settings.from_environ(house.environ)), {})

    def maker(number: int) -> load.Maker:
        body = urlencode({"email": f"crowd{number}@example.org", "password": PASSWORD, "csrf_token": token})
        return lambda _number: load.post("/auth/login", body, cookie)

    return [maker(number) for number in range(MEMBERS)]


def rows(found: Found) -> list[Row]:
    """The lines of the table."""
    return [
        table.at_most(f"p99 of a bid under {SIGN_INS_PER_SECOND} sign-ins a second over quiet", found.ratios, 2),
        table.figure(f"   ms, {BIDS_PER_SECOND} bids a second, quiet", found.quiet),
        table.figure("   ms, beside sign-ins", found.busy),
        table.figure("   ms of a sign-in beside them (median)", found.sign_in_ms),
        table.at_most(f"memory of {WORKERS} workers, {AT_ONCE} sign-ins at once, MB", found.peaks_mb, 700),
        Row("   MB before", f"{found.resting_mb:.0f}"),
        table.figure("   ms of the slowest of them", found.slowest_ms),
        table.count("   sign-ins that failed", found.failed),
    ]


def main() -> int:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=12, help="of each half of a round")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gallery-bench-") as directory:
        found = measure(Path(directory), asked.rounds, asked.seconds)
    print(f"{asked.rounds} rounds of {asked.seconds:g} s; {table.machine()}")
    return int(table.show(rows(found)))


if __name__ == "__main__":
    sys.exit(main())
