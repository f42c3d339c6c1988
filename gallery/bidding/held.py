"""What only the services may know of a lot: who leads up to what, and the reserve (I9).

A type of its own, in a module of its own, so that nothing public can hold it by accident. Plain statements, built once
and run past the ORM: the bid is the house's hottest path.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.bidding import rules
from gallery.bidding.models import Bid, Lead, LotBidder, Receipt
from gallery.bidding.queries import lot, sale, sale_rules
from gallery.bidding.receipts import GENESIS
from gallery.core.db import db, on_postgresql
from gallery.core.prepared import Prepared, among

lead, bid, receipt, lot_bidder = Lead.__table__, Bid.__table__, Receipt.__table__, LotBidder.__table__


@dataclass(frozen=True, slots=True)
class Held:
    """A lot under its lock, with all that decides about it. Secret: never leaves the services."""

    lot_id: int
    sale_id: int
    seller_id: int
    version: int
    digest: str
    """The digest of the last receipt, upon which the next is sealed."""
    leader_alias: int | None
    standing: rules.Standing
    sale: rules.SaleRules


_HOLD = Prepared(
    sa.select(
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
        lot.c.leader_alias,
        sale.c.currency,
        sale.c.increment_table,
        sale.c.granularity_minor,
        sale.c.soft_close_seconds,
        sale.c.soft_close_cap_seconds,
        lead.c.bidder_id,
        lead.c.maximum_minor,
        receipt.c.digest,
    )
    .join_from(lot, sale, lot.c.sale_id == sale.c.id)
    .outerjoin(lead, lead.c.lot_id == lot.c.id)
    .outerjoin(receipt, sa.and_(receipt.c.lot_id == lot.c.id, receipt.c.seq == lot.c.version - 1))
    .where(lot.c.id == sa.bindparam("lot_id"))
)
_LOCK = Prepared(sa.select(lot.c.id).where(lot.c.id == sa.bindparam("lot_id")).with_for_update())


def hold(session: Session, lot_id: int, *, locked: bool = True) -> Held | None:
    """Lock a lot for the running unit of work and read it, or None if there is none.

    On PostgreSQL the lock is a statement of its own: one that waits while it reads would join rows
    from before the wait. On SQLite the unit of work already is the only writer.
    """
    if locked and on_postgresql():
        _LOCK.first(session, {"lot_id": lot_id})
    row = _HOLD.first(session, {"lot_id": lot_id})
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
    return Held(
        row.id,
        row.sale_id,
        row.seller_id,
        row.version,
        row.digest or GENESIS,
        row.leader_alias,
        standing,
        sale_rules(row),
    )


_WITH_RECEIPT = sa.select(
    bid.c.lot_id,
    bid.c.seq,
    bid.c.maximum_minor,
    bid.c.nonce,
    bid.c.price_minor,
    bid.c.leads,
    bid.c.placed_at,
    bid.c.annulled_at,
    receipt.c.digest,
    receipt.c.body,
).join_from(bid, receipt, sa.and_(receipt.c.lot_id == bid.c.lot_id, receipt.c.seq == bid.c.seq))
_BY_KEY = Prepared(_WITH_RECEIPT.where(bid.c.bidder_id == sa.bindparam("bidder_id"), bid.c.key == sa.bindparam("key")))
_OWN = Prepared(
    _WITH_RECEIPT.where(
        bid.c.lot_id == sa.bindparam("lot_id"),
        bid.c.seq == sa.bindparam("seq"),
        bid.c.bidder_id == sa.bindparam("bidder_id"),
    )
)


def bid_by_key(session: Session, bidder_id: int, key: str) -> Any:
    """The bid that this bidder made with this key, with its receipt; None if there is none."""
    return _BY_KEY.first(session, {"bidder_id": bidder_id, "key": key})


def own_bid(lot_id: int, seq: int, bidder_id: int) -> Any:
    """One of the asker's own bids with its receipt; None if it is not his."""
    return _OWN.first(db.session(), {"lot_id": lot_id, "seq": seq, "bidder_id": bidder_id})


_LEADING_ELSEWHERE = Prepared(
    sa.select(lead.c.maximum_minor, sale.c.currency)
    .join_from(lead, lot, lead.c.lot_id == lot.c.id)
    .join(sale, lot.c.sale_id == sale.c.id)
    .where(
        lead.c.bidder_id == sa.bindparam("bidder_id"),
        lead.c.lot_id != sa.bindparam("lot_id"),
        lot.c.state.in_(among(rules.LotState.UPCOMING, rules.LotState.OPEN)),
    )
)


def leading_elsewhere(session: Session, bidder_id: int, lot_id: int) -> tuple[tuple[int, str], ...]:
    """The bidder's maxima on other lots that he leads and that are not closed: (minor units, currency)."""
    rows = _LEADING_ELSEWHERE.rows(session, {"bidder_id": bidder_id, "lot_id": lot_id})
    return tuple((row.maximum_minor, row.currency) for row in rows)


_STANDING_BIDS = (
    sa.select(bid.c.bidder_id, bid.c.maximum_minor)
    .where(bid.c.lot_id == sa.bindparam("lot_id"), bid.c.annulled_at.is_(None))
    .order_by(bid.c.seq)
)


def standing_bids(session: Session, lot_id: int) -> list[tuple[int, int]]:
    """The bids of a lot that were not annulled, oldest first: (bidder, maximum)."""
    rows = session.connection().execute(_STANDING_BIDS, {"lot_id": lot_id})
    return [(row.bidder_id, row.maximum_minor) for row in rows]
