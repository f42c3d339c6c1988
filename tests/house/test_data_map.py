"""P-01, P-02: every column of the live schema stands in the data map, and every personal one can be reached."""

import sqlalchemy as sa
from flask import Flask

from gallery.core import column_words, data_map
from gallery.core.db import Base, db
from gallery.core.personal import KEY


def columns() -> list[sa.Column[object]]:
    return [column for table in Base.metadata.sorted_tables for column in table.columns]


def test_every_column_says_what_it_is(app: Flask) -> None:
    silent = [str(column) for column in columns() if KEY not in column.info]
    assert silent == [], "give each `info=plain` or `info=personal(...)`"


def test_the_map_and_the_live_schema_have_the_same_columns(app: Flask) -> None:
    inspector = sa.inspect(db.engine)
    bookkeeping = {"alembic_version"}
    live = {
        f"{table}.{column['name']}"
        for table in inspector.get_table_names()
        if table not in bookkeeping and not is_shadow(table)
        for column in inspector.get_columns(table)
    }
    assert live == {str(column) for column in columns()}


def is_shadow(table: str) -> bool:
    """A table that SQLite's full-text index keeps for itself, derived from `lot_search`."""
    return table.startswith("lot_words")


def test_every_personal_column_is_reached_from_a_member() -> None:
    """Raises for a column from which no way leads, or more than one that is not told apart."""
    assert len(data_map.lines()) > 100


def test_a_number_that_names_a_member_is_personal() -> None:
    """A foreign key to `member` marked plain would hide a whole table from export and erasure."""
    hidden = [str(column) for column in columns() if data_map.names_member(column) and column.info.get(KEY) is None]
    assert hidden == []


def test_every_personal_column_has_words_for_the_public_tables(app: Flask) -> None:
    """P-03: without them in core/column_words.py the privacy policy cannot be published."""
    silent = []
    for line in data_map.lines():
        for tell, what in ((column_words.of_table, line.column.table), (column_words.of_column, line.column)):
            try:
                tell(what)
            except KeyError:
                silent.append(str(what))
    assert silent == [], "give each a word in gallery/core/column_words.py"
