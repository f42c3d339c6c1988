"""Words as people search by them: in French and English, with or without accents (C3, O2)."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer

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


def document(texts: Iterable[str]) -> str:
    """What a thing with these texts can be found by: its words, folded, and their stems."""
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
