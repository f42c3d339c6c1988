"""Reads about bidding: what everyone may see, and how the asker himself stands.

Plain statements, built once and run past the ORM: the standing is among the house's hottest paths. What is secret is
read in `held` (I9).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gallery.bidding import costs, rules
from gallery.bidding.increments import GRANULARITY, Table
from gallery.bidding.models import Lead, LotBidder, Receipt
from gallery.core.db import db
from gallery.core.prepared import Prepared
from gallery.lots.models import Lot, Sale

lot, sale = Lot.__table__, Sale.__table__
lead, lot_bidder, receipt = Lead.__table__, LotBidder.__table__, Receipt.__table__


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
    fees: costs.Fees
    ships_from: str
    """ISO 3166-1 alpha-2."""


@dataclass(frozen=True, slots=True)
class Mine:
    """How the asker himself stands in a lot. Only ever shown to him."""

    alias: int
    maximum_minor: int
    leads: bool


_SHOWN = Prepared(
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
        lot.c.ships_from,
        sale.c.currency,
        sale.c.increment_table,
        sale.c.granularity_minor,
        sale.c.soft_close_seconds,
        sale.c.soft_close_cap_seconds,
        sale.c.premium_bp,
        sale.c.premium_fixed_minor,
        sale.c.resale_right,
    )
    .join_from(lot, sale, lot.c.sale_id == sale.c.id)
    .where(lot.c.id == sa.bindparam("lot_id"), sale.c.is_published)
)
_VERSIONS = (
    sa.select(lot.c.id, lot.c.version)
    .join_from(lot, sale, lot.c.sale_id == sale.c.id)
    .where(lot.c.id.in_(sa.bindparam("lot_ids", expanding=True)), sale.c.is_published)
)
_MINE = Prepared(
    sa.select(lot_bidder.c.alias, lot_bidder.c.maximum_minor, lead.c.bidder_id)
    .join_from(lot_bidder, lead, lead.c.lot_id == lot_bidder.c.lot_id, isouter=True)
    .where(lot_bidder.c.lot_id == sa.bindparam("lot_id"), lot_bidder.c.bidder_id == sa.bindparam("bidder_id"))
)
_RECEIPTS = sa.select(receipt.c.lot_id, receipt.c.seq, receipt.c.kind, receipt.c.digest, receipt.c.body).where(
    receipt.c.lot_id == sa.bindparam("lot_id")
)
_CHAIN = _RECEIPTS.order_by(receipt.c.seq)
_RECEIPT = _RECEIPTS.where(receipt.c.seq == sa.bindparam("seq"))
_OLDEST = _CHAIN.where(receipt.c.seq >= sa.bindparam("first")).limit(sa.bindparam("most"))
_NEWEST = (
    _RECEIPTS.where(receipt.c.seq < sa.bindparam("before")).order_by(receipt.c.seq.desc()).limit(sa.bindparam("most"))
)
LARGEST_SEQ = 10**9
"""No chain is as long."""
_DUE = (
    sa.select(lot.c.id)
    .where(
        lot.c.state.in_((rules.LotState.UPCOMING, rules.LotState.OPEN)),
        lot.c.ends_at <= sa.bindparam("now", type_=lot.c.ends_at.type),
    )
    .order_by(lot.c.ends_at)
    .limit(sa.bindparam("most"))
)


def run(statement: sa.Executable, values: dict[str, Any]) -> sa.CursorResult[Any]:
    """Run a plain statement on the session's connection."""
    return db.session().connection().execute(statement, values)


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
    row = _SHOWN.first(db.session(), {"lot_id": lot_id})
    if row is None:
        return None
    terms = sale_rules(row)
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
        minimum_minor=rules.minimum_bid(public, terms),
        opens_at=row.opens_at,
        ends_at=row.ends_at,
        scheduled_end_at=row.scheduled_end_at,
        outage_seconds=row.outage_seconds,
        soft_close_seconds=row.soft_close_seconds,
        sale=terms,
        fees=costs.Fees(row.currency, row.premium_bp, row.premium_fixed_minor, costs.ResaleRight(row.resale_right)),
        ships_from=row.ships_from,
    )


def versions(lot_ids: Iterable[int]) -> dict[int, int]:
    """The versions of some lots that are shown: what the live net compares."""
    rows = run(_VERSIONS, {"lot_ids": list(lot_ids)})
    return {row.id: row.version for row in rows}


def mine(lot_id: int, bidder_id: int) -> Mine | None:
    """How this bidder stands in the lot; None if he has not bid on it."""
    row = _MINE.first(db.session(), {"lot_id": lot_id, "bidder_id": bidder_id})
    return row and Mine(row.alias, row.maximum_minor, row.bidder_id == bidder_id)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a lot's public chain; the first has seq 0."""

    lot_id: int
    seq: int
    kind: str
    digest: str
    body: str

    @property
    def facts(self) -> dict[str, Any]:
        """What the entry says, as sealed."""
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed


def _entry(row: Any) -> Entry:
    return Entry(row.lot_id, row.seq, row.kind, row.digest, row.body)


def chain(lot_id: int) -> list[Entry]:
    """A lot's receipts, oldest first."""
    return [_entry(row) for row in run(_CHAIN, {"lot_id": lot_id})]


def newest(lot_id: int, before: int | None, most: int) -> list[Entry]:
    """The last receipts of a lot, newest first; only those before a seq if one is given."""
    wanted = {"lot_id": lot_id, "before": LARGEST_SEQ if before is None else before, "most": most}
    return [_entry(row) for row in run(_NEWEST, wanted)]


def oldest(lot_id: int, first: int, most: int) -> list[Entry]:
    """A lot's receipts from a seq on, oldest first."""
    return [_entry(row) for row in run(_OLDEST, {"lot_id": lot_id, "first": first, "most": most})]


def entry(lot_id: int, seq: int) -> Entry | None:
    """One receipt of a lot, if there is one with this seq."""
    row = run(_RECEIPT, {"lot_id": lot_id, "seq": seq}).one_or_none()
    return row and _entry(row)


def due_lots(now: datetime, most: int = 100) -> list[int]:
    """Lots past their end that nobody has closed yet, the longest overdue first."""
    return [row.id for row in run(_DUE, {"now": now, "most": most})]
