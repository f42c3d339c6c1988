"""Parts of pages that are the same for everybody, rendered once.

The key of each is all that it shows, so nothing can be stale and nothing has to be thrown away; a process that starts
with nothing renders it anew.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from flask import render_template
from markupsafe import Markup

from gallery.core import settings
from gallery.core.i18n import current_locale
from gallery.core.thrift import Thrift
from gallery.lots import labels
from gallery.lots.facts import Card, LotPage
from gallery.lots.rules import Phase

CARDS, LOTS = 4096, 512
"""How many are kept: about 1 kB and 3 kB each."""


def card(shown: Card, numbered: bool, now: datetime) -> Markup:
    """A lot in a list; `numbered` shows its place in the sale."""
    return _card(shown, numbered, shown.phase(now), *_reader())


def views_of(lot: LotPage, thrift: Thrift) -> Markup:
    """The first view of a lot, large, and what is written below it, with why it is small if it is."""
    return _part("lots/_picture.html", lot, thrift, *_reader())


def told_of(lot: LotPage) -> Markup:
    """What is said of a lot: description, facts, other views, neighbours."""
    return _part("lots/_description.html", lot, Thrift.NONE, *_reader())


def _reader() -> tuple[str, str]:
    """What changes words and times from reader to reader."""
    return current_locale(), settings.current().time_zone


@lru_cache(CARDS)
def _card(shown: Card, numbered: bool, phase: Phase, _language: str, _zone: str) -> Markup:
    return Markup(  # noqa: S704  Our own template, which escapes.
        render_template("lots/_card.html", card=shown, numbered=numbered, phase=phase, labels=labels)
    )


@lru_cache(LOTS)
def _part(template: str, lot: LotPage, thrift: Thrift, _language: str, _zone: str) -> Markup:
    return Markup(render_template(template, lot=lot, thrift=thrift, labels=labels))  # noqa: S704  Our own, as above.
