"""Putting artists, sales, lots and pictures into the house. Each public function is one unit of work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.core import pictures
from gallery.core.db import transaction
from gallery.core.pictures import Stored
from gallery.core.words import document, fold, words_of
from gallery.lots import search
from gallery.lots.models import Artist, Lot, LotPicture, LotSearch, Sale, ShippingRate
from gallery.lots.rules import Category, Zone


class LotRefused(ValueError):
    """A lot, sale or artist that contradicts itself or the house; the message says how, for an operator."""


@dataclass(frozen=True)
class Words:
    """One text in the two languages of the house."""

    en: str = ""
    fr: str = ""


@dataclass(frozen=True)
class NewLot:
    """What somebody puts up. Amounts in minor units of the sale's currency, measures in millimetres."""

    title: Words
    seller_id: int
    opening_minor: int
    artist_id: int | None = None
    category: str = Category.PAINTING
    year: str = ""
    medium: Words = Words()
    description: Words = Words()
    condition: Words = Words()
    provenance: Words = Words()
    height_mm: int | None = None
    width_mm: int | None = None
    depth_mm: int | None = None
    estimate_minor: tuple[int, int] | None = None
    reserve_minor: int | None = None
    seller_is_trader: bool = False
    ships_from: str = "SN"
    shipping_minor: Mapping[str, int] = field(default_factory=dict)
    """Zone: cost. A zone that is not named is not served."""


def create_artist(
    name: str,
    *,
    sort_name: str = "",
    born: int | None = None,
    died: int | None = None,
    about: Words = Words(),
    slug: str = "",
) -> int:
    """Enter an artist and tell the id; `sort_name` is the family name first, by default the last word of the name."""
    if not name.strip():
        raise LotRefused("An artist needs a name.")
    with transaction() as session:
        artist = Artist(
            name=name.strip(),
            slug=slug or _free_slug(session, Artist, name),
            sort_name=fold(sort_name or _family_name_first(name)),
            born=born,
            died=died,
            about_en=about.en,
            about_fr=about.fr,
        )
        session.add(artist)
        session.flush()
        return artist.id


def create_sale(
    title: Words,
    *,
    opens_at: datetime,
    first_ends_at: datetime,
    currency: str,
    increment_table: str,
    premium_fixed_minor: int,
    intro: Words = Words(),
    slug: str = "",
    granularity_minor: int = 0,
    lot_interval_seconds: int = 120,
    soft_close_seconds: int = 180,
    soft_close_cap_seconds: int = 3600,
    premium_bp: int = 900,
    resale_right: str = "none",
    is_published: bool = True,
) -> int:
    """Announce a sale and tell its id; its lots end one after another from `first_ends_at` on (C1)."""
    if first_ends_at <= opens_at:
        raise LotRefused("A sale must open before its first lot ends.")
    if lot_interval_seconds < 0 or soft_close_seconds < 0 or soft_close_cap_seconds < 0:
        raise LotRefused("A sale's intervals must not be negative.")
    with transaction() as session:
        sale = Sale(
            title_en=title.en,
            title_fr=title.fr,
            intro_en=intro.en,
            intro_fr=intro.fr,
            slug=slug or _free_slug(session, Sale, title.fr or title.en),
            is_published=is_published,
            opens_at=opens_at,
            first_ends_at=first_ends_at,
            lot_interval_seconds=lot_interval_seconds,
            currency=currency,
            increment_table=increment_table,
            granularity_minor=granularity_minor,
            soft_close_seconds=soft_close_seconds,
            soft_close_cap_seconds=soft_close_cap_seconds,
            premium_bp=premium_bp,
            premium_fixed_minor=premium_fixed_minor,
            resale_right=resale_right,
        )
        session.add(sale)
        session.flush()
        return sale.id


def create_lot(sale_id: int, new: NewLot) -> int:
    """Put a lot at the end of a sale and tell its id. It is scheduled to end in its turn."""
    _check(new)
    with transaction() as session:
        # Locks the sale, so that two lots never get one number.
        sale = session.execute(sa.select(Sale).where(Sale.id == sale_id).with_for_update()).scalar_one()
        last = session.execute(sa.select(sa.func.max(Lot.number)).where(Lot.sale_id == sale_id)).scalar_one()
        number = (last or 0) + 1
        ends_at = sale.first_ends_at + timedelta(seconds=(number - 1) * sale.lot_interval_seconds)
        lot = Lot(
            sale_id=sale_id,
            number=number,
            artist_id=new.artist_id,
            seller_id=new.seller_id,
            seller_is_trader=new.seller_is_trader,
            category=Category(new.category),
            year=new.year,
            height_mm=new.height_mm,
            width_mm=new.width_mm,
            depth_mm=new.depth_mm,
            ships_from=new.ships_from.upper(),
            opening_minor=new.opening_minor,
            price_minor=new.opening_minor,
            reserve_minor=new.reserve_minor,
            opens_at=sale.opens_at,
            scheduled_end_at=ends_at,
            ends_at=ends_at,
            **_texts(new),
        )
        if new.estimate_minor:
            lot.estimate_low_minor, lot.estimate_high_minor = new.estimate_minor
        session.add(lot)
        session.flush()
        session.add_all(
            ShippingRate(lot_id=lot.id, zone=Zone(zone), cost_minor=cost) for zone, cost in new.shipping_minor.items()
        )
        session.add(LotSearch(lot_id=lot.id, words=_document(session, lot)))
        session.flush()
        return lot.id


