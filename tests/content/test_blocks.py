"""Tables in texts, rendered by the program itself (P-03)."""

from __future__ import annotations

import pytest
from flask import Flask
from markupsafe import Markup

from gallery.content import blocks
from gallery.core.i18n import current_locale


def greeting(language: str) -> Markup:
    return Markup("<table><tr><td>{} {}</td></tr></table>").format(language, current_locale())


def test_a_line_is_replaced_by_what_the_program_renders_in_that_language(app: Flask) -> None:
    blocks.register(app, "greeting", greeting)
    filled = blocks.fill("<p>Before</p>\n<p>{{ table:greeting }}</p>\n<p>After</p>\n", "fr")
    assert filled == "<p>Before</p>\n<table><tr><td>fr fr</td></tr></table>\n<p>After</p>\n"
    assert "en en" in blocks.fill("<p>{{table:greeting}}</p>", "en")


@pytest.mark.parametrize(
    "html",
    [
        "<p>{{ table:greetings }}</p>",
        "<p>Look at {{ table:greeting }}</p>",
        "<li>{{ table:greeting }}</li>",
        "<p>{{ greeting }}</p>",
        "<p>{{ table:greeting</p>",
        "<p>{{ table:../secret }}</p>",
    ],
)
def test_what_nobody_renders_is_refused(app: Flask, html: str) -> None:
    blocks.register(app, "greeting", greeting)
    with pytest.raises(blocks.UnknownBlockError, match=r"^'?\{\{"):
        blocks.fill(html, "en")


def test_a_name_is_given_once_and_belongs_to_its_application(app: Flask) -> None:
    blocks.register(app, "greeting", greeting)
    assert "greeting" in blocks.names()
    with pytest.raises(ValueError, match="greeting"):
        blocks.register(app, "greeting", greeting)


def test_a_table_escapes_what_stands_in_it() -> None:
    made = blocks.table(["A <b>"], [["<script>"], [Markup("<b>fat</b>")]], 'Who "and" why')
    assert "&lt;script&gt;" in made
    assert "<b>fat</b>" in made
    assert "A &lt;b&gt;" in made
    assert 'aria-label="Who &#34;and&#34; why"' in made


def test_each_cell_carries_its_heading_for_small_screens(app: Flask) -> None:
    """A-06: where the row of headings has no room, each stands above its cell."""
    made = blocks.table(["What", "How <long>"], [["a", "one day"], ["b", "a year"]], "Times")
    assert made.count('<td data-label="What">') == 2
    assert '<td data-label="How &lt;long&gt;">a year</td>' in made
