"""Logs: one JSON object a line on standard error, and nothing personal in it (16.2.5, 16.3, 16.4).

What a line may hold is a list (`FACTS`). An error is told by its class and the places in the code through which it
came, never by its text, which quotes what was being worked on. A request is told by its route, never by its
address, which may hold a token.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from flask import Flask, Response, g, has_request_context, request

from gallery.core.settings import Settings

log = logging.getLogger(__name__)

FACTS = (
    *("method", "route", "status", "ms", "job", "kind", "message_id", "lot_id", "sale_id"),
    *("attempts", "error", "seconds", "count", "state", "table", "revision"),
)
"""What `extra=` may add: identifiers of things and figures, and nothing that says who."""

_ADDRESS = re.compile(r"[^\s<>\"'(),;:=]+@[^\s<>\"'(),;:]+")
_SECRET = re.compile(
    r"(?i)\b(password|passwd|pwd|token|secret|key|authorization|bearer|cookie|session)\b['\"]?(\s*[=:]\s*|\s+)\S+"
)
_RANDOM = re.compile(r"[A-Za-z0-9_\-.]{24,}")
_QUERY = re.compile(r"\?[^\s\"']+")
_MOST_WORDS = 1000

Failure = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Line(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        # In ASCII, since there are more line ends in Unicode than one thinks of.
        return json.dumps(facts(record), separators=(",", ":"), default=str)


class Plain(logging.Formatter):
    """The same for a person at a terminal; still one line a record, but for tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        found = facts(record)
        places = found.pop("places", [])
        head = f"{found.pop('at')[11:23]} {found.pop('level'):7} {found.pop('logger')}: {found.pop('message')!s}"
        rest = " ".join(f"{name}={value}" for name, value in found.items())
        return "\n".join([_one_line(f"{head} {rest}"), *(f"    {place}" for place in places)])


class Stderr(logging.Handler):
    """Writes to what standard error is at the moment, each record in one piece."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; a log that cannot be written costs nobody his answer."""
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:
            self.handleError(record)


def init_app(app: Flask, settings: Settings) -> None:
    """Log to standard error, and note each request when it is answered."""
    handler = next((one for one in logging.root.handlers if isinstance(one.formatter, Line | Plain)), None)
    if handler is None:
        handler = Stderr()
        logging.root.addHandler(handler)
    handler.setFormatter(Line() if settings.log_json else Plain())
    logging.root.setLevel(logging.WARNING)
    logging.getLogger("gallery").setLevel(logging.INFO)
    # Flask's own handler would print the address and the text of an error.
    app.logger.handlers.clear()
    app.logger.propagate = True
    app.log_exception = _log_exception  # type: ignore[method-assign]
    app.before_request(_begin)
    app.after_request(_answered)


def request_id() -> str:
    """The running request's identity in logs and in `X-Request-ID`; made by us, so that nobody writes into logs."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(8)
    found: str = g.request_id
    return found


def facts(record: logging.LogRecord) -> dict[str, Any]:
    """What of a record may be told."""
    told: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": scrubbed(record.getMessage()),
    }
    if has_request_context():
        told["request"] = request_id()
    for name in FACTS:
        if name in record.__dict__:
            value = record.__dict__[name]
            told[name] = scrubbed(value) if isinstance(value, str) else value
    if record.exc_info:
        told |= failure(record.exc_info)
    return told


def failure(error: Failure) -> dict[str, Any]:
    """The classes of an error and of those that led to it, and the places of the last; never their words."""
    classes = []
    current = error[1]
    while current is not None:
        classes.append(f"{type(current).__module__}.{type(current).__qualname__}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}: {frame.line}" for frame in traceback.extract_tb(error[2])]
    return {"errors": classes, "places": places}


def scrubbed(words: str) -> str:
    """Words of others (libraries) without addresses, secrets, queries and anything that looks like a token."""
    words = _ADDRESS.sub("[address]", words)
    words = _SECRET.sub(r"\1=[secret]", words)
    words = _QUERY.sub("?[query]", words)
    return _RANDOM.sub(_unless_code, words)[:_MOST_WORDS]


def _unless_code(found: re.Match[str]) -> str:
    # Dotted names of modules are long too, but hold no digits.
    return found[0] if not any(letter.isdigit() for letter in found[0]) else "[token]"


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def _begin() -> None:
    g.began = time.perf_counter()


def _answered(response: Response) -> Response:
    response.headers["X-Request-ID"] = request_id()
    log.info(
        "answered",
        extra={
            "method": request.method,
            "route": request.url_rule.rule if request.url_rule else "(none)",
            "status": response.status_code,
            "ms": round((time.perf_counter() - g.began) * 1000, 1) if "began" in g else None,
        },
    )
    return response


def _log_exception(exc_info: Any) -> None:
    route = request.url_rule.rule if request.url_rule else "(none)"
    log.error("a request failed", exc_info=exc_info, extra={"method": request.method, "route": route})
