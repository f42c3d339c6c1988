"""What the map holds of a member as tables: each way from him to a table, with the columns that he is given.

Of other people in his rows only "staff" or "other party" is said (P-35): a column that names somebody else has an edge
of its own, so its value never comes along with his.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from gallery.core import data_map
from gallery.core.audit import AuditEntry
from gallery.core.data_map import Line, Path
from gallery.core.db import Base
from gallery.core.personal import KEY, Category, Entry, Keep, Purpose

CONTEXT = {
    "audit_entry.subject": ("at", "action"),
    "bid.bidder_id": ("lot_id", "seq", "price_minor"),
    "breach.by_id": ("id", "aware_at"),
    "breach_member.member_id": ("breach_id",),
    "breach_notice.by_id": ("breach_id", "told", "told_at"),
    "content_decision.by_id": ("content_id", "version_id", "from_at", "decided_at"),
    "content_picture.author_id": ("file", "alt_fr", "alt_en", "added_at"),
    "content_version.author_id": ("content_id", "number", "title_fr", "title_en", "note", "saved_at"),
    "deletion_request.member_id": ("asked_at", "outcome"),
    "disclosure.by_id": ("id", "given_at"),
    "disclosure.member_id": ("recipient", "ground", "categories", "given_at"),
    "lead.bidder_id": ("lot_id",),
    "lot.seller_id": (
        "id", "title_en", "title_fr", "description_en", "description_fr", "condition_en", "condition_fr",
        "provenance_en", "provenance_fr", "opening_minor", "reserve_minor", "state", "price_minor", "ends_at",
    ),
    "lot_bidder.bidder_id": ("lot_id",),
    "member_role.member_id": ("role_id",),
    "outcome.winner_id": ("lot_id", "hammer_minor", "decided_at"),
    "policy_draft.updated_by_id": ("kind", "updated_at"),
    "snapshot.member_id": ("kind", "occasion"),
    "audit_entry.actor_id": ("at", "action"),
}  # fmt: skip
"""Columns that say nothing about a person and without which a row says little. Listed: no other such column is given,
since it could be a secret of the auction. The reserve is the seller's own, and stands in his rows alone (I9)."""


@dataclass(frozen=True)
class Column:
    """One column of a table as a member may have it."""

    name: str
    stored: sa.Column[Any]
    entry: Entry | None
    """None: it stands here for context only."""

    @property
    def is_given(self) -> bool:
        """Whether its value is handed out; else only that it is there."""
        return self.entry is None or self.entry.export


@dataclass(frozen=True)
class Table:
    """What one table holds of a member over one edge."""

    path: Path
    columns: tuple[Column, ...]
    others: tuple[Column, ...]
    """Columns that name somebody else, if anybody."""

    @property
    def key(self) -> str:
        """`table.edge`: the name of the table in the export's files."""
        return str(self.path)

    @property
    def name(self) -> str:
        """The table's own name."""
        return self.path.table.name

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """What the map says of its columns, each thing once."""
        return tuple(dict.fromkeys(one.entry for one in self.columns if one.entry))

    @property
    def category(self) -> Category:
        """Under what a member looks for it: what most of its columns are."""
        counted = Counter(one.entry.category for one in self.columns if one.entry)
        return counted.most_common(1)[0][0]

    @property
    def is_given(self) -> bool:
        """Whether anything of it is handed out."""
        return any(one.entry and one.is_given for one in self.columns)

    def held_of(self, member_id: int) -> sa.ColumnElement[bool]:
        """Which rows are about the member."""
        return self.path.edge == (f"member:{member_id}" if self.path is ACTS else member_id)


_acts = AuditEntry.__table__.c
_ACT = Entry(Category.ACCOUNT, Purpose.ACCOUNTABILITY, _acts.actor_id.info[KEY].basis, Keep.AUDIT, (), True,
             _acts.actor_id.info[KEY].erase)  # fmt: skip
ACTS = Path(AuditEntry.__table__, _acts.subject, (Line(_acts.subject, _ACT, _acts.subject),))
"""What was done to the member's account: named in words of the audit, `member:7`, where the map has no edge."""


def tables(metadata: sa.MetaData = Base.metadata) -> Iterator[Table]:
    """All that the map reaches, in its order, and last the acts on the account."""
    for path in (*data_map.paths(metadata), ACTS):
        columns = [Column(line.column.name, line.column, line.entry) for line in path.lines]
        context = [Column(name, path.table.c[name], None) for name in CONTEXT.get(str(path), ())]
        here = {one.name for one in columns}
        others = [
            Column(one.name, one, one.info[KEY])
            for one in path.table.columns
            if data_map.names_member(one) and one.name not in here
        ]
        yield Table(path, (*columns, *context), tuple(others))
