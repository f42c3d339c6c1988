"""The gate that bidding asks: everything that may keep one member from one sale, in one statement (hot path)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gallery.core.db import UTCDateTime, db
from gallery.core.prepared import Prepared
from gallery.trust.models import AccountLink, Block, SaleBar, SpendingLimit


@dataclass(frozen=True)
class GateFacts:
    """What stands between a member and a bid. The reasons are those that the member is told."""

    blocked_reason: str | None = None
    blocked_until: datetime | None = None
    """UTC; None with a reason: until it is lifted."""
    barred_reason: str | None = None
    is_linked_to_seller: bool = False
    limit_minor: int | None = None
    """The most that open leading bids may come to together, in minor units; None: no limit."""
    limit_currency: str | None = None
    limit_reason: str | None = None


_member_id = sa.bindparam("member_id", type_=sa.BigInteger)
_sale_id = sa.bindparam("sale_id", type_=sa.BigInteger)
_seller_id = sa.bindparam("seller_id", type_=sa.BigInteger)
_now = sa.bindparam("now", type_=UTCDateTime)

_block = (
    # The one that lasts longest is the one to tell; one without an end lasts longest.
    sa.select(Block.reason, Block.until)
    .where(Block.member_id == _member_id, Block.lifted_at.is_(None), Block.since <= _now)
    .where(sa.or_(Block.until.is_(None), Block.until > _now))
    .order_by(Block.until.is_(None).desc(), Block.until.desc(), Block.id)
    .limit(1)
    .subquery("block_now")
)
_bar = sa.select(SaleBar.reason).where(SaleBar.member_id == _member_id, SaleBar.sale_id == _sale_id).subquery("bar")
_limit = (
    sa.select(SpendingLimit.limit_minor, SpendingLimit.currency, SpendingLimit.reason)
    .where(SpendingLimit.member_id == _member_id, SpendingLimit.limit_minor > 0)
    .subquery("spending")
)
_linked = sa.exists().where(AccountLink.member_id == _member_id, AccountLink.linked_id == _seller_id)
_one = sa.select(_linked.label("linked")).subquery("one")

_GATE = Prepared(
    sa.select(
        _block.c.reason,
        _block.c.until,
        _bar.c.reason,
        _one.c.linked,
        *_limit.c,  # The limit's last, in its own order.
    ).select_from(_one.outerjoin(_block, sa.true()).outerjoin(_bar, sa.true()).outerjoin(_limit, sa.true()))
)


def gate(member_id: int, sale_id: int, seller_id: int | None, now: datetime) -> GateFacts:
    """What keeps the member from bidding on a lot of this seller in this sale at `now` (UTC)."""
    row = _GATE.first(db.session(), {"member_id": member_id, "sale_id": sale_id, "seller_id": seller_id, "now": now})
    return GateFacts(row[0], row[1], row[2], bool(row[3]), *row[4:])


def linked_ids(member_id: int) -> set[int]:
    """The accounts that belong to the same household or hand as this one."""
    query = sa.select(AccountLink.linked_id).where(AccountLink.member_id == member_id)
    return set(db.session().execute(query).scalars())
