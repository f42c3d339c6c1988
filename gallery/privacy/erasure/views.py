"""The member's way out: what closing ends, what erasing takes, and how far it is (A6, L3, P-31).

There is no account that is closed and kept: closing is erasing, since nothing is needed for a way back that no hold
keeps anyway. No days to think it over either: who wants to leave is not made to wait (docs/decisions/0041).
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.auth.step_up import changes_sign_in
from gallery.core import access, clock, mail
from gallery.core.errors import Missing
from gallery.core.web import private
from gallery.privacy.erasure import labels, queries, services
from gallery.privacy.erasure.forms import ErasureForm

bp = Blueprint("erasure", __name__)

_REF = re.compile(r"[\w-]{32}\Z", re.ASCII)


@bp.get("/account/closing")
@access.member
def closing() -> ResponseReturnValue:
    """What closing the account ends, and what it leaves behind."""
    kept = services.preview(current_user.id, clock.now())
    return render_template("privacy/erasure/closing.html", kept=kept, labels=labels)


@bp.route("/account/privacy/erasure", methods=["GET", "POST"])
@changes_sign_in
def ask() -> ResponseReturnValue:
    """What goes at once, what stays, why and until when; and, once it is confirmed, begin."""
    form = ErasureForm()
    if current_user.is_staff or not form.validate_on_submit():
        return _page(form, 422 if request.method == "POST" else 200)
    asked = services.begin(current_user.id, now=clock.now())
    session.clear()
    return redirect(url_for(".status", ref=asked.ref), 303)


@bp.get("/erasures/<ref>")
@access.public
def status(ref: str) -> ResponseReturnValue:
    """How far an erasure is, for whoever has its address: the account is gone."""
    found = queries.status(ref) if _REF.match(ref) else None
    if found is None:
        raise Missing
    is_mailed = mail.files_directory() is None
    page = render_template("privacy/erasure/status.html", found=found, labels=labels, is_mailed=is_mailed)
    return _unlisted(page)


def _page(form: ErasureForm, code: int) -> Response:
    kept = services.preview(current_user.id, clock.now())
    page = render_template("privacy/erasure/ask.html", form=form, kept=kept, labels=labels)
    return _unlisted(page, code)


def _unlisted(text: str, code: int = 200) -> Response:
    page = private(text, code)
    page.headers["X-Robots-Tag"] = "noindex"
    return page
