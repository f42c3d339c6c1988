"""The cast of an auction, and an hour in which nothing moves but what a test moves."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from gallery.auth.models import Member
from gallery.bidding import closing, interventions, services
from gallery.bidding.services import Placed
from tests import factories
from tests.bidding.books import Books, books, faults

NOON = factories.NOON
KEYS = itertools.count()


@dataclass
class Room:
    """One lot at auction, with the people about it and a time of its own. Amounts are in euros."""

    ana: int
    ben: int
    sol: int
    ada: int
    lot: int
    ends_at: datetime
    now: datetime

    def at(self, **before_the_end: float) -> datetime:
        """Set the time to so long before the scheduled end (timedelta's arguments)."""
        self.now = self.ends_at - timedelta(**before_the_end)
        return self.now

    def bid(self, who: int, euros: float, key: str | None = None, lot: int | None = None) -> Placed:
        """Place a bid at the room's time."""
        return services.place_bid(lot or self.lot, who, round(euros * 100), key or f"key-{next(KEYS):08}", now=self.now)

    def refused(self, who: int, euros: float, **more: Any) -> services.BidRefused:
        """Place a bid that must not count."""
        with pytest.raises(services.BidRefused) as refusal:
            self.bid(who, euros, **more)
        return refusal.value

    def annul(self, seq: int, reason: interventions.Reason = interventions.Reason.TYPING_ERROR) -> None:
        interventions.annul_bid(self.lot, seq, reason, self.ada, now=self.now)

    def close(self, **after_the_end: float) -> object:
        """Let the hammer fall so long after the end as it is now."""
        self.now = self.books.lot.ends_at + timedelta(**after_the_end)
        return closing.close_lot(self.lot, now=self.now)

    @property
    def books(self) -> Books:
        return books(self.lot)

    @property
    def euros(self) -> float:
        """The price."""
        return self.books.lot.price_minor / 100  # type: ignore[no-any-return]


@pytest.fixture
def cast(app: Flask) -> dict[str, Member]:
    """Ana and Ben bid, Sol sells, Ada supports."""
    return {
        "ana": factories.member("ana"),
        "ben": factories.member("ben"),
        "sol": factories.member("sol", roles=["seller"]),
        "ada": factories.member("ada", roles=["support"]),
    }


@pytest.fixture
def room(cast: dict[str, Member]) -> Iterator[Room]:
    """A lot that opens at 100 euros and ends an hour after noon; its books are inspected at the end."""
    made = make_room(cast)
    yield made
    assert faults(made.lot) == []


@pytest.fixture
def make(cast: dict[str, Member]) -> Iterator[Callable[..., Room]]:
    """`make(reserve_minor=…, …)`: further lots like `room`'s."""
    made: list[Room] = []

    def start(**terms: Any) -> Room:
        made.append(make_room(cast, **terms))
        return made[-1]

    yield start
    assert [faults(one.lot) for one in made] == [[]] * len(made)


def make_room(cast: dict[str, Member], **terms: Any) -> Room:
    ends_at = terms.pop("ends_at", NOON + timedelta(hours=1))
    soft = {name: terms.pop(name) for name in ("soft_close_seconds", "soft_close_cap_seconds") if name in terms}
    sale_id = factories.sale(
        opens_at=NOON - timedelta(days=1), ends_at=ends_at, currency=terms.get("currency", "EUR"), **soft
    )
    lot_id = factories.open_lot(seller=cast["sol"], sale_id=sale_id, **terms)
    people = {name: who.id for name, who in cast.items()}
    return Room(**people, lot=lot_id, ends_at=ends_at, now=NOON)
