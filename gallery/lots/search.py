"""Finding lots by words, in French and English, with or without accents (C3).

A document is a list of folded words and their stems, looked up by FTS5 on SQLite and by a GIN index on PostgreSQL.
The same words give the same lots on both, since folding and stemming happen here.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import snowballstemmer
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.sql import Select

from gallery.core.db import on_postgresql
from gallery.lots.models import LotSearch
from gallery.lots.rules import Category

MOST_WORDS = 8
"""Of a query; more narrow it no further."""

SHORTEST_BEGINNING = 3
"""A word of fewer letters must be there as it is; a longer one may go on."""

_STOP = frozenset(
    re.findall(r"\w+", "a an and at au aux by d de des du en et in l la le les of on par pour s sur the to un une with")
)
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l"})
_WORD = re.compile(r"[a-z0-9]+")
_STEMMERS = tuple(snowballstemmer.stemmer(language) for language in ("french", "english"))
_stemming = threading.Lock()  # A stemmer keeps the word it is at in itself.

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


def document(texts: Iterable[str]) -> str:
    """What a lot with these texts can be found by."""
    found: dict[str, None] = {}
    for text in texts:
        for word in words_of(text):
            found.update(dict.fromkeys((word, *stems(word))))
    return " ".join(found)


def words_of(text: str) -> list[str]:
    """The words of a text, folded: « L'Été à Œuvres » gives l, ete, a, oeuvres."""
    return _WORD.findall(fold(text))


def fold(text: str) -> str:
    """Lower case, without accents and ligatures."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@lru_cache(maxsize=20_000)
def stems(word: str) -> tuple[str, ...]:
    """The French and the English stem of a folded word."""
    with _stemming:
        found = {stemmer.stemWord(word) for stemmer in _STEMMERS}
    # A stemmer may leave marks of its own: only what the indexes' own tokens are made of counts.
    return tuple(sorted(stem for stem in found if _WORD.fullmatch(stem)))


def asked_words(text: str) -> list[str]:
    """The words by which to search: without articles, if that leaves any."""
    words = list(dict.fromkeys(words_of(text)))
    return [word for word in words if word not in _STOP][:MOST_WORDS] or words[:MOST_WORDS]


def matching(words: list[str]) -> Select[int]:
    """The ids of the lots that have all of the words; each may be the beginning of a longer one.

    `words` come from `asked_words`: letters and digits only, so that nothing in them is syntax.
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
