"""A policy's Markdown as what is published: safe HTML with the tables that the program renders at this moment."""

from __future__ import annotations

from markupsafe import Markup

from gallery.content import blocks, markup
from gallery.core.i18n import LOCALES


def rendered(source: str, language: str, *, prefix: str = "") -> Markup:
    """The text in one language; raises blocks.UnknownBlockError. With two on one page, each has a `prefix`."""
    return blocks.fill(markup.render(source, prefix=prefix), language)


def both(sources: dict[str, str]) -> dict[str, Markup]:
    """The texts of all languages, by language; raises blocks.UnknownBlockError."""
    return {language: rendered(sources[language], language) for language in LOCALES}


def clauses(source: str) -> list[str]:
    """The ids of a text's headings: its clauses, which others point at, the same in each language."""
    return [section.id for section in markup.outline(source)]
