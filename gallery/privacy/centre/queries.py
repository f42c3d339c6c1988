"""The data map seen by one member: what is there about him, by the kinds under which he looks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gallery.core import map_words
from gallery.core.map_words import Told
from gallery.core.personal import Category
from gallery.privacy.export import gathering, tables, words
from gallery.privacy.export.tables import Table


@dataclass(frozen=True)
class Held:
    """One table that holds something about the member."""

    key: str
    title: str
    rows: int
    names: str
    """What its columns are called, in a row."""
    told: tuple[Told, ...]
    is_given: bool


def held(member_id: int) -> dict[Category, Sequence[Held]]:
    """What is there, in the order of the categories; kinds without anything are left out."""
    found: dict[Category, list[Held]] = {one: [] for one in Category}
    for table in tables.tables():
        if count := gathering.count(table, member_id):
            found[table.category].append(_described(table, count))
    return {category: some for category, some in found.items() if some}


def table_called(key: str) -> Table | None:
    """The table that the map knows as `table.edge`, if it hands out anything."""
    return next((one for one in tables.tables() if one.key == key and one.is_given), None)


def _described(table: Table, count: int) -> Held:
    told = tuple(dict.fromkeys(map_words.said(entry) for entry in table.entries))
    return Held(table.key, words.title(table), count, words.columns(table, table.columns), told, table.is_given)
