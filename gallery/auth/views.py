"""The doors of the house: sign in, register, confirm, reset, change.

They stand on Flask-Security's addresses and names (`security.login` …) in place of its views, which write outside of a
unit of work, take different time for different people, and lead to whatever looks like a path (docs/decisions).
Forms, hashes and sessions are Flask-Security's; who may enter is in `setup.DOORS`.
"""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_security import login_user

from gallery.auth import passwords, queries, services, tokens
from gallery.auth.forms import AddressForm, ChangeForm, RegisterForm, ResetForm, SignInForm
from gallery.auth.rules import local_path
from gallery.auth.tokens import Aim, StaleLink
from gallery.core import access, clock
from gallery.core.i18n import _, current_locale

bp = Blueprint("auth", __name__, url_prefix="/auth")

ASKED_FOR = "asked_for"
"""Key in the session: the address that this browser registered, and where it was."""
SENT_TO = "sent_to"


def login() -> ResponseReturnValue:
    """Sign in, and go back to where one was."""
    if current_user.is_authenticated:
        return redirect(local_path(request.args.get("next")) or url_for("account.index"), 303)
    form = SignInForm()
    if not form.validate_on_submit() or form.member is None:
        return _page("security/login_user.html", form)
    login_user(form.member, remember=form.remember.data, authn_via=["password"])
    return redirect(form.next.data or url_for("account.index"), 303)


def register() -> ResponseReturnValue:
    """Ask for an account. The answer is the same whether there is one already."""
    if current_user.is_authenticated:
        return redirect(local_path(request.args.get("next")) or url_for("account.index"), 303)
    form = RegisterForm()
    if not form.validate_on_submit():
        return _page("security/register_user.html", form)
    password_hash = passwords.hashed(form.password.data)
    next_path = local_path(form.next.data)
    services.register(form.email.data, password_hash, current_locale(), next_path=next_path, now=clock.now())
    session[ASKED_FOR] = form.email.data
    return _sent("register", form.email.data)


def send_confirmation() -> ResponseReturnValue:
    """Ask for the confirmation link again."""
    form = AddressForm()
    if not form.validate_on_submit():
        return _page("security/send_confirmation.html", form)
    services.ask_confirmation(form.email.data, current_locale())
    return _sent("confirm", form.email.data)


def forgot_password() -> ResponseReturnValue:
    """Ask for a link that sets a new password."""
    form = AddressForm()
    if not form.validate_on_submit():
        return _page("security/forgot_password.html", form)
    services.ask_reset(form.email.data, current_locale())
    return _sent("reset", form.email.data)


def confirm_email(token: str) -> ResponseReturnValue:
    """Confirm an address by the link from its mail.

    It opens the account, and signs in only the browser that registered: a link that was forwarded,
    or opened by a mail scanner, gives nobody a session.
    """
    if request.method == "HEAD" or request.headers.get("Sec-Purpose", "").startswith("prefetch"):
        return "", 204  # Looking at a link is not following it.
    try:
        member = services.confirm(tokens.read(Aim.CONFIRM, token, clock.now()), now=clock.now())
    except StaleLink:
        return _stale("security.send_confirmation")
    next_path = local_path(request.args.get("next"))
    if session.pop(ASKED_FOR, None) != member.email:
        flash(_("Your address is confirmed. You can sign in now."), "success")
        return redirect(url_for("security.login", next=next_path), 303)
    login_user(member, authn_via=["confirm"])
    flash(_("Your address is confirmed, and you are signed in."), "success")
    return redirect(next_path or url_for("account.index"), 303)


def reset_password(token: str) -> ResponseReturnValue:
    """Set a new password by the link from the mail, and end all sessions of the account."""
    try:
        claim = tokens.read(Aim.RESET, token, clock.now())
        member = queries.member(claim.member_id)
        if member is None or not member.active or not tokens.fits(claim, Aim.RESET, services.state(Aim.RESET, member)):
            raise StaleLink
        form = ResetForm(address=member.email)
        if not form.validate_on_submit():
            return _page("security/reset_password.html", form, token=token)
        services.reset_password(claim, passwords.hashed(form.password.data), now=clock.now())
    except StaleLink:
        return _stale("security.forgot_password")
    flash(_("Your new password is set, and all devices are signed out. Sign in with it now."), "success")
    return redirect(url_for("security.login"), 303)


def change_password() -> ResponseReturnValue:
    """Set a new password by the present one; other devices are signed out."""
    form = ChangeForm(address=current_user.email)
    if not form.validate_on_submit():
        return _page("security/change_password.html", form)
    member_id = current_user.id
    if not passwords.matches(form.password.data, current_user.password):
        form.password.errors = [_("This is not your present password.")]
        return _page("security/change_password.html", form)
    member = services.change_password(member_id, passwords.hashed(form.new_password.data))
    login_user(member, authn_via=["change"])
    flash(_("Your password is changed. Other devices are signed out."), "success")
    return redirect(url_for("account.index"), 303)


@bp.get("/sent/<any(register, confirm, reset):act>")
@access.public
def sent(act: str) -> ResponseReturnValue:
    """Say that the mail is on its way, if the address is what it seems."""
    return render_template("auth/sent.html", act=act, email=session.get(SENT_TO, ""))


def _sent(act: str, email: str) -> ResponseReturnValue:
    session[SENT_TO] = email
    return redirect(url_for("auth.sent", act=act), 303)


def _page(template: str, form: object, **context: object) -> ResponseReturnValue:
    status = 422 if request.method == "POST" else 200
    return make_response(render_template(template, form=form, **context), status)


def _stale(again: str) -> ResponseReturnValue:
    return make_response(render_template("auth/stale.html", again=url_for(again)), 410)
