"""What a page about a policy shows, in the reader's language, and how it is asked for again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import make_response, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from gallery.content import markup
from gallery.content.markup import Section
from gallery.content.policies import differences, queries
from gallery.content.policies.differences import Line
from gallery.content.policies.models import PolicyVersion
from gallery.content.policies.rules import Kind
from gallery.core import clock
from gallery.core.i18n import current_locale
from gallery.core.web import revalidated


@dataclass(frozen=True, slots=True)
class Text:
    """A version's text in one language."""

    html: Markup
    sections: list[Section]


def text_of(version: PolicyVersion, language: str) -> Text:
    """What was published in a language, and its main clauses."""
    source, html = (version.source_fr, version.html_fr) if language == "fr" else (version.source_en, version.html_en)
    sections = [section for section in markup.outline(source) if section.level == 2]
    return Text(Markup(html), sections)  # noqa: S704  Rendered and cleaned when it was published; it can't have changed.


def changes(old: PolicyVersion | None, new: PolicyVersion) -> list[Line]:
    """What a version changed, in the reader's language; [] for the first."""
    if old is None:
        return []
    language = current_locale()
    return differences.compare(text_of(old, language).html, text_of(new, language).html)


def numbers_in_force() -> dict[str, int]:
    """The numbers of the versions that count now, by kind: for the lines beside buttons that accept them."""
    now = clock.now()
    found = {kind.value: queries.number_in_force(kind, now) for kind in Kind}
    return {kind: number for kind, number in found.items() if number is not None}


def answer(template: str, **context: Any) -> BaseResponse:
    """A page that a visitor's browser need not be sent again while nothing on it has changed."""
    return revalidated(make_response(render_template(template, **context)))
