"""Passkeys: the shelf of them in the account, and the doors that they open.

A browser asks for a challenge (JSON) and sends its answer as a plain form, so that what comes after is a page as
everywhere; static/js/passkeys.js stands between the two.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.auth import entrance, step_up
from gallery.auth.factors import new_factors
from gallery.auth.factors import services as factors
from gallery.auth.factors.rules import By
from gallery.auth.passkeys import asking as passkey_asking
from gallery.auth.passkeys import options as passkey_options
from gallery.auth.passkeys import queries as passkey_queries
from gallery.auth.passkeys import services as passkey_services
from gallery.auth.passkeys.forms import AnswerForm, NewForm, RenameForm
from gallery.auth.passkeys.rules import Aim, Refused
from gallery.auth.passkeys.services import Added, ShelfFull
from gallery.auth.rules import local_path
from gallery.auth.sessions import browser as sessions
from gallery.auth.sessions.models import How
from gallery.core import access, clock
from gallery.core.errors import Missing, answer
from gallery.core.i18n import _

bp = Blueprint("passkeys", __name__)
bp.add_app_template_global(passkey_asking.spot, "passkey_spot")

SHELF = "/account/security/passkeys"


@bp.get(SHELF)
@access.member
def index() -> ResponseReturnValue:
    """The member's passkeys."""
    next_path = local_path(request.args.get("next"))
    return render_template(
        "auth/passkeys.html",
        passkeys=passkey_queries.passkeys(current_user.id),
        next=next_path,
        elsewhere=sessions.elsewhere(),
    )


@bp.get(f"{SHELF}/new")
@step_up.changes_sign_in
def new() -> ResponseReturnValue:
    """Where a passkey is made."""
    return render_template("auth/passkey_new.html", form=_new_form())


@bp.post(f"{SHELF}/options")
@step_up.changes_sign_in
def new_options() -> ResponseReturnValue:
    """What the browser needs to make a passkey; a name that cannot be is refused before there is one."""
    form = _new_form()
    if not form.validate_on_submit():
        return answer(422, words=" ".join(map(str, form.name.errors)))
    challenge = passkey_asking.challenge(Aim.ADD, current_user.id)
    options = passkey_options.to_add(current_user.id, current_user.email, challenge, passkey_asking.where())
    return _sent(options)


@bp.post(f"{SHELF}/new")
@step_up.changes_sign_in
def add() -> ResponseReturnValue:
    """Keep the passkey that the browser has made."""
    form, now = _new_form(), clock.now()
    if form.validate_on_submit() and not form.credential.data:
        # Its sender had to show first who he is: what he typed came here, and his browser was not asked yet.
        form.form_errors.append(_("Press the button once more: then your browser asks where to keep the passkey."))
    elif not form.errors:
        question, where = passkey_asking.asked(Aim.ADD, current_user.id), passkey_asking.where()
        try:
            made = passkey_services.add(
                question,
                form.credential.data or "",
                session_id=current_user.session_id,
                name=form.name.data,
                where=where,
                now=now,
            )
        except Refused:
            form.form_errors.append(_("This passkey was not taken. Nothing was changed; please try once more."))
        except ShelfFull:
            form.form_errors.append(_("You have as many passkeys as we keep. Remove one that you no longer use."))
        else:
            return _after_adding(made, form.next.data or None, now)
    return make_response(render_template("auth/passkey_new.html", form=form), 422)


@bp.route(f"{SHELF}/<int:passkey_id>", methods=["GET", "POST"])
@access.member
def one(passkey_id: int) -> ResponseReturnValue:
    """One passkey: call it otherwise, or come to removing it."""
    found = passkey_queries.passkey(current_user.id, passkey_id)
    if found is None:
        raise Missing
    form = RenameForm(name=found.name)
    if not form.validate_on_submit():
        status = 422 if request.method == "POST" else 200
        return make_response(render_template("auth/passkey.html", form=form, passkey=found), status)
    passkey_services.rename(current_user.id, passkey_id, form.name.data)
    flash(_("The new name is saved."), "success")
    return redirect(url_for("passkeys.index"), 303)


