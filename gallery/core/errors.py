"""What went wrong, said so that a person can go on, and error pages that cannot fail themselves."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_login import AnonymousUserMixin
from sqlalchemy.exc import DataError, DBAPIError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolEmpty
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from gallery.core import settings
from gallery.core.i18n import _, current_locale, lazy
from gallery.core.settings import Settings

log = logging.getLogger(__name__)

NOTICE_REGION = "#said"
"""Where an error goes on a page that htmx is updating: never into the part that holds what was typed."""


class Missing(Exception):
    """There is nothing here for this visitor: 404, also where 403 would tell that there is something."""


class Forbidden(Exception):
    """The visitor may see the thing but may not do this with it: 403. `words` may say why."""

    def __init__(self, words: object = "") -> None:
        super().__init__(words)
        self.words = words


class Unavailable(Exception):
    """We cannot do it just now: 503. `words` says what was not done, `retry_after` is in seconds."""

    def __init__(self, words: object = "", retry_after: int = 10) -> None:
        super().__init__(words)
        self.words = words
        self.retry_after = retry_after


@dataclass(frozen=True)
class Said:
    """The words for one status: what happened, and what to do next."""

    title: object
    words: object


SAYINGS: dict[int, Said] = {
    400: Said(
        lazy("We did not understand that"),
        lazy("Something in the address or in the form is not as it should be. Go back, reload the page and try again."),
    ),
    403: Said(
        lazy("This is not open to you"),
        lazy("Your account does not have the right to do this. If you think that it should, write to us."),
    ),
    404: Said(
        lazy("There is nothing here"),
        lazy("The page does not exist, or no longer. The lots and the sales are a click away."),
    ),
    405: Said(
        lazy("That cannot be done here"),
        lazy("This address only takes what a form on our pages sends. Open the page that you came from again."),
    ),
    413: Said(
        lazy("That is too large"),
        lazy("What you sent is larger than we take. Send a smaller file, or less at once."),
    ),
    422: Said(
        lazy("Something in the form is not right"),
        lazy("Nothing was recorded. Go back, look at what you typed, and send it again."),
    ),
    429: Said(
        lazy("That was too quick"),
        lazy("There were too many attempts in a short time. Wait a minute, then try again."),
    ),
    500: Said(
        lazy("Something broke on our side"),
        lazy("It has been noted and we will look at it. Before you repeat what you did, look whether it was recorded."),
    ),
    503: Said(
        lazy("We cannot do that just now"),
        lazy("Please wait a few seconds and reload. Before you repeat what you did, look whether it was recorded."),
    ),
}

FAILSAFE = Path(__file__).parents[2] / "templates" / "errors" / "failsafe.html"
"""Plain HTML in both languages: the page for when no template can be rendered."""


def init_app(app: Flask, _settings: Settings) -> None:
    """Answer every failure in the visitor's language and in the form that was asked for."""
    app.extensions["failsafe"] = FAILSAFE.read_text(encoding="utf-8")
    app.register_error_handler(Missing, lambda _error: answer(404))
    app.register_error_handler(Forbidden, lambda error: answer(403, words=error.words))
    app.register_error_handler(Unavailable, _unavailable)
    app.register_error_handler(OperationalError, _database_failed)
    app.register_error_handler(PoolEmpty, _database_failed)
    app.register_error_handler(InternalError, _session_ended)
    app.register_error_handler(DataError, _not_storable)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SecurityError, _foreign_host)


def answer(status: int, words: object = "", headers: dict[str, str] | None = None, title: object = "") -> Response:
    """The error `status` as a page, as a notice for htmx, or as JSON for a program."""
    said = SAYINGS.get(status) or SAYINGS[500 if status >= 500 else 400]
    context = {"status": status, "title": title or said.title, "words": words or said.words}
    if wants_json():
        response = make_response({"status": status, "title": str(context["title"]), "detail": str(context["words"])})
    else:
        response = make_response(_markup(context))
        if request.headers.get("HX-Request") == "true":
            response.headers["HX-Retarget"] = NOTICE_REGION
            response.headers["HX-Reswap"] = "innerHTML show:top"
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    response.vary.update({"Accept", "HX-Request"})
    response.headers.update(headers or {})
    return response


def wants_json() -> bool:
    """Whether a program asks: one that prefers JSON to HTML. A browser, or `*/*`, gets HTML."""
    return request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html") == "application/json"


def _markup(context: dict[str, Any]) -> str:
    """Render the error; if that fails as well, take the page that needs nothing."""
    partial = request.headers.get("HX-Request") == "true"
    try:
        return render_template("errors/_error.html" if partial else "errors/error.html", **context)
    except Exception:
        log.exception("the error page itself failed")
        failsafe: str = current_app.extensions["failsafe"]
        return failsafe.replace("{status}", str(context["status"])).replace("{lang}", _language())


def _language() -> str:
    try:
        return current_locale()
    except Exception:
        return "fr"


def _http(error: HTTPException) -> Response | HTTPException:
    if error.response is not None or (error.code or 500) < 400:
        return error  # A redirect of the router, or a response that somebody has made already.
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After", "WWW-Authenticate")}
    if error.code == 429:
        kept.setdefault("Retry-After", "60")
    if isinstance(error, InternalServerError):
        _give_up_the_member()  # Flask has logged what broke.
    return answer(error.code or 500, headers=kept)


def _foreign_host(_error: SecurityError) -> Response:
    """Somebody asked for a host that is not ours: nothing is done or built in its name."""
    base_url = settings.current().base_url
    request.host = urlsplit(base_url).netloc  # The page is made as at home; reading the foreign name raises again.
    words = _("Our pages are at %(address)s. Open them there.", address=base_url)
    return answer(400, title=_("This is not our address"), words=words)


def _unavailable(error: Unavailable) -> Response:
    return answer(503, words=error.words, headers={"Retry-After": str(error.retry_after)})


def _database_failed(error: DBAPIError | PoolEmpty) -> Response:
    # Locked, full, gone, no connection free: the statement is in the log, never in the answer.
    log.error("the database failed: %s", getattr(error, "orig", error), exc_info=error)
    _give_up_the_member()
    return answer(503, headers={"Retry-After": "5"})


def _session_ended(error: InternalError) -> Response:
    if not error.connection_invalidated:
        raise error
    return _database_failed(error)  # PostgreSQL ended a session that had been idle in a transaction.


def _not_storable(error: DataError) -> Response:
    # A NUL in a field of a form, a number out of range: PostgreSQL is stricter than a form's own check.
    log.error("the database refused a value: %s", error.orig, exc_info=error)
    _give_up_the_member()
    return answer(400)


def _give_up_the_member() -> None:
    """Keep the error page from asking the database who the visitor is: that may be what failed."""
    g._login_user = AnonymousUserMixin()  # Where Flask-Login keeps whom it has loaded.
