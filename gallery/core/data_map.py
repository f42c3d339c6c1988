"""The data map read as a whole: every personal column, and over which column a member is reached from it (L2, P-02).

The public tables, the record of processing, export, erasure and retention walk this and nothing else, so that a
column which is declared beside its model is in all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gallery.core.db import Base, db
from gallery.core.personal import KEY, Entry

PEOPLE = "member"
"""The table of those whom the data is about."""
BATCH = 500
"""Rows read at a time."""


class UnreachableError(LookupError):
    """A personal column from which no one column leads to a member: its entry needs `via`."""


@dataclass(frozen=True)
class Line:
    """One personal column, what is declared of it, and the column that names whom it is about."""

    column: sa.Column[Any]
    entry: Entry
    edge: sa.Column[Any]


@dataclass(frozen=True)
class Path:
    """What one table holds of a member who is reached over `edge`."""

    table: sa.Table
    edge: sa.Column[Any]
    lines: tuple[Line, ...]

    def __str__(self) -> str:
        return str(self.edge)


def lines(metadata: sa.MetaData = Base.metadata) -> list[Line]:
    """All personal columns, a table after those that it refers to; raises UnreachableError."""
    return [
        Line(column, entry, edge_of(column))
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(entry := column.info.get(KEY), Entry)
    ]


def tables() -> dict[str, sa.Table]:
    """The tables with personal columns by name, in the order of `lines`."""
    return {path.table.name: path.table for path in paths()}


def paths(metadata: sa.MetaData = Base.metadata) -> list[Path]:
    """The ways from a member to what is held of him, in the order of `lines`; a table may have several.

    A block is one member's by `member_id`, and by `by_id` the work of the one who set it.
    """
    found: dict[sa.Column[Any], list[Line]] = {}
    for line in lines(metadata):
        found.setdefault(line.edge, []).append(line)
    return [Path(edge.table, edge, tuple(group)) for edge, group in found.items()]  # type: ignore[arg-type]


def edge_of(column: sa.Column[Any]) -> sa.Column[Any]:
    """The column of the same table that names whom a personal column is about; raises UnreachableError."""
    table = column.table
    if table.name == PEOPLE:
        people: sa.Column[Any] = table.c.id
        return people
    entry = column.info[KEY]
    if entry.via is not None:
        named: sa.Column[Any] = table.c[entry.via]
        return named
    if names_member(column):
        return column
    edges = [one for one in table.columns if names_member(one)]
    if len(edges) == 1:
        return edges[0]
    if plainly := [one for one in edges if one.name == "member_id"]:
        return plainly[0]
    raise UnreachableError(f"{column}: say with `via=` which of {[one.name for one in edges]} it is about")


def names_member(column: sa.Column[Any]) -> bool:
    """Whether a column refers to a member."""
    return any(key.column.table.name == PEOPLE for key in column.foreign_keys)


def rows(path: Path, member_id: int) -> Iterator[sa.RowMapping]:
    """What the table holds of a member over this path: whole rows, decrypted, in the order of their keys.

    Read in batches; the caller takes of each row the columns of `path.lines`.
    """
    query = sa.select(path.table).where(path.edge == member_id).order_by(*path.table.primary_key.columns)
    yield from db.session().execute(query.execution_options(yield_per=BATCH)).mappings()
