"""Removing what has had its time, in batches: bids wait for the lock no longer than one of them takes (L4, P-53)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gallery.account.models import Snapshot
from gallery.auth.models import Member
from gallery.bidding.needed import records_before
from gallery.core import clock, settings
from gallery.core.db import db, transaction
from gallery.privacy.erasure import engine, places
from gallery.privacy.retention import queries
from gallery.privacy.retention.models import RetentionReport
from gallery.privacy.retention.rules import REPORTS, RULES, Act, Rule

BATCH = 200
"""Rows removed in one unit of work."""
NOTHING = "nothing"
SNAPSHOTS, LOTS, UNCONFIRMED = "snapshot.member_id", "records of lots", "accounts never confirmed"


def run(now: datetime | None = None) -> dict[str, int]:
    """Remove all whose time is over and report it: how much by which rule. Again at once removes nothing."""
    at = now or clock.now()
    removed = {rule.path: apply(rule, at) for rule in RULES}
    removed[SNAPSHOTS] = _batches(
        sa.select(Snapshot.id).where(Snapshot.taken_at < _records_before(at)), _delete_of(Snapshot)
    )
    removed[LOTS] = part_with_records(at)
    removed[UNCONFIRMED] = _batches(queries.unconfirmed(at), _delete_of(Member))
    _report(removed, at)
    places.empty_log()
    return removed


def due(now: datetime) -> dict[str, int]:
    """How much a run at `now` would remove, by rule."""
    waiting = {rule.path: _count(queries.over(rule, now)) for rule in RULES}
    waiting[SNAPSHOTS] = _count(_old_snapshots(now))
    waiting[LOTS] = len(queries.old_records(_records_before(now)))
    waiting[UNCONFIRMED] = _count(queries.unconfirmed(now))
    return waiting


def apply(rule: Rule, now: datetime) -> int:
    """Remove what one rule says; how many rows there were."""
    table = queries.table_of(rule)
    (key,) = table.primary_key
    column = rule.path.partition(".")[2]

    def act(keys: Sequence[Any]) -> None:
        change: sa.Delete | sa.Update = (
            sa.delete(table) if rule.act is Act.DELETE else sa.update(table).values({column: None})
        )
        db.session().execute(change.where(key.in_(keys)))

    return _batches(queries.over(rule, now), act)


def part_with_records(now: datetime) -> int:
    """Take the names out of sales ten years after the end of their accounting year, without a human (P-53).

    The lot, its prices and its chain stay; who sold, bid and bought is nobody any more. How many lots there were.
    """
    lots = queries.old_records(_records_before(now))
    for lot_id in lots:
        for member_id in queries.named_in(lot_id):
            engine.part_with(lot_id, member_id, now, now)
    return len(lots)


def _batches(rows: sa.Select[Any], act: Callable[[Sequence[Any]], object]) -> int:
    """Do it with the keys of all these rows, batch by batch; how many there were."""
    total = 0
    while True:
        with transaction() as session:
            keys = session.execute(rows.limit(BATCH)).scalars().all()
            if keys:
                act(keys)
        total += len(keys)
        if len(keys) < BATCH:
            return total


def _delete_of(model: type[Snapshot] | type[Member]) -> Callable[[Sequence[Any]], object]:
    return lambda keys: db.session().execute(sa.delete(model).where(model.id.in_(keys)))


def _old_snapshots(now: datetime) -> sa.Select[Any]:
    return sa.select(Snapshot.id).where(Snapshot.taken_at < _records_before(now))


def _count(rows: sa.Select[Any]) -> int:
    return db.session().execute(sa.select(sa.func.count()).select_from(rows.subquery())).scalar_one()


def _records_before(now: datetime) -> datetime:
    return records_before(now, ZoneInfo(settings.current().time_zone))


def _report(removed: dict[str, int], now: datetime) -> None:
    lines = [{"at": now, "rule": rule, "removed": count} for rule, count in removed.items() if count]
    with transaction() as session:
        session.execute(sa.delete(RetentionReport).where(RetentionReport.at < now - REPORTS))
        session.execute(sa.insert(RetentionReport), lines or [{"at": now, "rule": NOTHING, "removed": 0}])
