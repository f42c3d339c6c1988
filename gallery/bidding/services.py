"""What can be done with bids. Each public function is one unit of work.

The lot is locked first; then the time is taken, once; then the rules decide on what the lock holds still.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gallery.bidding import chain, eligibility, receipts, rules
from gallery.bidding import held as secret
from gallery.bidding.held import Held, bid, lead, lot_bidder
from gallery.content.policies import queries as policies
from gallery.content.policies.rules import Kind
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.errors import Missing
from gallery.core.prepared import Prepared
from gallery.notices.services import notify, withdraw

# Built once: a bid waits for these.
_of_lot = sa.bindparam("of_lot", type_=lot_bidder.c.lot_id.type)
_of_bidder = sa.bindparam("of_bidder", type_=lot_bidder.c.bidder_id.type)
_maximum = sa.bindparam("maximum", type_=lot_bidder.c.maximum_minor.type)
_seq = sa.bindparam("seq", type_=lot_bidder.c.last_seq.type)
_PUT_BID = Prepared(sa.insert(bid))
_ALIASES_TAKEN = Prepared(
    sa.select(sa.func.coalesce(sa.func.max(lot_bidder.c.alias), 0)).where(lot_bidder.c.lot_id == sa.bindparam("lot_id"))
)
_ENTER = Prepared(
    sa.insert(lot_bidder).values(
        lot_id=_of_lot, bidder_id=_of_bidder, alias=sa.bindparam("new_alias"), maximum_minor=_maximum, last_seq=_seq
    )
)
_BID_AGAIN = Prepared(
    sa.update(lot_bidder)
    .where(lot_bidder.c.lot_id == _of_lot, lot_bidder.c.bidder_id == _of_bidder)
    .values(
        maximum_minor=sa.case((lot_bidder.c.maximum_minor < _maximum, _maximum), else_=lot_bidder.c.maximum_minor),
        last_seq=_seq,
    )
)
_FIRST_LEADS = Prepared(sa.insert(lead).values(lot_id=_of_lot, bidder_id=_of_bidder, maximum_minor=_maximum))
_NOW_LEADS = Prepared(
    sa.update(lead).where(lead.c.lot_id == _of_lot).values(bidder_id=_of_bidder, maximum_minor=_maximum)
)
_NOBODY_LEADS = Prepared(sa.delete(lead).where(lead.c.lot_id == _of_lot))


class BidRefused(Exception):
    """The bid does not count and changed nothing.

    `least_minor` is the least amount that would have done, where an amount was the trouble; `said`
    is what staff gave as the reason of a block, a bar or a limit.
    """

    def __init__(self, reason: rules.Refusal, least_minor: int | None = None, said: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.least_minor = least_minor
        self.said = said


class KeyReused(Exception):
    """The idempotency key already stands for another bid of this bidder (test case 17)."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The answer to an accepted bid. For the bidder only: it opens his commitment."""

    lot_id: int
    seq: int
    leads: bool
    price_minor: int
    maximum_minor: int
    digest: str
    nonce: str
    is_repeated: bool
    """Whether this is the first answer given again to the same key (D4)."""


def place_bid(lot_id: int, bidder_id: int, maximum_minor: int, key: str, *, now: datetime | None = None) -> Placed:
    """Record a bid up to `maximum_minor` (minor units of the sale's currency), RULES "Bids".

    Without `now` the time of receipt is the database's once the lot is locked (I4); with it a past
    sale can be replayed. The same key again gives the first answer again.
    Raises BidRefused, KeyReused, or Missing for an unknown lot.
    """
    try:
        with transaction() as session:
            held = secret.hold(session, lot_id)
            if held is None:
                raise Missing
            if first := secret.bid_by_key(session, bidder_id, key):
                return _again(first, lot_id, maximum_minor)
            received_at = now or clock.database_now(session)
            facts, said = eligibility.facts(session, held, bidder_id, received_at)
            verdict = rules.judge(held.standing, held.sale, facts, maximum_minor, received_at)
            if isinstance(verdict, rules.Refused):
                raise BidRefused(verdict.reason, verdict.least_minor, said)
            return _record(session, held, bidder_id, maximum_minor, key, verdict, received_at)
    except IntegrityError as conflict:
        if not _is_of_key(conflict):
            raise
        raise KeyReused from conflict  # On another lot, at the same moment: the lot's own lock orders the rest.


