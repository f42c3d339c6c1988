"""The words of notices that editors changed: published like a page, and taken by the mails from then on (M1)."""

from __future__ import annotations

from flask import Flask
from markupsafe import Markup

from gallery.content import markup
from gallery.content.pages import queries
from gallery.content.pages.rules import Kind
from gallery.core import clock
from gallery.core.settings import Settings
from gallery.notices import letters
from gallery.notices.letters import OwnWords


def init_app(app: Flask, _settings: Settings) -> None:
    """Tell the notices what the editors say."""
    letters.know_editors(app, own_words)


def own_words(name: str, language: str) -> OwnWords | None:
    """The public words for a notice in a language; None: as built, also where only the other language was written."""
    found = queries.published(Kind.NOTICE, name, clock.now())
    if found is None:
        return None
    subject, body, html = (getattr(found.version, f"{part}_{language}") for part in ("title", "body", "html"))
    if not (subject and body):
        return None
    return OwnWords(subject, markup.plain(body), Markup(html))  # noqa: S704  content.markup wrote it.
