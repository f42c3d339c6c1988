"""What kinds of lots, sales and places there are, and what the time makes of them. Pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class Category(StrEnum):
    """What a work is. Labels: lots.labels."""

    PAINTING = "painting"
    DRAWING = "drawing"
    PRINT = "print"
    PHOTOGRAPH = "photograph"
    SCULPTURE = "sculpture"
    TEXTILE = "textile"
    OTHER = "other"


class Zone(StrEnum):
    """Where a lot goes, from the nearest on. Labels: lots.labels."""

    COLLECTION = "collection"
    SENEGAL = "senegal"
    WEST_AFRICA = "west_africa"
    EUROPE = "europe"
    WORLD = "world"


class SellerKind(StrEnum):
    """What a seller is towards buyers (C-02)."""

    TRADER = "trader"
    PRIVATE = "private"
    UNDECLARED = "undeclared"
    """He has not said so yet: nothing is promised, and nothing denied, in his name."""


class SaleStatus(StrEnum):
    """Where a sale stands in its programme (C1)."""

    UPCOMING = "upcoming"
    OPEN = "open"
    CLOSING = "closing"
    """Its first lots have ended, its last ones not yet."""
    RESULTS = "results"


class Phase(StrEnum):
    """Where a lot stands by the clock, whatever was written last (D10)."""

    UPCOMING = "upcoming"
    OPEN = "open"
    ENDED = "ended"
    """Past its end; its outcome is not written yet."""
    SOLD = "sold"
    UNSOLD = "unsold"
    WITHDRAWN = "withdrawn"

    @property
    def is_over(self) -> bool:
        """Whether no bid is taken any more."""
        return self not in (Phase.UPCOMING, Phase.OPEN)


WEST_AFRICA = frozenset(
    {"BF", "BJ", "CI", "CV", "GH", "GM", "GN", "GW", "LR", "ML", "MR", "NE", "NG", "SL", "SN", "TG"}
)
"""ISO 3166-1 alpha-2: the members of ECOWAS in 2024, and Mauritania."""

EUROPE = frozenset(
    {"AD", "AL", "AT", "BA", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GI", "GR", "HR"}
    | {"HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MC", "MD", "ME", "MK", "MT", "NL", "NO", "PL", "PT", "RO", "RS"}
    | {"SE", "SI", "SK", "SM", "UA", "VA", "XK"}
)


def seller_kind(acts_as_trader: bool, declared: str | None) -> SellerKind:
    """What the seller of a lot is: a trader if he put it up as one, or says by now that he is one."""
    if acts_as_trader:
        return SellerKind.TRADER
    return SellerKind(declared) if declared else SellerKind.UNDECLARED


def zone_of(country: str) -> Zone:
    """The zone into which a country (ISO 3166-1 alpha-2) falls, wherever the lot lies."""
    country = country.upper()
    if country == "SN":
        return Zone.SENEGAL
    if country in WEST_AFRICA:
        return Zone.WEST_AFRICA
    return Zone.EUROPE if country in EUROPE else Zone.WORLD


def sale_status(opens_at: datetime, first_ends_at: datetime, last_ends_at: datetime, now: datetime) -> SaleStatus:
    """Where a sale stands; `first_ends_at` and `last_ends_at` are the ends of its lots as they are now."""
    if now < opens_at:
        return SaleStatus.UPCOMING
    if now >= last_ends_at:
        return SaleStatus.RESULTS
    return SaleStatus.CLOSING if now >= first_ends_at else SaleStatus.OPEN


def phase(state: str, opens_at: datetime, ends_at: datetime, now: datetime) -> Phase:
    """Where a lot stands: the clock opens and ends it, what was written adds how it went out."""
    if state in (Phase.SOLD, Phase.UNSOLD, Phase.WITHDRAWN):
        return Phase(state)
    if now >= ends_at:
        return Phase.ENDED
    return Phase.OPEN if now >= opens_at else Phase.UPCOMING
