"""The open sale of the demonstration: eight paintings, put up anew once the hammer has fallen on all of them.

Pictures are kept before the transaction that needs them: their names come from their content, so that storing them
twice does no harm. An edition itself is there whole or not at all (docs/decisions/0040).
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from gallery.bidding import services
from gallery.bidding.models import LotBidder
from gallery.core import clock, pictures
from gallery.core.db import db, transaction
from gallery.core.pictures import Stored
from gallery.demo import people
from gallery.demo.paintings import PAINTINGS, PICTURES, Maker, Painting
from gallery.lots import services as lots
from gallery.lots.models import Artist, Lot, LotPicture, Sale
from gallery.lots.rules import Zone
from gallery.lots.services import NewLot, Words

SLUG = "huit-tableaux-{}"
FIRST_ENDS_AFTER = timedelta(minutes=20)
INTERVAL_SECONDS = 300
"""Eight lots end from 20 to 55 minutes after the sale opened."""
PAUSE = timedelta(minutes=2)
"""How long the results of an edition are looked at before the next one opens."""
SHOWN = 3
"""Editions that stay in the lists whether anybody bid or not; older ones only where a visitor bid."""
SHIPPING_XOF: dict[str, int] = {
    Zone.COLLECTION: 0,
    Zone.SENEGAL: 4_500,
    Zone.WEST_AFRICA: 15_000,
    Zone.EUROPE: 45_000,
    Zone.WORLD: 70_000,
}
FIRST_BIDDERS = (("noor", 1), ("kim", 2), ("teo", 1))
"""Who bids before the visitor comes, and how many tenths above the opening price."""


def set_up(cast: dict[str, int]) -> None:
    """Open the first edition, unless there is one; a picture that an edition lacks is hung."""
    number, sale_id = _last()
    if sale_id is not None:
        _mend(sale_id)
        return
    views = _views()
    with transaction():
        _first_bids(_open(number + 1, cast["sol"], clock.now(), views), cast)


def start_anew() -> int | None:
    """Open the next edition once the last one is over; its number, or None if it is not time."""
    number, sale_id = _last()
    seller = people.known("sol")
    if sale_id is None or seller is None or not _is_over(sale_id, clock.now()):
        return None
    views = _views()
    with transaction():
        if _last() != (number, sale_id):
            return None  # Another worker was quicker.
        _open(number + 1, seller, clock.now(), views)
        _clear_away(number + 1)
    return number + 1


def artist_called(maker: Maker) -> int:
    """The number of an artist, who is entered if he is not in the house yet."""
    found = db.session().execute(sa.select(Artist.id).where(Artist.name == maker.name)).scalar_one_or_none()
    return found or lots.create_artist(maker.name, born=maker.born or None, died=maker.died or None)


def _open(number: int, seller_id: int, now: datetime, views: dict[str, Stored]) -> list[int]:
    """Put the eight paintings up with their pictures, in the running unit of work; the lots' numbers."""
    sale_id = lots.create_sale(
        Words(f"Eight paintings, no. {number}", f"Huit tableaux, nº {number}"),
        intro=Words(
            "A demonstration: nothing is sold and nothing is owed. Its lots end within the hour, then start anew.",
            "Une démonstration : rien n’est vendu ni dû. Ses lots se terminent dans l’heure, puis recommencent.",
        ),
        slug=SLUG.format(number),
        opens_at=now,
        first_ends_at=now + FIRST_ENDS_AFTER,
        lot_interval_seconds=INTERVAL_SECONDS,
        currency="XOF",
        increment_table="xof",
        premium_fixed_minor=2_000,
    )
    made = []
    for painting in PAINTINGS:
        made.append(lots.create_lot(sale_id, _new_lot(painting, seller_id)))
        lots.hang_picture(made[-1], views[painting.file], alt=painting.alt)
    return made


