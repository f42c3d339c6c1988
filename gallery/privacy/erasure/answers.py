"""An erasure as a request about data: its clock stops in the moment in which the erasure begins (L1, P-30, P-31)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from gallery.core import data_map
from gallery.core.personal import Category
from gallery.privacy.erasure import rules
from gallery.privacy.requests import erased
from gallery.privacy.requests.rules import Channel, Ground, Kept


def note(member_id: int, kept: Iterable[rules.Kept], channel: Channel, now: datetime, by_id: int | None) -> None:
    """In the running unit of work, have the member's request say what became of it.

    Nobody is written to for it: the goodbye leads to the page with what stays, why, until when, and who hears
    complaints.
    """
    erased.settle(member_id, [_as_refused(one) for one in kept], channel, now=now, by_id=by_id)


def _as_refused(one: rules.Kept) -> Kept:
    return Kept(Ground(one.ground), tuple(sorted(_categories(one.tables))), one.until)


def _categories(tables: Iterable[str]) -> set[Category]:
    """Which kinds of data some tables hold."""
    names = set(tables)
    return {line.entry.category for line in data_map.lines() if line.column.table.name in names}
