"""Another e-mail address: asked for in the account, agreed to by links from both mailboxes (A3, 7.5.1)."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.auth import step_up, tokens
from gallery.auth.address import services as address_change
from gallery.auth.address.forms import NewAddressForm
from gallery.auth.address.services import Outcome
from gallery.auth.forms import PlainForm
from gallery.auth.throttle import services as throttle
from gallery.auth.tokens import Aim, StaleLink
from gallery.core import access, clock
from gallery.core.i18n import _, current_locale

bp = Blueprint("address", __name__)


@bp.get("/account/security/email")
@access.member
def show() -> str:
    """The address of now, and the change that is under way."""
    return _page()


@bp.get("/account/security/email/new")
@step_up.changes_sign_in
def new() -> str:
    """The form for another address."""
    return render_template("auth/email_new.html", form=NewAddressForm(), email=current_user.email)


@bp.post("/account/security/email/new")
@step_up.changes_sign_in
def ask() -> ResponseReturnValue:
    """Write to both mailboxes. The answer is the same whoever has the new address."""
    form = NewAddressForm()
    try:
        if form.validate_on_submit():
            throttle.letters("address", form.email.data)
            throttle.letters("address of now", current_user.email)
            address_change.ask(current_user.id, form.email.data, current_locale(), now=clock.now())
            flash(_("We have written to both addresses."), "success")
            return redirect(url_for(".show"), 303)
    except throttle.REFUSED as refused:
        form.form_errors.append(refused.words)
        return throttle.answer(_form_again(form), refused)
    return make_response(_form_again(form), 422)


@bp.post("/account/security/email/cancel")
@access.member
def cancel() -> ResponseReturnValue:
    """Keep the address of now."""
    address_change.cancel(current_user.id)
    flash(_("Your address stays as it is."), "success")
    return redirect(url_for(".show"), 303)


@bp.route("/auth/address/old/<token>", methods=["GET", "POST"])
@access.public
def agree_old(token: str) -> ResponseReturnValue:
    """The mailbox of now agrees, by a button: opening the link changes nothing."""
    return _agree(Aim.ADDRESS_OLD, token)


@bp.route("/auth/address/new/<token>", methods=["GET", "POST"])
@access.public
def agree_new(token: str) -> ResponseReturnValue:
    """The new mailbox agrees, by a button."""
    return _agree(Aim.ADDRESS_NEW, token)


@bp.route("/auth/address/stop/<token>", methods=["GET", "POST"])
@access.public
def stop(token: str) -> ResponseReturnValue:
    """The mailbox of now knows nothing of the change: it ends, and all sessions with it."""
    try:
        claim = tokens.read(Aim.ADDRESS_STOP, token, clock.now())
        change = address_change.named(claim, Aim.ADDRESS_STOP, now=clock.now())
        if not PlainForm().validate_on_submit():
            return render_template("auth/email_stop.html", token=token, change=change)
        address_change.stop(claim, now=clock.now())
    except StaleLink:
        return _stale()
    return render_template("auth/email_done.html", outcome="stopped")


def _agree(aim: Aim, token: str) -> ResponseReturnValue:
    try:
        claim = tokens.read(aim, token, clock.now())
        change = address_change.named(claim, aim, now=clock.now())
        if not PlainForm().validate_on_submit():
            is_old = aim is Aim.ADDRESS_OLD
            return render_template("auth/email_agree.html", token=token, change=change, is_old=is_old)
        here = current_user.session_id if current_user.is_authenticated else None
        outcome = address_change.agree(claim, aim, keep=here, now=clock.now())
    except StaleLink:
        return _stale()
    status = 409 if outcome is Outcome.TAKEN else 200
    return make_response(render_template("auth/email_done.html", outcome=str(outcome)), status)


def _page() -> str:
    pending = address_change.pending(current_user.id, clock.now())
    unreached = address_change.unreached(current_user.id) if pending else []
    return render_template("auth/email.html", email=current_user.email, pending=pending, unreached=unreached)


def _form_again(form: NewAddressForm) -> str:
    return render_template("auth/email_new.html", form=form, email=current_user.email)


def _stale() -> ResponseReturnValue:
    return make_response(render_template("auth/stale.html", again=url_for(".show")), 410)
