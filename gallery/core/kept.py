"""Whole pages that are the same for every visitor, rendered once and filled in for each answer (ADR 56).

What may go in: the page of somebody of whom nothing is known (`is_for_anybody`), under a key that holds all that it
shows. A member's page is never kept and never comes from here; nor does one with an answer to somebody in it. What is
another in each answer, the nonce and the token of a form, is cut out before a page is kept.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from enum import Enum

from flask import Flask, current_app, g, request, session
from flask_wtf.csrf import generate_csrf

from gallery.core.settings import Settings
from gallery.core.web import csp_nonce

MOST_PAGES = 512
"""About 8 kB each."""
OF_ANYBODY = frozenset({"csrf_token"})
"""What a session may hold without telling anything of who has it."""


class Gap(Enum):
    """What each answer fills in by itself."""

    NONCE = "nonce"
    TOKEN = "token"  # noqa: S105  The name of a gap.


Parts = tuple[str | Gap, ...]


class Pages:
    """The pages of one process, those that were asked for last."""

    def __init__(self, most: int = MOST_PAGES) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._pages: OrderedDict[Hashable, Parts] = OrderedDict()

    def __len__(self) -> int:
        return len(self._pages)

    def get(self, key: Hashable) -> Parts | None:
        """The page under a key."""
        with self._lock:
            if found := self._pages.get(key):
                self._pages.move_to_end(key)
            return found

    def put(self, key: Hashable, page: Parts) -> None:
        """Keep a page; the one that was asked for longest ago goes."""
        with self._lock:
            self._pages[key] = page
            if len(self._pages) > self._most:
                self._pages.popitem(last=False)


def init_app(app: Flask, _settings: Settings) -> None:
    """Give the application its pages."""
    app.extensions["kept_pages"] = Pages()


def is_for_anybody() -> bool:
    """Whether nothing in this request tells who is asking, or asks for something of his own."""
    return request.method == "GET" and not request.query_string and session.keys() <= OF_ANYBODY


def page(key: Hashable, render: Callable[[], str]) -> str:
    """The page under a key, from memory or from `render`. Only where `is_for_anybody`."""
    pages: Pages = current_app.extensions["kept_pages"]
    found = pages.get(key)
    if found is not None:
        return _filled(found)
    rendered = render()
    pages.put(key, _cut(rendered))
    return rendered


def _cut(rendered: str) -> Parts:
    """A page without what belongs to one answer: the nonce and the token by their letters, which nothing else has."""
    gaps = {csp_nonce(): Gap.NONCE}
    if token := g.get("csrf_token"):
        gaps[token] = Gap.TOKEN
    pieces = re.split("(" + "|".join(re.escape(word) for word in gaps) + ")", rendered)
    return tuple(gaps[piece] if place % 2 else piece for place, piece in enumerate(pieces))


def _filled(parts: Parts) -> str:
    values = {Gap.NONCE: csp_nonce()}
    if Gap.TOKEN in parts:
        values[Gap.TOKEN] = generate_csrf()
    return "".join([part if isinstance(part, str) else values[part] for part in parts])
