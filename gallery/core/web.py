"""What every answer carries: the content security policy with its nonce, headers, and what it varies by."""

from __future__ import annotations

import hashlib
import re
import secrets
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, make_response, request, session
from flask_compress import Compress
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter

from gallery.core import access, assets, clock
from gallery.core.errors import Missing
from gallery.core.i18n import current_locale
from gallery.core.settings import Settings

POLICY = {
    "default-src": "'none'",
    "script-src": "{nonce}",
    "style-src": "'self' {nonce}",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
"""No `unsafe-*` anywhere (H-02). `form-action` also governs redirects after a form: hosts that a form may lead to
(payment, sign-in with others) are added by `allow_form_target`."""

MAY_WIDEN = ("script-src", "img-src", "connect-src", "frame-src")
"""What `allow_source` may add to. Others' scripts need a nonce as well as their source."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
}
COMPRESSION: dict[str, object] = {
    "COMPRESS_MIMETYPES": ["text/html", "application/json", "text/plain"],
    "COMPRESS_ALGORITHM": ["br", "gzip"],  # A page of ours is 10 % smaller in Brotli than in Zstandard.
    "COMPRESS_BR_LEVEL": 7,  # 0.5 ms a page; 10 and 11 gain 8 % and take 10 ms and more.
    "COMPRESS_BR_WINDOW": 16,  # Pages are shorter than 64 kB: a larger window is only slower, and a little worse.
    "COMPRESS_STREAMS": False,  # core.live compresses its own.
    "COMPRESS_EVALUATE_CONDITIONAL_REQUEST": False,  # A view that has an ETag answers 304 itself.
}
_TOKENS = re.compile(rb'(?<=name="csrf_token" value=")[^"]*')
"""Another in each answer, though each that was made in a session holds as long as the session."""
TRANSPORT = "max-age=63072000; includeSubDomains"


class Number(IntegerConverter):
    """`<int:…>` in an address: a number that the databases can hold; a larger one is no page of ours.

    Said by the pattern: refused after that it would be 405 where another method has the same path.
    """

    regex = r"\d{1,18}"


def init_app(app: Flask, settings: Settings) -> None:
    """Serve the static files, give templates their nonce, and put the headers on every answer."""
    app.extensions["form_targets"] = []
    app.extensions["opening_paths"] = {}
    app.jinja_env.globals.update(csp_nonce=csp_nonce, server_now_ms=server_now_ms, opens=opens, came_from=came_from)
    app.jinja_env.globals["site"] = settings
    app.url_map.converters["int"] = Number
    assets.init_app(app, settings)
    app.config.update(COMPRESSION)
    Compress(app)  # Before `_finish`: what is registered first comes last, and bodies are final only there.
    app.before_request(_refuse_nul)
    app.after_request(_finish)


def private(page: str, status: int = 200) -> Response:
    """A page about one person, which nothing on its way keeps (14.2.2)."""
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def revalidated(response: Response) -> Response:
    """Let a visitor's browser ask whether the page is still the same: on a slow line that saves all of it (ADR 65).

    Two answers are the same if all that they show and allow is so but for the nonce; one with a form is only the same
    for the session that its token is of. A member's pages are kept nowhere.
    """
    if session.get("_user_id") or response.status_code != 200:
        return response
    nonce = g.get("csp_nonce", "")
    shown, forms = _TOKENS.subn(b"", response.get_data().replace(nonce.encode(), b""))
    allowed = content_security_policy(current_app).replace(nonce, "")
    response.set_etag(
        tag_of(shown, allowed, current_locale(), session.get("csrf_token", "") if forms else ""), weak=True
    )
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response


def tag_of(*parts: bytes | str) -> str:
    """What stands for all parts together in an `ETag`. The same in every process, and of use to nobody else."""
    digest = hashlib.sha256()
    for part in parts:
        content = part if isinstance(part, bytes) else part.encode()
        digest.update(b"%d:" % len(content) + content)
    return digest.hexdigest()[:24]


def allow_form_target(app: Flask, origin: str) -> None:
    """Let our forms lead to `origin` ("https://checkout.stripe.com") by a redirect."""
    app.extensions["form_targets"].append(origin)


def allow_source(directive: str, origin: str) -> None:
    """Widen the policy of this one answer: `allow_source("frame-src", "https://www.facebook.com")`.

    For what others provide, with the visitor's consent; nothing is ever allowed for all answers this way.
    """
    if origin.partition("://")[0] != "https" or directive not in MAY_WIDEN:
        raise ValueError(f"{directive} may not be widened to {origin}")
    g.setdefault("csp_sources", {}).setdefault(directive, {})[origin] = None


def opens(path: str) -> bool:
    """Whether there is a page at `path`, and for staff's pages also whether the reader's roles open it.

    The frames link only to what is built in and leads somewhere.
    """
    known: dict[str, access.Mark | None] = current_app.extensions["opening_paths"]
    if path not in known:
        try:
            endpoint, _values = current_app.url_map.bind("localhost").match(path, method="GET")
            known[path] = access.mark_of(endpoint)
        except HTTPException:
            known[path] = None
    mark = known[path]
    return mark is not None and (mark.who is not access.Who.STAFF or access.has_role_for(mark))


def came_from() -> str:
    """A query that leads back here after signing in; empty where that makes no sense."""
    if request.method != "GET" or request.path == "/" or request.path.startswith("/auth/"):
        return ""
    return "?" + urlencode({"next": request.full_path.rstrip("?")})


def csp_nonce() -> str:
    """This answer's nonce: on each `<script>` and `<style>`, and nowhere else (H-03)."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def server_now_ms() -> int:
    """Milliseconds since 1970 by the server's clock, to set the browser's countdown by."""
    return int(clock.now().timestamp() * 1000)


def content_security_policy(app: Flask) -> str:
    """The policy of this answer. One that used no nonce allows no script and no inline style at all."""
    nonce = f"'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
    parts = dict(POLICY)
    parts["script-src"] = nonce or "'none'"
    parts["style-src"] = f"'self' {nonce}".strip()
    for directive, origins in g.get("csp_sources", {}).items():
        own = parts.get(directive, "'none'").replace("'none'", "")
        parts[directive] = " ".join([own, *origins]).strip()
    parts["form-action"] = " ".join(["'self'", *app.extensions["form_targets"]])
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def _refuse_nul() -> None:
    # No page of ours has one in its address, PostgreSQL can store none, and no file's name has one.
    if "\0" in request.path or b"%00" in request.query_string:
        raise Missing


def _finish(response: Response) -> Response:
    present = {name.lower() for name, _value in response.headers}
    for name, value in HEADERS.items():
        if name.lower() not in present:
            response.headers.add(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", TRANSPORT)
    response.headers["X-Now"] = now = str(server_now_ms())
    if response.mimetype == "text/html":
        # The one header that a script can read of the answer with its own page, a 304 too (ADR 65).
        response.headers["Server-Timing"] = f"now;dur={now}"
        response.vary.update({"HX-Request", "Cookie", "Accept-Language"})
    if response.status_code == 304:
        return response  # A policy here would replace the one of the stored page, whose nonce is another.
    if "content-security-policy" not in present:
        response.headers.add("Content-Security-Policy", content_security_policy(current_app))
    if response.mimetype == "text/html":
        if "content-language" not in present:
            response.headers.add("Content-Language", current_locale())
        if "cache-control" not in present:
            # What a member sees is stored nowhere, so that the next person at the machine can't go back to it.
            private = "no-store" if session.get("_user_id") else "private, no-cache"
            response.headers["Cache-Control"] = private
    return response
