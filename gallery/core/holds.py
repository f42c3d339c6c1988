"""What keeps a row from being erased: said by the packages that know, read by erasure, retention and export (P-38).

A package that still needs rows about a member registers a source. A hold names one row, so that everything that no
hold names goes at once; it names why, since when, and until when, so that the member can be told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa


class Ground(StrEnum):
    """By what right a row is kept against the wish of the person whom it is about."""

    LEGAL_DUTY = "legal_duty"
    """Art. 17(3)(b) GDPR: the law demands it."""
    CLAIMS = "claims"
    """Art. 17(3)(e): a claim is open, or it has to be shown what was done."""
    OBLIGATION = "obligation"
    """Art. 6(1)(b): what was agreed is not carried out yet."""
    FRAUD = "fraud"
    """Art. 21(1): keeping the auction fair outweighs; the balancing is recorded."""


@dataclass(frozen=True, slots=True)
class Hold:
    """One row that stays for now, and why."""

    table: str
    key: str
    """The row's primary key (`row_key`)."""
    ground: Ground
    why: str
    """Which rule says so: the member reads the sentence that stands under this name."""
    since: datetime
    until: datetime | None
    """None: until the package that holds it says so no more."""
    about: str = ""
    """`lot:7`, where the reason is one thing."""

    def outlasts(self, other: Hold) -> bool:
        """Whether it ends later than another on the same row; one without an end does."""
        if self.until is None or other.until is None:
            return self.until is None and other.until is not None
        return self.until > other.until


Source = Callable[[int, datetime], Iterable[Hold]]
"""Called with the member and when he asked to be erased (UTC): what the package still needs of him."""

SOURCES: list[Source] = []


def source(*found: Source) -> None:
    """Register who knows what is still needed; twice does nothing more."""
    SOURCES.extend(one for one in found if one not in SOURCES)


def row_key(values: Iterable[Any]) -> str:
    """A primary key as text: `[7]`, or `[7,12]` in the order of the table's columns."""
    return json.dumps(list(values), separators=(",", ":"))


def values_of(key: str) -> list[Any]:
    """The values of which `row_key` made a key."""
    values: list[Any] = json.loads(key)
    return values


def key_of(table: sa.FromClause, row: sa.RowMapping) -> str:
    """The key of a row that was read."""
    return row_key(row[column.name] for column in table.primary_key)


def of(member_id: int, asked_at: datetime, now: datetime) -> dict[tuple[str, str], Hold]:
    """What is still needed of a member at `now`, by table and key: of several holds on a row the one that ends last."""
    found: dict[tuple[str, str], Hold] = {}
    for one in (hold for known in SOURCES for hold in known(member_id, asked_at)):
        if one.until is not None and one.until <= now:
            continue
        place = one.table, one.key
        if place not in found or one.outlasts(found[place]):
            found[place] = one
    return found
