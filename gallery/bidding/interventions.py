"""What staff may do to a running lot: annul a bid made by manifest error, withdraw the lot (D7).

Both leave a public entry in the lot's chain, an audit entry, and a word to who is concerned. The price may fall
here and only here: it is derived anew from the bids that are left (I1, I6).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.bidding import chain, receipts, rules
from gallery.bidding.held import Held, bid, hold, lot_bidder, standing_bids
from gallery.bidding.services import lead_with
from gallery.core import audit, clock
from gallery.core.db import transaction
from gallery.core.errors import Missing
from gallery.notices.services import notify, withdraw


class Reason(StrEnum):
    """Why staff stepped in; published as this code, never as free text that could name somebody."""

    TYPING_ERROR = "typing_error"
    WRONG_LOT = "wrong_lot"
    MISDESCRIBED = "misdescribed"
    DAMAGED = "damaged"
    FRAUD = "fraud"
    COURT_ORDER = "court_order"


class NotPossible(Exception):
    """The lot is not in a state that allows this (I15), or the bid does not stand."""


def annul_bid(lot_id: int, seq: int, reason: Reason, actor_id: int, *, now: datetime | None = None) -> None:
    """Take the bid with this number out of a lot that takes bids, and derive the standing anew.

    The end stays as it is. Raises Missing for an unknown lot or bid, NotPossible otherwise.
    """
    with transaction() as session:
        held, at = _running(session, lot_id, rules.Action.ANNUL, now)
        annulled = session.execute(
            sa.select(bid.c.bidder_id, bid.c.annulled_at).where(bid.c.lot_id == lot_id, bid.c.seq == seq)
        ).one_or_none()
        if annulled is None:
            raise Missing
        if annulled.annulled_at is not None:
            raise NotPossible
        session.execute(sa.update(bid).where(bid.c.lot_id == lot_id, bid.c.seq == seq).values(annulled_at=at))
        left = standing_bids(session, lot_id)
        after = rules.replay(held.standing, held.sale, left)
        lead_with(session, held, after.leader, after.maximum_minor)
        highest = max((maximum for bidder_id, maximum in left if bidder_id == annulled.bidder_id), default=0)
        session.execute(
            sa.update(lot_bidder)
            .where(lot_bidder.c.lot_id == lot_id, lot_bidder.c.bidder_id == annulled.bidder_id)
            .values(maximum_minor=highest)
        )
        chain.append(
            session,
            held,
            receipts.Kind.ANNULMENT,
            after,
            at,
            bidder_alias=chain.alias_of(session, lot_id, annulled.bidder_id),
            leader_alias=chain.alias_of(session, lot_id, after.leader),
            annuls=seq,
            reason=reason,
        )
        audit.record("bid.annulled", f"lot:{lot_id}", actor_id=actor_id, seq=seq, reason=reason)
        if after.leader is not None and after.leader != held.standing.leader:
            _tell_new_leader(held, after, after.leader, seq)
        if not highest:
            withdraw(annulled.bidder_id, "outbid", lot_id=lot_id)  # He has no maximum left to go beyond.
        notify(annulled.bidder_id, "bid_annulled", f"lot:{lot_id}:bid:{seq}", lot_id=lot_id, reason=str(reason))


def _tell_new_leader(held: Held, after: rules.Standing, leader: int, annulled_seq: int) -> None:
    """Who may have thought that he was out of it is bound by his maximum again."""
    withdraw(leader, "outbid", lot_id=held.lot_id)
    notify(
        leader,
        "leads_again",
        f"lot:{held.lot_id}:without:{annulled_seq}",
        lot_id=held.lot_id,
        price_minor=after.price_minor,
        currency=held.sale.currency,
    )


def withdraw_lot(lot_id: int, reason: Reason, actor_id: int, *, now: datetime | None = None) -> None:
    """Take a lot out of its sale before its end. Raises Missing or NotPossible."""
    with transaction() as session:
        held, at = _running(session, lot_id, rules.Action.WITHDRAW, now)
        after = replace(held.standing, state=rules.LotState.WITHDRAWN)
        chain.append(
            session,
            held,
            receipts.Kind.WITHDRAWAL,
            after,
            at,
            leader_alias=held.leader_alias,
            reason=reason,
            closed_at=at,
        )
        audit.record("lot.withdrawn", f"lot:{lot_id}", actor_id=actor_id, reason=reason)
        for bidder_id in {bidder_id for bidder_id, _maximum in standing_bids(session, lot_id)}:
            notify(bidder_id, "lot_withdrawn", f"lot:{lot_id}", lot_id=lot_id, reason=str(reason))
        notify(held.seller_id, "own_lot_withdrawn", f"lot:{lot_id}", lot_id=lot_id, reason=str(reason))


def _running(session: Session, lot_id: int, action: rules.Action, now: datetime | None) -> tuple[Held, datetime]:
    """The lot, locked, and the time; refused unless time and state allow the action."""
    held = hold(session, lot_id)
    if held is None:
        raise Missing
    at = now or clock.database_now(session)
    if rules.next_state(rules.state_at(held.standing, at), action) is None:
        raise NotPossible
    return held, at
