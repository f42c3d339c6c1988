"""The member's own pages: an overview, and the profile, which is saved part by part."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Flask, current_app, flash, make_response, redirect, render_template, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.account import labels, parts, phones, queries, services
from gallery.account.forms import Part
from gallery.account.rules import For
from gallery.core import access, clock, csrf
from gallery.core.errors import Missing
from gallery.core.htmx import wants_partial
from gallery.core.i18n import _

bp = Blueprint("account", __name__, url_prefix="/account")

PART = "<any(full_name, phone, address, born_on):name>"


@bp.get("/")
@access.member
def index() -> ResponseReturnValue:
    """What there is in the account, and what is missing for what."""
    now = clock.now()
    gaps = {what: queries.missing(current_user.id, what, now) for what in For}
    return render_template("account/index.html", gaps=gaps, labels=labels, email=current_user.email)


@bp.get("/profile")
@access.member
def profile() -> ResponseReturnValue:
    """The profile, each part with a form of its own."""
    return render_template("account/profile.html", shown=parts.all_shown(parts.mine()), wrong=None)


@bp.get(f"/profile/{PART}")
@access.member
def part(name: str) -> ResponseReturnValue:
    """Where a form was sent to, opened by itself: the page on which it stands."""
    return redirect(url_for(".profile", _anchor=f"part-{name}"), 303)


@bp.post(f"/profile/{PART}")
@access.member
def save(name: str) -> ResponseReturnValue:
    """Take one part; answer with that part alone, or without JavaScript lead back to the page."""
    known = parts.mine()
    part = _part(name, known)
    form = parts.form_of(known, [part])
    if not form.validate_on_submit():
        return _answer(known, parts.shown(part, known, form, _("Not saved yet. Please look at this again.")), 422)
    services.save(current_user.id, form.said(), now=clock.now())
    if wants_partial():
        known = parts.mine()
        return _answer(known, parts.shown(part, known, said=_saved(part, known)), 200)
    flash(_("Your profile is saved."), "success")
    return redirect(url_for(".profile", _anchor=f"part-{name}"), 303)


def _saved(part: Part, known: parts.Known) -> str:
    """That it is saved, and as what where it was read by the habits of a country."""
    if part is Part.PHONE and known:
        return str(_("Saved as %(phone)s.", phone=phones.readable(known["phone"])))
    return str(_("Saved."))


def renew(name: str) -> ResponseReturnValue:
    """The part again, as typed, when its token had gone stale: nothing is lost and nothing saved."""
    if not current_user.is_authenticated:
        gone: ResponseReturnValue = current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
        return gone
    known = parts.mine()
    part = _part(name, known)
    words = _("This page was open for a long time. Nothing was saved; please send it once more.")
    return _answer(known, parts.shown(part, known, parts.form_of(known, [part]), words), 422)


def _part(name: str, known: parts.Known) -> Part:
    part = Part(name)
    if part not in parts.open_parts(known):
        raise Missing
    return part


def _answer(known: parts.Known, changed: parts.Shown, status: int) -> ResponseReturnValue:
    if wants_partial():
        return make_response(render_template("account/_field.html", one=changed), status)
    page = render_template("account/profile.html", shown=parts.all_shown(known, changed), wrong=changed.form)
    return make_response(page, status)


@bp.record_once
def _renew_what_is_stale(state: BlueprintSetupState) -> None:
    csrf.on_stale(cast("Flask", state.app), "account.save", renew)
