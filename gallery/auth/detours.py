"""Where those are led who have to show more of themselves, and back; what they had typed is kept for them (A-01).

A form that comes with a session that has ended would lose what was typed if its sender were just led to sign in. With
htmx the form stays as it is, and a notice beside it leads to another window. Without, a page holds what was sent and
sends it again. Secrets are the exception: they are written into no page, and have to be typed again.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import flash, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from gallery.auth import rules
from gallery.core import csrf
from gallery.core.errors import NOTICE_REGION, answer, wants_json
from gallery.core.htmx import leave_for, retarget
from gallery.core.i18n import _


def to_sign_in(*_mechanisms: Any) -> Response:
    """Lead a visitor who is not signed in to the form, and back to where he was."""
    if wants_json():
        return answer(401, title=_("Please sign in"), words=_("This is open to members who are signed in."))
    return _lead("security.login", 401, _("You are not signed in any more"), _("Sign in (in a new window)"))


def to_proof() -> Response:
    """Lead a member who is to show again who he is to where he can, and back."""
    return _lead("second_step.prove", 403, _("Please show again who you are"), _("Show it (in a new window)"))


def to_second_step() -> Response:
    """Lead a member without a second step to where he shows or sets up one, and back."""
    return _lead("second_step.set_up", 403, _("A second step is needed"), _("Show it (in a new window)"))


def _lead(endpoint: str, status: int, title: str, words: str) -> Response:
    address = url_for(endpoint, next=_where_he_was())
    if request.method in csrf.SAFE:
        return leave_for(address, 302)
    if not any(value for name, value in request.form.items(multi=True) if name not in ("csrf_token", "next")):
        return leave_for(address)
    context = {"title": title, "address": address, "words": words}
    if request.headers.get("HX-Request") == "true":
        notice = make_response(render_template("auth/_interrupted.html", **context), status)
        notice.headers["Cache-Control"] = "no-store"
        return retarget(notice, NOTICE_REGION, "innerHTML show:top")
    fields = csrf.typed()
    if fields is None:
        flash(_("Nothing was recorded yet. For your safety, what is secret has to be typed again."), "error")
        return leave_for(address)
    page = make_response(render_template("auth/interrupted.html", fields=fields, **context), status)
    page.headers["Cache-Control"] = "no-store"
    return page


def _where_he_was() -> str | None:
    if request.method in ("GET", "HEAD") and request.headers.get("HX-Request") != "true":
        return rules.local_path(request.full_path.removesuffix("?"))
    page = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    if page.netloc != request.host:
        return None
    return rules.local_path(page.path + (f"?{page.query}" if page.query else ""))
