"""Reads about bidding. Plain rows, never entities: the bid and the standing are the house's hottest paths.

What is secret (`Held`, `Mine.maximum_minor`) has a type of its own, so that nothing public can hold it by accident (I9).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.bidding import rules
from gallery.bidding.increments import GRANULARITY, Table
from gallery.bidding.models import Bid, Lead, LotBidder, Receipt
from gallery.bidding.receipts import GENESIS
from gallery.core.db import db, on_postgresql
from gallery.lots.models import Lot, Sale

lot, sale, lead = Lot.__table__, Sale.__table__, Lead.__table__
bid, receipt, lot_bidder = Bid.__table__, Receipt.__table__, LotBidder.__table__


@dataclass(frozen=True, slots=True)
class Held:
    """A lot under its lock, with all that decides about it. Secret: never leaves the services."""

    lot_id: int
    sale_id: int
    seller_id: int
    version: int
    digest: str
    """The digest of the last receipt, upon which the next is sealed."""
    standing: rules.Standing
    sale: rules.SaleRules


@dataclass(frozen=True, slots=True)
class Shown:
    """A lot's standing as everyone may see it at one moment."""

    lot_id: int
    version: int
    state: rules.LotState
    price_minor: int
    currency: str
    bids: int
    has_reserve: bool
    reserve_met: bool
    leader_alias: int | None
    minimum_minor: int
    """The least that somebody who does not lead may bid now."""
    opens_at: datetime
    ends_at: datetime
    scheduled_end_at: datetime
    outage_seconds: int
    soft_close_seconds: int
    sale: rules.SaleRules
    now: datetime
    """The moment for which this holds."""

    @property
    def takes_bids(self) -> bool:
        return self.state is rules.LotState.OPEN


@dataclass(frozen=True, slots=True)
class Mine:
    """How the asker himself stands in a lot. Only ever shown to him."""

    alias: int
    maximum_minor: int
    leads: bool


_held_columns = (
    lot.c.id,
    lot.c.sale_id,
    lot.c.seller_id,
    lot.c.version,
    lot.c.opening_minor,
    lot.c.reserve_minor,
    lot.c.price_minor,
    lot.c.bids,
    lot.c.opens_at,
    lot.c.ends_at,
    lot.c.scheduled_end_at,
    lot.c.outage_seconds,
    lot.c.state,
    sale.c.currency,
    sale.c.increment_table,
    sale.c.granularity_minor,
    sale.c.soft_close_seconds,
    sale.c.soft_close_cap_seconds,
)

_hold = (
    sa.select(*_held_columns, lead.c.bidder_id, lead.c.maximum_minor, receipt.c.digest)
    .join_from(lot, sale, lot.c.sale_id == sale.c.id)
    .outerjoin(lead, lead.c.lot_id == lot.c.id)
    .outerjoin(receipt, sa.and_(receipt.c.lot_id == lot.c.id, receipt.c.seq == lot.c.version - 1))
    .where(lot.c.id == sa.bindparam("lot_id"))
)

_lock = sa.select(lot.c.id).where(lot.c.id == sa.bindparam("lot_id")).with_for_update()

_shown = (
    sa.select(
        lot.c.id,
        lot.c.version,
        lot.c.state,
        lot.c.opening_minor,
        lot.c.price_minor,
        lot.c.bids,
        lot.c.reserve_minor.is_not(None).label("has_reserve"),
        lot.c.reserve_met,
        lot.c.leader_alias,
        lot.c.opens_at,
        lot.c.ends_at,
        lot.c.scheduled_end_at,
        lot.c.outage_seconds,
        sale.c.currency,
        sale.c.increment_table,
        sale.c.granularity_minor,
        sale.c.soft_close_seconds,
        sale.c.soft_close_cap_seconds,
    )
    .join_from(lot, sale, lot.c.sale_id == sale.c.id)
    .where(lot.c.id == sa.bindparam("lot_id"), sale.c.is_published)
)


def hold(session: Session, lot_id: int, *, locked: bool = True) -> Held | None:
    """Lock a lot for the running unit of work and read it, or None if there is none.

    On PostgreSQL the lock is a statement of its own: one that waits while it reads would join rows
    from before the wait. On SQLite the unit of work already is the only writer.
    """
    if locked and on_postgresql():
        session.execute(_lock, {"lot_id": lot_id})
    row = session.execute(_hold, {"lot_id": lot_id}).one_or_none()
    if row is None:
        return None
    standing = rules.Standing(
        opening_minor=row.opening_minor,
        price_minor=row.price_minor,
        leader=row.bidder_id,
        maximum_minor=row.maximum_minor or 0,
        reserve_minor=row.reserve_minor,
        bids=row.bids,
        opens_at=row.opens_at,
        ends_at=row.ends_at,
        scheduled_end_at=row.scheduled_end_at,
        state=rules.LotState(row.state),
        outage_seconds=row.outage_seconds,
    )
    return Held(row.id, row.sale_id, row.seller_id, row.version, row.digest or GENESIS, standing, sale_rules(row))


def sale_rules(row: Any) -> rules.SaleRules:
    """The rules of the sale in a row that has its columns."""
    return rules.SaleRules(
        Table(row.increment_table),
        row.currency,
        row.granularity_minor or GRANULARITY[row.currency],
        row.soft_close_seconds,
        row.soft_close_cap_seconds,
    )


