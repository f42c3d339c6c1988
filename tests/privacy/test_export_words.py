"""Everything that is exported has a name that people understand (L1, L2)."""

from __future__ import annotations

import pytest

from gallery.core import column_words, map_words
from gallery.core.personal import Category
from gallery.privacy.export import rules, words
from gallery.privacy.export.tables import tables

pytestmark = pytest.mark.usefixtures("app")


def test_every_table_is_called_something() -> None:
    """Whoever adds a table about members says in export.words what they would call it."""
    keys = {table.key for table in tables()}
    assert sorted(keys - words.TABLES.keys()) == []
    assert sorted(words.TABLES.keys() - keys) == [], "nothing has these names any more"


def test_every_column_is_called_something() -> None:
    """As for columns in core.column_words."""
    names = {(table.name, one.name) for table in tables() for one in (*table.columns, *table.others)}
    known = column_words.COLUMNS
    assert sorted(f"{table}.{name}" for table, name in names if not {f"{table}.{name}", name} & known.keys()) == []
    used = {f"{table}.{name}" for table, name in names} | {name for _table, name in names}
    assert sorted(known.keys() - used) == [], "nothing has these names any more"


def test_every_kind_source_and_stranger_is_called_something() -> None:
    assert map_words.CATEGORIES.keys() == set(Category)
    assert words.SOURCES.keys() == set(rules.Source)
    assert words.OTHERS.keys() == set(rules.Other)


def test_one_name_stands_for_one_column_of_a_table() -> None:
    """Two columns of one table with the same words could not be told apart."""
    for table in tables():
        said = [words.column(table, one.name) for one in (*table.columns, *table.others)]
        assert len(said) == len(set(said)), table.key
