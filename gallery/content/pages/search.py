"""Searching the help: a topic has every word asked for, and its best passage is where the answer begins (O2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gallery.content import markup
from gallery.content.pages.queries import Published
from gallery.content.pages.reading import Reading, reading
from gallery.core.words import SHORTEST_BEGINNING, stems, words_of

EXCERPT = 170
"""Letters of a passage that are shown."""
TITLE_WEIGHT = 3
"""A word of a title counts as much as so many passages with it."""


@dataclass(frozen=True)
class Hit:
    """A topic that answers, and where in it."""

    slug: str
    text: Reading
    section: markup.Section | None
    excerpt: str


def find(topics: Iterable[Published], words: list[str]) -> list[Hit]:
    """The topics that have all of the words (core.words.asked_words), the best first."""
    hits = [scored for topic in topics if (scored := _judge(topic.slug, reading(topic.version), words))]
    hits.sort(key=lambda scored: -scored[0])
    return [hit for _score, hit in hits]


def _judge(slug: str, text: Reading, asked: list[str]) -> tuple[int, Hit] | None:
    forms = [(word, *stems(word)) for word in asked]
    in_title = _matched(text.title, forms)
    passages = markup.passages(text.body)
    found = [_matched(f"{one.section.words if one.section else ''} {one.words}", forms) for one in passages]
    if set().union(in_title, *found) != set(range(len(forms))):
        return None
    best = max(range(len(passages)), key=lambda place: len(found[place]), default=None)
    if best is None or not found[best]:
        passage = passages[0] if passages else markup.Passage(None, "")
    else:
        passage = passages[best]
    score = TITLE_WEIGHT * len(in_title) * len(passages) + sum(map(len, found))
    return score, Hit(slug, text, passage.section, _excerpt(passage.words, forms))


def _matched(text: str, forms: list[tuple[str, ...]]) -> set[int]:
    """Which of the words asked for stand in a text."""
    there = {form for word in words_of(text) for form in (word, *stems(word))}
    return {place for place, word in enumerate(forms) if any(_stands(form, there) for form in word)}


def _stands(form: str, there: set[str]) -> bool:
    if form in there:
        return True
    return len(form) >= SHORTEST_BEGINNING and any(word.startswith(form) for word in there)


def _excerpt(words: str, forms: list[tuple[str, ...]]) -> str:
    """The passage from a little before the first word that was asked for."""
    parts = words.split()
    first = next((place for place, part in enumerate(parts) if _matched(part, forms)), 0)
    begin = max(0, first - 6)
    quoted = " ".join(parts[begin:])
    shown = quoted if len(quoted) <= EXCERPT else quoted[:EXCERPT].rsplit(" ", 1)[0] + " …"
    return f"… {shown}" if begin else shown
