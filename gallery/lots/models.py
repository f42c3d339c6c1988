"""Artists, sales, lots and their pictures."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.core.db import Base
from gallery.core.personal import Basis, Category, Erase, Keep, Purpose, Recipient, personal, plain


class Artist(Base):
    """The maker of a work. Artists are named in public and are not members."""

    __tablename__ = "artist"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    slug: Mapped[str] = mapped_column(unique=True, info=plain)
    name: Mapped[str] = mapped_column(info=plain)
    sort_name: Mapped[str] = mapped_column(index=True, info=plain)
    """Family name first, folded, for the order of lists."""
    born: Mapped[int | None] = mapped_column(info=plain)
    """Year."""
    died: Mapped[int | None] = mapped_column(info=plain)
    """Year; None for the living and the unknown."""
    about_en: Mapped[str] = mapped_column(default="", info=plain)
    about_fr: Mapped[str] = mapped_column(default="", info=plain)


class Sale(Base):
    """A themed auction. Its lots end one after another (C1)."""

    __tablename__ = "sale"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    slug: Mapped[str] = mapped_column(unique=True, info=plain)
    title_en: Mapped[str] = mapped_column(info=plain)
    title_fr: Mapped[str] = mapped_column(info=plain)
    intro_en: Mapped[str] = mapped_column(default="", info=plain)
    intro_fr: Mapped[str] = mapped_column(default="", info=plain)
    is_published: Mapped[bool] = mapped_column(default=False, info=plain)
    opens_at: Mapped[datetime] = mapped_column(info=plain)
    first_ends_at: Mapped[datetime] = mapped_column(info=plain)
    """When lot 1 is scheduled to end."""
    lot_interval_seconds: Mapped[int] = mapped_column(default=120, info=plain)
    currency: Mapped[str] = mapped_column(sa.String(3), info=plain)
    increment_table: Mapped[str] = mapped_column(info=plain)
    """`eur`, `xof` or `ebay` (bidding.increments)."""
    granularity_minor: Mapped[int] = mapped_column(default=0, info=plain)
    """The grid that bids stand on; 0 = the currency's usual one (bidding.increments)."""
    soft_close_seconds: Mapped[int] = mapped_column(default=180, info=plain)
    """0 = none."""
    soft_close_cap_seconds: Mapped[int] = mapped_column(default=3600, info=plain)
    premium_bp: Mapped[int] = mapped_column(default=900, info=plain)
    """Buyer's premium in basis points, VAT included."""
    premium_fixed_minor: Mapped[int] = mapped_column(info=plain)
    resale_right: Mapped[str] = mapped_column(default="none", info=plain)
    """`none`, `eu` or `senegal`: borne by the buyer (RULES "Fees")."""


