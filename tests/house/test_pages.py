"""Every page of the house, reached as people reach it: by its links and forms, without JavaScript (A-06, 3.5.3).

The client inspects each page that it is given: valid HTML, one heading, labels, nothing inline (H-02).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from gallery.auth.models import Member
from gallery.core.access import Who
from gallery.core.db import db
from tests import factories, scene
from tests.inspection import InspectingClient
from tests.scene import Scene

WHO = ("visitor", "member", "staff")
NOTED = {"audit_entry"}
"""Staff's looks at what concerns others are written down; nothing else may change by looking."""
MOST_BYTES = {"visitor": 4_000, "member": 4_096}
"""HTML with its inlined styles in Brotli. A member's page has the bid form on top, two tokens and a key."""
PARTS = ("/lots/{}/standing", "/lots/{}/bids", "/lots/")


@pytest.fixture
def furnished(app: Flask) -> Scene:
    return scene.furnish()


def become(client: InspectingClient, who: str, there: Scene) -> Member | None:
    member = {"visitor": None, "member": there.ana, "staff": there.ada}[who]
    if member is not None:
        factories.sign_in(client, member)
    return member


def tree_of(page: TestResponse) -> Element:
    tree: Element = html5lib.parse(page.text, namespaceHTMLElements=False)
    return tree


def crawl(client: InspectingClient, first: list[str]) -> Iterator[tuple[str, TestResponse]]:
    """Every page that links lead to, from the first ones on; pictures and streams are looked at, not read."""
    waiting, seen = list(first), set(first)
    while waiting:
        path = waiting.pop()
        answer = client.get(path, buffered=False)
        assert answer.status_code < 500, path
        if answer.is_streamed and answer.mimetype == "text/event-stream":
            answer.close()
            continue
        yield path, answer
        if answer.mimetype != "text/html":
            continue
        for link in [*links_in(path, answer), *([answer.location] if answer.location else [])]:
            # One page a kind of question is enough: filters and cursors may be combined without end.
            shape = re.sub(r"=[^&]*", "=", link)
            if shape not in seen:
                seen.add(shape)
                waiting.append(link)


def links_in(path: str, page: TestResponse) -> list[str]:
    """Where a page leads within the house: links, and forms that ask (GET) with what they would send."""
    found = []
    for element in tree_of(page).iter():
        if element.tag == "a" and element.get("href"):
            found.append(urljoin(path, str(element.get("href"))))
        elif element.tag == "form" and (element.get("method") or "get").lower() == "get":
            query = "&".join(f"{name}={value}" for name, value in fields_of(element).items())
            found.append(urljoin(path, f"{element.get('action')}?{query}"))
    return [
        address.partition("#")[0] for address in found if urlsplit(address).scheme == "" and address.startswith("/")
    ]


