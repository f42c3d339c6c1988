"""Signing in with Google or Facebook, opening an account with them, linking one to an account that is there (A2)."""

from __future__ import annotations

import logging

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.auth import entrance, letters, services, step_up, views
from gallery.auth.federated import letters as federated_letters
from gallery.auth.federated import providers
from gallery.auth.federated import queries as federated_queries
from gallery.auth.federated import services as federated_services
from gallery.auth.federated import session as federated_session
from gallery.auth.federated.forms import LeaveForm
from gallery.auth.federated.providers import LABELS, Person, Provider
from gallery.auth.federated.queries import Known
from gallery.auth.federated.services import LinkedAlready, LinkedElsewhere, OnlyWayIn
from gallery.auth.federated.session import Attempt, Pending
from gallery.auth.federated.wire import Disbelieved, ProviderError, Silent
from gallery.auth.forms import AddressForm, PlainForm
from gallery.auth.rules import local_path
from gallery.auth.sessions import browser as sessions
from gallery.auth.throttle import services as throttle
from gallery.core import access, clock
from gallery.core.db import db
from gallery.core.i18n import _, current_locale

__all__ = ["bp", "federated_letters"]

log = logging.getLogger(__name__)
bp = Blueprint("federated", __name__)

LONGEST_CODE = 2_000


@bp.post("/auth/with/<provider>")
@access.public
def leave(provider: str) -> ResponseReturnValue:
    """Send the visitor to a provider, to sign in or to open an account."""
    chosen = providers.named(provider)
    form = LeaveForm()
    if current_user.is_authenticated:
        return redirect(form.next.data or url_for("account.index"), 303)
    return _set_out(chosen, next_path=form.next.data or None, remember=bool(form.remember.data))


@bp.get("/auth/with/<provider>/callback")
@access.public
def back(provider: str) -> ResponseReturnValue:
    """Take in who comes back. Nothing is shown at this address: it holds a code."""
    chosen = providers.named(provider)
    attempt = federated_session.come_back(provider, request.args.get("state", ""), clock.now())
    if attempt is None:
        if current_user.is_authenticated:
            return redirect(url_for("account.index"), 303)
        words = _("This sign-in was begun in another browser, was used already, or is too old. Please begin anew.")
        return _not_in(None, words)
    if request.args.get("error"):
        return _not_in(attempt, _declined(chosen))
    try:
        person = _person(chosen, attempt)
    except ProviderError as error:
        return _not_in(attempt, error.said(chosen.label))
    if attempt.session_id is not None:
        return _linked_by(attempt, person)
    known = federated_queries.known(person)
    if known is not None:
        return _enter(known, chosen, attempt.remember, attempt.next_path)
    federated_session.keep(Pending(person, attempt.next_path, attempt.remember), clock.now())
    return redirect(url_for("federated.finish"), 303)


@bp.route("/auth/with/finish", methods=["GET", "POST"])
@access.public
def finish() -> ResponseReturnValue:
    """Show what would be taken over from the provider, and open an account if the visitor wishes."""
    waiting = federated_session.pending(clock.now())
    if current_user.is_authenticated:
        return redirect(url_for("account.index"), 303)
    if waiting is None or waiting.trace is not None:
        return _not_in(None, _("That took too long, or is done already. Choose again how you want to sign in."))
    person = waiting.person
    chosen = providers.named(person.provider)
    form = PlainForm() if person.owns_email else AddressForm(data={"email": person.email})
    page = {"form": form, "person": person, "provider": chosen.label}
    if not form.validate_on_submit():
        return make_response(render_template("auth/with_finish.html", **page), 422 if request.method == "POST" else 200)
    known = federated_queries.known(person)
    if known is not None:
        return _enter(known, chosen, waiting.remember, waiting.next_path)
    if person.owns_email and (opened := _opened(waiting, chosen)) is not None:
        return opened
    email = person.email if person.owns_email else form.email.data
    try:
        throttle.letters("with", email)
    except throttle.REFUSED as refused:
        form.form_errors.append(refused.words)
        return throttle.answer(render_template("auth/with_finish.html", **page), refused)
    made = federated_services.register(person, email, current_locale(), next_path=waiting.next_path, now=clock.now())
    session[views.REGISTERED] = [*session.get(views.REGISTERED, []), made][-views.MOST_REGISTERED :]
    federated_session.keep(federated_session.with_trace(waiting, made), clock.now())
    session[views.SENT_TO] = email
    return redirect(url_for("auth.sent", act="register"), 303)


@bp.get("/account/security/linked")
@access.member
def linked() -> ResponseReturnValue:
    """Which accounts elsewhere open this one."""
    ways = federated_queries.ways(current_user.id)
    missing = [one for one in providers.known() if one.name not in {found.provider for found in ways.elsewhere}]
    return render_template(
        "auth/linked.html", ways=ways, missing=missing, labels=LABELS, elsewhere=sessions.elsewhere()
    )


@bp.post("/account/security/linked/<provider>")
@step_up.changes_sign_in
def link(provider: str) -> ResponseReturnValue:
    """Send the member to a provider, to let an account there open his own."""
    return _set_out(providers.named(provider), session_id=current_user.session_id)


