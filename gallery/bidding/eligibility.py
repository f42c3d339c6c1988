"""What the rules must know of somebody who wants to bid (RULES "Who may bid", D5, D9, I8)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.account import queries as account
from gallery.account.rules import Gap
from gallery.auth.models import STAFF, Member, Role, member_role
from gallery.bidding import rules
from gallery.bidding.held import Held, leading_elsewhere
from gallery.core import settings
from gallery.core.prepared import Prepared, among
from gallery.trust import queries as trust
from gallery.trust.models import SpendingLimit

member, role = Member.__table__, Role.__table__

_person = sa.select(
    member.c.active,
    member.c.confirmed_at,
    sa.exists()
    .where(
        member_role.c.member_id == member.c.id,
        member_role.c.role_id == role.c.id,
        role.c.name.in_(among(*sorted(STAFF))),
    )
    .label("is_staff"),
).where(member.c.id == sa.bindparam("bidder_id"))
_PERSON = Prepared(_person)
_PERSON_HELD = Prepared(_person.with_for_update(key_share=True, read=True, of=member))
"""As the bid's own reference to him will: whose erasure has begun is seen, or it waits for the bid (P-38)."""

_LIMIT_LOCK = Prepared(
    sa.select(SpendingLimit.member_id).where(SpendingLimit.member_id == sa.bindparam("bidder_id")).with_for_update()
)


def facts(
    session: Session, held: Held, bidder_id: int, now: datetime, *, locked: bool = True
) -> tuple[rules.BidderFacts, str]:
    """The facts about a bidder and, where he is blocked, barred or limited, the reason that staff gave.

    Read in the unit of work that holds the lot: what is decided is what holds when it is written. A spending limit
    is over several lots, so it is locked too (`locked`), or two bids at once would both fit it.
    """
    person = (_PERSON_HELD if locked else _PERSON).first(session, {"bidder_id": bidder_id})
    if person is None:
        return rules.BidderFacts(bidder_id, is_confirmed=False), ""
    gate = trust.gate(bidder_id, held.sale_id, held.seller_id, now)
    gaps = account.profile_gaps(bidder_id, now.astimezone(ZoneInfo(settings.current().time_zone)).date())
    limit = None
    if gate.limit_minor and gate.limit_currency:
        if locked:
            _LIMIT_LOCK.first(session, {"bidder_id": bidder_id})
        limit = rules.SpendingLimit(
            gate.limit_minor, gate.limit_currency, leading_elsewhere(session, bidder_id, held.lot_id)
        )
    found = rules.BidderFacts(
        bidder=bidder_id,
        is_seller=bidder_id == held.seller_id,
        is_staff=person.is_staff,
        is_linked=gate.is_linked_to_seller,
        is_blocked=gate.blocked_reason is not None or not person.active,
        is_barred=gate.barred_reason is not None,
        is_confirmed=person.confirmed_at is not None,
        is_complete=not (set(gaps) - {Gap.UNDER_AGE}),
        is_adult=Gap.UNDER_AGE not in gaps,
        limit=limit,
    )
    return found, gate.blocked_reason or gate.barred_reason or gate.limit_reason or ""
