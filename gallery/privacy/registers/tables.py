"""Receivers, transfers and times as tables for policies and the public page, from what is done (P-03, P-62)."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from gallery.content import blocks
from gallery.core import column_words, data_map, map_words, settings
from gallery.core.i18n import _, lazy, listed
from gallery.core.personal import Erase, Keep
from gallery.core.settings import Settings
from gallery.privacy.registers import labels
from gallery.privacy.registers.rules import HOME, RECEIVERS, UNION, Mechanism, Receiver, crosses


def in_use(site: Settings) -> list[Receiver]:
    """Those who can receive something as the house is set up."""
    return [one for one in RECEIVERS if not one.settings or any(getattr(site, name) for name in one.settings)]


def processors() -> Markup:
    """Who comes to data besides the staff, what for, and where."""
    rows: list[list[str | Markup]] = [
        [
            labels.name(one),
            str(labels.TASKS[one.key]),
            str(labels.STANDINGS[one.standing]),
            labels.countries(one.countries),
            one.since.isoformat(),
        ]
        for one in in_use(settings.current())
    ]
    headings = [_("Who"), _("What for"), _("How"), _("Where"), _("Since")]
    return blocks.table(headings, rows, _("Who receives data"))


def transfers() -> Markup:
    """What goes from one country to another, and by which rule it may."""
    house = settings.current().site_name
    rows: list[list[str | Markup]] = [
        [labels.countries((UNION,)), f"{labels.countries((HOME,))} ({house})", str(labels.MECHANISMS[Mechanism.DIRECT])]
    ]
    rows += [
        [
            labels.countries((HOME,)),
            f"{labels.countries(one.countries)} ({labels.name(one)})",
            str(labels.MECHANISMS[one.mechanism]),
        ]
        for one in in_use(settings.current())
        if crosses(one)
    ]
    return blocks.table([_("From"), _("To"), _("By which rule")], rows, _("From country to country"))


def times() -> Markup:
    """How long what is kept, and what then becomes of it."""
    lines = data_map.lines()
    rows: list[list[str | Markup]] = []
    for keep in Keep:
        kept = [line for line in lines if line.entry.keep is keep]
        if kept:
            names = dict.fromkeys(column_words.of_table(line.column.table) for line in kept)
            rows.append([str(map_words.TIMES[keep]), listed(names), _then(line.entry.erase for line in kept)])
    return blocks.table([_("How long"), _("What"), _("And then")], rows, _("How long we keep it"))


def _then(fates: Iterable[Erase]) -> str:
    """What becomes of it when its time is over."""
    found = set(fates)
    words = lazy("your name is taken out of it")
    if found == {Erase.DELETE_ROW}:
        words = lazy("it is deleted")
    elif Erase.DELETE_ROW in found:
        words = lazy("it is deleted, or your name is taken out of what others still need")
    return str(words)
