"""What the program itself contributes to a text: tables that are rendered from what it does, so that neither can drift.

A text has `{{ table:NAME }}` on a line of its own. The floors that know the facts register who renders them, in their
`init_app`: `blocks.register(app, "purposes", render)`, where `render("fr")` gives a table in French.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask, current_app
from markupsafe import Markup

from gallery.core.i18n import force_locale
from gallery.core.settings import Settings

Render = Callable[[str], Markup]
"""From a language (`fr` or `en`) to markup."""

_EXTENSION = "content.blocks"
_BLOCK = re.compile(r"<p>\{\{ ?table:([a-z][a-z-]*) ?\}\}</p>", re.ASCII)
_LEFT = re.compile(r"\{\{[^<}]*\}?\}?")


class UnknownBlockError(LookupError):
    """The text asks for what nobody renders, or not on a line of its own; the message is what stands there."""


def init_app(app: Flask, _settings: Settings) -> None:
    """Start without any."""
    app.extensions[_EXTENSION] = {}


def register(app: Flask, name: str, render: Render) -> None:
    """Have `render` give what stands for `{{ table:NAME }}`; a name is given once."""
    known: dict[str, Render] = app.extensions[_EXTENSION]
    if name in known:
        raise ValueError(f"the block {name!r} is rendered by {known[name].__module__} already")
    known[name] = render


def names() -> list[str]:
    """What texts may ask for."""
    return sorted(_known())


def fill(html: str, language: str) -> Markup:
    """A rendered text (content.markup) with its tables in their places; raises UnknownBlockError."""

    def rendered(found: re.Match[str]) -> str:
        if found[1] not in _known():
            raise UnknownBlockError(found[0].removeprefix("<p>").removesuffix("</p>"))
        with force_locale(language):
            return str(_known()[found[1]](language))

    # What is not asked for on its own line would stay in the text as it is; so would a misspelt name.
    if left := _LEFT.search(_BLOCK.sub("", html)):
        raise UnknownBlockError(left[0])
    return Markup(_BLOCK.sub(rendered, html))  # noqa: S704  Markup already: of the renderer, and of our own templates.


def table(headings: list[str], rows: list[list[str | Markup]], name: str) -> Markup:
    """A table in a frame that slides, which the keyboard reaches; `name` tells it.

    On a small screen its cells stand one below the other, each under its heading, which it therefore carries.
    """
    head = Markup().join(Markup('<th scope="col">{}</th>').format(heading) for heading in headings)
    body = Markup("\n").join(Markup("<tr>{}</tr>").format(_cells(headings, row)) for row in rows)
    return Markup(
        '<div class="sheet" role="region" tabindex="0" aria-label="{}"><table class="stack">\n'
        "<thead><tr>{}</tr></thead>\n<tbody>{}</tbody>\n</table></div>"
    ).format(name, head, body)


def _cells(headings: list[str], row: list[str | Markup]) -> Markup:
    cells = zip(headings, row, strict=True)
    return Markup().join(Markup('<td data-label="{}">{}</td>').format(heading, cell) for heading, cell in cells)


def _known() -> dict[str, Render]:
    known: dict[str, Render] = current_app.extensions[_EXTENSION]
    return known
