"""What the hub asks the rest of the house about topics: their state, their versions, who may see them.

Each question has an application context of its own, so no transaction and no connection outlives its answer.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping

from flask import Flask

from gallery.core.errors import Missing
from gallery.core.stream import Message, Watcher

log = logging.getLogger(__name__)

Renderer = Callable[[str, str], tuple[int, str]]
Reader = Callable[[tuple[str, ...]], Mapping[int, int] | Mapping[str, int]]


class Topics:
    """The kinds of topics of one application."""

    def __init__(self, app: Flask, renderers: Mapping[str, Renderer], readers: Mapping[str, Reader]) -> None:
        self._app = app
        self._renderers = renderers
        self._readers = readers

    def render(self, name: str, language: str) -> Message:
        """The current state of a topic. Raises Missing when there is nothing to see any more."""
        kind, _, identifier = name.partition(":")
        # A request of nobody's, so that templates, languages and `url_for` work as in the page.
        with self._app.test_request_context("/", query_string={"lang": language}):
            return Message.of(*self._renderers[kind](identifier, language))

    def version(self, name: str) -> int:
        """The committed version of a topic. Raises Missing when it may not be watched.

        Read outside of the running request's transaction, which may still see the past.
        """
        found = self.versions([name])[name]
        if found is None:
            raise Missing
        return found

    def versions(self, names: Iterable[str]) -> dict[str, int | None]:
        """The committed versions of topics, None for those that are gone; one query a kind."""
        watched: dict[str, list[str]] = defaultdict(list)
        for name in names:
            kind, _, identifier = name.partition(":")
            watched[kind].append(identifier)
        answer: dict[str, int | None] = {}
        for kind, identifiers in watched.items():
            with self._app.app_context():
                found = {str(one): version for one, version in self._readers[kind](tuple(identifiers)).items()}
            answer.update({f"{kind}:{one}": found.get(one) for one in identifiers})
        return answer

    def still_allowed(self, watchers: Iterable[Watcher]) -> list[Watcher]:
        """Those who may see what they watch; the streams of the others are ended (H-08)."""
        kept: list[Watcher] = []
        asked: deque[Watcher] = deque()
        for watcher in watchers:
            (kept if watcher.allowed is None else asked).append(watcher)
        while asked:
            with self._app.app_context():  # One for all of them: a thousand cost more than their answers.
                _ask(asked, kept)
        return kept


def _ask(asked: deque[Watcher], kept: list[Watcher]) -> None:
    """Ask one after another until a question fails; the next one needs a context of its own."""
    while asked:
        watcher = asked.popleft()
        try:
            allowed = watcher.allowed is None or watcher.allowed()
        except Exception:
            log.exception("it could not be found out whether a stream's reader is still allowed; it is ended")
            watcher.end()
            return
        if allowed:
            watcher.checked_at = time.monotonic()
            kept.append(watcher)
        else:
            watcher.end()
