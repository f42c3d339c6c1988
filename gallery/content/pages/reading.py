"""A text as one reader gets it: in his language, or in the other with a word about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from gallery.content.pages import queries
from gallery.content.pages.models import ContentVersion
from gallery.content.pages.rules import HOME, LANGUAGES, Kind
from gallery.core.i18n import current_locale


@dataclass(frozen=True)
class Reading:
    """Title and text in the language `lang`, which need not be the page's."""

    title: str
    html: Markup
    body: str
    """Markdown."""
    lang: str
    is_other: bool
    """It is not in the reader's language, since it has not been translated."""
    languages: tuple[str, ...]
    """Those in which the text is there."""


def reading(version: ContentVersion) -> Reading:
    """The version in the reader's language if it has one there, else in the other."""
    there = tuple(lang for lang in LANGUAGES if getattr(version, f"title_{lang}"))
    mine = current_locale()
    lang = mine if mine in there or not there else there[0]
    return Reading(
        title=getattr(version, f"title_{lang}"),
        html=Markup(getattr(version, f"html_{lang}")),  # noqa: S704  content.markup wrote it.
        body=getattr(version, f"body_{lang}"),
        lang=lang,
        is_other=lang != mine,
        languages=there,
    )


def home_words(now: datetime) -> Reading | None:
    """What the editors say on the home page, below the sales."""
    found = queries.published(Kind.HOME, HOME, now)
    return reading(found.version) if found else None
