"""Whatever an editor writes, and wherever: no page runs or loads anything because of it (H-04, 1.2.1, 1.2.2)."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask

from gallery.content.pages import queries, services
from gallery.content.pages.rules import Draft, Kind
from gallery.core import clock
from gallery.core.db import db
from gallery.core.pictures import Stored
from tests.content.desk import editor
from tests.content.hostile import STRINGS
from tests.inspection import InspectingClient

HARMLESS = "words"
FIELDS = ("title_fr", "title_en", "body_fr", "body_en", "link", "note", "alternative text")
RUNS = {
    "script",
    "style",
    "link",
    "meta",
    "base",
    "iframe",
    "object",
    "embed",
    "svg",
    "math",
    "form",
    "button",
    "input",
}
LOADS = {"src", "srcset", "href", "action", "formaction", "data", "poster", "background"}


def write(field: str, words: str) -> dict[Kind, int]:
    """A public text of every kind that has pages, with these words in one field of each; their numbers."""
    now, alternative = clock.now(), words if field == "alternative text" else HARMLESS
    stored = Stored("0123456789abcdef0123456789abcdef", 480, 320, (240, 480), "")
    picture = services.add_picture(stored, alt_fr=alternative, alt_en=alternative, author_id=None, now=now)
    said = dict.fromkeys(("title_fr", "title_en", "body_fr", "body_en"), f"{HARMLESS} ![](picture:{picture})")
    draft = Draft(**(said | ({field: words} if field in said else {})), link=words if field == "link" else "")
    numbers = {}
    for kind in (Kind.PAGE, Kind.HELP, Kind.HOME, Kind.BANNER):
        slug, note = ("home" if kind is Kind.HOME else "about"), (words if field == "note" else "")
        there = queries.content_called(kind, slug)
        if there is None:
            numbers[kind] = services.create(kind, slug, draft, author_id=None, now=now, note=note)
        else:
            numbers[kind] = there.id
            services.save(there.id, draft, based_on=1, author_id=None, now=now, note=note)
        newest = queries.versions(numbers[kind])[0].number
        services.publish(numbers[kind], newest, from_at=now, by_id=None, now=now)
    return numbers


def pages(numbers: dict[Kind, int]) -> list[str]:
    page, banner = numbers[Kind.PAGE], numbers[Kind.BANNER]
    public = ["/", "/pages/about", "/help", "/help/about", "/help?q=alert", "/lots/"]
    desk = [f"/admin/content/{rest}" for rest in ("", "checks", "pictures", f"{page}", f"{banner}")]
    return [*public, *desk, f"/admin/content/{page}/versions", f"/admin/content/{page}/versions/1"]


def powers(markup: str) -> Counter[str]:
    """Everything on a page that runs, or loads from elsewhere, or that htmx would act on."""
    tree: Element = html5lib.parse(markup, namespaceHTMLElements=False)
    found: Counter[str] = Counter()
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in RUNS:
            found[f"<{element.tag}>"] += 1
        for name, value in element.attrib.items():
            if name.startswith(("on", "hx-", "data-hx-")) or name == "style":
                found[f"{element.tag} {name}"] += 1
            elif name in LOADS and not is_ours(element.tag, value):
                found[f"{element.tag} {name} elsewhere"] += 1
    return found


def is_ours(tag: str, address: str) -> bool:
    parts = urlsplit(address.strip())
    if tag == "a":  # A link is followed by hand.
        return parts.scheme in {"", "http", "https", "mailto", "tel"} and not address.strip().startswith(("//", "/\\"))
    return not parts.scheme and not parts.netloc


@pytest.mark.parametrize("field", FIELDS)
def test_nothing_an_editor_writes_runs_or_loads(app: Flask, client: InspectingClient, field: str) -> None:
    """With harmless words a page has as many scripts, handlers, forms and addresses of elsewhere: those are ours.

    The client finds whatever is inline, or has no nonce, on each page besides (3.5.x, H-02, H-03).
    """
    editor(client)
    client.set_cookie("lang", "fr" if field.endswith("fr") else "en")
    numbers = write(field, HARMLESS)
    write(field, f"{HARMLESS} twice")  # Both times the desk has as much to show.
    harmless = {page: powers(client.get(page).text) for page in pages(numbers)}
    assert harmless["/pages/about"]["<script>"] > 0, "the frame's own are counted"
    db.drop_all()
    db.create_all()
    editor(client)
    write(field, HARMLESS)
    write(field, "</textarea></title></style>" + "\n\n".join(STRINGS))
    for page in pages(numbers):
        more = powers(client.get(page).text) - harmless[page]
        assert not more, page
