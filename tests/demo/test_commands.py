"""`demo`, `demo members`, `demo lot`: what people outside rely on (ARCHITECTURE)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from gallery.auth import passwords
from gallery.auth.models import Member
from gallery.bidding import services
from gallery.core import settings
from gallery.core.db import db
from gallery.demo import people
from gallery.lots.models import Lot, Sale
from tests import factories

ROOT = Path(__file__).parents[2]


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["demo", *words])


def test_members_are_there_ready_to_bid(app: Flask) -> None:
    assert run(app, "members", "3").exit_code == 0
    lot_id = factories.open_lot()
    known = [people.known(f"bidder{place:03}") for place in (1, 2, 3, 4)]
    assert known[3] is None
    assert known[2] is not None
    assert services.place_bid(lot_id, known[2], 300_00, "a-bid-of-theirs").leads
    stored = db.session.execute(sa.select(Member.password).where(Member.id == known[2])).scalar_one()
    assert passwords.matches(settings.current().demo_password, stored)
    again = run(app, "members", "5")
    assert again.output.startswith("2 members added; there are 5.")


def test_five_hundred_members_take_seconds_and_never_the_whole_lock(app: Flask) -> None:
    committed = 0

    def count(_connection: object) -> None:
        nonlocal committed
        committed += 1

    sa.event.listen(db.engine, "commit", count)
    began = time.monotonic()
    try:
        assert run(app, "members", "500").exit_code == 0
    finally:
        sa.event.remove(db.engine, "commit", count)
    assert time.monotonic() - began < 30
    assert db.session.execute(sa.select(sa.func.count(Member.id))).scalar_one() == 500
    assert committed >= 25, "somebody else may write in between"


@pytest.mark.parametrize(
    ("currency", "table", "typed", "minor"),
    [("EUR", "eur", "100", 100_00), ("USD", "ebay", "0.99", 99), ("XOF", "xof", "25000", 25_000)],
)
def test_one_lot_is_opened_and_only_its_number_printed(
    app: Flask, currency: str, table: str, typed: str, minor: int
) -> None:
    done = run(app, "lot", "--opening", typed, "--ends-in", "90", "--currency", currency, "--table", table)
    assert done.output.strip().isdigit()
    lot = db.session.get_one(Lot, int(done.output))
    sale = db.session.get_one(Sale, lot.sale_id)
    assert (lot.opening_minor, sale.currency, sale.increment_table) == (minor, currency, table)
    assert (sale.soft_close_seconds, (lot.ends_at - lot.opens_at).total_seconds()) == (180, 90)


def test_standard_output_holds_nothing_but_the_number(environ: dict[str, str], app: Flask) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "lot", "--opening", "0.99", "--ends-in", "60"]
    done = subprocess.run(
        [*command, "--currency", "USD", "--table", "ebay"],
        cwd=ROOT,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{int(done.stdout)}\n"


def test_without_a_soft_close_a_late_bid_moves_no_end(app: Flask) -> None:
    lot_id = int(run(app, "lot", "--opening", "100", "--ends-in", "60", "--soft-close", "0").output)
    before = db.session.get_one(Lot, lot_id).ends_at
    services.place_bid(lot_id, people.settle()["ana"], 200_00, "a-late-bid-of-hers")
    db.session.expire_all()
    assert db.session.get_one(Lot, lot_id).ends_at == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--opening", "100", "--reserve", "50"), "reserve below the opening"),
        (("--opening", "100", "--reserve", "0"), "--reserve"),
        (("--opening", "0"), "more than nothing"),
        (("--opening", "-5"), "not an amount"),
        (("--opening", "1e400"), "not an amount"),
        (("--opening", "1e9999999"), "not an amount"),
        (("--opening", "nan"), "not an amount"),
        (("--opening", "0.999"), "not an amount"),
        (("--opening", "99999999999999999999"), "not an amount"),
        (("--opening", "0.5", "--currency", "XOF"), "not an amount"),
    ],
)
def test_nonsense_is_refused_in_words_and_leaves_nothing_behind(
    app: Flask, options: tuple[str, ...], words: str
) -> None:
    done = run(app, "lot", "--ends-in", "60", *options)
    assert done.exit_code in (1, 2)
    assert isinstance(done.exception, SystemExit), "no traceback"
    assert words in done.output
    assert db.session.execute(sa.select(sa.func.count(Sale.id))).scalar_one() == 0


@pytest.mark.parametrize("words", [[], ["members", "1"], ["lot", "--opening", "1", "--ends-in", "60"]])
def test_a_house_in_production_has_no_demonstration(app: Flask, words: list[str]) -> None:
    app.extensions["settings"] = replace(settings.current(), env=settings.Env.PRODUCTION)
    done = run(app, *words)
    assert done.exit_code == 1
    assert "production" in done.output
    assert db.session.execute(sa.select(sa.func.count(Member.id))).scalar_one() == 0
