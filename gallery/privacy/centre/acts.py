"""What a member asks for in the privacy centre (L1, L2, P-32, P-41, P-44): each becomes a request with its clock.

What would harm him if a stranger asked for it is open to whoever has shown shortly before who he is; an objection and a
complaint are heard from anybody who is signed in (requests.rules.PROOF_NEEDED).
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.core import access, clock
from gallery.core.htmx import lead_on
from gallery.core.i18n import _, current_locale, date
from gallery.core.web import private
from gallery.privacy.centre import forms, objections
from gallery.privacy.erasure import labels as erasure_labels
from gallery.privacy.erasure.queries import notices_of
from gallery.privacy.erasure.recipients import Act, name_of
from gallery.privacy.requests import labels, letters, queries, services
from gallery.privacy.requests.rules import Channel, Kind
from gallery.privacy.requests.steps import StepRefused
from gallery.privacy.restriction import services as restriction

bp = Blueprint("privacy_acts", __name__, url_prefix="/account/privacy")

TOLD_OF = {Kind.RECTIFICATION: Act.RECTIFICATION, Kind.RESTRICTION: Act.RESTRICTION}
"""The kinds of requests of which recipients are told (P-42); of an erasure its own page says it."""


@bp.get("/requests/<ref>")
@access.proved
def show(ref: str) -> ResponseReturnValue:
    """One request: what was asked, by when we answer, what was answered, who was told."""
    one = queries.one_of_member(ref, current_user.id)
    notices = notices_of(name_of(TOLD_OF[one.kind], one.number)) if one.kind in TOLD_OF else []
    return private(
        render_template(
            "privacy/centre/request.html",
            one=one,
            notices=notices,
            labels=labels,
            recipients=erasure_labels,
            in_words=letters.kept_in_words,
        )
    )


@bp.post("/requests/<ref>/withdrawal")
@access.member
def withdraw(ref: str) -> ResponseReturnValue:
    """Take a request back that is open."""
    queries.one_of_member(ref, current_user.id)
    try:
        services.withdraw(ref, now=clock.now())
    except StepRefused as refusal:
        flash(str(labels.PROBLEMS[refusal.problem]), "error")
    else:
        flash(_("Your request is withdrawn."), "success")
    return _back()


@bp.get("/rectification")
@access.proved
def rectification() -> ResponseReturnValue:
    """What he can correct himself, and where he says what he cannot."""
    return _asked("rectification", forms.RectificationForm())


@bp.post("/rectification")
@access.proved
def rectify() -> ResponseReturnValue:
    """Have something corrected."""
    return _request("rectification", forms.RectificationForm(), Kind.RECTIFICATION)


@bp.get("/objection")
@access.member
def objection() -> ResponseReturnValue:
    """To what he may object, and how."""
    return _asked("objection", forms.ObjectionForm())


@bp.post("/objection")
@access.member
def object_to() -> ResponseReturnValue:
    """Object to what the house does in its own interest: somebody weighs it (P-44)."""
    return _request("objection", forms.ObjectionForm(), Kind.OBJECTION)


@bp.post("/objection/advertising")
@access.member
def object_to_advertising() -> ResponseReturnValue:
    """Object to advertising: at once, and without a reason (P-44)."""
    objections.to_advertising(current_user.id, language=current_locale(), now=clock.now())
    flash(_("Done: nothing of this kind is sent or shown to you any more."), "success")
    return _back()


@bp.get("/complaint")
@access.member
def complaint() -> ResponseReturnValue:
    """To us, or to an authority."""
    return _asked("complaint", forms.ComplaintForm())


@bp.post("/complaint")
@access.member
def complain() -> ResponseReturnValue:
    """Complain to us."""
    return _request("complaint", forms.ComplaintForm(), Kind.COMPLAINT)


@bp.get("/restriction")
@access.proved
def restricted() -> ResponseReturnValue:
    """What a restriction does, and whether there is one."""
    return _asked("restriction", forms.RestrictionForm())


@bp.post("/restriction")
@access.proved
def restrict() -> ResponseReturnValue:
    """Have the data kept and not used, at once (P-41)."""
    form = forms.RestrictionForm()
    if not form.validate_on_submit():
        return _asked("restriction", form, 422)
    return _done(
        "restriction",
        form,
        lambda: restriction.restrict(current_user.id, form.asked(), language=current_locale(), now=clock.now()),
        _("The use of your data is restricted from now on."),
    )


@bp.post("/restriction/lifting")
@access.proved
def lift() -> ResponseReturnValue:
    """Let the data be used again."""
    restriction.lift(current_user.id, now=clock.now())
    flash(_("The restriction is lifted."), "success")
    return _back()


def _request(name: str, form: forms.AskingForm, kind: Kind) -> ResponseReturnValue:
    """Take a request down, and say by when it is answered."""
    if not form.validate_on_submit():
        return _asked(name, form, 422)

    def take() -> None:
        ref = services.open_request(
            kind,
            Channel.ACCOUNT,
            member_id=current_user.id,
            words=form.asked(),
            language=current_locale(),
            now=clock.now(),
        )
        due_at = queries.by_ref(ref).due_at
        flash(_("We have your request, and answer at the latest on %(day)s.", day=date(due_at)), "success")

    return _done(name, form, take)


def _done(name: str, form: forms.AskingForm, take: Callable[[], object], said: str = "") -> ResponseReturnValue:
    try:
        take()
    except StepRefused as refusal:
        form.words.errors = [*form.words.errors, str(labels.PROBLEMS[refusal.problem])]
        return _asked(name, form, 422)
    if said:
        flash(said, "success")
    return _back()


def _asked(name: str, form: forms.AskingForm, status: int = 200) -> Response:
    return private(render_template(f"privacy/centre/{name}.html", form=form), status)


def _back() -> Response:
    return lead_on(url_for("privacy_centre.index") + "#requests")
