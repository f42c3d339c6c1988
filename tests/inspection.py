"""A test client that looks at every page it is given, as a careful reviewer would."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gallery.core.db import db

# What HTML's parser of 2020 does not know, and HTML does.
TOLERATED = {"unknown-doctype"}
RUNS_CODE = re.compile(r"^\s*(javascript|data|vbscript):", re.IGNORECASE)


class FaultyPage(AssertionError):
    """A page breaks a rule that holds for every page."""


class InspectingClient(FlaskClient):
    """Flask's client; `open` also inspects what came back. Set `inspects` to False for a page broken on purpose."""

    inspects = True

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if has_app_context():
            db.session.rollback()  # What the test reads after this request, it reads anew.
        # As in production each request has a context of its own, or it would find the member of the one before.
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        if self.inspects and response.mimetype == "text/html" and not response.is_streamed:
            faults = list(faults_of(response.text, response.headers.get("Content-Security-Policy", "")))
            if faults:
                raise FaultyPage(f"{response.request.path} ({response.status_code}): " + "; ".join(faults))
        return response


def faults_of(markup: str, policy: str = "") -> Iterator[str]:
    """Say what is wrong with a page or a fragment; nothing when it is in order."""
    if not markup.strip():
        return
    whole = "<html" in markup[:2000].lower()
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree: Element = parser.parse(markup) if whole else as_element(parser, markup)
    for (line, column), code, _ in parser.errors:
        if code not in TOLERATED:
            yield f"invalid HTML at {line}:{column}: {code}"
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    yield from faults_of_elements(elements, policy)
    if whole:
        yield from faults_of_frame(tree, elements)


def as_element(parser: html5lib.HTMLParser, markup: str) -> Element:
    """A fragment, parsed where it belongs: a table's row is nothing outside of a table."""
    opening = re.match(r"\s*(?:<!--.*?-->\s*)*<(\w+)", markup, re.DOTALL)
    inside = {"tr": "tbody", "td": "tr", "th": "tr", "tbody": "table", "li": "ul", "option": "select"}
    container = inside.get(opening[1].lower() if opening else "", "div")
    fragment: Element = parser.parseFragment(markup, container=container)
    return fragment


def faults_of_frame(tree: Element, elements: list[Element]) -> Iterator[str]:
    """What a whole page must have and a fragment need not."""
    if not (tree.get("lang") or "").strip():
        yield "<html> has no lang"
    titles = tree.findall("./head/title")
    if len(titles) != 1 or not (titles[0].text or "").strip():
        yield f"{len(titles)} <title>, one that says something is needed"
    headings = [element for element in elements if element.tag == "h1"]
    if len(headings) != 1:
        yield f"{len(headings)} <h1>, one is needed"
    elif not "".join(headings[0].itertext()).strip() and headings[0].find(".//img[@alt]") is None:
        yield "<h1> is empty"
    ids = {element.get("id") for element in elements}
    for element in elements:
        for name in ("aria-labelledby", "aria-describedby", "aria-controls", "for"):
            for wanted in (element.get(name) or "").split():
                if wanted not in ids:
                    yield f'<{element.tag} {name}="{wanted}"> points at nothing'


def faults_of_elements(elements: list[Element], policy: str) -> Iterator[str]:
    """What holds for each element, on a page and in a fragment."""
    counted = Counter(element.get("id") for element in elements if element.get("id") is not None)
    for name, times in counted.items():
        if times > 1 or not name:
            yield f'id="{name}" stands {times} times' if name else "an id is empty"
    for element in elements:
        yield from faults_of_attributes(element)
        if element.tag == "form":
            yield from faults_of_form(element)
        elif element.tag in {"script", "style"}:
            yield from faults_of_inline(element, policy)
        elif element.tag == "img" and element.get("alt") is None:
            yield f"<img src={element.get('src')!r}> has no alt"


def faults_of_attributes(element: Element) -> Iterator[str]:
    """Nothing inline, which the content security policy would refuse in the browser."""
    for name, value in element.attrib.items():
        if name == "style" or name.startswith(("on", "hx-on", "data-hx-on")):
            yield f'<{element.tag} {name}="{value[:40]}"> is inline'
        elif name.startswith("hx-"):
            yield f"<{element.tag} {name}> should be data-{name}"
        elif name in {"href", "src", "action", "formaction"} and RUNS_CODE.match(value) and element.tag != "img":
            yield f'<{element.tag} {name}="{value[:40]}"> runs code'


def faults_of_form(form: Element) -> Iterator[str]:
    """A form says where it goes and how, and carries the token when it writes."""
    if not form.get("action"):
        yield "a <form> has no action"
    method = (form.get("method") or "").lower()
    if method not in {"get", "post", "dialog"}:
        yield f"the <form> to {form.get('action')!r} has no method"
    names = {control.get("name") for control in form.iter("input")}
    if method == "post" and "csrf_token" not in names:
        yield f"the <form> to {form.get('action')!r} has no csrf_token"


def faults_of_inline(element: Element, policy: str) -> Iterator[str]:
    """Script and style of the page's own need the nonce of this very answer."""
    if element.tag == "script" and (element.get("src") or element.get("type") == "application/ld+json"):
        return
    nonce = element.get("nonce")
    if not nonce:
        yield f"<{element.tag}> has no nonce"
    elif policy and f"'nonce-{nonce}'" not in policy:
        yield f"<{element.tag}> has a nonce that the policy does not name"
