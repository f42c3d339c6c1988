"""How an account is secured: an overview, the devices that are signed in, the sign-ins of the last year (A4, 7.5.2)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.auth.address import services as address_change
from gallery.auth.rules import local_path
from gallery.auth.sessions import queries as session_queries
from gallery.auth.sessions import services as session_services
from gallery.auth.sessions.models import How
from gallery.core import access, clock
from gallery.core.htmx import respond, wants_partial
from gallery.core.i18n import _, lazy

bp = Blueprint("safety", __name__, url_prefix="/account/security")

ON_A_PAGE = 20
"""Sign-ins."""
MOST_DIGITS = 18
HOW = {
    How.PASSWORD: lazy("with the password"),
    How.PASSKEY: lazy("with a passkey"),
    How.GOOGLE: lazy("with Google"),
    How.FACEBOOK: lazy("with Facebook"),
    How.CONFIRMATION: lazy("by confirming the address"),
}


@bp.get("")
@access.member
def index() -> str:
    """One line for each thing that keeps strangers out, and where to change it."""
    now = clock.now()
    return render_template(
        "auth/safety.html",
        safety=session_queries.safety(current_user.id, now),
        email=current_user.email,
        pending=address_change.pending(current_user.id, now),
        latest=next(iter(session_queries.sign_ins(current_user.id, 1)), None),
    )


@bp.get("/devices")
@access.member
def devices() -> Response:
    """Where the member is signed in, and how he signed in before (`before`: the number of the last one seen)."""
    return respond("auth/devices.html", "auth/_sign_ins.html", **_sessions(), **_sign_ins())


@bp.post("/devices/<int:session_id>/end")
@access.proved
def end(session_id: int) -> ResponseReturnValue:
    """Sign one device out, wherever it is."""
    session_services.end(current_user.id, session_id, forget_device=True)
    return _ended(_("That device is signed out."))


@bp.post("/devices/end")
@access.proved
def end_others() -> ResponseReturnValue:
    """Sign all devices out but this one."""
    session_services.end_all(current_user.id, but=current_user.session_id, by_id=current_user.id)
    return _ended(_("All other devices are signed out."))


@bp.post("/stay")
@access.member
def stay() -> ResponseReturnValue:
    """Put the end of this session off, without leaving the page (A-01)."""
    session_services.touch(current_user.session_id, clock.now())
    if wants_partial():
        return respond("", "auth/_stay.html")
    flash(_("You are still signed in."), "success")
    return redirect(local_path(request.form.get("next")) or url_for(".index"), 303)


def _ended(words: str) -> ResponseReturnValue:
    if wants_partial():
        return respond("", "auth/_devices.html", said=words, **_sessions())
    flash(words, "success")
    return redirect(url_for(".devices"), 303)


def _sessions() -> dict[str, Any]:
    here = current_user.session_id
    found = session_queries.open_sessions(current_user.id, clock.now())
    return {"sessions": sorted(found, key=lambda one: one.id != here), "here": here, "how": HOW}


def _sign_ins() -> dict[str, Any]:
    said = request.args.get("before", "")
    before = int(said) if said.isascii() and said.isdigit() and len(said) <= MOST_DIGITS else None
    found = session_queries.sign_ins(current_user.id, ON_A_PAGE + 1, before=before)
    shown = found[:ON_A_PAGE]
    more = url_for(".devices", before=shown[-1].id) if len(found) > ON_A_PAGE else ""
    return {"sign_ins": shown, "more": more, "is_first": before is None}
