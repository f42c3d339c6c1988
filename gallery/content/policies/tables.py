"""The tables that the policies have from this floor and those above it: what is held of people, and who the house is.

They are rendered from the data map and from the settings, so that a column or an address that changes shows in them
(P-03, P-50, P-61).
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import render_template
from markupsafe import Markup

from gallery.content import blocks
from gallery.core import column_words, data_map, map_words, settings
from gallery.core.data_map import Line
from gallery.core.i18n import _, listed
from gallery.core.map_words import Told
from gallery.core.personal import Category


def data(_language: str) -> Markup:
    """Everything that the house holds of people, from the data map: one table per category."""
    lines = data_map.lines()
    return Markup().join(_category(category, lines) for category in Category)


def house(_language: str) -> Markup:
    """Who runs the house, with the representatives and the numbers at the CDP (P-50, P-60, P-61)."""
    site = settings.current()
    formalities = map_words.numbered(site.cdp_numbers)
    return Markup(render_template("content/policies/_house.html", site=site, formalities=formalities))  # noqa: S704  A template of ours, escaped.


def model(_language: str) -> Markup:
    """Between whom a sale is concluded, as the settings say (C-17)."""
    return Markup(render_template("content/policies/_model.html", model=settings.current().operating_model))  # noqa: S704  A template of ours, escaped.


def _category(category: Category, lines: list[Line]) -> Markup:
    groups = _grouped(line for line in lines if line.entry.category is category)
    if not groups:
        return Markup()
    name = str(map_words.CATEGORIES[category])
    rows: list[list[str | Markup]] = [
        [_held(held), f"{told.purpose} ({told.ground})", told.time, listed(told.receivers)]
        for told, held in groups.items()
    ]
    headings = [name, _("What for, and on which ground"), _("How long"), _("Who receives it")]
    return blocks.table(headings, rows, name)


def _grouped(lines: Iterable[Line]) -> dict[Told, dict[str, list[str]]]:
    """What differs in nothing but in what it is: the words of the columns by those of their table."""
    groups: dict[Told, dict[str, list[str]]] = {}
    for line in lines:
        table = column_words.of_table(line.column.table)
        words = groups.setdefault(map_words.told(line.column), {}).setdefault(table, [])
        if (word := column_words.of_column(line.column)) not in words:
            words.append(word)
    return groups


def _held(held: dict[str, list[str]]) -> Markup:
    return Markup("<br>").join(
        Markup("<strong>{}</strong>{}{}").format(table, _(": "), listed(words)) for table, words in held.items()
    )
