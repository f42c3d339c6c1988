"""Bids, who leads, the chain of receipts, outcomes, and the house's own pulse."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core.db import Base
from gallery.core.personal import Basis, Category, Erase, Keep, Purpose, Recipient, personal, plain

_bidding = personal(
    category=Category.BIDDING,
    purpose=Purpose.BIDDING,
    basis=Basis.CONTRACT,
    keep=Keep.SALES_RECORD,
    erase=Erase.PSEUDONYM,
)
_public_under_alias = personal(
    category=Category.BIDDING,
    purpose=Purpose.BIDDING,
    basis=Basis.CONTRACT,
    keep=Keep.SALES_RECORD,
    to=(Recipient.PUBLIC,),
    erase=Erase.PSEUDONYM,
)


class Lead(Base):
    """Who leads a lot and up to what: the secret half of its standing (I9). At most one a lot."""

    __tablename__ = "lead"

    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id", ondelete="CASCADE"), primary_key=True, info=plain)
    bidder_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="RESTRICT"), index=True, info=_bidding)
    maximum_minor: Mapped[int] = mapped_column(info=_bidding)


class LotBidder(Base):
    """Who takes part in a lot, and under which alias (D1)."""

    __tablename__ = "lot_bidder"
    __table_args__ = (
        sa.UniqueConstraint("lot_id", "alias"),
        sa.Index("ix_lot_bidder_mine", "bidder_id", "last_seq", "lot_id"),
    )

    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id", ondelete="CASCADE"), primary_key=True, info=plain)
    bidder_id: Mapped[int] = mapped_column(
        sa.ForeignKey("member.id", ondelete="RESTRICT"), primary_key=True, info=_bidding
    )
    alias: Mapped[int] = mapped_column(info=_public_under_alias)
    """1 for who bid first in this lot, and so on."""
    maximum_minor: Mapped[int] = mapped_column(info=_bidding)
    """The highest of this bidder's maxima in this lot."""
    last_seq: Mapped[int] = mapped_column(info=plain)


class Bid(Base):
    """One accepted bid, kept for ever as it was made (I3). Its public half is the receipt of the same number."""

    __tablename__ = "bid"
    __table_args__ = (
        sa.UniqueConstraint("lot_id", "seq"),
        sa.UniqueConstraint("bidder_id", "key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id", ondelete="RESTRICT"), info=plain)
    seq: Mapped[int] = mapped_column(info=plain)
    bidder_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="RESTRICT"), info=_bidding)
    key: Mapped[str] = mapped_column(info=_bidding)
    """The form's idempotency key: the same key never makes a second bid (D4)."""
    maximum_minor: Mapped[int] = mapped_column(info=_bidding)
    nonce: Mapped[str] = mapped_column(info=_bidding)
    """Opens the receipt's commitment; only the bidder is told it."""
    price_minor: Mapped[int] = mapped_column(info=plain)
    """The lot's price after this bid."""
    leads: Mapped[bool] = mapped_column(info=_bidding)
    """Whether the bidder led after this bid: the first answer, given again to the same key."""
    placed_at: Mapped[datetime] = mapped_column(info=_bidding)
    """Time of receipt, taken once the lot was locked (I4)."""
    annulled_at: Mapped[datetime | None] = mapped_column(info=_bidding)
    terms_version: Mapped[int | None] = mapped_column(info=_bidding)
    """The version of the terms that was in force and that the bid accepts (P-54); None before there was one."""


class Receipt(Base):
    """One entry of a lot's chain: public, without personal data, each sealed upon the one before (D6, I14)."""

    __tablename__ = "receipt"

    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id", ondelete="RESTRICT"), primary_key=True, info=plain)
    seq: Mapped[int] = mapped_column(primary_key=True, info=plain)
    kind: Mapped[str] = mapped_column(info=plain)
    body: Mapped[str] = mapped_column(info=plain)
    """Canonical JSON, exactly the bytes that were sealed (bidding.receipts)."""
    digest: Mapped[str] = mapped_column(sa.String(64), info=plain)
    """SHA-256, hexadecimal, over the digest before it and the body."""


class Outcome(Base):
    """How a lot ended: at most one row a lot, so at most one winner (I2)."""

    __tablename__ = "outcome"

    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lot.id", ondelete="RESTRICT"), primary_key=True, info=plain)
    result: Mapped[str] = mapped_column(info=plain)
    """sold, reserve_not_met or no_bids (bidding.rules)."""
    winner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="RESTRICT"), info=_bidding)
    hammer_minor: Mapped[int | None] = mapped_column(info=plain)
    decided_at: Mapped[datetime] = mapped_column(info=plain)


class Heartbeat(Base):
    """When the house was last known to be reachable: one row, moved on every few seconds by the web processes."""

    __tablename__ = "heartbeat"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    beat_at: Mapped[datetime] = mapped_column(info=plain)


class Outage(Base):
    """A time in which the house was not reachable (D8)."""

    __tablename__ = "outage"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    started_at: Mapped[datetime] = mapped_column(info=plain)
    ended_at: Mapped[datetime] = mapped_column(info=plain)
