"""Everything that is exported has a name that people understand (L1, L2)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gallery.core import column_words, map_words
from gallery.core.i18n import force_locale
from gallery.core.personal import Category
from gallery.privacy.export import rules, words
from gallery.privacy.export.gathering import Row
from gallery.privacy.export.tables import tables
from gallery.privacy.requests.rules import Ground, Kept

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


@pytest.mark.parametrize(
    ("key", "name", "code", "said"),
    [
        ("consent_receipt.member_id", "result", "refused", "refused"),
        (
            "consent_receipt.member_id",
            "mechanism",
            "carried over at sign-in",
            "before you signed in, and taken over then",
        ),
        ("privacy_request.member_id", "kind", "complaint", "A complaint about what is done with my data"),
        ("member.id", "language", "fr", "Français"),
    ],
)
def test_codes_are_read_as_words(key: str, name: str, code: str, said: str) -> None:
    """P-34: who downloads his data reads what is in it."""
    table = next(one for one in tables() if one.key == key)
    row = Row({name: code}, {}, None, (rules.Source.YOU,))
    with force_locale("en"):
        assert words.value(table, name, row) == said


def test_what_was_refused_is_read_as_the_sentence_that_the_letter_says() -> None:
    """P-34: whoever was refused something downloads his data all the same, and reads why."""
    table = next(one for one in tables() if one.key == "privacy_request.member_id")
    refused = [
        Kept(Ground.CLAIMS, (Category.BIDDING,), datetime(2027, 12, 31, tzinfo=UTC)).as_json(),
        Kept(Ground.FRAUD, ()).as_json(),
    ]
    with force_locale("en"):
        said = words.value(table, "kept", Row({"kept": refused}, {}, None, (rules.Source.STAFF,)))
        none = words.value(table, "kept", Row({"kept": []}, {}, None, (rules.Source.STAFF,)))
    assert said.startswith("Bids and sales: it is needed for a dispute")
    assert "This lasts until 31 Dec 2027. The reason: protecting others from fraud" in said
    assert none == "—"


def test_a_list_of_whatever_is_read() -> None:
    """A value of a form that nobody has words for costs nobody his download."""
    table = next(one for one in tables() if one.key == "privacy_request.member_id")
    found = [{"ground": "claims", "until": None}, "bids"]
    assert words.value(table, "words", Row({"words": found}, {}, None, (rules.Source.YOU,))) == "ground: claims, bids"


def test_a_table_stands_under_what_most_of_it_is() -> None:
    """A member looks for his requests and his bank account there, and not among his sign-ins."""
    under = {table.key: table.category for table in tables()}
    assert under["privacy_request.member_id"] is Category.REQUESTS
    assert under["bank_account.member_id"] is Category.PAYMENT
    assert under["member.id"] is Category.ACCOUNT


def test_one_name_stands_for_one_column_of_a_table() -> None:
    """Two columns of one table with the same words could not be told apart."""
    for table in tables():
        said = [words.column(table, one.name) for one in (*table.columns, *table.others)]
        assert len(said) == len(set(said)), table.key
