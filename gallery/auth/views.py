"""The doors of the house: sign in, register, confirm, reset, change.

They stand on Flask-Security's addresses and names (`security.login` …) in place of its views, which write outside of a
unit of work, take different time for different people, and lead to whatever looks like a path (docs/decisions).
Forms, hashes and sessions are Flask-Security's; who may enter is in `setup.DOORS`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.auth import entrance, passwords, queries, services, tokens
from gallery.auth.federated import services as federated_services
from gallery.auth.federated import session as federated_session
from gallery.auth.forms import AddressForm, ChangeForm, PlainForm, RegisterForm, ResetForm, SignInForm
from gallery.auth.hashing import Busy
from gallery.auth.rules import local_path
from gallery.auth.sessions import browser as sessions
from gallery.auth.sessions.models import How
from gallery.auth.throttle import services as throttle
from gallery.auth.throttle.attempts import TooMany
from gallery.auth.tokens import Aim, StaleLink
from gallery.core import access, clock
from gallery.core.i18n import _, current_locale

bp = Blueprint("auth", __name__, url_prefix="/auth")

REGISTERED = "registered"
"""Key in the session: traces of the latest registrations that this browser made (tokens.trace)."""
MOST_REGISTERED = 3
FORGET = '"cache", "storage"'
"""What a browser is to forget with signing out. Not "cookies": the language is one, and outlives the visit."""
SENT_TO = "sent_to"


def login() -> ResponseReturnValue:
    """Sign in, and go back to where one was."""
    if current_user.is_authenticated:
        return redirect(local_path(request.args.get("next")) or url_for("account.index"), 303)
    form = SignInForm()
    try:
        if not form.validate_on_submit() or form.member_id is None:
            return _page("security/login_user.html", form)
    except throttle.REFUSED as refused:
        return _refused("security/login_user.html", form, refused)
    return entrance.enter(form.member_id, How.PASSWORD, remember=form.remember.data, next_path=form.next.data)


def logout() -> ResponseReturnValue:
    """Sign out, and have the browser forget the visit: the whole session, and what it stored of our pages (14.3.1)."""
    sessions.close_here()
    session.clear()
    response = redirect("/", 303)
    response.headers["Clear-Site-Data"] = FORGET
    response.headers["Cache-Control"] = "no-store"
    return response


def register() -> ResponseReturnValue:
    """Ask for an account. The answer is the same whether there is one already."""
    if current_user.is_authenticated:
        return redirect(local_path(request.args.get("next")) or url_for("account.index"), 303)
    form = RegisterForm()
    if not form.validate_on_submit():
        return _page("security/register_user.html", form)
    try:
        throttle.letters("register", form.email.data)
        password_hash = passwords.hashed(form.password.data)
    except throttle.REFUSED as refused:
        return _refused("security/register_user.html", form, refused)
    next_path = local_path(form.next.data)
    made = services.register(form.email.data, password_hash, current_locale(), next_path=next_path, now=clock.now())
    session[REGISTERED] = [*session.get(REGISTERED, []), made][-MOST_REGISTERED:]
    return _sent("register", form.email.data)


def send_confirmation() -> ResponseReturnValue:
    """Ask for the confirmation link again."""
    title = _("Send the confirmation again")
    words = _("Type the address that you registered with. If it waits for its confirmation, we send it a new link.")
    return _ask_link("confirm", services.ask_confirmation, title=title, words=words)


def forgot_password() -> ResponseReturnValue:
    """Ask for a link that sets a new password."""
    title = _("Choose a new password")
    words = _("Type the address of your account. If there is one, we send it a link that works for one hour.")
    return _ask_link("reset", services.ask_reset, title=title, words=words)


def confirm_email(token: str) -> ResponseReturnValue:
    """Confirm an address by the link from its mail and a button: opening the link does nothing, scanners do it too.

    The browser that made this very registration is signed in. In any other a new password is asked for,
    since the one of the registration may be a stranger's, and nobody gets a session.
    """
    traces = session.get(REGISTERED, [])
    next_path = local_path(request.args.get("next"))
    try:
        claim = tokens.read(Aim.CONFIRM, token, clock.now())
        member = services.named(claim, Aim.CONFIRM)
        made_here = services.trace_in(traces, member)
        elsewhere = federated_session.awaited(made_here, clock.now())
        form = PlainForm() if made_here else ResetForm(address=member.email)
        if not form.validate_on_submit():
            page = "auth/confirm.html" if made_here else "auth/confirm_elsewhere.html"
            return _page(page, form, token=token, next=next_path, email=member.email, elsewhere=elsewhere)
        password_hash = None if made_here else passwords.hashed(form.password.data)
        member = federated_services.confirm(
            claim, traces=traces, password_hash=password_hash, pending=elsewhere, now=clock.now()
        )
    except StaleLink:
        return _stale("security.send_confirmation")
    if not made_here:
        throttle.holds_mailbox(member.email)
        flash(_("Your address is confirmed and your password is set. Sign in with it now."), "success")
        return redirect(url_for("security.login", next=next_path), 303)
    session[REGISTERED] = [one for one in traces if one != made_here]
    federated_session.forget()
    flash(_("Your address is confirmed, and you are signed in."), "success")
    return entrance.enter(member.id, How.CONFIRMATION, next_path=next_path)


def reset_password(token: str) -> ResponseReturnValue:
    """Set a new password by the link from the mail, and end all sessions of the account."""
    try:
        claim = tokens.read(Aim.RESET, token, clock.now())
        named = services.named(claim, Aim.RESET)
        form = ResetForm(address=named.email)
        if not form.validate_on_submit():
            opens = named.confirmed_at is None
            return _page("security/reset_password.html", form, token=token, opens_account=opens)
        password_hash = passwords.hashed(form.password.data)
        member = services.reset_password(claim, password_hash, now=clock.now())
    except StaleLink:
        return _stale("security.forgot_password")
    throttle.holds_mailbox(member.email)
    flash(_("Your new password is set, and all devices are signed out. Sign in with it now."), "success")
    return redirect(url_for("security.login"), 303)


def change_password() -> ResponseReturnValue:
    """Set a new password by the present one; other devices are signed out."""
    form = ChangeForm(address=current_user.email)
    if not form.validate_on_submit():
        return _page("security/change_password.html", form)
    member_id, remembered, second_step = current_user.id, current_user.is_remembered, current_user.has_second_step
    try:
        with throttle.codes(member_id, "password") as tries:
            if not passwords.matches(form.password.data, queries.password_hash(member_id)):
                form.password.errors = [_("This is not your present password.")]
                return _page("security/change_password.html", form)
            tries.right()
        password_hash = passwords.hashed(form.new_password.data)
    except throttle.REFUSED as refused:
        return _refused("security/change_password.html", form, refused)
    services.change_password(member_id, password_hash, session_id=current_user.session_id)
    sessions.open_here(member_id, How.PASSWORD, remember=remembered, second_step=second_step)
    flash(_("Your password is changed. Other devices are signed out."), "success")
    return redirect(url_for("account.index"), 303)


@bp.get("/sent/<any(register, confirm, reset):act>")
@access.public
def sent(act: str) -> ResponseReturnValue:
    """Say that the mail is on its way, if the address is what it seems."""
    return render_template("auth/sent.html", act=act, email=session.get(SENT_TO, ""))


def _ask_link(act: str, ask: Callable[[str, str], None], *, title: str, words: str) -> ResponseReturnValue:
    """Have a link mailed to the address that is typed. The answer is the same whoever's it is."""
    form = AddressForm()
    page = partial(_page, "auth/ask_link.html", form, title=title, words=words)
    if not form.validate_on_submit():
        return page()
    try:
        throttle.letters(act, form.email.data)
    except throttle.REFUSED as refused:
        form.form_errors.append(refused.words)
        return throttle.answer(page(), refused)
    ask(form.email.data, current_locale())
    return _sent(act, form.email.data)


def _sent(act: str, email: str) -> ResponseReturnValue:
    session[SENT_TO] = email
    return redirect(url_for("auth.sent", act=act), 303)


def _page(template: str, form: object, **context: object) -> ResponseReturnValue:
    status = 422 if request.method == "POST" else 200
    return make_response(render_template(template, form=form, **context), status)


def _refused(template: str, form: PlainForm, refused: TooMany | Busy) -> ResponseReturnValue:
    form.form_errors.append(refused.words)
    return throttle.answer(_page(template, form), refused)


def _stale(again: str) -> ResponseReturnValue:
    return make_response(render_template("auth/stale.html", again=url_for(again)), 410)
