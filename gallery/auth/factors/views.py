"""The second step: shown at sign-in and before changes, set up and taken away in the settings (A5, 6.3.3, 7.5.1)."""

from __future__ import annotations

import logging
from datetime import datetime

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.auth import entrance, passwords, post, queries, step_up
from gallery.auth.factors import forms as factor_forms
from gallery.auth.factors import mailed_codes, new_factors
from gallery.auth.factors import queries as factor_queries
from gallery.auth.factors import rules as factor_rules
from gallery.auth.factors import services as factors
from gallery.auth.factors.forms import FORMS, AppCodeForm
from gallery.auth.factors.rules import By
from gallery.auth.factors.services import CodeRefused, LastFactor, Wrong
from gallery.auth.forms import PlainForm, ReturningForm
from gallery.auth.rules import local_path
from gallery.auth.sessions import browser as sessions
from gallery.auth.throttle import services as throttle
from gallery.core import access, clock
from gallery.core.errors import Missing
from gallery.core.htmx import leave_for
from gallery.core.i18n import _

log = logging.getLogger(__name__)

bp = Blueprint("second_step", __name__)

SETTINGS = "/account/security/second-step"


@bp.route("/auth/second-step", methods=["GET", "POST"])
@access.public
def ask() -> ResponseReturnValue:
    """The second step of a sign-in, after the password or what stood in its place."""
    next_path = _next()
    if current_user.is_authenticated:
        return redirect(next_path or url_for("account.index"), 303)
    now = clock.now()
    half = entrance.half_way(now)
    ways = factor_rules.ways_in(factor_queries.held(half.member_id)) if half else ()
    if half is None or not ways:
        return _begin_again(next_path)
    by = _chosen(ways)
    form = FORMS[by]()
    page = {"form": form, "by": by, "ways": ways, "stand_in": _stand_in(half.member_id, by, now)}
    try:
        if _shown(form, half.member_id, by, now):
            return entrance.enter(
                half.member_id, half.how, remember=half.remember, next_path=next_path, second_step=True
            )
    except throttle.REFUSED as refused:
        form.form_errors.append(refused.words)
        return throttle.answer(_page("auth/second_step_ask.html", **page), refused)
    return _page("auth/second_step_ask.html", **page)


@bp.route("/auth/prove", methods=["GET", "POST"])
@access.member
def prove() -> ResponseReturnValue:
    """Let a member who is signed in show again who he is, and lead him back to what he wanted to change."""
    now = clock.now()
    ways = _ways_to_prove()
    by = _chosen(ways)
    form = FORMS[by]()
    page = {"form": form, "by": by, "ways": ways, "stand_in": _stand_in(current_user.id, by, now)}
    code = factor_queries.mailed_code(current_user.session_id, now) if by is By.MAIL else None
    page["is_sent"] = code is not None
    page["is_undelivered"] = code is not None and post.is_undelivered(mailed_codes.LETTER, code.nonce)
    try:
        if _shown(form, current_user.id, by, now):
            sessions.prove_here(second_step=by in (By.APP, By.RECOVERY))
            return redirect(_next() or url_for("account.index"), 303)
    except throttle.REFUSED as refused:
        form.form_errors.append(refused.words)
        return throttle.answer(_page("auth/prove.html", **page), refused)
    return _page("auth/prove.html", **page)


@bp.post("/auth/prove/mail")
@access.member
def send_code() -> ResponseReturnValue:
    """Mail a code to a member who has nothing else to show."""
    if By.MAIL not in _ways_to_prove():
        raise Missing
    throttle.letters("code", current_user.email)
    mailed_codes.send(current_user.id, current_user.session_id, now=clock.now())
    return redirect(url_for(".prove", next=_next()), 303)


@bp.get(SETTINGS)
@access.member
def set_up() -> ResponseReturnValue:
    """What the member has as a second step. Who is led here and has one shows it, and goes on."""
    next_path = _next()
    if step_up.owes_factor():
        return leave_for(url_for(".prove", next=next_path or url_for(".set_up")))
    return render_template(
        "auth/second_step.html",
        held=factor_queries.held(current_user.id),
        app=factor_queries.app(current_user.id),
        must_have=current_user.is_staff,
        next=next_path,
        form=PlainForm(),
        elsewhere=sessions.elsewhere(),
    )


@bp.route(f"{SETTINGS}/app", methods=["GET", "POST"])
@step_up.changes_sign_in
def authenticator() -> ResponseReturnValue:
    """Set up an authenticator app: its picture and its secret, and a first code that shows that it works."""
    now = clock.now()
    secret = new_factors.secret(current_user.id, now)
    form = AppCodeForm()
    if form.validate_on_submit():
        if secret is None:
            form.form_errors.append(_("That took over half an hour. Here is a new picture: scan it once more."))
        elif _added(form, secret, now):
            return _after_adding(_next())
    secret = secret or new_factors.make_secret(current_user.id, now)
    return _page("auth/second_step_app.html", form=form, app=new_factors.to_scan(secret, current_user.email))