class Lot(Base):
    """One work for sale, and where its auction stands in public.

    What is secret about the auction lies elsewhere: the leader and his maximum in `lead`. Only
    `reserve_minor` is secret here, and no query for visitors selects it.
    """

    __tablename__ = "lot"
    __table_args__ = (
        sa.UniqueConstraint("sale_id", "number"),
        sa.CheckConstraint("price_minor >= 0", name="price_not_negative"),
        sa.CheckConstraint("opening_minor > 0", name="opening_positive"),
        sa.CheckConstraint("ends_at >= scheduled_end_at", name="end_only_later"),
        sa.CheckConstraint("state in ('upcoming', 'open', 'sold', 'unsold', 'withdrawn')", name="state_known"),
        sa.Index("ix_lot_state_ends", "state", "ends_at", "id"),
        sa.Index("ix_lot_ends", "ends_at", "id"),
        sa.Index("ix_lot_sale_ends", "sale_id", "ends_at", "id"),
        sa.Index("ix_lot_category_ends", "category", "ends_at", "id"),
        sa.Index("ix_lot_bids", "bids", "id"),
        sa.Index("ix_lot_artist", "artist_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    sale_id: Mapped[int] = mapped_column(sa.ForeignKey("sale.id", ondelete="RESTRICT"), info=plain)
    number: Mapped[int] = mapped_column(info=plain)
    """Its place in the sale, from 1."""
    artist_id: Mapped[int | None] = mapped_column(sa.ForeignKey("artist.id", ondelete="RESTRICT"), info=plain)
    seller_id: Mapped[int] = mapped_column(
        sa.ForeignKey("member.id", ondelete="RESTRICT"),
        index=True,
        info=personal(
            category=Category.BIDDING,
            purpose=Purpose.SALE,
            basis=Basis.CONTRACT,
            keep=Keep.SALES_RECORD,
            erase=Erase.PSEUDONYM,
        ),
    )
    seller_is_trader: Mapped[bool] = mapped_column(
        default=False,
        info=personal(
            category=Category.BIDDING,
            purpose=Purpose.SALE,
            basis=Basis.LEGAL,
            keep=Keep.SALES_RECORD,
            to=(Recipient.PUBLIC,),
            erase=Erase.PSEUDONYM,
        ),
    )
    """Whether the seller acted as a trader when the lot was put up: buyers have other rights then (C-01, H3)."""
    category: Mapped[str] = mapped_column(info=plain)
    """One of lots.rules.Category."""
    title_en: Mapped[str] = mapped_column(info=plain)
    title_fr: Mapped[str] = mapped_column(info=plain)
    year: Mapped[str] = mapped_column(default="", info=plain)
    medium_en: Mapped[str] = mapped_column(default="", info=plain)
    medium_fr: Mapped[str] = mapped_column(default="", info=plain)
    height_mm: Mapped[int | None] = mapped_column(info=plain)
    width_mm: Mapped[int | None] = mapped_column(info=plain)
    depth_mm: Mapped[int | None] = mapped_column(info=plain)
    description_en: Mapped[str] = mapped_column(default="", info=plain)
    description_fr: Mapped[str] = mapped_column(default="", info=plain)
    condition_en: Mapped[str] = mapped_column(default="", info=plain)
    condition_fr: Mapped[str] = mapped_column(default="", info=plain)
    provenance_en: Mapped[str] = mapped_column(default="", info=plain)
    provenance_fr: Mapped[str] = mapped_column(default="", info=plain)
    estimate_low_minor: Mapped[int | None] = mapped_column(info=plain)
    estimate_high_minor: Mapped[int | None] = mapped_column(info=plain)
    ships_from: Mapped[str] = mapped_column(sa.String(2), default="SN", info=plain)

    opening_minor: Mapped[int] = mapped_column(info=plain)
    reserve_minor: Mapped[int | None] = mapped_column(info=plain)
    """Secret: whether it is met is public, what it is never is."""
    opens_at: Mapped[datetime] = mapped_column(info=plain)
    scheduled_end_at: Mapped[datetime] = mapped_column(info=plain)
    ends_at: Mapped[datetime] = mapped_column(info=plain)
    """When it ends now; only grows (I5)."""
    outage_seconds: Mapped[int] = mapped_column(default=0, info=plain)
    """By how much it was extended because the house was not reachable; 0 = never."""
    state: Mapped[str] = mapped_column(default="upcoming", info=plain)
    """One of bidding.rules.LotState as last written; time may have moved on (bidding.queries.standing)."""
    price_minor: Mapped[int] = mapped_column(info=plain)
    """The opening price until somebody bids, then the price to beat (I1: never falls)."""
    bids: Mapped[int] = mapped_column(default=0, info=plain)
    reserve_met: Mapped[bool] = mapped_column(default=False, info=plain)
    leader_alias: Mapped[int | None] = mapped_column(info=plain)
    """The leader's alias in this lot; who that is, only `lead` knows."""
    version: Mapped[int] = mapped_column(default=0, info=plain)
    """How many entries the lot's chain of receipts has; rises by one with each."""
    closed_at: Mapped[datetime | None] = mapped_column(info=plain)

    sale: Mapped[Sale] = relationship()
    artist: Mapped[Artist | None] = relationship()
    pictures: Mapped[list[LotPicture]] = relationship(order_by="LotPicture.position", back_populates="lot")


class LotPicture(Base):
    """One view of a lot, stored in several widths and formats by core.pictures."""

    __tablename__ = "lot_picture"
    __table_args__ = (sa.UniqueConstraint("lot_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id", ondelete="CASCADE"), info=plain)
    position: Mapped[int] = mapped_column(info=plain)
    file: Mapped[str] = mapped_column(info=plain)
    """The content's hash: the stem of its files in the store."""
    width: Mapped[int] = mapped_column(info=plain)
    height: Mapped[int] = mapped_column(info=plain)
    """Of the largest variant, in pixels."""
    widths: Mapped[str] = mapped_column(info=plain)
    """The widths made, ascending, separated by commas."""
    preview: Mapped[str] = mapped_column(info=plain)
    """A data: URI of a tiny WebP, about 110 characters."""
    alt_en: Mapped[str] = mapped_column(default="", info=plain)
    alt_fr: Mapped[str] = mapped_column(default="", info=plain)
    caption_en: Mapped[str] = mapped_column(default="", info=plain)
    caption_fr: Mapped[str] = mapped_column(default="", info=plain)

    lot: Mapped[Lot] = relationship(back_populates="pictures")


class ShippingRate(Base):
    """What sending a lot into a zone costs; a zone without a row is not served (H0)."""

    __tablename__ = "shipping_rate"

    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id", ondelete="CASCADE"), primary_key=True, info=plain)
    zone: Mapped[str] = mapped_column(primary_key=True, info=plain)
    """One of lots.rules.Zone: collection, senegal, west_africa, europe, world."""
    cost_minor: Mapped[int] = mapped_column(info=plain)


class LotSearch(Base):
    """What a lot can be found by: its folded words and their stems, written by lots.services.

    The index over it is the database's own: FTS5 on SQLite, a GIN index on PostgreSQL (lots.search).
    """

    __tablename__ = "lot_search"

    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id", ondelete="CASCADE"), primary_key=True, info=plain)
    words: Mapped[str] = mapped_column(sa.Text, info=plain)
