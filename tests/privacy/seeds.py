"""A row for two people in every table that the map reaches, filled by the schema: what is new is filled by itself.

Each value is one that stands nowhere else, so that it can be looked for: `marks` holds them by owner and column.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import sqlalchemy as sa

from gallery.core import crypto
from gallery.core.data_map import names_member
from gallery.core.db import Base, UTCDateTime, transaction
from gallery.core.personal import KEY, Category, Entry
from gallery.privacy.requests.rules import Ground, Kept

ANA, BEN = 7_310_000_041, 7_310_000_053
PEOPLE = (ANA, BEN)

FIXED: dict[str, dict[int, Any]] = {
    "identity.provider": {ANA: "google", BEN: "facebook"},
    "lot.state": dict.fromkeys(PEOPLE, "open"),
    "member.language": dict.fromkeys(PEOPLE, "en"),
    "role.name": {ANA: "seller", BEN: "editor"},
    "sale.currency": dict.fromkeys(PEOPLE, "EUR"),
    "spending_limit.currency": dict.fromkeys(PEOPLE, "EUR"),
}
"""Where the house reads a value as one of few."""
SHORTEST = 12
"""Characters that a mark needs; a shorter column holds something else."""
TAKES_PART = {"bid", "lead", "lot_bidder", "outcome", "receipt"}
"""Tables in which one person takes part in the lot that the other one sells."""


@dataclass
class Seeds:
    """What was put where."""

    marks: dict[int, dict[str, str]] = field(default_factory=lambda: {one: {} for one in PEOPLE})
    """By owner: of `table.column` the value as JSON writes it, without quotes."""
    keys: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    """The stored row, by table and owner."""
    numbers: Iterator[int] = field(default_factory=lambda: count(8_420_000_000, 7))


def other(owner: int) -> int:
    return BEN if owner == ANA else ANA


def sow() -> Seeds:
    """Fill the house."""
    seeds = Seeds()
    for table in Base.metadata.sorted_tables:
        for owner in PEOPLE:
            row = {column.name: value(seeds, column, owner) for column in table.columns}
            row |= ordered(table, row)
            seeds.keys[table.name, owner] = row
            note(seeds, table, owner, row)
        with transaction() as session:
            session.execute(sa.insert(table), [seeds.keys[table.name, owner] for owner in PEOPLE])
    return seeds


def note(seeds: Seeds, table: sa.Table, owner: int, row: dict[str, Any]) -> None:
    for column in table.columns:
        if column.foreign_keys or f"{column}" in FIXED:
            continue
        mark = as_text(row[column.name])
        if len(mark) >= SHORTEST or (isinstance(row[column.name], int) and len(mark) >= 10):
            seeds.marks[owner][str(column)] = mark


def as_text(found: Any) -> str:
    """As it stands in the export, or in a byte search."""
    if isinstance(found, datetime):
        return found.isoformat().replace("+00:00", "Z")
    if isinstance(found, dict):
        return str(found["mark"])
    if isinstance(found, list):
        return str(found[0]["until"])
    if isinstance(found, bytes):
        return found.decode()
    return "" if isinstance(found, bool) else str(found)


def value(seeds: Seeds, column: sa.Column[Any], owner: int) -> Any:
    """A value for a column in the row of an owner."""
    if str(column) == "member.id":
        return owner
    if str(column) in FIXED:
        return FIXED[str(column)][owner]
    if column.foreign_keys:
        return referred(seeds, column, owner)
    if known := one_of(column):
        return known
    return made(column, next(seeds.numbers), owner)


def referred(seeds: Seeds, column: sa.Column[Any], owner: int) -> Any:
    """The owner where the row is about him, somebody else in its other edges; of things his own."""
    if names_member(column):
        edges = [one for one in column.table.columns if names_member(one)]
        mine = next((one for one in edges if one.name == "member_id"), edges[0])
        return owner if column is mine else other(owner)
    (key,) = column.foreign_keys
    whose = other(owner) if column.name == "lot_id" and column.table.name in TAKES_PART else owner
    return seeds.keys[key.column.table.name, whose][key.column.name]


def one_of(column: sa.Column[Any]) -> str | None:
    """The first value that a check of the table allows."""
    for check in column.table.constraints:
        if isinstance(check, sa.CheckConstraint):
            found = re.search(rf"\b{column.name} in \('([^']+)'", str(check.sqltext), re.IGNORECASE)
            if found:
                return found[1]
    return None


def made(column: sa.Column[Any], number: int, owner: int) -> Any:
    kind = column.type
    moment = datetime(2031, 3, 1, tzinfo=UTC) + timedelta(seconds=number % 10**6, microseconds=number % 999_983)
    if str(column) == "privacy_request.kept":
        return [Kept(Ground.CLAIMS, (Category.IDENTITY,), moment).as_json()]
    if isinstance(kind, UTCDateTime | sa.DateTime):
        return moment
    if isinstance(kind, crypto.EncryptedDate | sa.Date):
        return date(1950, 1, 1) + timedelta(days=number % 15_000)
    if isinstance(kind, crypto.EncryptedJSON | sa.JSON):
        return {"mark": f"mark-{number}-{owner % 100}"}
    if isinstance(kind, sa.LargeBinary):
        return f"mark-{number}".encode()
    if isinstance(kind, sa.Boolean):
        return True
    if isinstance(kind, sa.Integer):
        return number
    length = getattr(kind, "length", None) or 200
    return f"mark-{number}-{column.name}"[:length] if length >= SHORTEST else {2: "SN", 3: "EUR"}[length]


def ordered(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    """What checks want of two columns together."""
    if table.name == "lot":
        return {"ends_at": row["scheduled_end_at"] + timedelta(seconds=1)}
    return {"device": None} if table.name == "consent_receipt" else {}


def is_personal(column: sa.Column[Any]) -> bool:
    return isinstance(column.info[KEY], Entry)


def written(mark: str) -> str:
    """A mark as JSON writes it within a string."""
    return json.dumps(mark, ensure_ascii=False)[1:-1]