def _is_of_key(conflict: IntegrityError) -> bool:
    """Whether two bids of one bidder have the same key; SQLite tells the columns and not the constraint."""
    violated = getattr(getattr(conflict.orig, "diag", None), "constraint_name", None)
    return violated == "uq_bid_bidder_id_key" or str(conflict.orig).endswith(": bid.bidder_id, bid.key")


def check_bid(lot_id: int, bidder_id: int, maximum_minor: int) -> None:
    """Say before the review what would refuse the bid now; records nothing and locks nothing.

    Raises BidRefused, or Missing for an unknown lot.
    """
    session = db.session()
    held = secret.hold(session, lot_id, locked=False)
    if held is None:
        raise Missing
    now = clock.database_now(session)
    facts, said = eligibility.facts(session, held, bidder_id, now, locked=False)
    verdict = rules.judge(held.standing, held.sale, facts, maximum_minor, now)
    if isinstance(verdict, rules.Refused):
        raise BidRefused(verdict.reason, verdict.least_minor, said)


def _again(first: sa.Row, lot_id: int, maximum_minor: int) -> Placed:  # type: ignore[type-arg]
    if (first.lot_id, first.maximum_minor) != (lot_id, maximum_minor):
        raise KeyReused
    return Placed(
        lot_id, first.seq, first.leads, first.price_minor, maximum_minor, first.digest, first.nonce, is_repeated=True
    )


def _record(
    session: Session,
    held: Held,
    bidder_id: int,
    maximum_minor: int,
    key: str,
    verdict: rules.Accepted,
    now: datetime,
) -> Placed:
    nonce = secrets.token_hex(receipts.NONCE_BYTES)
    alias = _enter(session, held, bidder_id, maximum_minor)
    after = replace(rules.after(held.standing, verdict), state=rules.LotState.OPEN)
    leads = verdict.leader == bidder_id
    appended = chain.append(
        session,
        held,
        receipts.Kind.RAISE if verdict.kind is rules.Kind.RAISE else receipts.Kind.BID,
        after,
        now,
        bidder_alias=alias,
        leader_alias=alias if leads else held.leader_alias,
        commitment=receipts.commit(nonce, maximum_minor),
    )
    _PUT_BID.change(
        session,
        {
            "lot_id": held.lot_id,
            "seq": appended.seq,
            "bidder_id": bidder_id,
            "key": key,
            "maximum_minor": maximum_minor,
            "nonce": nonce,
            "price_minor": verdict.price_minor,
            "leads": leads,
            "placed_at": now,
            "annulled_at": None,
            "terms_version": policies.number_in_force(Kind.TERMS, now),
        },
    )
    if leads:
        lead_with(session, held, bidder_id, maximum_minor)
    if verdict.kind is rules.Kind.LEAD and held.standing.leader is not None:
        withdraw(bidder_id, "outbid", lot_id=held.lot_id)
        notify(
            held.standing.leader,
            "outbid",
            f"lot:{held.lot_id}:bid:{appended.seq}",
            lot_id=held.lot_id,
            price_minor=verdict.price_minor,
            currency=held.sale.currency,
        )
    return Placed(
        held.lot_id, appended.seq, leads, verdict.price_minor, maximum_minor, appended.digest, nonce, is_repeated=False
    )


def _enter(session: Session, held: Held, bidder_id: int, maximum_minor: int) -> int:
    """Note that the bidder takes part in the lot, and tell his alias there (D1)."""
    alias = chain.alias_of(session, held.lot_id, bidder_id)
    place = {"of_lot": held.lot_id, "of_bidder": bidder_id, "maximum": maximum_minor, "seq": held.version}
    if alias is not None:
        _BID_AGAIN.change(session, place)
        return alias
    taken: int = _ALIASES_TAKEN.value(session, {"lot_id": held.lot_id})
    _ENTER.change(session, place | {"new_alias": taken + 1})
    return taken + 1


def lead_with(session: Session, held: Held, bidder_id: int | None, maximum_minor: int) -> None:
    """Make a bidder the lot's leader up to a maximum; with None nobody leads any more."""
    leader = {"of_lot": held.lot_id, "of_bidder": bidder_id, "maximum": maximum_minor}
    if bidder_id is None:
        _NOBODY_LEADS.change(session, leader)
    elif held.standing.leader is None:
        _FIRST_LEADS.change(session, leader)
    else:
        _NOW_LEADS.change(session, leader)