@bp.post("/account/security/linked/<int:identity_id>/unlink")
@step_up.changes_sign_in
def unlink(identity_id: int) -> ResponseReturnValue:
    """Take a link away, if there is another way in."""
    configured = frozenset(one.name for one in providers.known())
    try:
        provider = federated_services.unlink(current_user.id, identity_id, configured=configured)
    except OnlyWayIn:
        flash(_("This is your only way in. Choose a password first; then you can remove the link."), "error")
    else:
        flash(_("%(provider)s no longer opens your account.", provider=LABELS[provider]), "success")
    return redirect(url_for("federated.linked"), 303)


@bp.post("/account/security/linked/password")
@access.member
def ask_password() -> ResponseReturnValue:
    """Mail the link by which a member without a password chooses one."""
    email, language = current_user.email, current_user.language
    throttle.letters("reset", email)
    services.ask_reset(email, language)
    flash(_("A mail with a link is on its way to %(email)s. The link works for one hour.", email=email), "success")
    return redirect(url_for("federated.linked"), 303)


def _set_out(
    provider: Provider, *, next_path: str | None = None, remember: bool = False, session_id: int | None = None
) -> ResponseReturnValue:
    db.session().rollback()  # A provider may be slow, and no connection waits for it.
    try:
        begun = provider.begin(_callback(provider))
    except ProviderError as error:
        _note(provider, error)
        return _not_in(None, error.said(provider.label), next_path, is_linking=session_id is not None)
    federated_session.set_out(Attempt(provider.name, begun, next_path, remember, session_id), clock.now())
    return redirect(begun.address, 303)


def _person(provider: Provider, attempt: Attempt) -> Person:
    """Who came back; raises ProviderError. What a network tries in vain is counted, an outage is not."""
    code = request.args.get("code", "")
    if not code or len(code) > LONGEST_CODE or request.args.get("iss", provider.issuer) != provider.issuer:
        raise Disbelieved("no code of use")
    failed: ProviderError
    with throttle.anonymous("with") as tries:
        db.session().rollback()
        try:
            person = provider.person(code, _callback(provider), attempt.begun)
        except ProviderError as error:
            failed = error
            if isinstance(error, Silent):
                tries.right()
        else:
            tries.right()
            return person
    _note(provider, failed)
    raise failed


def _note(provider: Provider, error: ProviderError) -> None:
    reason = getattr(error, "reason", type(error).__name__)
    log.warning("a provider's answer was of no use", extra={"kind": provider.name, "error": reason})


def _opened(waiting: Pending, provider: Provider) -> ResponseReturnValue | None:
    """The way in with an account that is opened at once; None if its address is an account's already."""
    person = waiting.person
    try:
        member_id = federated_services.open_account(person, current_locale(), now=clock.now())
    except LinkedElsewhere:
        member_id = None
    known = federated_queries.known(person)  # Also when he pressed the button twice.
    if member_id is not None:
        flash(_("Your account is open, and you are signed in."), "success")
    return _enter(known, provider, waiting.remember, waiting.next_path) if known else None


def _enter(known: Known, provider: Provider, remember: bool, next_path: str | None) -> ResponseReturnValue:
    federated_session.forget()
    if not known.active:
        return _not_in(None, _("Your account is closed. If you want it opened again, write to us."))
    federated_services.note_use(known.identity_id, clock.now())
    return entrance.enter(known.member_id, provider.how, remember=remember, next_path=next_path)


def _linked_by(attempt: Attempt, person: Person) -> ResponseReturnValue:
    """Link, if it is the very session that asked for it which comes back (10.1.2)."""
    provider = LABELS[person.provider]
    if not current_user.is_authenticated or current_user.session_id != attempt.session_id:
        return _not_in(attempt, _("This was begun in another session. Nothing was linked. Please begin anew."))
    try:
        federated_services.link(current_user.id, person, now=clock.now())
    except LinkedElsewhere:
        words = _("This %(provider)s account opens another account here. Nothing was changed.", provider=provider)
        return _not_in(attempt, words)
    except LinkedAlready:
        words = _(
            "A %(provider)s account opens your account already. To take another, remove it first.", provider=provider
        )
        return _not_in(attempt, words)
    flash(_("From now on your %(provider)s account opens your account here.", provider=provider), "success")
    return redirect(url_for("federated.linked"), 303)


def _declined(provider: Provider) -> str:
    words = _("You were not signed in at %(provider)s, and nothing was done.", provider=provider.label)
    return f"{words} {ProviderError.advice}"


def _not_in(
    attempt: Attempt | None, words: str, next_path: str | None = None, is_linking: bool = False
) -> ResponseReturnValue:
    """Back to where it was begun, with a sentence on what to do."""
    flash(words, "error")
    if is_linking or (attempt and attempt.session_id is not None):
        return redirect(url_for("federated.linked"), 303)
    path = local_path(next_path or (attempt.next_path if attempt else None))
    return redirect(url_for("security.login", next=path), 303)


def _callback(provider: Provider) -> str:
    return letters.url("federated.back", provider=provider.name)
