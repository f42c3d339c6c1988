"""The same words find the same lots on both databases, with and without accents, in two languages (C3)."""

import pytest
from flask import Flask

from gallery.core.db import db, transaction
from gallery.core.words import asked_words
from gallery.lots import search, services
from gallery.lots.models import LotSearch
from gallery.lots.services import Words
from tests import factories

pytestmark = pytest.mark.database

LOTS = {
    "wave": Words("The Great Wave off Kanagawa", "La Grande Vague de Kanagawa"),
    "summer": Words("Senegalese woman in summer", "Sénégalaise à l'été, peintures signées"),
    "works": Words("Works on canvas: not or and", "Œuvres sur toile"),
    "land": Words("Landscape of Senegal, 1950", "Paysage du Sénégal, 1950"),
    "boats": Words("Two boats, drawings", "Deux barques, dessins"),
}


@pytest.fixture
def lots(app: Flask) -> dict[int, str]:
    sale_id = factories.sale()
    artist_id = services.create_artist("Aïssatou N'Diaye")
    return {
        factories.open_lot(
            sale_id=sale_id, title=title, category="other", artist_id=artist_id if name == "boats" else None
        ): name
        for name, title in LOTS.items()
    }


FOUND = [
    ("vague", {"wave"}),
    ("GREAT wave", {"wave"}),
    ("wav", {"wave"}),
    ("senegal", {"summer", "land"}),
    ("sénégalais", {"summer", "land"}),
    ("Senegal 1950", {"land"}),
    ("l'été", {"summer"}),
    ("été", {"summer"}),
    ("peinture signée", {"summer"}),
    ("signe", {"summer"}),
    ("oeuvre", {"works"}),
    ("œuvres", {"works"}),
    ("toiles", {"works"}),
    ("drawing", {"boats"}),
    ("barque", {"boats"}),
    ("aissatou", {"boats"}),
    ("ndiaye", set()),
    ("n'diaye", {"boats"}),
    ("not or", {"works"}),
    ("near", set()),
    ("la", {"wave"}),
    ("wave boats", set()),
    ("photographie", set()),
]
AWKWARD = [
    *('"', "'", "vague' OR 1=1", "*", "vague*", "(vague", "vague & !x", "a:b", "NOT", "AND", "\\", "-vague", "{vague}"),
    *("^v", "%", "<->", "vague:*", "lot_words", "ﬁne", "١٢٣", "\0vague", "V" * 5000, "x " * 500),
]


def found(lots: dict[int, str], query: str) -> set[str]:
    return {lots[one] for one in db.session.execute(search.matching(asked_words(query))).scalars()}


def test_words_find_lots(lots: dict[int, str]) -> None:
    assert {query: found(lots, query) for query, _ in FOUND} == dict(FOUND)


def test_nothing_that_is_typed_is_syntax(lots: dict[int, str]) -> None:
    for query in AWKWARD:
        words = asked_words(query)
        assert all(word.isascii() and word.isalnum() for word in words)
        if words:
            found(lots, query)


def test_articles_do_not_count_unless_there_is_nothing_else() -> None:
    assert asked_words("La vague de l'été") == ["vague", "ete"]
    assert asked_words("la") == ["la"]
    assert asked_words("…!") == []


def test_a_lot_that_is_gone_is_not_found(lots: dict[int, str]) -> None:
    wave = db.session.execute(search.matching(["vague"])).scalar_one()
    with transaction() as session:
        session.get_one(LotSearch, wave).words = "changed"
    assert db.session.execute(search.matching(["vague"])).all() == []
    assert db.session.execute(search.matching(["changed"])).scalar_one() == wave
    with transaction() as session:
        session.delete(session.get_one(LotSearch, wave))
    assert db.session.execute(search.matching(["changed"])).all() == []
