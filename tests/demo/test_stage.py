"""The demonstration is there whole, whatever interrupted it, and its lists stay short (Q1, decision 40)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from gallery.bidding import services as bidding
from gallery.core import clock
from gallery.core.clock import FrozenClock
from gallery.core.db import db, transaction
from gallery.demo import editions, people, stage
from gallery.demo.paintings import PAINTINGS
from gallery.lots.models import Lot, LotPicture, LotSearch, Sale, ShippingRate

EDITION = editions.SLUG.format("")
ROOT = Path(__file__).parents[2]


class PowerCut(BaseException):
    """The end, in the middle of something."""


@contextmanager
def interrupted(table: str, nth: int) -> Iterator[None]:
    """Cut the power at the nth row that is written to a table."""
    written = 0

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal written
        written += statement.startswith(f"INSERT INTO {table} ")
        if written == nth:
            raise PowerCut

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        with pytest.raises(PowerCut):
            yield
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
        db.session.remove()


def lots_of(slug: str) -> list[Any]:
    """Number, title, bids and views of each lot of a sale."""
    views = sa.select(sa.func.count()).where(LotPicture.lot_id == Lot.id).correlate(Lot).scalar_subquery()
    asked = sa.select(Lot.id, Lot.title_en, Lot.bids, views.label("views")).join(Sale, Sale.id == Lot.sale_id)
    return list(db.session.execute(asked.where(Sale.slug == slug).order_by(Lot.number)))


def shown() -> list[str]:
    """The editions that are in the lists, oldest first."""
    asked = sa.select(Sale.slug).where(Sale.slug.startswith(EDITION), Sale.is_published).order_by(Sale.id)
    return [slug.removeprefix(EDITION) for slug in db.session.execute(asked).scalars()]


def is_whole() -> bool:
    sizes = [len(lots_of(slug)) for slug in (stage.PAST, stage.UPCOMING, f"{EDITION}1")]
    first = lots_of(f"{EDITION}1")
    past_bids = sum(lot.bids for lot in lots_of(stage.PAST))
    return (
        sizes == [36, len(stage._records()) - 36, 8]
        and [lot.views for lot in first] == [1] * 8
        and sum(lot.bids for lot in first) > 8
        and past_bids > 36
    )


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of all houses but the one that is killed: pictures are encoded once."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def furnished(app: Flask, environ: dict[str, str], kept: Path) -> Flask:
    """A house whose file store is the one of the others."""
    (Path(environ["GALLERY_DATA_DIR"]) / "files").symlink_to(kept)
    return app


@pytest.fixture
def time_of_day(app: Flask) -> FrozenClock:
    app.extensions["clock"] = FrozenClock(clock.now())
    return app.extensions["clock"]


def end_the_edition(time_of_day: FrozenClock, number: int) -> None:
    """Let an edition end: its lots closed, its results looked at."""
    time_of_day.tick(hours=1)
    with transaction() as session:
        sale_id = session.execute(sa.select(Sale.id).where(Sale.slug == f"{EDITION}{number}")).scalar_one()
        session.execute(
            sa.update(Lot)
            .where(Lot.sale_id == sale_id)
            .values(closed_at=time_of_day.now() - timedelta(minutes=5), ends_at=time_of_day.now(), state="unsold")
        )


def test_whoever_is_interrupted_only_has_to_begin_again(furnished: Flask) -> None:
    for table, nth in (("member", 3), ("profile", 2), ("lot", 5), ("bid", 9), ("lot", 40)):
        with interrupted(table, nth):
            stage.set_up()
        assert not is_whole()
    for table, nth in (("sale", 1), ("lot", 4), ("lot_picture", 1), ("lot_picture", 6), ("bid", 2)):
        with interrupted(table, nth):
            stage.set_up()
        assert lots_of(f"{EDITION}1") == []
    stage.set_up()
    assert is_whole()
    before = db.session.execute(sa.select(sa.func.count(Lot.id), sa.func.sum(Lot.version))).one()
    stage.set_up()
    assert db.session.execute(sa.select(sa.func.count(Lot.id), sa.func.sum(Lot.version))).one() == before


def test_a_killed_set_up_is_taken_up_again(app: Flask, environ: dict[str, str]) -> None:
    pictures = app.extensions["files"].root / "pictures"
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo"]
    for least in (1, 20):
        running = subprocess.Popen(command, cwd=ROOT, env=os.environ | environ, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while len(list(pictures.glob("[!.]*"))) < least and time.monotonic() < deadline:
            time.sleep(0.02)
        running.send_signal(signal.SIGKILL)
        assert running.wait() == -signal.SIGKILL
        assert lots_of(f"{EDITION}1") == []
        db.session.rollback()
    stage.set_up()
    assert is_whole()


def test_an_edition_that_was_left_half_made_is_mended_and_followed(furnished: Flask, time_of_day: FrozenClock) -> None:
    editions.set_up(people.settle())
    first = [lot.id for lot in lots_of(f"{EDITION}1")]
    with transaction() as session:
        lost = first[4]  # Nobody has bid on it.
        session.execute(sa.delete(LotPicture).where(LotPicture.lot_id.in_(first[2:])))
        for part in (LotSearch, ShippingRate):
            session.execute(sa.delete(part).where(part.lot_id == lost))
        session.execute(sa.delete(Lot).where(Lot.id == lost))
    stage.set_up()
    assert [lot.views for lot in lots_of(f"{EDITION}1")] == [1] * 7
    with transaction() as session:
        session.execute(sa.delete(LotPicture).where(LotPicture.lot_id.in_(first[:3])))
    end_the_edition(time_of_day, 1)
    assert editions.start_anew() == 2
    assert [(lot.title_en, lot.views) for lot in lots_of(f"{EDITION}2")] == [(one.title.en, 1) for one in PAINTINGS]
    rows = db.session.execute(sa.select(Lot.title_en, LotPicture.file).join_from(LotPicture, Lot))
    files = {row.title_en: row.file for row in rows}
    assert len(set(files.values())) == 8, "each painting has its own picture"


def test_three_editions_stay_in_the_lists_and_those_in_which_a_visitor_bid(
    furnished: Flask, time_of_day: FrozenClock
) -> None:
    cast = people.settle()
    assert editions.start_anew() is None, "nothing to follow"
    editions.set_up(cast)
    assert editions.start_anew() is None, "the hammer has not fallen"
    for number in range(1, 6):
        if number == 2:
            lot_id = lots_of(f"{EDITION}2")[0].id
            bidding.place_bid(lot_id, cast["ana"], 1_000_000, "a-visitors-own-bid", now=time_of_day.now())
        end_the_edition(time_of_day, number)
        assert editions.start_anew() == number + 1
    assert shown() == ["2", "4", "5", "6"]
    assert len(lots_of(f"{EDITION}1")) == 8, "nothing is deleted"
