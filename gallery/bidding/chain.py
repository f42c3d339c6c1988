"""Write the next entry of a lot's chain and the lot's public standing, as one: neither exists without the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.bidding import receipts, rules
from gallery.bidding.held import Held
from gallery.bidding.queries import lot, lot_bidder, receipt
from gallery.core import live
from gallery.core.db import after_commit
from gallery.core.prepared import Prepared

_SEAL = Prepared(sa.insert(receipt))
_move = (
    sa.update(lot)
    .where(lot.c.id == sa.bindparam("held_id"), lot.c.version == sa.bindparam("held_version"))
    .values(
        price_minor=sa.bindparam("price"),
        bids=sa.bindparam("bids_now"),
        ends_at=sa.bindparam("ends"),
        state=sa.bindparam("state_now"),
        outage_seconds=sa.bindparam("outage"),
        reserve_met=sa.bindparam("met"),
        leader_alias=sa.bindparam("leader"),
        version=lot.c.version + 1,
    )
)
_MOVE, _CLOSE = Prepared(_move), Prepared(_move.values(closed_at=sa.bindparam("closed")))
_ALIAS = Prepared(
    sa.select(lot_bidder.c.alias).where(
        lot_bidder.c.lot_id == sa.bindparam("lot_id"), lot_bidder.c.bidder_id == sa.bindparam("bidder_id")
    )
)


@dataclass(frozen=True, slots=True)
class Appended:
    """The entry that was written."""

    seq: int
    digest: str


def append(
    session: Session,
    held: Held,
    kind: receipts.Kind,
    after: rules.Standing,
    now: datetime,
    *,
    bidder_alias: int | None = None,
    leader_alias: int | None = None,
    commitment: str | None = None,
    annuls: int | None = None,
    reason: str | None = None,
    closed_at: datetime | None = None,
) -> Appended:
    """Seal what happened and move the lot to the standing `after` it.

    `held` is the lot as locked by the running unit of work; `leader_alias` the leader's afterwards; `closed_at`
    (UTC) only where this ends the lot's auction.
    Watchers are told once all of it is durable.
    """
    body = receipts.canonical(
        receipts.Entry(
            lot=held.lot_id,
            seq=held.version,
            kind=kind,
            bidder=bidder_alias,
            price_minor=after.price_minor,
            currency=held.sale.currency,
            bids=after.bids,
            ends_at=after.ends_at,
            at=now,
            commitment=commitment,
            annuls=annuls,
            reason=reason,
        )
    )
    digest = receipts.seal(body, held.digest)
    _SEAL.change(session, {"lot_id": held.lot_id, "seq": held.version, "kind": kind, "body": body, "digest": digest})
    moved = (_CLOSE if closed_at else _MOVE).change(
        session,
        {
            "held_id": held.lot_id,
            "held_version": held.version,
            "price": after.price_minor,
            "bids_now": after.bids,
            "ends": after.ends_at,
            "state_now": after.state,
            "outage": after.outage_seconds,
            "met": after.reserve_met,
            "leader": leader_alias,
            "closed": closed_at,
        },
    )
    if moved != 1:
        raise RuntimeError(f"lot {held.lot_id} moved under its own lock")
    version = held.version + 1
    after_commit(lambda: live.publish(f"lot:{held.lot_id}", version))
    return Appended(held.version, digest)


def alias_of(session: Session, lot_id: int, bidder_id: int | None) -> int | None:
    """A bidder's alias in a lot; None for nobody or one who has not bid on it."""
    alias: int | None = _ALIAS.value(session, {"lot_id": lot_id, "bidder_id": bidder_id})
    return alias
