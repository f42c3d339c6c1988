"""Whom the tests of erasure let go, and how they look for what is left of him."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from gallery.auth.models import Member
from gallery.bidding import closing
from gallery.bidding.services import place_bid
from gallery.core import clock, outbox
from gallery.core.db import Base, db
from gallery.privacy.erasure import services
from gallery.privacy.erasure.rules import State
from tests import factories


def erase(member_id: int, now: datetime | None = None) -> tuple[services.Asked, State]:
    """Have a member erased: what he asks for, and what the worker does of it at once."""
    at = now or clock.now()
    asked = services.begin(member_id, now=at)
    outbox.deliver_due()
    return asked, services.carry_on(asked.id, at)


def sold_lot(seller_id: int, winner_id: int, loser_id: int, **values: Any) -> int:
    """A lot that was closed an hour ago: who won it, who bid in vain."""
    now = clock.now()
    times = {"opens_at": now - timedelta(hours=3), "ends_at": now - timedelta(hours=1)}
    lot_id = factories.open_lot(seller=db.session.get_one(Member, seller_id), **times, **values)
    place_bid(lot_id, loser_id, 150_00, f"first-{lot_id}", now=now - timedelta(hours=2))
    place_bid(lot_id, winner_id, 400_00, f"second-{lot_id}", now=now - timedelta(hours=2))
    place_bid(lot_id, loser_id, 200_00, f"third-{lot_id}", now=now - timedelta(hours=2))
    closing.close_lot(lot_id, now=now)
    return lot_id


def rows_naming(member_id: int) -> dict[str, int]:
    """How many rows name a member, by the column over which they do."""
    found = {}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table.name == "member" for key in column.foreign_keys):
                query = sa.select(sa.func.count()).select_from(table).where(column == member_id)
                if number := db.session.execute(query).scalar_one():
                    found[str(column)] = number
    db.session.rollback()
    return found


def member_row(member_id: int) -> sa.RowMapping | None:
    """The member's row as it is now."""
    db.session.rollback()
    return db.session.execute(sa.select(Member.__table__).where(Member.id == member_id)).mappings().first()
