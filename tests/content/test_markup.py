"""From Markdown to HTML: what editors can say, and that nothing in it can run or load (M1, H-04, 1.2.1, 1.2.2)."""

from __future__ import annotations

import time

import pytest

from gallery.content.markup import (
    Passage,
    Picture,
    Section,
    allowed,
    foreign_pictures,
    links,
    outline,
    passages,
    picture_numbers,
    plain,
    render,
)
from gallery.content.parsing import slug
from tests.content.hostile import STRINGS, dangers
from tests.inspection import faults_of

FILE = "0123456789abcdef0123456789abcdef"
MASK = Picture(f"/pictures/{FILE}-480.jpg", f"/pictures/{FILE}-240.jpg 240w", 480, 320, 'A "mask" <of> wood')

PLACES = {
    "a paragraph": "{}",
    "between words": "before {} after",
    "a heading": "## {}",
    "a heading's name": "## Words {{#{}}}",
    "emphasis": "**{}**",
    "a link's words": "[{}](/help)",
    "a link's address": "[x]({})",
    "a link's address, framed": "[x](<{}>)",
    "a link's title": '[x](/help "{}")',
    "a reference": "[x][r]\n\n[r]: {}",
    "an automatic link": "<{}>",
    "a picture's words": "![{}](picture:7)",
    "a picture's address": "![x]({})",
    "a table's head": "| {} | b |\n| --- | --- |\n| c | d |",
    "a table's cell": "| a | b |\n| --- | ---: |\n| {} | d |",
    "a list": "- {}\n- x",
    "a quotation": "> {}",
    "code": "`{}`",
    "a block of code": "```{}\n{}\n```",
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_nothing_that_is_written_can_run_or_load(place: str):
    """1.2.1, 1.2.2, H-04: forty strings in every place of the language."""
    for hostile in STRINGS:
        written = render(place.replace("{}", hostile).replace("{{", "{").replace("}}", "}"), pictures={7: MASK})
        assert not list(dangers(written)), hostile
        assert not list(faults_of(written)), hostile


def test_the_list_of_elements_holds_without_the_parser():
    """The second line of defence, alone: HTML that never was Markdown."""
    for hostile in STRINGS:
        for html in (
            hostile,
            f"<p>{hostile}</p>",
            f"<table><tr><td>{hostile}</td></tr></table>",
            f'<a href="{hostile}">x</a>',
        ):
            assert not list(dangers(allowed(html))), html


@pytest.mark.parametrize(
    "name", ["hx-get", "data-hx-get", "onclick", "style", "ping", "target", "data-x", "formaction"]
)
def test_attributes_that_do_something_are_dropped(name: str):
    """H-04: nobody but our templates tells htmx, or the browser, to do anything."""
    assert allowed(f'<a href="/help" {name}="/x">x</a>') == '<a href="/help">x</a>'
    assert name not in render(f'[x](/help){{{name}="/x"}}').partition("</a>")[0]


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/help",
        "/lots/7?a=1#bids",
        "#returns",
        "https://example.org/é?x=y",
        "http://example.org",
        "mailto:a@example.org",
        "tel:+221338643007",
    ],
)
def test_a_link_leads_where_links_may_lead(address: str):
    assert len(links(f"[x](<{address}>)")) == 1
    assert "<a href=" in render(f"[x](<{address}>)")


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "https:evil.example",
        "help",
        "../x",
        "ftp://x.example",
        "javascript:x",
        "picture:7",
        "data:x",
    ],
)
def test_a_link_leads_nowhere_else(address: str):
    assert "href" not in render(f"[x](<{address}>)")


def test_the_first_heading_stays_the_pages():
    """P1: one <h1> a page, which is not the text's."""
    assert (
        render("# One\n## Two\n### Three")
        == '<h2 id="one">One</h2>\n<h2 id="two">Two</h2>\n<h3 id="three">Three</h3>\n'
    )


def test_a_section_has_an_address_by_name_or_by_words():
    text = "## Returns {#returns}\n## À qui s’adresser ?\n## Returns\n## ¿?\n## *Main*"
    assert [section.id for section in outline(text)] == [
        "returns",
        "a-qui-s-adresser",
        "returns-2",
        "section",
        "main-2",
    ]
    assert outline("### *How* it `ends` {#end}") == [Section(3, "end", "How it ends")]
    assert "{#" not in render(text)


def test_two_texts_on_one_page_keep_apart():
    written = render("## Returns {#returns}\n[there](#returns)", prefix="fr-")
    assert '<h2 id="fr-returns">' in written
    assert 'href="#fr-returns"' in written


def test_a_table_can_be_reached_by_keyboard_and_has_a_name():
    """A-07: what slides can be slid without a mouse."""
    written = render("| Hammer | Premium |\n| --- | ---: |\n| 100 | 20 |")
    assert '<div class="sheet" role="group" tabindex="0" aria-label="Hammer, Premium"><table>' in written
    assert '<th class="end" scope="col">Premium</th>' in written
    assert '<td class="end">20</td>' in written
    assert "style" not in written


def test_a_picture_is_shown_by_its_number():
    written = render("![](picture:7) ![Its back](picture:7) ![No such](picture:8)", pictures={7: MASK})
    assert 'alt="A &quot;mask&quot; &lt;of&gt; wood"' in written
    assert 'alt="Its back"' in written
    assert written.count(f'src="/pictures/{FILE}-480.jpg"') == 2
    assert 'width="480" height="320"' in written
    assert "No such</p>" in written


def test_a_text_tells_what_it_refers_to():
    text = "[a](/help) ![x](picture:7) **[b](https://example.org/)** ![y](https://example.org/p.png)"
    assert links(text) == ["/help", "https://example.org/"]
    assert picture_numbers(text) == [7]
    assert foreign_pictures(text) == ["https://example.org/p.png"]


def test_the_words_alone():
    """O2: what is searched and quoted has no marks."""
    text = "Before.\n\n# A *b* {#q}\n\nx **y** [z](/q)\nnext\n\n    code\n\n- one\n- ![mask](picture:1) two\n\n## End"
    assert passages(text) == [
        Passage(None, "Before."),
        Passage(Section(2, "q", "A b"), "x y z next code one mask two"),
        Passage(Section(2, "end", "End"), ""),
    ]


def test_a_mail_without_html_says_where_links_lead():
    assert (
        plain("Read the [rules](https://example.org/r).\n\n* one") == "Read the rules (https://example.org/r).\n\none"
    )


@pytest.mark.parametrize(
    ("words", "address"), [("Éléphants & co", "elephants-co"), ("  ", ""), ("x" * 200, "x" * 80), ("Œuvres", "uvres")]
)
def test_words_become_an_address(words: str, address: str):
    assert slug(words) == address


@pytest.mark.parametrize(
    "text",
    [
        "[" * 12_000,
        "![" * 6_000,
        "*a " * 6_000,
        "> " * 12_000 + "x",
        "`" * 6_000,
        "| " * 12_000 + "\n" + "|-" * 12_000,
        "<" * 12_000,
        "[x](" * 12_000,
        "&#0;" * 12_000,
        "\0\r\u2028" * 12_000,
    ],
    ids=["brackets", "pictures", "stars", "quotes", "ticks", "table", "angles", "links", "entities", "controls"],
)
def test_no_text_takes_long(text: str):
    """The worst of texts grows no worse than its length: none may hold a worker."""
    began = time.process_time()
    render(text)
    assert time.process_time() - began < 5
