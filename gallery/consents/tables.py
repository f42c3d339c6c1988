"""Purposes and storage as tables, for the page of choices and for policies: written from what is done (P-03)."""

from __future__ import annotations

from flask import Flask
from markupsafe import Markup

from gallery.consents import labels, queries, storage
from gallery.consents.rules import OPTIONAL, SENT, Purpose
from gallery.consents.storage import Place
from gallery.content import blocks
from gallery.core import settings
from gallery.core.i18n import _
from gallery.core.settings import Settings


def init_app(app: Flask, _settings: Settings) -> None:
    """Let texts ask for both."""
    blocks.register(app, "purposes", lambda _language: purposes())
    blocks.register(app, "storage", lambda _language: kept_in_browsers())


def purposes() -> Markup:
    """For what a choice is asked, and for how long it holds."""
    windows = queries.windows()
    holds = _("at most %(months)s months, then it ends by itself", months=windows.lapse)
    rows: list[list[str | Markup]] = [
        [str(labels.TITLES[one]), labels.words(one, windows), until]
        for one, until in (
            (Purpose.NECESSARY, _("no choice")),
            *((purpose, _("until you end it") if purpose in SENT else holds) for purpose in OPTIONAL),
        )
    ]
    return blocks.table([_("Purpose"), _("What for"), _("A consent holds")], rows, _("Purposes"))


def kept_in_browsers() -> Markup:
    """What is kept in a browser, by whom, how long, and why."""
    rows: list[list[str | Markup]] = [
        [
            Markup("<code>{}</code>").format(item.site or item.name),
            item.owner or settings.current().site_name,
            str(labels.TITLES[item.purpose]),
            str(item.why),
            str(item.life),
        ]
        for item in storage.register(settings.current())
        if item.place is Place.COOKIE or not _has_cookie(item)
    ]
    return blocks.table([_("Name"), _("Whose"), _("Purpose"), _("What for"), _("How long")], rows, _("In your browser"))


def _has_cookie(item: storage.Item) -> bool:
    """Whether the same is kept as a cookie too: then it has its line there."""
    same = (other for other in storage.register(settings.current()) if other.place is Place.COOKIE)
    return any(other.name == item.name and other.owner == item.owner for other in same)
