"""The public page for requests about data, and the page of one request: for whoever has its address from our mail.

The answer is the same whether the typed address is a member's, the house knows it, or nobody does.
"""

from __future__ import annotations

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from gallery.auth.throttle import services as throttle
from gallery.core import access, clock, map_words
from gallery.core.htmx import lead_on
from gallery.core.i18n import _, current_locale
from gallery.core.web import private
from gallery.privacy.public import forms, services
from gallery.privacy.requests import labels, letters, queries
from gallery.privacy.requests import services as requests
from gallery.privacy.requests.models import PrivacyRequest
from gallery.privacy.requests.rules import Kind, State
from gallery.privacy.requests.steps import StepRefused

bp = Blueprint("privacy_public", __name__, url_prefix="/privacy/requests")

LETTERS = "privacy request"
"""What all mails of these pages to one address are counted as."""


@bp.get("")
@access.public
def new() -> ResponseReturnValue:
    """What can be asked for, and how."""
    return _ask(forms.RequestForm(), 200)


@bp.post("")
@access.public
def create() -> ResponseReturnValue:
    """Start the clock, and mail a code to the address that was typed."""
    form = forms.RequestForm()
    if not form.validate_on_submit():
        return _ask(form, 422)
    try:
        throttle.letters(LETTERS, form.email.data)
    except throttle.REFUSED as refused:
        form.form_errors.append(refused.words)
        return throttle.answer(_ask(form, 429), refused)
    kind, words = Kind(form.kind.data), form.words.data or ""
    ref = services.ask(kind, form.email.data, words, current_locale(), now=clock.now())
    return lead_on(url_for(".show", ref=ref))


@bp.get("/<ref>")
@access.public
def show(ref: str) -> ResponseReturnValue:
    """How far a request is: no name, no address, and not what was written."""
    return _page(ref, forms.CodeForm(), 200)


@bp.post("/<ref>/code")
@access.public
def prove(ref: str) -> ResponseReturnValue:
    """Take the digits of our mail: the request goes to the staff."""
    form = forms.CodeForm()
    if not form.validate_on_submit():
        return _page(ref, form, 422)
    try:
        with throttle.anonymous("privacy request") as tries:
            requests.prove(ref, form.code.data, now=clock.now())
            tries.right()
    except throttle.REFUSED as refused:
        form.form_errors.append(refused.words)
        return throttle.answer(_page(ref, form, 429), refused)
    except StepRefused as refused:
        form.code.errors = [str(labels.PROBLEMS[refused.problem])]
        return _page(ref, form, 422)
    flash(_("Thank you, the code is right. We are working on it."), "success")
    return lead_on(url_for(".show", ref=ref))


@bp.post("/<ref>/code/renewal")
@access.public
def renew(ref: str) -> ResponseReturnValue:
    """Mail another code; it counts with the requests among the letters to its address."""
    form = forms.CodeForm(formdata=None)
    try:
        if queries.by_ref(ref).state is State.IDENTITY_ASKED:
            throttle.letters(LETTERS, requests.addressee(ref).email)
        services.ask_code_again(ref, now=clock.now())
    except throttle.REFUSED as refused:
        form.form_errors.append(refused.words)
        return throttle.answer(_page(ref, form, 429), refused)
    except StepRefused as refused:
        flash(str(labels.PROBLEMS[refused.problem]), "error")
    else:
        flash(_("Another code is on its way. The one before is worth nothing any more."), "success")
    return lead_on(url_for(".show", ref=ref))


def _ask(form: forms.RequestForm, status: int) -> ResponseReturnValue:
    told = map_words.told(PrivacyRequest.email)
    return private(render_template("privacy/public/new.html", form=form, told=told), status)


def _page(ref: str, form: forms.CodeForm, status: int) -> ResponseReturnValue:
    one = queries.by_ref(ref)
    page = render_template(
        "privacy/public/show.html",
        one=one,
        waits=one.state is State.IDENTITY_ASKED,
        form=form,
        labels=labels,
        in_words=letters.kept_in_words,
    )
    return private(page, status)
