"""The sales of the demonstration: one that is open, one to come, one whose results came from real bids (Q1)."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import sqlalchemy as sa

from gallery.bidding import closing, services
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.demo import people
from gallery.demo.paintings import PAINTINGS, PICTURES, Maker, Painting
from gallery.lots import services as lots
from gallery.lots.models import Artist, Lot, Sale
from gallery.lots.rules import Zone
from gallery.lots.services import NewLot, Words

EDITION = "huit-tableaux-{}"
FIRST_ENDS_AFTER = timedelta(minutes=20)
INTERVAL_SECONDS = 300
"""Eight lots end from 20 to 55 minutes after the sale opened."""
PAUSE = timedelta(minutes=2)
"""How long the results of an edition are looked at before the next one opens."""
PAST, UPCOMING = "papier-et-lumiere", "saisons-de-dakar"
MUSEUM = Path(__file__).parent / "museum.csv"
SHIPPING_XOF: dict[str, int] = {
    Zone.COLLECTION: 0,
    Zone.SENEGAL: 4_500,
    Zone.WEST_AFRICA: 15_000,
    Zone.EUROPE: 45_000,
    Zone.WORLD: 70_000,
}
SHIPPING_EUR: dict[str, int] = {
    Zone.COLLECTION: 0,
    Zone.SENEGAL: 7_00,
    Zone.WEST_AFRICA: 23_00,
    Zone.EUROPE: 69_00,
    Zone.WORLD: 107_00,
}
GOOD = Words("Good; framed under glass", "Bon ; encadré sous verre")


def set_up() -> None:
    """Bring the demonstration into an empty house; what is there already stays as it is."""
    cast = people.settle()
    now = clock.now()
    if _sale_id(PAST) is None:
        hold_past_sale(cast, now)
    if _sale_id(UPCOMING) is None:
        announce_next_sale(cast["sol"], now)
    if _sale_id(EDITION.format(1)) is None:
        first = open_edition(1, cast["sol"], now)
        _first_bids(first, cast)


def start_anew() -> int | None:
    """Open the next edition once the last one is over; its number, or None if it is not time."""
    with transaction():
        number, sale_id = _last_edition()
        seller = people.known("sol")
        if sale_id is None or seller is None or not _is_over(sale_id, clock.now()):
            return None
        fresh = open_edition(number + 1, seller, clock.now())
        old = _lots_of(sale_id)
        for old_id, new_id in zip(old, fresh, strict=True):
            lots.copy_pictures(old_id, new_id)
        return number + 1


def open_edition(number: int, seller_id: int, now: datetime) -> list[int]:
    """Put the eight paintings up; the lots' numbers. Pictures are stored with the first edition only."""
    sale_id = lots.create_sale(
        Words(f"Eight paintings, no. {number}", f"Huit tableaux, nº {number}"),
        intro=Words(
            "A demonstration: nothing is sold and nothing is owed. Its lots end within the hour, then start anew.",
            "Une démonstration : rien n'est vendu ni dû. Ses lots se terminent dans l'heure, puis recommencent.",
        ),
        slug=EDITION.format(number),
        opens_at=now,
        first_ends_at=now + FIRST_ENDS_AFTER,
        lot_interval_seconds=INTERVAL_SECONDS,
        currency="XOF",
        increment_table="xof",
        premium_fixed_minor=2_000,
    )
    made = [lots.create_lot(sale_id, _new_lot(painting, seller_id)) for painting in PAINTINGS]
    if number == 1:
        for lot_id, painting in zip(made, PAINTINGS, strict=True):
            lots.add_picture(lot_id, (PICTURES / painting.file).read_bytes(), alt=painting.alt)
    return made


def announce_next_sale(seller_id: int, now: datetime) -> None:
    """A sale that opens in three days, of works that have no picture yet."""
    opens_at = (now + timedelta(days=3)).replace(hour=9, minute=0, second=0, microsecond=0)
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


def _first_bids(lot_ids: list[int], cast: dict[str, int]) -> None:
    for place, lot_id in enumerate(lot_ids):
        opening = PAINTINGS[place].opening
        for bidder, times in (("noor", 1), ("kim", 2), ("teo", 1))[: place % 4]:
            try:
                services.place_bid(lot_id, cast[bidder], opening * (10 + times) // 10, f"first-{lot_id:06}-{bidder}")
            except services.BidRefused:
                continue


def _new_lot(painting: Painting, seller_id: int) -> NewLot:
    height, width = painting.size_mm
    return NewLot(
        title=painting.title,
        seller_id=seller_id,
        artist_id=_artist(painting.maker),
        category=painting.category,
        year=painting.year,
        medium=painting.medium,
        description=painting.description,
        condition=Words("Good for its age; a report on request", "Bon pour son âge ; rapport sur demande"),
        provenance=Words(
            "Private collection, Saint-Louis (demonstration)", "Collection privée, Saint-Louis (démonstration)"
        ),
        height_mm=height,
        width_mm=width,
        opening_minor=painting.opening,
        estimate_minor=(painting.opening * 3 // 2, painting.opening * 5 // 2),
        reserve_minor=painting.reserve,
        shipping_minor=SHIPPING_XOF,
    )


def _from_museum(row: dict[str, str], seller_id: int, chance: Random) -> NewLot:
    worth = chance.choice((120_00, 240_00, 400_00, 700_00, 1_200_00, 2_500_00))
    return NewLot(
        title=Words(row["title"]),
        seller_id=seller_id,
        artist_id=_artist(Maker(row["artist"], int(row["born"] or 0), int(row["died"] or 0))),
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


def _artist(maker: Maker) -> int:
    found = db.session().execute(sa.select(Artist.id).where(Artist.name == maker.name)).scalar_one_or_none()
    return found or lots.create_artist(maker.name, born=maker.born or None, died=maker.died or None)


def _chance(row: dict[str, str]) -> Random:
    """The same luck for the same work, each time the demonstration is set up."""
    return Random(row["accession"])  # noqa: S311  Nothing secret hangs on it.


def _records() -> list[dict[str, str]]:
    with MUSEUM.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _sale_id(slug: str) -> int | None:
    return db.session().execute(sa.select(Sale.id).where(Sale.slug == slug)).scalar_one_or_none()


def _last_edition() -> tuple[int, int | None]:
    rows = db.session().execute(sa.select(Sale.slug, Sale.id).where(Sale.slug.startswith(EDITION.format(""))))
    numbered = {int(slug.rpartition("-")[2]): sale_id for slug, sale_id in rows}
    number = max(numbered, default=0)
    return number, numbered.get(number)


def _lots_of(sale_id: int) -> list[int]:
    return list(db.session().execute(sa.select(Lot.id).where(Lot.sale_id == sale_id).order_by(Lot.number)).scalars())


def _is_over(sale_id: int, now: datetime) -> bool:
    rows = db.session().execute(sa.select(Lot.closed_at).where(Lot.sale_id == sale_id)).scalars().all()
    return all(closed_at is not None and closed_at + PAUSE <= now for closed_at in rows)