def shown(lot_id: int, now: datetime) -> Shown | None:
    """What everyone may see of a lot's standing at `now`; None for an unknown or unpublished lot."""
    row = db.session.execute(_shown, {"lot_id": lot_id}).one_or_none()
    if row is None:
        return None
    public = rules.Standing(
        opening_minor=row.opening_minor,
        price_minor=row.price_minor,
        leader=row.leader_alias,
        maximum_minor=0,
        reserve_minor=None if row.reserve_met or not row.has_reserve else 1,
        bids=row.bids,
        opens_at=row.opens_at,
        ends_at=row.ends_at,
        scheduled_end_at=row.scheduled_end_at,
        state=rules.LotState(row.state),
        outage_seconds=row.outage_seconds,
    )
    return Shown(
        lot_id=row.id,
        version=row.version,
        state=rules.state_at(public, now),
        price_minor=row.price_minor,
        currency=row.currency,
        bids=row.bids,
        has_reserve=row.has_reserve,
        reserve_met=row.reserve_met,
        leader_alias=row.leader_alias,
        minimum_minor=rules.minimum_bid(public, sale_rules(row)),
        opens_at=row.opens_at,
        ends_at=row.ends_at,
        scheduled_end_at=row.scheduled_end_at,
        outage_seconds=row.outage_seconds,
        soft_close_seconds=row.soft_close_seconds,
        sale=sale_rules(row),
        now=now,
    )


def versions(lot_ids: Iterable[int]) -> dict[int, int]:
    """The versions of some lots that are shown: what the live net compares."""
    rows = db.session.execute(
        sa.select(lot.c.id, lot.c.version)
        .join_from(lot, sale, lot.c.sale_id == sale.c.id)
        .where(lot.c.id.in_(list(lot_ids)), sale.c.is_published)
    )
    return {row.id: row.version for row in rows}


def mine(lot_id: int, bidder_id: int) -> Mine | None:
    """How this bidder stands in the lot; None if he has not bid on it."""
    row = db.session.execute(
        sa.select(lot_bidder.c.alias, lot_bidder.c.maximum_minor, lead.c.bidder_id)
        .join_from(lot_bidder, lead, lead.c.lot_id == lot_bidder.c.lot_id, isouter=True)
        .where(lot_bidder.c.lot_id == lot_id, lot_bidder.c.bidder_id == bidder_id)
    ).one_or_none()
    return row and Mine(row.alias, row.maximum_minor, row.bidder_id == bidder_id)


def bid_by_key(session: Session, bidder_id: int, key: str) -> Any:
    """The bid that this bidder made with this key, with its receipt; None if there is none."""
    return session.execute(_with_receipt.where(bid.c.bidder_id == bidder_id, bid.c.key == key)).one_or_none()


def own_bid(lot_id: int, seq: int, bidder_id: int) -> Any:
    """One of the asker's own bids with its receipt; None if it is not his."""
    return db.session.execute(
        _with_receipt.where(bid.c.lot_id == lot_id, bid.c.seq == seq, bid.c.bidder_id == bidder_id)
    ).one_or_none()


_with_receipt = sa.select(
    bid.c.lot_id,
    bid.c.seq,
    bid.c.maximum_minor,
    bid.c.nonce,
    bid.c.price_minor,
    bid.c.leads,
    bid.c.placed_at,
    receipt.c.digest,
    receipt.c.body,
).join_from(bid, receipt, sa.and_(receipt.c.lot_id == bid.c.lot_id, receipt.c.seq == bid.c.seq))


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a lot's public chain; the first has seq 0."""

    seq: int
    kind: str
    digest: str
    body: str

    @property
    def facts(self) -> dict[str, Any]:
        """What the entry says, as sealed."""
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed


def chain(lot_id: int, newest: int | None = None) -> list[Entry]:
    """A lot's receipts, oldest first; with `newest`, only so many of the latest."""
    wanted = sa.select(receipt.c.seq, receipt.c.kind, receipt.c.digest, receipt.c.body).where(receipt.c.lot_id == lot_id)
    rows = db.session.execute(wanted.order_by(receipt.c.seq.desc()).limit(newest)).all()
    return [Entry(*row) for row in reversed(rows)]


def due_lots(now: datetime, most: int = 100) -> list[int]:
    """Lots past their end that nobody has closed yet, the longest overdue first."""
    rows = db.session.execute(
        sa.select(lot.c.id)
        .where(lot.c.state.in_((rules.LotState.UPCOMING, rules.LotState.OPEN)), lot.c.ends_at <= now)
        .order_by(lot.c.ends_at)
        .limit(most)
    )
    return list(rows.scalars())


def leading_elsewhere(session: Session, bidder_id: int, lot_id: int) -> tuple[tuple[int, str], ...]:
    """The bidder's maxima on other lots that he leads and that are not closed: (minor units, currency)."""
    rows = session.execute(
        sa.select(lead.c.maximum_minor, sale.c.currency)
        .join_from(lead, lot, lead.c.lot_id == lot.c.id)
        .join(sale, lot.c.sale_id == sale.c.id)
        .where(
            lead.c.bidder_id == bidder_id,
            lead.c.lot_id != lot_id,
            lot.c.state.in_((rules.LotState.UPCOMING, rules.LotState.OPEN)),
        )
    )
    return tuple((row.maximum_minor, row.currency) for row in rows)
