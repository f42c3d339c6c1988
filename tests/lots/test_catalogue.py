"""The catalogue: what is listed, in which order, and walks that lose nothing (C3, D10)."""

import itertools
import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from gallery.core import clock
from gallery.core.clock import FrozenClock
from gallery.core.db import transaction
from gallery.lots import catalogue
from gallery.lots.catalogue import BadMark, Filters, Mark, Sort, Status
from gallery.lots.models import Lot
from gallery.lots.rules import Phase
from tests import factories

pytestmark = pytest.mark.database
MINUTE = timedelta(minutes=1)


def walk(filters: Filters, size: int = 4) -> Iterator[list[int]]:
    """All pages from the first to the last, as ids; the caller may change rows between them."""
    mark = None
    for _ in range(100):
        page = catalogue.page(filters, mark, clock.now(), size)
        yield [card.id for card in page.cards]
        if not page.after:
            return
        mark = Mark.read(page.after, filters.sort, clock.now())
    raise AssertionError("the walk does not end")


def ids(filters: Filters) -> list[int]:
    return [one for page in walk(filters) for one in page]


def change(lot_id: int, **values: object) -> None:
    with transaction() as session:
        session.execute(sa.update(Lot).where(Lot.id == lot_id).values(**values))


@pytest.fixture
def mixed(stopped: FrozenClock) -> list[int]:
    """Twenty lots over three sales: open, announced and past; many ties in price, end and bids."""
    noon, chance = factories.NOON, random.Random(3)
    sales = [
        factories.sale(opens_at=noon - 60 * MINUTE, ends_at=noon + 5 * MINUTE, lot_interval_seconds=0),
        factories.sale(opens_at=noon + 60 * MINUTE, ends_at=noon + 90 * MINUTE, currency="XOF"),
        factories.sale(opens_at=noon - 90 * MINUTE, ends_at=noon - 30 * MINUTE, lot_interval_seconds=60),
    ]
    lots = [
        factories.open_lot(sale_id=sales[place % 3], opening_minor=chance.choice([100_00, 200_00]))
        for place in range(20)
    ]
    for lot_id in lots:
        change(lot_id, bids=chance.choice([0, 0, 1, 5]))
    return lots


def test_a_walk_meets_every_lot_exactly_once(mixed: list[int]) -> None:
    for sort, status in itertools.product(Sort, Status):
        filters = Filters(sort=sort, status=status)
        met = ids(filters)
        assert len(met) == len(set(met)) == catalogue.count(filters, clock.now()), filters
        whole = catalogue.page(filters, None, clock.now(), 100)
        assert met == [card.id for card in whole.cards], filters
        if status is Status.ALL:
            assert set(met) == set(mixed), filters


@pytest.mark.parametrize("sort", [Sort.ENDING, Sort.NEWEST, Sort.PRICE_UP, Sort.PRICE_DOWN, Sort.BIDS])
@pytest.mark.parametrize("seed", range(3))
def test_what_nothing_happens_to_is_met_once_while_others_change(
    mixed: list[int], stopped: FrozenClock, sort: Sort, seed: int
) -> None:
    """Between two pages lots are bid on, extended, closed, withdrawn and added, and time goes on."""
    chance = random.Random(seed)
    touched = set(chance.sample(mixed, 8))
    met: list[int] = []
    for page in walk(Filters(sort=sort, status=Status.ALL), size=3):
        met += page
        lot_id = chance.choice(sorted(touched))
        later = clock.now() + chance.randrange(1, 30) * MINUTE
        name, value = chance.choice([("price_minor", 900_00), ("bids", 9), ("state", "withdrawn"), ("state", "sold")])
        change(lot_id, **{name: value})
        with transaction() as session:
            session.execute(sa.update(Lot).where(Lot.id == lot_id, Lot.ends_at < later).values(ends_at=later))
        factories.open_lot(opening_minor=150_00)
        stopped.tick(minutes=7)
    quiet = [one for one in met if one in set(mixed) - touched]
    assert sorted(quiet) == sorted(set(mixed) - touched)


def test_lots_are_open_and_over_by_the_clock_alone(stopped: FrozenClock) -> None:
    """D10: no job has run, so every row still says `upcoming`."""
    lot_id = factories.open_lot(opens_at=factories.NOON + 10 * MINUTE, ends_at=factories.NOON + 20 * MINUTE)

    def shown_in() -> set[Status]:
        return {status for status in Status if ids(Filters(status=status)) == [lot_id]}

    def phase() -> Phase:
        return catalogue.page(Filters(status=Status.ALL), None, clock.now()).cards[0].phase(clock.now())

    assert (shown_in(), phase()) == ({Status.ALL, Status.CURRENT, Status.UPCOMING}, Phase.UPCOMING)
    stopped.tick(minutes=10)
    assert (shown_in(), phase()) == ({Status.ALL, Status.CURRENT, Status.OPEN}, Phase.OPEN)
    stopped.tick(minutes=10)
    assert (shown_in(), phase()) == ({Status.ALL, Status.ENDED}, Phase.ENDED)
    change(lot_id, state="sold")
    assert (shown_in(), phase()) == ({Status.ALL, Status.ENDED, Status.SOLD}, Phase.SOLD)


