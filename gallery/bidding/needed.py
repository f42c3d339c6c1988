"""What the auction still needs of a member who wants to be erased (P-38, L3).

A bid binds until its lot is closed; a sale that was concluded has to be carried out; its record stays for ten years
from the end of the accounting year. Losing bids and lots that did not sell are needed by nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gallery.account.models import BankAccount, Company, Profile, Snapshot
from gallery.bidding import rules
from gallery.bidding.models import Bid, Lead, LotBidder, Outcome
from gallery.core import settings
from gallery.core.db import db
from gallery.core.holds import Ground, Hold, row_key
from gallery.lots.models import Lot

SETTLED_AFTER = timedelta(days=60)
"""For so long a sale counts as not carried out: payment, sending, receipt, withdrawal and payout (RULES) take less."""
YEARS_OF_RECORDS = 10

lot, outcome = Lot.__table__, Outcome.__table__
bid, lot_bidder, lead = Bid.__table__, LotBidder.__table__, Lead.__table__
OPEN = (rules.LotState.UPCOMING, rules.LotState.OPEN)

Row = tuple[str, tuple[int, ...]]
"""A table and a primary key in it."""


def record_ends(decided_at: datetime, zone: ZoneInfo) -> datetime:
    """When a sale's record may go: ten years after the end of the accounting year, which is the calendar's."""
    return datetime(decided_at.astimezone(zone).year + 1 + YEARS_OF_RECORDS, 1, 1, tzinfo=zone)


def records_before(now: datetime, zone: ZoneInfo) -> datetime:
    """Of sales before this moment the record may go at `now`: `record_ends` turned round."""
    return datetime(now.astimezone(zone).year - YEARS_OF_RECORDS, 1, 1, tzinfo=zone)


def of_bidder(member_id: int, asked_at: datetime) -> Iterator[Hold]:
    """A bid that may still win, and what was won."""
    binding = (
        sa.select(bid.c.lot_id)
        .join(lot, lot.c.id == bid.c.lot_id)
        .where(bid.c.bidder_id == member_id, bid.c.annulled_at.is_(None), lot.c.state.in_(OPEN))
        .distinct()
    )
    for lot_id in db.session().execute(binding).scalars().all():
        about = f"lot:{lot_id}"
        yield from _rows(_bidding(member_id, lot_id), Ground.OBLIGATION, "bid_binds", asked_at, None, about)
        # Whoever wins is told so, and is named to the seller as he is at the closing (B3).
        yield from _rows(_who(member_id), Ground.OBLIGATION, "bid_binds", asked_at, None, about)
    won = sa.select(outcome.c.lot_id, outcome.c.decided_at).where(outcome.c.winner_id == member_id)
    for lot_id, decided_at in db.session().execute(won).all():
        about = f"lot:{lot_id}"
        record = [("outcome", (lot_id,)), *_bidding(member_id, lot_id), *_snapshots(member_id, about)]
        yield from _concluded(member_id, record, decided_at, about, "to_pay", [])


def of_seller(member_id: int, asked_at: datetime) -> Iterator[Hold]:
    """A lot that is still on sale, and what was sold."""
    his = sa.select(lot.c.id, lot.c.state, outcome.c.decided_at, outcome.c.result).where(lot.c.seller_id == member_id)
    account: list[Row] = [("bank_account", (member_id,))] if _exists(BankAccount, member_id) else []
    for lot_id, state, decided_at, result in db.session().execute(his.outerjoin_from(lot, outcome)).all():
        about = f"lot:{lot_id}"
        if state in OPEN:
            needed = [("lot", (lot_id,)), *_who(member_id), *account]
            yield from _rows(needed, Ground.OBLIGATION, "lot_on_sale", asked_at, None, about)
        elif result == rules.Outcome.SOLD:
            record = [("lot", (lot_id,)), *_snapshots(member_id, about)]
            yield from _concluded(member_id, record, decided_at, about, "to_deliver", account)


def _concluded(
    member_id: int, record: list[Row], decided_at: datetime, about: str, why: str, for_payment: list[Row]
) -> Iterator[Hold]:
    """A sale: its record for ten years, and for as long as it is carried out where to write and to pay to."""
    until = record_ends(decided_at, ZoneInfo(settings.current().time_zone))
    yield from _rows(record, Ground.LEGAL_DUTY, "sales_record", decided_at, until, about)
    needed: list[Row] = [("member", (member_id,)), *for_payment]
    yield from _rows(needed, Ground.OBLIGATION, why, decided_at, decided_at + SETTLED_AFTER, about)


def _rows(
    rows: Iterable[Row], ground: Ground, why: str, since: datetime, until: datetime | None, about: str
) -> Iterator[Hold]:
    for table, key in rows:
        yield Hold(table, row_key(key), ground, why, since, until, about)


def _bidding(member_id: int, lot_id: int) -> list[Row]:
    """All that says how the member bid on a lot: one standing, which cannot be kept by halves."""
    bids = sa.select(bid.c.id).where(bid.c.lot_id == lot_id, bid.c.bidder_id == member_id)
    rows: list[Row] = [("bid", (number,)) for number in db.session().execute(bids).scalars()]
    leads = sa.select(lead.c.lot_id).where(lead.c.lot_id == lot_id, lead.c.bidder_id == member_id)
    if db.session().execute(leads).first():
        rows.append(("lead", (lot_id,)))
    return [*rows, ("lot_bidder", (lot_id, member_id))]


def _who(member_id: int) -> list[Row]:
    """Where to reach the member, and who he is to the other side."""
    rows: list[Row] = [("member", (member_id,))]
    return rows + [(table.__tablename__, (member_id,)) for table in (Profile, Company) if _exists(table, member_id)]


def _exists(table: type[Profile | Company | BankAccount], member_id: int) -> bool:
    return bool(db.session().execute(sa.select(sa.exists().where(table.member_id == member_id))).scalar_one())


def _snapshots(member_id: int, occasion: str) -> list[Row]:
    taken = sa.select(Snapshot.id).where(Snapshot.member_id == member_id, Snapshot.occasion == occasion)
    return [("snapshot", (number,)) for number in db.session().execute(taken).scalars()]
