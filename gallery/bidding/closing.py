"""The end of a lot, and the pulse of the house (D8, D10).

Time ends a lot, not a job: from `ends_at` on no bid is taken, whether anybody closes it or not. Closing only writes
down what time has decided, exactly once. It waits until the house is known to have been reachable at the end:
if it was not, the lot is extended instead (RULES "Time", outage).
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.account import snapshots
from gallery.bidding import chain, queries, receipts, rules
from gallery.bidding.held import Held, hold, standing_bids
from gallery.bidding.models import Heartbeat, Outage, Outcome
from gallery.bidding.queries import lot
from gallery.core import audit, clock
from gallery.core.db import db, transaction
from gallery.notices.services import notify

heartbeat, outage, outcome = Heartbeat.__table__, Outage.__table__, Outcome.__table__

PULSE = 1
"""The id of the one row of `heartbeat`."""

log = logging.getLogger(__name__)


def close_due_lots() -> int:
    """Close every lot whose end has passed; how many were."""
    due = queries.due_lots(clock.database_now(db.session()))
    return sum(_close_alone(lot_id) is not None for lot_id in due)


def _close_alone(lot_id: int) -> rules.Outcome | None:
    """Close one lot of many: what is wrong with it must not keep the others open."""
    try:
        return close_lot(lot_id)
    except Exception:
        log.exception("lot %s could not be closed", lot_id)
        return None


def close_lot(lot_id: int, *, now: datetime | None = None) -> rules.Outcome | None:
    """Give a lot past its end its one outcome, and tell those concerned (I2, I15).

    None if there is nothing to close yet, or no longer: a second call does nothing.
    """
    with transaction() as session:
        held = hold(session, lot_id)
        at = now or clock.database_now(session)
        if held is None or held.standing.state not in (rules.LotState.UPCOMING, rules.LotState.OPEN):
            return None
        if at < held.standing.ends_at or not _was_reachable(session, held.standing.ends_at):
            return None
        return _close(session, held, at)


def _close(session: Session, held: Held, at: datetime) -> rules.Outcome:
    result = rules.outcome(held.standing)
    sold = result is rules.Outcome.SOLD
    winner_id = held.standing.leader if sold else None
    session.execute(
        sa.insert(outcome),
        {
            "lot_id": held.lot_id,
            "result": result,
            "winner_id": winner_id,
            "hammer_minor": held.standing.price_minor if sold else None,
            "decided_at": at,
        },
    )
    chain.append(
        session,
        held,
        receipts.Kind.CLOSING,
        replace(held.standing, state=rules.LotState.SOLD if sold else rules.LotState.UNSOLD),
        at,
        leader_alias=held.leader_alias,
        reason=result,
        closed_at=at,
    )
    audit.record("lot.closed", f"lot:{held.lot_id}", result=result)
    if winner_id is not None:
        # The contract is made with who the two are now, whatever they change later (B3).
        for party in (winner_id, held.seller_id):
            snapshots.take(party, snapshots.PARTY, f"lot:{held.lot_id}", now=at)
    _tell(session, held, result, winner_id)
    return result


def _tell(session: Session, held: Held, result: rules.Outcome, winner_id: int | None) -> None:
    key = f"lot:{held.lot_id}"
    price = {"lot_id": held.lot_id, "price_minor": held.standing.price_minor, "currency": held.sale.currency}
    # Whose bids were all annulled has lost nothing, and was told so.
    for bidder_id in dict.fromkeys(bidder_id for bidder_id, _maximum in standing_bids(session, held.lot_id)):
        notify(bidder_id, "won" if bidder_id == winner_id else "lost", key, **price)
    if winner_id is not None:
        notify(held.seller_id, "sold", key, **price)
    else:
        notify(held.seller_id, "unsold", key, result=str(result), **price)


def beat() -> datetime:
    """Note that the house can be reached and can write; what a gap since the last time means follows at once.

    Answers the time of this beat. Called by the web processes every few seconds, and before they serve
    their first request.
    """
    with transaction() as session:
        at = clock.database_now(session)
        # Locks the row, so that of several processes starting up one alone finds the gap.
        if not session.execute(sa.update(heartbeat).where(heartbeat.c.id == PULSE).values(id=PULSE)).rowcount:  # type: ignore[attr-defined]
            session.execute(sa.insert(heartbeat), {"id": PULSE, "beat_at": at})
            return at
        before: datetime = session.execute(sa.select(heartbeat.c.beat_at)).scalar_one()
        if at - before > rules.OUTAGE_THRESHOLD:
            _note_outage(session, before, at)
        if at > before:
            session.execute(sa.update(heartbeat).values(beat_at=at))
        return at


def _note_outage(session: Session, began_at: datetime, ended_at: datetime) -> None:
    session.execute(sa.insert(outage), {"started_at": began_at, "ended_at": ended_at})
    suffering = session.execute(
        sa.select(lot.c.id)
        .where(
            lot.c.state.in_((rules.LotState.UPCOMING, rules.LotState.OPEN)),
            lot.c.ends_at > began_at,
            lot.c.ends_at < ended_at + rules.OUTAGE_WINDOW,
        )
        .order_by(lot.c.id)
    ).scalars()
    for lot_id in suffering.all():
        held = hold(session, lot_id)
        if held is not None:
            _extend(session, held, began_at, ended_at)


def _extend(session: Session, held: Held, began_at: datetime, ended_at: datetime) -> None:
    seconds = rules.outage_extension(held.standing, held.sale, began_at, ended_at)
    if not seconds:
        return
    after = replace(
        held.standing,
        ends_at=held.standing.ends_at + timedelta(seconds=seconds),
        outage_seconds=seconds,
    )
    chain.append(
        session,
        held,
        receipts.Kind.OUTAGE,
        after,
        ended_at,
        leader_alias=held.leader_alias,
        reason="outage",
    )
    audit.record("lot.extended", f"lot:{held.lot_id}", seconds=seconds)


def _was_reachable(session: Session, ends_at: datetime) -> bool:
    """Whether the house was seen at or after a lot's end; a house that never beat has no pulse to miss."""
    seen: datetime | None = session.execute(sa.select(heartbeat.c.beat_at)).scalar_one_or_none()
    return seen is None or seen >= ends_at