@bp.post(f"{SETTINGS}/app/remove")
@step_up.changes_sign_in
def remove_authenticator() -> ResponseReturnValue:
    """Take the authenticator app away."""
    try:
        factors.remove_app(current_user.id)
    except LastFactor:
        flash(_("Who runs the house keeps a second step. Add a passkey first, then remove the app."), "error")
    else:
        flash(_("The authenticator app is removed."), "success")
    return redirect(url_for(".set_up"), 303)


@bp.route(f"{SETTINGS}/codes", methods=["GET"])
@access.member
def codes() -> ResponseReturnValue:
    """New recovery codes, for as long as they may be looked at."""
    shown = new_factors.codes(current_user.id, clock.now())
    if shown is None:
        return redirect(url_for(".set_up", next=_next()), 303)
    return _page("auth/recovery_codes.html", codes=shown, form=ReturningForm())


@bp.get(f"{SETTINGS}/codes.txt")
@access.member
def codes_as_text() -> ResponseReturnValue:
    """The same as a file."""
    shown = new_factors.codes(current_user.id, clock.now())
    if shown is None:
        return redirect(url_for(".set_up"), 303)
    response = make_response(render_template("auth/recovery_codes.txt", codes=shown))
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post(f"{SETTINGS}/codes")
@step_up.changes_sign_in
def make_codes() -> ResponseReturnValue:
    """Make new recovery codes; the earlier ones end."""
    if not factor_queries.has_second_step(current_user.id):
        raise Missing
    now = clock.now()
    new_factors.show_codes(current_user.id, factors.new_recovery_codes(current_user.id, now=now), now)
    return redirect(url_for(".codes"), 303)


@bp.post(f"{SETTINGS}/codes/kept")
@access.member
def codes_kept() -> ResponseReturnValue:
    """The member has written them down: the browser forgets them."""
    new_factors.forget_codes()
    return redirect(_next() or url_for(".set_up"), 303)


def _shown(form: ReturningForm, member_id: int, by: By, now: datetime) -> bool:
    """Whether the form came with what opens; raises throttle.REFUSED. Says in the form what is wrong."""
    if by is By.PASSKEY or not form.validate_on_submit():
        return False
    with throttle.codes(member_id, "password" if by is By.PASSWORD else "code") as tries:
        try:
            _take(form, member_id, by, now)
        except CodeRefused as refused:
            log.info("what should have shown who a member is was refused", extra={"kind": str(by)})
            factor_forms.refuse(form, by, refused.why)
            return False
        tries.right()
    return True


def _take(form: ReturningForm, member_id: int, by: By, now: datetime) -> None:
    if by is By.APP:
        factors.take_app_code(member_id, form.code.data, now=now)
    elif by is By.MAIL:
        mailed_codes.take(current_user.session_id, form.code.data, now=now)
    elif by is By.PASSWORD:
        if not passwords.matches(form.password.data, queries.password_hash(member_id)):
            raise CodeRefused(Wrong.UNKNOWN)
    elif not factors.take_recovery_code(member_id, form.code.data, now=now):
        flash(_("That was your last recovery code. Make new ones in your settings."))


def _added(form: AppCodeForm, secret: str, now: datetime) -> bool:
    try:
        made = factors.add_app(current_user.id, secret, form.code.data, session_id=current_user.session_id, now=now)
    except CodeRefused as refused:
        factor_forms.refuse(form, By.APP, refused.why)
        return False
    new_factors.forget_secret()
    sessions.prove_here(second_step=True)
    new_factors.show_codes(current_user.id, made, now)
    return True


def _after_adding(next_path: str | None) -> ResponseReturnValue:
    flash(_("Your authenticator app is set up. From now on signing in asks for its code."), "success")
    if not current_user.has_second_step:  # As the session was before: it is the first.
        flash(_("All other devices are signed out."))
    return redirect(url_for(".codes", next=next_path), 303)


def _begin_again(next_path: str | None) -> ResponseReturnValue:
    if entrance.forget_half_way():
        flash(_("Signing in took more than ten minutes, or something changed meanwhile. Please begin again."))
    return leave_for(url_for("security.login", next=next_path))


def _ways_to_prove() -> tuple[By, ...]:
    shown = current_user.has_recent_second_step(clock.now())
    return factor_rules.ways_to_prove(factor_queries.held(current_user.id), shown=shown)


def _chosen(ways: tuple[By, ...]) -> By:
    """The way that was asked for, if it is open; else the usual one."""
    asked = request.values.get("by")
    return next((way for way in ways if way == asked), ways[0])


def _next() -> str | None:
    return local_path(request.values.get("next"))


def _stand_in(member_id: int, by: By, now: datetime) -> object:
    """In the demonstration alone: what the app of one of its staff shows (gallery.demo.authenticator)."""
    shows = current_app.extensions.get("authenticator_stand_in")
    return shows(member_id, now) if shows and by is By.APP else None


def _page(template: str, **context: object) -> Response:
    response = make_response(render_template(template, **context), 422 if request.method == "POST" else 200)
    response.headers["Cache-Control"] = "no-store"
    return response
