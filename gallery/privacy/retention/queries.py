"""Which rows have had their time, and what earlier runs reported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gallery.auth.models import NOBODY, Member
from gallery.bidding.models import Outcome
from gallery.core import data_map
from gallery.core.data_map import Path
from gallery.core.db import Base, db
from gallery.core.personal import Erase
from gallery.lots.models import Lot
from gallery.privacy.erasure import engine
from gallery.privacy.erasure.models import ErasureHold
from gallery.privacy.retention.models import RetentionReport
from gallery.privacy.retention.rules import UNCONFIRMED, Act, Rule

Moment = sa.ColumnElement[datetime]


def _block_ended(table: sa.Table) -> Moment:
    """When it was lifted, else until when it was; a block without an end has none."""
    return sa.func.coalesce(table.c.lifted_at, table.c.until)


def _sale_ended(table: sa.Table) -> Moment:
    """When the last lot of its sale ended."""
    lot = Lot.__table__.c
    return sa.select(sa.func.max(lot.ends_at)).where(lot.sale_id == table.c.sale_id).scalar_subquery()


MOMENTS: dict[str, Callable[[sa.Table], Moment]] = {"block ended": _block_ended, "sale ended": _sale_ended}
"""Ends that are no column."""


def table_of(rule: Rule) -> sa.Table:
    """The table that a rule is about."""
    return Base.metadata.tables[rule.table]


def over(rule: Rule, now: datetime) -> sa.Select[Any]:
    """The keys of the rows whose time is over at `now`, without those that stay under the hold of an erasure."""
    table = table_of(rule)
    ended = MOMENTS[rule.ended](table) if rule.ended in MOMENTS else table.c[rule.ended]
    rows = sa.select(*table.primary_key).where(ended < sa.literal(now - rule.span, _time(table, rule)), ~_held(table))
    if rule.act is Act.BLANK:
        rows = rows.where(table.c[rule.path.partition(".")[2]].is_not(None))
    return rows


def unconfirmed(now: datetime) -> sa.Select[Any]:
    """The keys of members who never confirmed their address, and on whom nothing leans."""
    member = Member.__table__
    leans = [
        sa.exists().where(path.edge == member.c.id)
        for path in data_map.paths()
        if path.table is not member and engine.fate(path) is Erase.PSEUDONYM
    ]
    return sa.select(member.c.id).where(
        member.c.confirmed_at.is_(None),
        member.c.is_erased.is_(False),
        member.c.registered_at < now - UNCONFIRMED,
        *(~one for one in leans),
    )


def old_records(before: datetime) -> list[int]:
    """Lots that ended before a time and still name anybody, by their number."""
    lot, outcome, member = Lot.__table__, Outcome.__table__, Member.__table__
    named = [
        sa.exists().where(
            engine.lot_column(path.table) == lot.c.id, path.edge == member.c.id, member.c.email.not_like(f"%@{NOBODY}")
        )
        for path in record_paths()
    ]
    ended = sa.func.coalesce(outcome.c.decided_at, lot.c.closed_at, lot.c.ends_at)
    cutoff = sa.literal(before, Lot.ends_at.type)
    query = sa.select(lot.c.id).outerjoin_from(lot, outcome).where(ended < cutoff, sa.or_(*named))
    return list(db.session().execute(query.order_by(lot.c.id)).scalars())


def named_in(lot_id: int) -> set[int]:
    """Who still has a part in a lot under his own number."""
    member = Member.__table__
    found: set[int] = set()
    for path in record_paths():
        query = (
            sa.select(path.edge)
            .join(member, member.c.id == path.edge)
            .where(engine.lot_column(path.table) == lot_id, member.c.email.not_like(f"%@{NOBODY}"))
        )
        found.update(db.session().execute(query).scalars())
    return found


def record_paths() -> Iterator[Path]:
    """The paths over which a lot's record names members."""
    for path in data_map.paths():
        if path.table is not Member.__table__ and engine.fate(path) is Erase.PSEUDONYM:
            yield path


def reports(limit: int = 200) -> list[sa.Row[Any]]:
    """What the latest runs removed, the newest first."""
    table = RetentionReport.__table__.c
    query = sa.select(table.at, table.rule, table.removed).order_by(table.id.desc()).limit(limit)
    return list(db.session().execute(query))


def _held(table: sa.Table) -> sa.ColumnElement[bool]:
    """Whether a row of a one-column key stays under a hold; the key as core.holds writes it."""
    (key,) = table.primary_key
    hold = ErasureHold.__table__.c
    written = sa.literal("[").concat(sa.cast(key, sa.Text)).concat("]")
    return sa.exists().where(hold.table_name == table.name, hold.row_key == written)


def _time(table: sa.Table, rule: Rule) -> Any:
    """The type of the moment that the time counts from: SQLite compares as text, so both must be written alike."""
    return Lot.ends_at.type if rule.ended in MOMENTS else table.c[rule.ended].type