def test_what_ends_soonest_comes_first_and_what_ended_last_after_it(mixed: list[int]) -> None:
    cards = catalogue.page(Filters(status=Status.ALL), None, clock.now(), 100).cards
    coming = [card.ends_at for card in cards if card.ends_at > clock.now()]
    gone = [card.ends_at for card in cards if card.ends_at <= clock.now()]
    assert coming == sorted(coming)
    assert gone == sorted(gone, reverse=True)
    assert [card.ends_at for card in cards] == coming + gone


def test_prices_of_two_currencies_stand_in_one_order(stopped: FrozenClock) -> None:
    """655.957 F CFA are one euro: 70,000 F are 106.71 €, 60,000 F are 91.47 €."""
    euro = factories.open_lot(opening_minor=100_00)
    more, less = (factories.open_lot(opening_minor=amount, currency="XOF") for amount in (70_000, 60_000))
    assert ids(Filters(sort=Sort.PRICE_UP)) == [less, euro, more]
    assert ids(Filters(sort=Sort.PRICE_DOWN)) == [more, euro, less]
    assert set(ids(Filters(price_from=65_596, currency="XOF"))) == {more}
    assert set(ids(Filters(price_from=65_595, currency="XOF"))) == {more, euro}
    assert set(ids(Filters(price_to=100_00, currency="EUR"))) == {less, euro}
    assert ids(Filters(price_from=1, currency="USD")) == []


def test_filters_narrow_together(stopped: FrozenClock) -> None:
    sale_id = factories.sale()
    wanted = factories.open_lot(sale_id=sale_id, category="print")
    factories.open_lot(sale_id=sale_id, category="painting")
    factories.open_lot(category="print")
    assert ids(Filters(sale_id=sale_id, category="print")) == [wanted]
    assert ids(Filters(sale_id=sale_id, category="print", words=("vague",))) == [wanted]
    assert ids(Filters(sale_id=sale_id, category="print", words=("barque",))) == []


def test_a_sale_that_is_not_published_is_in_no_list(stopped: FrozenClock) -> None:
    sale_id = factories.sale()
    factories.open_lot(sale_id=sale_id)
    factories.hide(sale_id)
    assert all(ids(Filters(sort=sort, status=status)) == [] for sort in Sort for status in Status)
    assert catalogue.count(Filters(status=Status.ALL), clock.now()) == 0


def test_a_withdrawn_lot_is_only_shown_in_its_sale(stopped: FrozenClock) -> None:
    lot_id = factories.open_lot()
    change(lot_id, state="withdrawn")
    assert ids(Filters(status=Status.ALL)) == []
    assert ids(Filters(status=Status.ALL, sort=Sort.NUMBER)) == [lot_id]


@pytest.mark.parametrize(
    "text",
    ["", "x", "AAAA", "null", "W10", "é", "W" * 10_000, "eyJhIjoxfQ", "WyJlbmRpbmciLDEsMiwzXQ", "[" * 50_000, "\x00"],
)
def test_a_mark_that_is_not_ours_is_refused(text: str) -> None:
    with pytest.raises(BadMark):
        Mark.read(text, Sort.ENDING, factories.NOON)


def test_a_mark_counts_for_its_order_and_its_day() -> None:
    def read(at: datetime, sort: Sort = Sort.ENDING) -> Mark:
        return Mark.read(str(Mark(Sort.ENDING, at, 0, 5, 7)), sort, factories.NOON)

    assert read(factories.NOON) == Mark(Sort.ENDING, factories.NOON, 0, 5, 7)
    assert read(factories.NOON - timedelta(hours=24)).key == 5
    for wrong in (factories.NOON + MINUTE, factories.NOON - timedelta(hours=24, seconds=1)):
        with pytest.raises(BadMark):
            read(wrong)
    with pytest.raises(BadMark):
        read(factories.NOON, Sort.NEWEST)


def test_a_forged_mark_shows_lots_or_is_refused(mixed: list[int]) -> None:
    places = [(99, 0, 1), (-5, 0, 1), (0, 2**63 - 1, 1), (0, -(2**63) + 1, 2**63 - 1), (0, 10**17, 1), (1, 0, -1)]
    for sort, (segment, key, lot_id) in itertools.product(Sort, places):
        text = str(Mark(sort, factories.NOON, segment, key, lot_id))
        with suppress(BadMark):
            mark = Mark.read(text, sort, clock.now())
            page = catalogue.page(Filters(sort=sort, status=Status.ALL), mark, clock.now())
            assert len(page.cards) <= catalogue.PAGE
