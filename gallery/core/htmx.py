"""htmx 4 on the server: one view, two answers. A wrapper around htmx-flask, which knows htmx 2 (ADR 0011)."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

from flask import Flask, Response, make_response, redirect, render_template, request
from htmx_flask import Htmx
from htmx_flask.requests import HtmxAwareRequest, HtmxHeaders
from werkzeug.datastructures import Headers

from gallery.core.settings import Settings

FULL = "full"


class Headers4(HtmxHeaders):
    """The request's headers as htmx 4 writes them."""

    @cached_property
    def source(self) -> str | None:
        """The element that sent the request, as `tag#id` (htmx 2: `trigger`)."""
        source: str | None = self._headers.get("HX-Source")
        return source

    @cached_property
    def target(self) -> str | None:
        """The id of the element that the answer goes into; htmx 4 sends `tag#id`."""
        target: str | None = self._headers.get("HX-Target")
        return target.rpartition("#")[2] if target and "#" in target else None

    @cached_property
    def is_partial(self) -> bool:
        """Whether a part of the page was asked for, and not all of its body."""
        return bool(self) and self._headers.get("HX-Request-Type") != FULL


class HtmxRequest(HtmxAwareRequest):
    """A request with `.htmx`, read the way of htmx 4."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.htmx = Headers4(Headers(self.headers))


def init_app(app: Flask, _settings: Settings) -> None:
    """Give every request its `.htmx`."""
    Htmx(app)
    app.request_class = HtmxRequest  # After Htmx, which sets its own.


def wants_partial() -> bool:
    """Whether to answer with the part alone. A part's address opened by itself gives the whole page (H-06)."""
    htmx: Headers4 = request.htmx  # type: ignore[attr-defined]
    return htmx.is_partial and not htmx.boosted and not htmx.history_restore_request


def respond(page: str, partial: str, /, status: int = 200, **context: Any) -> Response:
    """One view, two answers: the whole page, or only the part that htmx asked for. `Vary` is added by core.web."""
    return make_response(render_template(partial if wants_partial() else page, **context), status)


def leave_for(address: str, status: int = 303) -> Response:
    """Lead the whole page to sign in or the like, also when htmx asked for a part: it would put the page into it.

    `address` comes from a route's name (H-07); `status` is that of the redirect without htmx.
    """
    return _away(address, status, 401)


def lead_on(address: str) -> Response:
    """Lead the whole page on after something was done, also when htmx sent the form. `address` as in `leave_for`."""
    return _away(address, 303, 204)


def _away(address: str, status: int, htmx_status: int) -> Response:
    if request.headers.get("HX-Request") != "true":
        return cast("Response", redirect(address, status))
    response = make_response("", htmx_status)
    response.headers["HX-Redirect"] = address
    response.headers["Cache-Control"] = "no-store"
    return response


def retarget(response: Response, target: str, swap: str = "outerHTML") -> Response:
    """Send the answer elsewhere than the page meant. By hand: htmx-flask refuses half of the swap styles."""
    response.headers["HX-Retarget"] = target
    response.headers["HX-Reswap"] = swap
    return response