def _views() -> dict[str, Stored]:
    """What is kept of each painting's picture: from its latest lot that has one, or stored now, which takes seconds."""
    hung = _hung()
    return {one.file: hung.get(one.title.en) or pictures.store((PICTURES / one.file).read_bytes()) for one in PAINTINGS}


def _hung() -> dict[str, Stored]:
    """The first view of each painting that hangs in some edition, by its English title."""
    rows = db.session().execute(
        sa.select(Lot.title_en, LotPicture)
        .join_from(LotPicture, Lot, Lot.id == LotPicture.lot_id)
        .join(Sale, Sale.id == Lot.sale_id)
        .where(Sale.slug.startswith(SLUG.format("")), LotPicture.position == 1)
        .order_by(Lot.id.desc())
        .limit(4 * len(PAINTINGS))
    )
    found: dict[str, Stored] = {}
    for title, view in rows:
        widths = tuple(map(int, view.widths.split(",")))
        found.setdefault(title, Stored(view.file, view.width, view.height, widths, view.preview))
    return found


def _mend(sale_id: int) -> None:
    """Hang the pictures that are missing in an edition: one made by a house that stored them last."""
    without = ~sa.exists().where(LotPicture.lot_id == Lot.id)
    rows = db.session().execute(sa.select(Lot.title_en, Lot.id).where(Lot.sale_id == sale_id, without))
    bare = {row.title_en: row.id for row in rows}
    if not bare:
        return
    views = _views()
    with transaction():
        for painting in PAINTINGS:
            if painting.title.en in bare:
                lots.hang_picture(bare[painting.title.en], views[painting.file], alt=painting.alt)


def _clear_away(newest: int) -> None:
    """Take editions out of the lists that are too old, unless a visitor bid in them: his receipts stay public (I14)."""
    regulars = [people.known(person.name) for person in people.REGULARS]
    visited = sa.exists().where(
        LotBidder.lot_id == Lot.id, Lot.sale_id == Sale.id, LotBidder.bidder_id.not_in(regulars)
    )
    shown = sa.select(Sale.id, Sale.slug).where(Sale.slug.startswith(SLUG.format("")), Sale.is_published, ~visited)
    for sale_id, slug in db.session().execute(shown).all():
        if _number(slug) <= newest - SHOWN:
            lots.unpublish_sale(sale_id)


def _first_bids(lot_ids: list[int], cast: dict[str, int]) -> None:
    for place, lot_id in enumerate(lot_ids):
        opening = PAINTINGS[place].opening
        for bidder, tenths in FIRST_BIDDERS[: place % 4]:
            try:
                services.place_bid(lot_id, cast[bidder], opening * (10 + tenths) // 10, f"first-{lot_id:06}-{bidder}")
            except services.BidRefused:
                continue


def _new_lot(painting: Painting, seller_id: int) -> NewLot:
    height, width = painting.size_mm
    return NewLot(
        title=painting.title,
        seller_id=seller_id,
        artist_id=artist_called(painting.maker),
        category=painting.category,
        year=painting.year,
        medium=painting.medium,
        description=painting.description,
        condition=Words("Good for its age; a report on request", "Bon pour son âge\u202f; rapport sur demande"),
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


def _number(slug: str) -> int:
    return int(slug.rpartition("-")[2])


def _last() -> tuple[int, int | None]:
    """The number of the newest edition (0: none) and its sale."""
    rows = db.session().execute(sa.select(Sale.slug, Sale.id).where(Sale.slug.startswith(SLUG.format(""))))
    numbered = {_number(slug): sale_id for slug, sale_id in rows}
    number = max(numbered, default=0)
    return number, numbered.get(number)


def _is_over(sale_id: int, now: datetime) -> bool:
    rows = db.session().execute(sa.select(Lot.closed_at).where(Lot.sale_id == sale_id)).scalars().all()
    return all(closed_at is not None and closed_at + PAUSE <= now for closed_at in rows)
