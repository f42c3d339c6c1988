"""Putting lots into the house."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from gallery.core.db import db
from gallery.core.pictures import PictureRefused
from gallery.lots import services
from gallery.lots.models import Lot, LotPicture, LotSearch, Sale, ShippingRate
from gallery.lots.services import LotRefused, NewLot, Words
from tests import factories
from tests.lots.paint import painting

pytestmark = pytest.mark.database


def test_lots_of_a_sale_end_one_after_another(app: Flask) -> None:
    """C1"""
    sale_id = factories.sale(lot_interval_seconds=90)
    sale = db.session.get_one(Sale, sale_id)
    lots = [db.session.get_one(Lot, factories.open_lot(sale_id=sale_id)) for _ in range(3)]
    assert [lot.number for lot in lots] == [1, 2, 3]
    first = sale.first_ends_at
    assert [lot.ends_at for lot in lots] == [first, first + timedelta(seconds=90), first + timedelta(seconds=180)]
    assert all(lot.scheduled_end_at == lot.ends_at and lot.opens_at == sale.opens_at for lot in lots)


def test_a_lot_begins_at_its_opening_price_with_nothing_bid(app: Flask) -> None:
    lot = db.session.get_one(Lot, factories.open_lot(opening_minor=250_00, reserve_minor=400_00))
    assert (lot.price_minor, lot.bids, lot.version, lot.reserve_met, lot.state) == (250_00, 0, 0, False, "upcoming")
    rates = db.session.execute(sa.select(ShippingRate.zone, ShippingRate.cost_minor))
    assert {row.zone: row.cost_minor for row in rates} == {"collection": 0, "senegal": 10_00, "europe": 45_00}


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": Words()},
        {"opening_minor": 0},
        {"reserve_minor": 99_99},
        {"estimate_minor": (20, 10)},
        {"shipping_minor": {"moon": 1}},
        {"shipping_minor": {"europe": -1}},
        {"category": "nft"},
    ],
)
def test_a_lot_that_contradicts_itself_is_refused_whole(app: Flask, wrong: dict[str, object]) -> None:
    with pytest.raises(LotRefused):
        factories.open_lot(**wrong)  # type: ignore[arg-type]
    assert db.session.execute(sa.select(sa.func.count()).select_from(Lot)).scalar_one() == 0


def test_a_sale_opens_before_it_ends(app: Flask) -> None:
    with pytest.raises(LotRefused):
        factories.sale(opens_at=factories.NOON, ends_at=factories.NOON)


def test_names_become_addresses_that_no_other_has(app: Flask) -> None:
    ids = [services.create_artist(name) for name in ("Vincent van Gogh", "Vincent Van Gogh", "Œuvre Été", "墨")]
    slugs = db.session.execute(sa.text("SELECT slug FROM artist ORDER BY id")).scalars().all()
    assert slugs == ["vincent-van-gogh", "vincent-van-gogh-2", "oeuvre-ete", "artist"]
    assert len(set(ids)) == 4
    with pytest.raises(LotRefused):
        services.create_artist("  ")


def test_views_follow_one_another(app: Flask) -> None:
    lot_id = factories.open_lot()
    assert [services.add_picture(lot_id, painting(300 + step), alt=Words("a", "b")) for step in range(2)] == [1, 2]


def test_a_picture_that_is_refused_changes_nothing(app: Flask) -> None:
    lot_id = factories.open_lot()
    with pytest.raises(PictureRefused):
        services.add_picture(lot_id, b"no picture", alt=Words("a", "b"))
    assert db.session.execute(sa.select(sa.func.count()).select_from(LotPicture)).scalar_one() == 0


def test_every_lot_can_be_found_and_the_index_can_be_written_anew(app: Flask) -> None:
    lot_id = factories.open_lot(title=NewLot(Words("x"), 1, 1).title)
    before = db.session.execute(sa.select(LotSearch.lot_id, LotSearch.words)).all()
    assert [row.lot_id for row in before] == [lot_id]
    assert services.index_again() == 1
    assert db.session.execute(sa.select(LotSearch.lot_id, LotSearch.words)).all() == before
