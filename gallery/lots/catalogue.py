"""The catalogue: lots by filters, in an order, page by page (C3).

Paging is by key and not by number, so that a page costs the same however deep it lies, and a lot that nothing happens
to is met exactly once on a walk, whatever happens to the others. The mark between two pages holds the time at which
the walk began: what is open or over is judged by that time on all its pages.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from gallery.core.db import db
from gallery.core.money import PARITY
from gallery.lots import search
from gallery.lots.facts import Card, Picture
from gallery.lots.queries import LARGEST_ID, artist, lot, picture, sale
from gallery.lots.rules import Phase

PAGE = 24
COUNTED = 1000
"""Lots are counted up to here; beyond, it is "more than"."""

LONGEST_WALK = timedelta(days=1)
"""An older mark would show what was open long ago."""


class Status(StrEnum):
    """Which lots, by the clock."""

    CURRENT = "current"
    """Open, or going to be."""
    OPEN = "open"
    UPCOMING = "upcoming"
    ENDED = "ended"
    SOLD = "sold"
    ALL = "all"


class Sort(StrEnum):
    """In which order."""

    ENDING = "ending"
    """What ends soonest; behind it, what ended last."""
    NEWEST = "newest"
    PRICE_UP = "price"
    PRICE_DOWN = "-price"
    BIDS = "bids"
    NUMBER = "number"
    """By place in the sale."""


class BadMark(ValueError):
    """The mark of a page is not one of ours, or too old."""


@dataclass(frozen=True)
class Filters:
    """Which lots are asked for. Prices in minor units of `currency`."""

    words: tuple[str, ...] = ()
    artist_id: int | None = None
    category: str | None = None
    sale_id: int | None = None
    seller_id: int | None = None
    status: Status = Status.CURRENT
    price_from: int | None = None
    price_to: int | None = None
    currency: str = "XOF"
    sort: Sort = Sort.ENDING


@dataclass(frozen=True)
class Page:
    """Some lots, and the mark of the page behind them ("" on the last)."""

    cards: list[Card]
    after: str


@dataclass(frozen=True)
class Mark:
    """A place between two pages: when the walk began, in which segment of the order, behind which key and lot."""

    sort: Sort
    at: datetime
    segment: int
    key: int
    lot_id: int

    def __str__(self) -> str:
        told = [self.sort.value, _micros(self.at), self.segment, self.key, self.lot_id]
        return urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, sort: Sort, now: datetime) -> Mark:
        """Read a mark that came in an address; raises BadMark."""
        try:
            told = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            name, at, segment, key, lot_id = told
            whole = all(type(one) is int and abs(one) <= LARGEST_ID for one in (at, segment, key, lot_id))
            mark = cls(Sort(name), _moment(at), segment, key, lot_id) if whole and segment >= 0 else None
            if sort is Sort.ENDING:
                _moment(key)
        except (ValueError, TypeError, OverflowError, RecursionError):
            mark = None
        if mark is None or mark.sort is not sort or not now - LONGEST_WALK <= mark.at <= now:
            raise BadMark(text[:100])
        return mark


@dataclass(frozen=True)
class Segment:
    """A part of an order: by which key, upwards or downwards, and of which lots."""

    key: Any
    up: bool = True
    of: tuple[Any, ...] = field(default=())


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_weight = sa.case((sale.c.currency == "XOF", PARITY["XOF"]), else_=PARITY["EUR"])
_price = lot.c.price_minor * _weight
"""Prices of all currencies on one scale. The dollar has no fixed rate: for the order alone it counts as a euro."""

_CARDS = (
    sa.select(
        lot.c.id,
        lot.c.number,
        lot.c.title_en,
        lot.c.title_fr,
        artist.c.name,
        sale.c.currency,
        lot.c.price_minor,
        lot.c.bids,
        lot.c.estimate_low_minor,
        lot.c.estimate_high_minor,
        lot.c.opens_at,
        lot.c.ends_at,
        lot.c.state,
        lot.c.reserve_minor.is_not(None),
        lot.c.reserve_met,
        picture.c.file,
        picture.c.width,
        picture.c.height,
        picture.c.widths,
        picture.c.preview,
    )
    .join(sale, sale.c.id == lot.c.sale_id)
    .outerjoin(artist, artist.c.id == lot.c.artist_id)
    .outerjoin(picture, sa.and_(picture.c.lot_id == lot.c.id, picture.c.position == 1))
)
_FACTS = 15
"""How many columns of _CARDS come before those of the picture."""


def page(filters: Filters, mark: Mark | None, now: datetime, size: int = PAGE) -> Page:
    """The lots behind the mark (None: the first ones), at most `size`."""
    at = mark.at if mark else now
    chosen = _CARDS.where(*_conditions(filters, at))
    segments = _segments(filters, at)
    found: list[tuple[int, Any]] = []
    for place in range(mark.segment if mark else 0, len(segments)):
        segment = segments[place]
        behind = mark if mark and mark.segment == place else None
        asked = _ordered(chosen, segment, behind).limit(size + 1 - len(found))
        found += [(place, row) for row in db.session.execute(asked)]
        if len(found) > size:
            last_place, last = found[size - 1]
            key = _key(segments[last_place].key, last)
            return Page([_card(row) for _, row in found[:size]], str(Mark(filters.sort, at, last_place, key, last.id)))
    return Page([_card(row) for _, row in found], "")


def count(filters: Filters, now: datetime) -> int:
    """How many lots there are, counted up to COUNTED + 1."""
    chosen = sa.select(sa.literal(1)).select_from(lot.join(sale, sale.c.id == lot.c.sale_id))
    some = chosen.where(*_conditions(filters, now)).limit(COUNTED + 1).subquery()
    return int(db.session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def ending_soonest(sale_id: int, now: datetime, most: int) -> list[Card]:
    """The open lots of a sale that end first."""
    return page(Filters(sale_id=sale_id), None, now, most).cards


def latest_sold(now: datetime, most: int) -> list[Card]:
    """The lots that were sold last."""
    return page(Filters(status=Status.SOLD), None, now, most).cards


def _conditions(filters: Filters, at: datetime) -> list[Any]:
    """What a lot must be to be listed."""
    wanted: list[Any] = [sale.c.is_published, *_by_status(filters.status, at)]
    if filters.sort is not Sort.NUMBER:
        wanted.append(lot.c.state != Phase.WITHDRAWN)
    if filters.words:
        wanted.append(lot.c.id.in_(search.matching(list(filters.words))))
    if filters.artist_id is not None:
        wanted.append(lot.c.artist_id == filters.artist_id)
    if filters.category is not None:
        wanted.append(lot.c.category == filters.category)
    if filters.sale_id is not None:
        wanted.append(lot.c.sale_id == filters.sale_id)
    if filters.seller_id is not None:
        wanted.append(lot.c.seller_id == filters.seller_id)
    if filters.price_from is not None or filters.price_to is not None:
        wanted += _by_price(filters)
    return wanted


def _by_status(status: Status, at: datetime) -> list[Any]:
    """The clock's word, whatever the row says: a lot that a job has not opened or closed yet is in its place (D10)."""
    return {
        Status.CURRENT: [lot.c.ends_at > at],
        Status.OPEN: [lot.c.ends_at > at, lot.c.opens_at <= at],
        Status.UPCOMING: [lot.c.opens_at > at],
        Status.ENDED: [lot.c.ends_at <= at],
        Status.SOLD: [lot.c.ends_at <= at, lot.c.state == Phase.SOLD],
        Status.ALL: [],
    }[status]