@bp.post(f"{SHELF}/<int:passkey_id>/remove")
@step_up.changes_sign_in
def remove(passkey_id: int) -> ResponseReturnValue:
    """Forget a passkey."""
    try:
        passkey_services.remove(current_user.id, passkey_id, now=clock.now())
    except factors.LastFactor:
        flash(_("Who runs the house keeps a second step. Add another one first, then remove this passkey."), "error")
    else:
        flash(_("The passkey is removed. It opens nothing any more; you may also delete it on your device."), "success")
    return redirect(url_for("passkeys.index"), 303)


@bp.post("/auth/passkey/options")
@access.public
def sign_in_options() -> ResponseReturnValue:
    """A challenge for whoever has a passkey of this house; nobody is named, so nobody's account shows (6.3.8)."""
    challenge = passkey_asking.challenge(Aim.SIGN_IN)
    return _sent(passkey_options.to_show(challenge, passkey_asking.where(), (), must_be_verified=True))


@bp.post("/auth/passkey")
@access.public
def sign_in() -> ResponseReturnValue:
    """Sign in with a passkey alone. Its device must have made sure of its owner: then it is both steps (6.3.3)."""
    form = AnswerForm()
    used = passkey_asking.used(Aim.SIGN_IN, form.credential.data or "")
    if used is None:
        return _back_to("security.login", form)
    return entrance.enter(
        used.member_id,
        How.PASSKEY,
        remember=form.remember.data,
        next_path=form.next.data or None,
        second_step=True,
    )


@bp.post("/auth/passkey/second-step/options")
@access.public
def second_step_options() -> ResponseReturnValue:
    """A challenge for whoever has shown the first step here."""
    half = entrance.half_way(clock.now())
    if half is None:
        return answer(401, title=_("Please sign in"), words=_("That took too long. Please sign in once more."))
    return _sent(_to_show(Aim.SECOND_STEP, half.member_id))


@bp.post("/auth/passkey/second-step")
@access.public
def second_step() -> ResponseReturnValue:
    """End a sign-in with a passkey as its second step."""
    form = AnswerForm()
    half = entrance.half_way(clock.now())
    used = passkey_asking.used(Aim.SECOND_STEP, form.credential.data or "", half.member_id) if half else None
    if half is None or used is None:
        return _back_to("second_step.ask", form, By.PASSKEY)
    return entrance.enter(
        used.member_id, half.how, remember=half.remember, next_path=form.next.data or None, second_step=True
    )


@bp.post("/auth/passkey/prove/options")
@access.member
def prove_options() -> ResponseReturnValue:
    """A challenge for a member who is to show again who he is."""
    return _sent(_to_show(Aim.PROVE, current_user.id))


@bp.post("/auth/passkey/prove")
@access.member
def prove() -> ResponseReturnValue:
    """Show again who one is, with a passkey; it counts as the session's second step too."""
    form = AnswerForm()
    if passkey_asking.used(Aim.PROVE, form.credential.data or "", current_user.id) is None:
        return _back_to("second_step.prove", form, By.PASSKEY)
    sessions.prove_here(second_step=True)
    return redirect(form.next.data or url_for("account.index"), 303)


def _new_form() -> NewForm:
    return NewForm(proposed=sessions.browser() or _("My passkey"))


def _after_adding(made: Added, next_path: str | None, now: datetime) -> ResponseReturnValue:
    """The first factor brings recovery codes; who has just made a passkey has shown it, so it counts here at once."""
    sessions.prove_here(second_step=True)
    flash(_("Your passkey is added. You can sign in with it."), "success")
    if not current_user.has_second_step:  # As the session was before: it is the first.
        flash(_("All other devices are signed out."))
    if not made.recovery_codes:
        return redirect(next_path or url_for("passkeys.index"), 303)
    new_factors.show_codes(current_user.id, made.recovery_codes, now)
    return redirect(url_for("second_step.codes", next=next_path), 303)


def _to_show(aim: Aim, member_id: int) -> dict[str, Any]:
    offered, challenge = passkey_queries.known(member_id), passkey_asking.challenge(aim, member_id)
    return passkey_options.to_show(challenge, passkey_asking.where(), offered, must_be_verified=False)


def _back_to(page: str, form: AnswerForm, by: By | None = None) -> ResponseReturnValue:
    """To where the passkey was asked for, with one sentence for whatever was wrong."""
    flash(_("This passkey was not taken. Try once more, or go on without it."), "error")
    return redirect(url_for(page, next=form.next.data or None, by=by), 303)


def _sent(options: dict[str, Any]) -> Response:
    response = jsonify(options)
    response.headers["Cache-Control"] = "no-store"
    return response
