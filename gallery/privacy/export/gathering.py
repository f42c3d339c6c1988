"""Reading what is held of a member: batch by batch, only the columns that he is given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gallery.auth.federated.models import Identity
from gallery.auth.models import Role
from gallery.core.data_map import BATCH
from gallery.core.db import db
from gallery.lots.models import Lot, Sale
from gallery.privacy.export import kept, rules
from gallery.privacy.export.rules import Source
from gallery.privacy.export.tables import Table

_lot, _sale, _role, _identity = Lot.__table__.c, Sale.__table__.c, Role.__table__.c, Identity.__table__.c
_LOTS = (
    sa.select(_lot.id, _lot.title_en.label("lot_en"), _lot.title_fr.label("lot_fr"), _sale.currency)
    .join_from(Lot.__table__, Sale.__table__, _lot.sale_id == _sale.id)
    .where(_lot.id.in_(sa.bindparam("ids", expanding=True)))
)
_SALES = sa.select(_sale.id, _sale.title_en.label("sale_en"), _sale.title_fr.label("sale_fr"), _sale.currency).where(
    _sale.id.in_(sa.bindparam("ids", expanding=True))
)
_ROLES = sa.select(_role.id, _role.name.label("role")).where(_role.id.in_(sa.bindparam("ids", expanding=True)))

_NAMES = {"lot_id": _LOTS, "sale_id": _SALES, "role_id": _ROLES}
"""By the column that refers to it: what a number stands for."""
TAKEN_OVER = frozenset({"member", "profile"})
"""Where name and e-mail stand, which Google or Facebook may have told when the member first came from there (A2)."""


@dataclass(frozen=True)
class Row:
    """One row of a member's table."""

    values: dict[str, Any]
    """By column; of others in it only who they are to him (rules.Other)."""
    about: dict[str, str]
    """What makes its numbers readable: the lot's or the sale's title in both languages, its currency, the role."""
    kept_until: datetime | None
    """None: as the table's rule says in words."""
    sources: tuple[Source, ...]


def count(table: Table, member_id: int) -> int:
    """How many rows the table holds of the member."""
    query = sa.select(sa.func.count()).select_from(table.path.table).where(table.held_of(member_id))
    return db.session().execute(query).scalar_one()


def rows(table: Table, member_id: int) -> Iterator[Row]:
    """All rows, in the order of their keys."""
    query = _query(table, member_id).order_by(*table.path.table.primary_key.columns)
    for batch in db.session().execute(query.execution_options(yield_per=BATCH)).mappings().partitions(BATCH):
        yield from _told(table, member_id, batch)


def page(table: Table, member_id: int, first: int, most: int) -> list[Row]:
    """Up to `most` rows after the `first` ones, the newest first."""
    newest = [key.desc() for key in table.path.table.primary_key.columns]
    query = _query(table, member_id).order_by(*newest).offset(first).limit(most)
    return list(_told(table, member_id, db.session().execute(query).mappings().all()))


def _query(table: Table, member_id: int) -> sa.Select[Any]:
    # What is withheld is not even read: a secret that is not decrypted cannot slip out.
    given = [one.stored for one in (*table.columns, *table.others) if one.is_given]
    counted = [one for one in table.path.table.columns if one.name in (*kept.COUNTED_FROM, *kept.ENDS)]
    columns = {one.name: one for one in (*given, *counted)}
    return sa.select(*columns.values()).where(table.held_of(member_id))


def _told(table: Table, member_id: int, batch: Sequence[sa.RowMapping]) -> Iterator[Row]:
    elsewhere = _providers(member_id) if table.name in TAKEN_OVER else ()
    for found, about in zip(batch, _abouts(batch), strict=True):
        values = {one.name: found[one.name] for one in table.columns if one.is_given}
        for one in table.others:
            if one.entry is not None and one.is_given:
                values[one.name] = rules.other(found[one.name], member_id, one.entry)
        yield Row(values, about, _kept_until(table, found), _sources(table, found, elsewhere))


def _kept_until(table: Table, found: sa.RowMapping) -> datetime | None:
    ends = [kept.until(entry.keep, found) for entry in table.entries]
    return None if None in ends else max(end for end in ends if end is not None)


def _sources(table: Table, found: sa.RowMapping, elsewhere: tuple[Source, ...]) -> tuple[Source, ...]:
    if table.name == Identity.__tablename__:
        return (Source(found["provider"]),)
    if table.name in TAKEN_OVER:
        # A profile remembers whether its name was taken over; the address may have come along at any time.
        taken = {found["name_from"]} if "name_from" in found else set(elsewhere)
        return (Source.YOU, *(one for one in elsewhere if one in taken))
    return (rules.source_of(table.entries[-1]),)


def _providers(member_id: int) -> tuple[Source, ...]:
    query = sa.select(_identity.provider).where(_identity.member_id == member_id).distinct()
    return tuple(Source(name) for name in sorted(db.session().execute(query).scalars()))


def _abouts(batch: Sequence[sa.RowMapping]) -> Iterator[dict[str, str]]:
    """The `about` of each row, by one statement a batch and kind."""
    named = {name: _named(query, batch, name) for name, query in _NAMES.items()}
    for found in batch:
        words: dict[str, str] = {}
        for name, things in named.items():
            words |= things.get(found.get(name), {})
        yield words


def _named(query: sa.Select[Any], batch: Sequence[sa.RowMapping], name: str) -> dict[Any, dict[str, str]]:
    ids = {found[name] for found in batch if found.get(name) is not None}
    if not ids:
        return {}
    found = db.session().execute(query, {"ids": list(ids)}).mappings()
    return {row["id"]: {name: str(value) for name, value in row.items() if name != "id"} for row in found}
