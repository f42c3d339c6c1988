"""Finding lots by words, in French and English, with or without accents (C3).

A document is a list of folded words and their stems, looked up by FTS5 on SQLite and by a GIN index on PostgreSQL.
The same words give the same lots on both, since folding and stemming happen in `core.words`.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.sql import Select

from gallery.core.db import on_postgresql
from gallery.core.words import SHORTEST_BEGINNING, stems
from gallery.lots.models import LotSearch
from gallery.lots.rules import Category

CATEGORY_WORDS = {
    Category.PAINTING: "peinture tableau painting",
    Category.DRAWING: "dessin drawing",
    Category.PRINT: "estampe gravure print",
    Category.PHOTOGRAPH: "photographie photo photograph",
    Category.SCULPTURE: "sculpture",
    Category.TEXTILE: "textile tissu",
    Category.OTHER: "",
}
"""By which words people ask for a kind of work."""

SQLITE_DDL = (
    "CREATE VIRTUAL TABLE lot_words USING fts5"
    "(words, content='lot_search', content_rowid='lot_id', detail=none, columnsize=0, tokenize='ascii', prefix='3 4')",
    "CREATE TRIGGER lot_search_added AFTER INSERT ON lot_search BEGIN"
    " INSERT INTO lot_words(rowid, words) VALUES (new.lot_id, new.words); END",
    "CREATE TRIGGER lot_search_removed AFTER DELETE ON lot_search BEGIN"
    " INSERT INTO lot_words(lot_words, rowid, words) VALUES ('delete', old.lot_id, old.words); END",
    "CREATE TRIGGER lot_search_changed AFTER UPDATE ON lot_search BEGIN"
    " INSERT INTO lot_words(lot_words, rowid, words) VALUES ('delete', old.lot_id, old.words);"
    " INSERT INTO lot_words(rowid, words) VALUES (new.lot_id, new.words); END",
)
POSTGRESQL_DDL = ("CREATE INDEX ix_lot_search_words ON lot_search USING gin (to_tsvector('simple', words))",)


def create_index(connection: sa.Connection) -> None:
    """Make the index over `lot_search`, which must be there."""
    for statement in POSTGRESQL_DDL if connection.dialect.name == "postgresql" else SQLITE_DDL:
        connection.exec_driver_sql(statement)


@event.listens_for(LotSearch.__table__, "after_create")
def _with_index(_table: Any, connection: sa.Connection, **_more: Any) -> None:
    create_index(connection)


@event.listens_for(LotSearch.__table__, "before_drop")
def _without_index(_table: Any, connection: sa.Connection, **_more: Any) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TABLE IF EXISTS lot_words")


def matching(words: list[str]) -> Select[int]:
    """The ids of the lots that have all of the words; each may be the beginning of a longer one.

    `words` come from `core.words.asked_words`: letters and digits only, so that nothing in them is syntax.
    """
    if on_postgresql():
        query = " & ".join(f"({' | '.join(_forms(word, '{}:*'))})" for word in words)
        vector = sa.func.to_tsvector(sa.literal_column("'simple'"), LotSearch.words)
        return sa.select(LotSearch.lot_id).where(
            vector.op("@@")(sa.func.to_tsquery(sa.literal_column("'simple'"), query))
        )
    # An index without positions knows no phrases: words stand bare, groups are joined by AND.
    query = " AND ".join(f"({' OR '.join(_forms(word, '{}*'))})" for word in words)
    return (
        sa.select(sa.column("rowid", sa.Integer))
        .select_from(sa.table("lot_words"))
        .where(sa.text("lot_words MATCH :words").bindparams(words=query))
    )


def _forms(word: str, beginning: str) -> list[str]:
    """The word and its stems as terms of a query. Quoting makes AND, OR and NOT words like others."""
    quote = "'{}'" if on_postgresql() else '"{}"'
    return [
        (beginning if len(form) >= SHORTEST_BEGINNING else "{}").format(quote.format(form))
        for form in dict.fromkeys((word, *stems(word)))
    ]