def add_picture(lot_id: int, content: bytes, *, alt: Words, caption: Words = Words()) -> int:
    """Add a view to a lot, after those that it has, and tell its position. Raises pictures.PictureRefused.

    The variants are made before the transaction: encoding takes seconds, and nobody should wait for it.
    """
    return hang_picture(lot_id, pictures.store(content), alt=alt, caption=caption)


def hang_picture(lot_id: int, stored: Stored, *, alt: Words, caption: Words = Words()) -> int:
    """Add a view whose files are kept already to a lot, after those that it has, and tell its position."""
    with transaction() as session:
        session.execute(sa.select(Lot.id).where(Lot.id == lot_id).with_for_update()).scalar_one()
        last = session.execute(
            sa.select(sa.func.max(LotPicture.position)).where(LotPicture.lot_id == lot_id)
        ).scalar_one()
        picture = LotPicture(
            lot_id=lot_id,
            position=(last or 0) + 1,
            file=stored.file,
            width=stored.width,
            height=stored.height,
            widths=",".join(map(str, stored.widths)),
            preview=stored.preview,
            alt_en=alt.en,
            alt_fr=alt.fr,
            caption_en=caption.en,
            caption_fr=caption.fr,
        )
        session.add(picture)
        session.flush()
        return picture.position


def unpublish_sale(sale_id: int) -> None:
    """Take a sale and its lots out of everybody's sight but the staff's and the sellers'; nothing is deleted."""
    with transaction() as session:
        session.execute(sa.update(Sale).where(Sale.id == sale_id).values(is_published=False))


def index_again() -> int:
    """Write the search document of every lot anew and tell how many; for when stemming changes."""
    with transaction() as session:
        session.execute(sa.delete(LotSearch))
        count = 0
        for lot in session.execute(sa.select(Lot).execution_options(yield_per=500)).scalars():
            session.add(LotSearch(lot_id=lot.id, words=_document(session, lot)))
            count += 1
        return count


def _check(new: NewLot) -> None:
    """Refuse what no lot can be."""
    if not (new.title.en or new.title.fr):
        raise LotRefused("A lot needs a title.")
    if new.opening_minor <= 0:
        raise LotRefused("The opening price must be more than nothing.")
    if new.reserve_minor is not None and new.reserve_minor < new.opening_minor:
        raise LotRefused("A reserve below the opening price protects nobody.")
    if new.estimate_minor and not 0 < new.estimate_minor[0] <= new.estimate_minor[1]:
        raise LotRefused("An estimate goes from a lower amount to a higher one.")
    if any(cost < 0 for cost in new.shipping_minor.values()):
        raise LotRefused("Shipping cannot cost less than nothing.")
    if unknown := set(new.shipping_minor) - set(Zone):
        raise LotRefused(f"There is no zone {sorted(unknown)[0]!r}.")
    if new.category not in set(Category):
        raise LotRefused(f"There is no category {new.category!r}.")


def _texts(new: NewLot) -> dict[str, str]:
    named = {
        "title": new.title,
        "medium": new.medium,
        "description": new.description,
        "condition": new.condition,
        "provenance": new.provenance,
    }
    return {
        f"{name}_{language}": getattr(words, language) for name, words in named.items() for language in ("en", "fr")
    }


def _document(session: Session, lot: Lot) -> str:
    """All that a lot can be found by. Category names in both languages are words that people search by."""
    artist = session.get(Artist, lot.artist_id) if lot.artist_id else None
    return document(
        [
            lot.title_fr,
            lot.title_en,
            artist.name if artist else "",
            lot.year,
            lot.medium_fr,
            lot.medium_en,
            search.CATEGORY_WORDS[Category(lot.category)],
            lot.description_fr,
            lot.description_en,
            lot.provenance_fr,
            lot.provenance_en,
        ]
    )


def _free_slug(session: Session, kind: type[Artist] | type[Sale], name: str) -> str:
    """The name as it may stand in an address; the second of a name gets -2."""
    stem = "-".join(words_of(name))[:80].strip("-") or kind.__tablename__
    taken = set(session.execute(sa.select(kind.slug).where(kind.slug.startswith(stem, autoescape=True))).scalars())
    slug, count = stem, 1
    while slug in taken:
        count += 1
        slug = f"{stem}-{count}"
    return slug


def _family_name_first(name: str) -> str:
    """Put the last word first: good enough where nobody said better."""
    bare = name.partition("(")[0].split()
    return " ".join([*bare[-1:], *bare[:-1]])
