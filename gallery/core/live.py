"""Live updates: `publish` tells that something has a new version, `watch` answers with a stream of its states.

A topic is a kind and an identifier, "lot:7". A package says once how a kind is rendered and how its versions are
read; from then on each new version is rendered once per language, and all watchers get the same bytes: the full
state, with the version as the event's id. So an update may be skipped, never missed, and a reader who comes back
gets one current message or none (E1; ARCHITECTURE "A live update").
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request

from gallery.core import bus, clock, handoff
from gallery.core.hub import Hub
from gallery.core.line import Line
from gallery.core.seats import Full
from gallery.core.settings import Settings
from gallery.core.stream import Stream, opening
from gallery.core.topics import Reader, Renderer, Topics

log = logging.getLogger(__name__)

BUSY_RETRY_SECONDS = 10
"""When a page that found no free stream may ask again; until then it polls."""
MOST_DIGITS = 18
HEADERS = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
"""`no-transform`: a proxy that compressed the stream would hold messages back; the other one is nginx's."""

# What the packages declare when they are imported, like routes; the state is the hub's, one per application.
RENDERERS: dict[str, Renderer] = {}
READERS: dict[str, Reader] = {}

R = TypeVar("R", bound=Renderer)
V = TypeVar("V", bound=Reader)


def init_app(app: Flask, settings: Settings) -> None:
    """Give the application its hub. No thread and no socket before the first watcher: a server may still fork."""
    app.extensions["live"] = Hub(
        Topics(app, RENDERERS, READERS),
        bus.from_settings(settings),
        streams=settings.streams,
        threads=settings.most_streams,
    )


def renders(kind: str) -> Callable[[R], R]:
    """Declare how topics of a kind are rendered: `fn(id, language)` gives the version and the HTML of that version.

    Called in a thread of the hub, in a request context of its own in that language, without a member.
    """

    def declare(renderer: R) -> R:
        RENDERERS[kind] = renderer
        return renderer

    return declare


def versions(kind: str) -> Callable[[V], V]:
    """Declare how the current versions of a kind are read: `fn(ids)` gives {id: version} of those that may be watched.

    Asked about once a second for what is being watched, so one cheap query. The streams of an id that it
    leaves out are ended.
    """

    def declare(reader: V) -> V:
        READERS[kind] = reader
        return reader

    return declare


def publish(topic: str, version: int) -> None:
    """Tell all watchers in all processes that `topic` is now at `version`. Call it after the commit."""
    hub().publish(topic, version)


def watch(topic: str, language: str, *, allowed: Callable[[], bool] | None = None) -> Response:
    """Answer with the stream of a topic, or with 503 when there are too many; the page then polls.

    The caller has authorised the reader. `allowed` asks again, before each message and at least every five seconds,
    in an application context but without the request: close over identifiers, not over the session (H-08).

    Raises Missing when the version reader doesn't know the topic.
    """
    mine = hub()
    if request.method == "HEAD":
        mine.version(topic)
        return Response(mimetype="text/event-stream", headers=HEADERS)
    reader = {
        "opening": opening(clock.now()),
        "seen": _since(),
        "address": subscriber(request.remote_addr or ""),
        "allowed": allowed,
    }
    handed = handoff.socket_of(request.environ) is not None
    _say_how(mine, handed)
    try:
        return _handed(mine, topic, language, reader) if handed else _streamed(mine, topic, language, reader)
    except Full:
        return Response(status=503, headers={"Retry-After": str(BUSY_RETRY_SECONDS), "Cache-Control": "no-store"})


def _handed(mine: Hub, topic: str, language: str, reader: dict[str, Any]) -> Response:
    """The connection leaves its thread; for who takes gzip, in shared deflate."""
    compressed = bool(request.accept_encodings["gzip"])
    line = Line(topic, language, compressed=compressed, **reader)
    line.on_close = lambda: mine.leave(line)
    mine.join(line)
    response = handoff.HandOff(line, mine.opened, mimetype="text/event-stream", headers=HEADERS)
    response.vary.add("Accept-Encoding")
    if compressed:
        response.content_encoding = "gzip"
    return response


def _streamed(mine: Hub, topic: str, language: str, reader: dict[str, Any]) -> Response:
    """The thread of the request serves the stream for as long as it lasts."""
    stream = Stream(topic, language, line=_line(), **reader)
    stream.on_close = lambda: mine.leave(stream)
    mine.join(stream)
    response = Response(stream, mimetype="text/event-stream", headers=HEADERS)
    # A response that is thrown away unsent (a later failure in the request) is never closed by the server.
    weakref.finalize(response, stream.close).atexit = False
    return response


def subscriber(address: str) -> str:
    """Whose an address is: in IPv6 one subscriber has 64 bits of them."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return address if known.version == 4 else str(ipaddress.ip_network((known, 64), strict=False))


def _say_how(mine: Hub, handed: bool) -> None:
    if mine.says_how != handed:
        mine.says_how = handed
        log.info("event streams hold no thread" if handed else "event streams hold a thread each: no socket to take")


def _since() -> int:
    """The version that the reader has, -1 if it doesn't say so in a way that makes sense."""
    said = request.headers.get("Last-Event-ID") or request.args.get("since") or ""
    return int(said) if said.isascii() and said.isdigit() and len(said) <= MOST_DIGITS else -1


def _line() -> socket.socket | None:
    """The socket of this request, if the server shows it and nothing else runs over it."""
    if not request.environ.get("SERVER_PROTOCOL", "").startswith("HTTP/1"):
        return None
    return request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")


def hub() -> Hub:
    """The hub of the running application."""
    found: Hub = current_app.extensions["live"]
    return found
