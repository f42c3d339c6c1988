"""What a bid asks of the database: a bound, so that none is added unnoticed (PERFORMANCE goals 1 and 2)."""

from __future__ import annotations

import sqlalchemy as sa

from gallery.core.db import db
from tests.bidding.conftest import Room

MOST = 17
"""One that outbids: the lot, the key, three about the bidder, six that record it, and the outbox's."""


def test_a_bid_that_outbids_takes_a_bounded_number_of_statements(room: Room) -> None:
    room.at(minutes=30)
    for who, euros in ((room.ana, 200), (room.ben, 300), (room.ana, 400)):
        room.bid(who, euros)
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    room.bid(room.ben, 500)
    sa.event.remove(db.engine, "before_cursor_execute", note)
    assert 8 < len([one for one in asked if not one.startswith("BEGIN")]) <= MOST
