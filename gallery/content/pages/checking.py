"""A text held against the house around it: which pages open, which pictures there are, what notices may name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from flask import current_app
from werkzeug.exceptions import HTTPException

from gallery.content.pages import queries
from gallery.content.pages.rules import CONTACT, Draft, Kind, Problem, Surroundings, problems
from gallery.notices import letters

_WRITTEN = {"pages.show": Kind.PAGE, "pages.help_topic": Kind.HELP}
"""Addresses that open only if a text with that slug is public."""


def surroundings(now: datetime) -> Surroundings:
    """What texts are held against at `now`."""
    there = {kind: {found.slug for found in queries.all_published(kind, now)} for kind in (Kind.PAGE, Kind.HELP)}

    def opens(path: str) -> bool:
        try:
            endpoint, values = current_app.url_map.bind("localhost").match(path, method="GET")
        except HTTPException:
            return False
        kind = _WRITTEN.get(endpoint)
        return kind is None or values["slug"] in there[kind] | {CONTACT}

    return Surroundings(opens, queries.picture_numbers())


def check(kind: Kind, slug: str, draft: Draft, around: Surroundings) -> list[Problem]:
    """What is wrong with a text."""
    return problems(draft, replace(around, places=letters.places(slug)) if kind is Kind.NOTICE else around)
