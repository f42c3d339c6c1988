"""What pages know of lots, sales and artists: plain rows, without a reserve's amount, and no seller's name but that of
a trader's company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gallery.lots import rules
from gallery.lots.rules import Phase, SaleStatus, SellerKind, Zone


@dataclass(frozen=True, slots=True)
class Picture:
    """One view of a lot: what the macro `picture` needs, and its words."""

    file: str
    width: int
    height: int
    widths: str
    preview: str
    alt_en: str = ""
    alt_fr: str = ""
    caption_en: str = ""
    caption_fr: str = ""


@dataclass(frozen=True)
class LotFacts:
    """What anyone may know of a lot, but for its pictures. Amounts in minor units of `currency`."""

    id: int
    number: int
    sale_id: int
    sale_slug: str
    sale_title_en: str
    sale_title_fr: str
    sale_lots: int
    """How many lots the sale has."""
    is_published: bool
    currency: str
    increment_table: str
    soft_close_seconds: int
    soft_close_cap_seconds: int
    premium_bp: int
    premium_fixed_minor: int
    resale_right: str
    artist_slug: str | None
    artist_name: str | None
    artist_born: int | None
    artist_died: int | None
    seller_is_trader: bool
    seller_sells_as: str | None
    """As the seller declares it by now; None or empty while he has not."""
    seller_ref: str | None
    seller_company: str | None
    """A trader's page and company."""
    category: str
    title_en: str
    title_fr: str
    year: str
    medium_en: str
    medium_fr: str
    height_mm: int | None
    width_mm: int | None
    depth_mm: int | None
    description_en: str
    description_fr: str
    condition_en: str
    condition_fr: str
    provenance_en: str
    provenance_fr: str
    estimate_low_minor: int | None
    estimate_high_minor: int | None
    ships_from: str
    opening_minor: int
    has_reserve: bool
    reserve_met: bool
    opens_at: datetime
    scheduled_end_at: datetime
    ends_at: datetime
    outage_seconds: int
    state: str
    price_minor: int
    bids: int
    leader_alias: int | None
    version: int
    closed_at: datetime | None

    @property
    def seller_kind(self) -> SellerKind:
        """What the seller is towards a buyer (C-02)."""
        return rules.seller_kind(self.seller_is_trader, self.seller_sells_as)

    def phase(self, now: datetime) -> Phase:
        """Where it stands by the clock."""
        return rules.phase(self.state, self.opens_at, self.ends_at, now)


@dataclass(frozen=True)
class LotPage(LotFacts):
    """All that the page of a lot shows, apart from its bids."""

    pictures: tuple[Picture, ...]
    shipping: tuple[tuple[Zone, int], ...]
    """Zones that are served, nearest first, with what each costs."""
    previous_id: int | None
    next_id: int | None


@dataclass(frozen=True, slots=True)
class Card:
    """A lot as lists show it. Amounts in minor units of `currency`."""

    id: int
    number: int
    title_en: str
    title_fr: str
    artist_name: str | None
    currency: str
    price_minor: int
    bids: int
    estimate_low_minor: int | None
    estimate_high_minor: int | None
    opens_at: datetime
    ends_at: datetime
    state: str
    has_reserve: bool
    reserve_met: bool
    picture: Picture | None

    def phase(self, now: datetime) -> Phase:
        """Where it stands by the clock."""
        return rules.phase(self.state, self.opens_at, self.ends_at, now)


@dataclass(frozen=True)
class SaleFacts:
    """A sale and where it stands."""

    id: int
    slug: str
    title_en: str
    title_fr: str
    intro_en: str
    intro_fr: str
    opens_at: datetime
    first_ends_at: datetime
    """When its first lot ends, as it is now."""
    last_ends_at: datetime
    lots: int
    currency: str
    premium_bp: int
    premium_fixed_minor: int
    soft_close_seconds: int
    lot_interval_seconds: int

    def status(self, now: datetime) -> SaleStatus:
        """Its place in the programme."""
        return rules.sale_status(self.opens_at, self.first_ends_at, self.last_ends_at, now)


@dataclass(frozen=True)
class ArtistFacts:
    """An artist, and in how many published lots."""

    id: int
    slug: str
    name: str
    sort_name: str
    born: int | None
    died: int | None
    about_en: str
    about_fr: str
    lots: int