def _by_price(filters: Filters) -> list[Any]:
    """Prices in other currencies count by the fixed rate; where there is none, only its own currency is compared."""
    wanted: list[Any]
    if filters.currency in PARITY:
        wanted, weight = [sale.c.currency.in_(list(PARITY))], PARITY[filters.currency]
    else:
        wanted, weight = [sale.c.currency == filters.currency], PARITY["EUR"]
    if filters.price_from is not None:
        wanted.append(_price >= filters.price_from * weight)
    if filters.price_to is not None:
        wanted.append(_price <= filters.price_to * weight)
    return wanted


def _segments(filters: Filters, at: datetime) -> list[Segment]:
    """The order, in parts that an index can walk."""
    if filters.sort is Sort.ENDING:
        coming = Segment(lot.c.ends_at, of=(lot.c.ends_at > at,))
        gone = Segment(lot.c.ends_at, up=False, of=(lot.c.ends_at <= at,))
        return {Status.ALL: [coming, gone], Status.ENDED: [gone], Status.SOLD: [gone]}.get(filters.status, [coming])
    return {
        Sort.NEWEST: [Segment(lot.c.id, up=False)],
        Sort.PRICE_UP: [Segment(_price)],
        Sort.PRICE_DOWN: [Segment(_price, up=False)],
        Sort.BIDS: [Segment(lot.c.bids, up=False)],
        Sort.NUMBER: [Segment(lot.c.number)],
    }[filters.sort]


def _ordered(chosen: Any, segment: Segment, behind: Mark | None) -> Any:
    asked = chosen.where(*segment.of).add_columns(segment.key.label("sorted_by"))
    if behind:
        timed = segment.key is lot.c.ends_at
        key = sa.literal(_moment(behind.key), lot.c.ends_at.type) if timed else sa.literal(behind.key, sa.BigInteger)
        here, there = sa.tuple_(segment.key, lot.c.id), sa.tuple_(key, sa.literal(behind.lot_id, sa.BigInteger))
        asked = asked.where(here > there if segment.up else here < there)
    return asked.order_by(
        segment.key if segment.up else segment.key.desc(), lot.c.id if segment.up else lot.c.id.desc()
    )


def _key(key: Any, row: Any) -> int:
    return _micros(row.ends_at) if key is lot.c.ends_at else int(row.sorted_by)


def _card(row: Any) -> Card:
    view = Picture(*row[_FACTS : _FACTS + 5]) if row.file else None
    facts: tuple[Any, ...] = tuple(row)[:_FACTS]
    return Card(*(*facts, view))


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
