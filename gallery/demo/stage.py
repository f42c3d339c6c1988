"""The sales of the demonstration: the open one (`editions`), one to come, one with results from real bids (Q1)."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import sqlalchemy as sa

from gallery.bidding import closing, services
from gallery.content.pages import first_edition
from gallery.content.policies import publishing
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.demo import authenticator, editions, people
from gallery.demo.editions import artist_called
from gallery.demo.paintings import Maker
from gallery.lots import services as lots
from gallery.lots.models import Lot, Sale
from gallery.lots.rules import Zone
from gallery.lots.services import NewLot, Words

PAST, UPCOMING = "papier-et-lumiere", "saisons-de-dakar"
MUSEUM = Path(__file__).parent / "museum.csv"
SHIPPING_EUR: dict[str, int] = {
    Zone.COLLECTION: 0,
    Zone.SENEGAL: 7_00,
    Zone.WEST_AFRICA: 23_00,
    Zone.EUROPE: 69_00,
    Zone.WORLD: 107_00,
}
GOOD = Words("Good; framed under glass", "Bon\u202f; encadré sous verre")


def set_up() -> None:
    """Bring the demonstration into the house; what is there already stays as it is.

    Each sale is there whole or not at all, so that whoever is interrupted here only has to begin again.
    """
    cast = people.settle()
    authenticator.give(cast)
    now = clock.now()
    first_edition.seed(now=now)
    publishing.seed(now)
    if _sale_id(PAST) is None:
        hold_past_sale(cast, now)
    if _sale_id(UPCOMING) is None:
        announce_next_sale(cast["sol"], now)
    editions.set_up(cast)


def announce_next_sale(seller_id: int, now: datetime) -> None:
    """A sale that opens in three days, of works that have no picture yet."""
    opens_at = (now + timedelta(days=3)).replace(hour=9, minute=0, second=0, microsecond=0)
    with transaction():
        sale_id = lots.create_sale(
            Words("Seasons in Dakar", "Saisons de Dakar"),
            intro=Words(
                "Works on paper and small bronzes from private collections.",
                "Œuvres sur papier et petits bronzes de collections privées.",
            ),
            slug=UPCOMING,
            opens_at=opens_at,
            first_ends_at=opens_at + timedelta(days=4, hours=9),
            currency="EUR",
            increment_table="eur",
            premium_fixed_minor=3_00,
        )
        for row in _records()[36:]:
            lots.create_lot(sale_id, _from_museum(row, seller_id, _chance(row)))


def hold_past_sale(cast: dict[str, int], now: datetime) -> None:
    """A sale of three weeks ago: every price in it comes from bids placed through the services."""
    opens_at = (now - timedelta(days=24)).replace(hour=9, minute=0, second=0, microsecond=0)
    with transaction():
        sale_id = lots.create_sale(
            Words("Paper and light", "Papier et lumière"),
            intro=Words(
                "Prints, drawings and photographs of three centuries.",
                "Estampes, dessins et photographies de trois siècles.",
            ),
            slug=PAST,
            opens_at=opens_at,
            first_ends_at=opens_at + timedelta(days=3, hours=9),
            currency="EUR",
            increment_table="eur",
            premium_fixed_minor=3_00,
        )
        for row in _records()[:36]:
            chance = _chance(row)
            lot_id = lots.create_lot(sale_id, _from_museum(row, cast["sol"], chance))
            _bid_it_up(lot_id, [cast[person.name] for person in people.REGULARS], chance)


def _bid_it_up(lot_id: int, bidders: list[int], chance: Random) -> None:
    """Let some of the regulars bid as people do: a little early, most of it near the end."""
    lot = db.session().get_one(Lot, lot_id)
    opens_at, ends_at, worth = lot.opens_at, lot.ends_at, lot.estimate_high_minor or lot.opening_minor
    length = (ends_at - opens_at).total_seconds()
    moments = sorted(
        opens_at + timedelta(seconds=length * (1 - chance.random() ** 3)) for _ in range(chance.randrange(0, 9))
    )
    for place, moment in enumerate(moments):
        wished = round(worth * (0.35 + 0.9 * chance.random())) // 1_00 * 1_00
        try:
            services.place_bid(lot_id, chance.choice(bidders), wished, f"past-{lot_id:06}-{place}", now=moment)
        except services.BidRefused:
            continue  # As in life: too low by then, or no higher than his own.
    closing.close_lot(lot_id, now=max(lot.ends_at, moments[-1] if moments else ends_at) + timedelta(hours=1))


def _from_museum(row: dict[str, str], seller_id: int, chance: Random) -> NewLot:
    worth = chance.choice((120_00, 240_00, 400_00, 700_00, 1_200_00, 2_500_00))
    return NewLot(
        title=Words(row["title"]),
        seller_id=seller_id,
        artist_id=artist_called(Maker(row["artist"], int(row["born"] or 0), int(row["died"] or 0))),
        category=row["category"],
        year=row["year"],
        medium=Words(row["medium_en"], row["medium_fr"]),
        condition=GOOD,
        height_mm=int(row["height_mm"]),
        width_mm=int(row["width_mm"]),
        depth_mm=int(row["depth_mm"]) if row["depth_mm"] else None,
        opening_minor=worth // 2,
        estimate_minor=(worth, worth * 3 // 2),
        reserve_minor=worth if chance.random() < 0.4 else None,
        shipping_minor=SHIPPING_EUR,
    )


def _chance(row: dict[str, str]) -> Random:
    """The same luck for the same work, each time the demonstration is set up."""
    return Random(row["accession"])  # noqa: S311  Nothing secret hangs on it.


def _records() -> list[dict[str, str]]:
    with MUSEUM.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _sale_id(slug: str) -> int | None:
    return db.session().execute(sa.select(Sale.id).where(Sale.slug == slug)).scalar_one_or_none()
