"""What staff do with a request: each step is checked by its rules, audited, and told to the person (P-30 to P-32)."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.core import access, clock
from gallery.core.htmx import lead_on
from gallery.core.i18n import _
from gallery.privacy.desk import forms
from gallery.privacy.desk import services as followed
from gallery.privacy.desk.page import found, is_seen, page
from gallery.privacy.erasure import services as erasures
from gallery.privacy.requests import labels, rules, services
from gallery.privacy.requests.queries import Case
from gallery.privacy.requests.rules import DESK, Problem
from gallery.privacy.requests.steps import StepRefused
from gallery.trust.forms import DeskForm

bp = Blueprint("privacy_desk_acts", __name__, url_prefix="/admin/privacy/<ref>")


@bp.post("/identity")
@access.staff(*DESK)
def ask_identity(ref: str) -> ResponseReturnValue:
    """Have a code mailed to the address of the request (P-32)."""
    _guard(ref)
    return _step(
        ref,
        lambda: services.ask_identity(ref, now=clock.now(), by_id=current_user.id),
        _("A code is on its way to the address of the request."),
    )


@bp.post("/code")
@access.staff(*DESK)
def prove(ref: str) -> ResponseReturnValue:
    """Take the digits that the person sent back."""
    _guard(ref)
    form = forms.CodeForm()
    if not form.validate_on_submit():
        return page(ref, 422, form)
    return _step(
        ref,
        lambda: services.prove(ref, form.code.data, now=clock.now(), by_id=current_user.id),
        _("The code is right: it is shown who asks."),
    )


@bp.post("/work")
@access.staff(*DESK)
def take_up(ref: str) -> ResponseReturnValue:
    """Begin to work on it."""
    _guard(ref)
    form = forms.WorkForm()
    if not form.validate_on_submit():
        return page(ref, 422, form)
    return _step(
        ref,
        lambda: services.take_up(ref, now=clock.now(), by_id=current_user.id, proved=form.proved.data),
        _("The request is in work, and the person is told."),
    )


@bp.post("/extension")
@access.staff(*DESK)
def extend(ref: str) -> ResponseReturnValue:
    """Take more time."""
    case = _guard(ref)
    form = forms.ExtendForm()
    if not form.validate_on_submit():
        return page(ref, 422, form)
    until = form.end(case.request.received_at)
    return _step(
        ref,
        lambda: services.extend(ref, until, form.reason.data, now=clock.now(), by_id=current_user.id),
        _("The end is moved, and the person is told why."),
        form,
    )


@bp.post("/answer")
@access.staff(*DESK)
def answer(ref: str) -> ResponseReturnValue:
    """Close it as done."""
    _guard(ref)
    form = forms.AnswerForm()
    if not form.validate_on_submit():
        return page(ref, 422, form)
    return _step(
        ref,
        lambda: followed.answer(ref, form.words.data or "", now=clock.now(), by_id=current_user.id),
        _("The request is answered."),
        form,
    )


@bp.post("/refusal")
@access.staff(*DESK)
def refuse(ref: str) -> ResponseReturnValue:
    """Refuse it or a part of it; of an erasure, propose that (2.3.5)."""
    case = _guard(ref)
    form = forms.RefuseForm()
    if not form.validate_on_submit():
        return page(ref, 422, form)
    needs_two = rules.needs_second_person(case.request.kind)
    close = services.propose_refusal if needs_two else followed.refuse
    said = _("It is proposed. Another of the staff has to confirm it.") if needs_two else _("The request is refused.")
    words, partly = form.words.data or "", form.partly.data
    return _step(
        ref,
        lambda: close(ref, form.kept(), words, partly=partly, now=clock.now(), by_id=current_user.id),
        said,
        form,
    )


@bp.post("/proposal/confirmation")
@access.staff("support")
def confirm(ref: str) -> ResponseReturnValue:
    """Refuse an erasure, or close it as withdrawn, as another has proposed."""
    _guard(ref)
    seen = forms.ConfirmForm().seen()
    if seen is None:
        return _wrong(ref, str(labels.PROBLEMS[Problem.CHANGED]))
    return _step(
        ref,
        lambda: services.confirm(ref, seen, now=clock.now(), by_id=current_user.id),
        _("It is confirmed, and the person is told."),
    )


@bp.post("/proposal/removal")
@access.staff("support")
def drop(ref: str) -> ResponseReturnValue:
    """Take a proposal away."""
    _guard(ref)
    return _step(ref, lambda: services.drop_proposal(ref, by_id=current_user.id), _("The proposal is taken away."))


@bp.post("/withdrawal")
@access.staff(*DESK)
def withdraw(ref: str) -> ResponseReturnValue:
    """Close what the person no longer asks for; of an erasure, propose that (2.3.5)."""
    case = _guard(ref)
    needs_two = rules.needs_second_person(case.request.kind)
    close = services.propose_withdrawal if needs_two else services.withdraw
    return _step(
        ref,
        lambda: close(ref, now=clock.now(), by_id=current_user.id),
        _("It is proposed. Another of the staff has to confirm it.") if needs_two else _("The request is withdrawn."),
    )


@bp.post("/erasure")
@access.staff("support")
@access.proved
def erase(ref: str) -> ResponseReturnValue:
    """Erase the member who asked for it and has shown that it was he; that answers the request."""
    _guard(ref)
    try:
        followed.erase(ref, now=clock.now(), by_id=current_user.id)
    except StepRefused:
        return _wrong(ref, _("Take the request up first, and make sure that it is shown who asks."))
    except erasures.WorksHere:
        return _wrong(ref, _("He works for the house: his roles are taken from him first."))
    except erasures.Begun:
        return _wrong(ref, _("His erasure has begun already."))
    flash(_("The erasure has begun, and the person is told what stays."), "success")
    return lead_on(url_for("privacy_desk.index"))


class LookFirst(Exception):
    """A member's request is handled by whoever has a look open at him (L5)."""

    def __init__(self, ref: str) -> None:
        super().__init__(ref)
        self.ref = ref


@bp.errorhandler(LookFirst)
def look_first(refusal: LookFirst) -> ResponseReturnValue:
    """Lead back to where it can be opened."""
    flash(_("Nothing was done: open the request first."), "error")
    return lead_on(url_for("privacy_desk.show", ref=refusal.ref))


def _guard(ref: str) -> Case:
    case = found(ref)
    if not is_seen(case):
        raise LookFirst(ref)
    return case


def _step(ref: str, take: Callable[[], None], said: str, form: DeskForm | None = None) -> Response:
    """Take a step and say so; or say why it is not taken, with what was typed still there."""
    try:
        take()
    except StepRefused as refusal:
        return _wrong(ref, str(labels.PROBLEMS[refusal.problem]), form)
    flash(said, "success")
    return lead_on(url_for("privacy_desk.show", ref=ref))


def _wrong(ref: str, said: str, form: DeskForm | None = None) -> Response:
    flash(said, "error")
    return page(ref, 422, form)