def fields_of(form: Element) -> dict[str, str]:
    """What a browser would send if nothing were typed."""
    sent = {}
    for control in form.iter():
        name = control.get("name") if isinstance(control.tag, str) else None
        if not name or (control.get("type") in {"checkbox", "radio"} and control.get("checked") is None):
            continue
        if control.tag == "input":
            sent[name] = control.get("value") or ""
        elif control.tag == "select":
            options = list(control.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            sent[name] = (chosen[0].get("value") or "") if chosen else ""
        elif control.tag == "textarea":
            sent[name] = control.text or ""
    return sent


def plain_addresses(app: Flask) -> list[str]:
    """Each address for people without a variable part: also what no link leads to."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    marks = {name: getattr(view, "access") for name, view in app.view_functions.items()}  # noqa: B009  Typed nowhere.
    return [rule.rule for rule in rules if marks[rule.endpoint].who is not Who.MACHINE]


def books(but: set[str]) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    db.session.rollback()
    tables = sa.inspect(db.engine).get_table_names()
    rows = {name: db.session.execute(sa.text(f'SELECT * FROM "{name}"')) for name in tables if name not in but}  # noqa: S608
    return {name: sorted(map(tuple, found), key=repr) for name, found in rows.items()}


@pytest.mark.parametrize("who", WHO)
def test_every_link_leads_to_a_page_and_looking_changes_nothing(
    app: Flask, client: InspectingClient, furnished: Scene, who: str
) -> None:
    become(client, who, furnished)
    db.session.rollback()
    but = NOTED if who == "staff" else set()
    before = books(but)
    found = {path: answer.status_code for path, answer in crawl(client, ["/", *plain_addresses(app)])}
    assert books(but) == before
    wrong = {path: status for path, status in found.items() if status not in {200, 302, 303, 304}}
    # The doors of the desk stay shut, and say so.
    allowed = {
        path for path, status in wrong.items() if status == 403 and path.startswith("/admin/") and who == "member"
    }
    assert wrong.keys() == allowed, wrong
    for lot_id in (furnished.open, furnished.sold, furnished.unsold, furnished.upcoming):
        assert f"/lots/{lot_id}" in found
        assert f"/lots/{lot_id}/bids" in found


@pytest.mark.parametrize("who", WHO)
def test_every_form_can_be_sent_as_it_is_and_empty(
    app: Flask, client: InspectingClient, furnished: Scene, who: str
) -> None:
    member = become(client, who, furnished)
    forms = {
        (action, tuple(sorted(fields_of(form).items())))
        for path, page in crawl(client, ["/", *plain_addresses(app)])
        if page.mimetype == "text/html"
        for form in tree_of(page).iter("form")
        if form.get("method") == "post" and (action := urljoin(path, str(form.get("action"))))
    }
    assert forms or who == "visitor"
    tried = set()
    for action, fields in sorted(forms):
        if action in tried:
            continue
        tried.add(action)
        if member is not None:
            factories.sign_in(client, member)
        token = {"csrf_token": client_token(client)}
        for sent in (dict(fields) | token, token, {}):
            answer = client.post(action, data=sent, headers={"Origin": "http://localhost"})
            assert answer.status_code < 500, (action, sent)
    assert {"/auth/login", "/auth/register"} <= tried if who == "visitor" else "/auth/logout" in tried


def client_token(client: InspectingClient) -> str:
    """The token of the session that this client has now."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/auth/reset").text)
    assert found
    return found[1]


@pytest.mark.parametrize("part", PARTS)
def test_a_part_opened_by_itself_is_a_whole_page(client: InspectingClient, furnished: Scene, part: str) -> None:
    path = part.format(furnished.open)
    whole, fragment = client.get(path), client.get(path, headers={"HX-Request": "true"})
    assert "<html" in whole.text
    assert "<html" not in fragment.text
    assert "HX-Request" in whole.headers["Vary"]
    assert "HX-Request" in fragment.headers["Vary"]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("who", ["visitor", "member"])
def test_a_lot_page_is_light(client: InspectingClient, furnished: Scene, who: str, language: str) -> None:
    become(client, who, furnished)
    client.set_cookie("lang", language)
    page = client.get(f"/lots/{furnished.open}", headers={"Accept-Encoding": "br, gzip"})
    assert page.headers["Content-Encoding"] == "br"
    assert len(page.data) < MOST_BYTES[who]


def test_the_first_view_of_a_lot_waits_for_nothing_but_the_page(client: InspectingClient, furnished: Scene) -> None:
    page = client.get(f"/lots/{furnished.open}")
    tree = tree_of(page)
    head, body = tree.find("head"), tree.find("body")
    assert head is not None
    assert body is not None
    assert [link for link in head.iter("link") if link.get("rel") == "stylesheet"] == []
    for script in tree.iter("script"):
        assert script.get("defer") is not None, script.attrib
    everything = list(body.iter())
    main = next(number for number, element in enumerate(everything) if element.tag == "footer")
    sheets = [number for number, element in enumerate(everything) if element.get("rel") == "stylesheet"]
    assert sheets
    assert min(sheets) > main, "a stylesheet in the body blocks what comes after it"
    assert "@import" not in page.text
