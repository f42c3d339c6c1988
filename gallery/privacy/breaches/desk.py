"""The desk's register of breaches: the clock, what is still to be done, whom it touched (P-52)."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.auth.models import RoleName
from gallery.core import access, clock
from gallery.core.errors import Missing
from gallery.core.htmx import lead_on
from gallery.core.i18n import _, ngettext
from gallery.core.map_words import CATEGORIES
from gallery.privacy.breaches import forms, labels, queries, reach, services
from gallery.privacy.breaches.reach import Reach
from gallery.privacy.breaches.rules import Risk, Told
from gallery.privacy.breaches.services import StepRefused
from gallery.privacy.export.words import TABLES
from gallery.privacy.registers.labels import countries
from gallery.trust.forms import DeskForm
from gallery.trust.rules import number_in

bp = Blueprint("breaches_desk", __name__, url_prefix="/admin/registers/breaches")


@bp.get("/")
@access.staff("support")
def index() -> ResponseReturnValue:
    """The register."""
    return render_template("privacy/breaches/index.html", found=queries.all_breaches(), now=clock.now(), labels=labels)


@bp.get("/new")
@access.staff("support")
def new() -> ResponseReturnValue:
    """Enter one."""
    return render_template("privacy/breaches/new.html", form=forms.FactsForm())


@bp.post("/new")
@access.staff("support")
def create() -> ResponseReturnValue:
    """Start its clock."""
    form = forms.FactsForm()
    if form.validate_on_submit():
        try:
            number = services.open_breach(form.known(), by_id=current_user.id, now=clock.now())
        except StepRefused as refused:
            form.aware_at.errors = [str(labels.PROBLEMS[refused.problem])]
        else:
            flash(_("It is entered, and its clock runs."), "success")
            return lead_on(url_for(".show", breach_id=number))
    return render_template("privacy/breaches/new.html", form=form), 422


@bp.get("/<int:breach_id>")
@access.staff("support")
def show(breach_id: int) -> ResponseReturnValue:
    """One breach, and what can be done about it."""
    return page(breach_id)


@bp.post("/<int:breach_id>/facts")
@access.staff("support")
def amend(breach_id: int) -> ResponseReturnValue:
    """Write down what has come to be known."""
    form = forms.FactsForm()
    if not form.validate_on_submit():
        return page(breach_id, 422, form)
    known = form.known()
    return _step(
        breach_id,
        form,
        lambda: services.amend(breach_id, known, by_id=current_user.id, now=clock.now()),
        _("It is written down."),
    )


@bp.post("/<int:breach_id>/assessment")
@access.staff("support")
def assess(breach_id: int) -> ResponseReturnValue:
    """Judge the risk."""
    form = forms.AssessForm()
    if not form.validate_on_submit():
        return page(breach_id, 422, form)
    return _step(
        breach_id,
        form,
        lambda: services.assess(breach_id, Risk(form.risk.data), form.reason.data, by_id=current_user.id),
        _("The risk is judged."),
    )


@bp.post("/<int:breach_id>/notices")
@access.staff("support")
def note_told(breach_id: int) -> ResponseReturnValue:
    """Note that an authority was told."""
    form = forms.ToldForm()
    if not form.validate_on_submit():
        return page(breach_id, 422, form)
    told, at = Told(form.told.data), form.at("told_at")
    assert at is not None  # noqa: S101  It is required.
    return _step(
        breach_id,
        form,
        lambda: services.note_told(
            breach_id,
            told,
            at,
            form.words.data or "",
            form.late_reason.data or "",
            by_id=current_user.id,
            now=clock.now(),
        ),
        _("It is noted who was told."),
    )


@bp.post("/<int:breach_id>/reach")
@access.staff("support")
def look(breach_id: int) -> ResponseReturnValue:
    """Say whom it touched, before anybody is put into the list."""
    form = forms.ReachForm()
    if not form.validate_on_submit():
        return page(breach_id, 422, form)
    found = _found(form)
    if found is None:
        return page(breach_id, 422, form)
    lived = [(countries((code,) if code else ()), count) for code, count in reach.countries(found.members).items()]
    return render_template(
        "privacy/breaches/reach.html", known=queries.breach(breach_id), form=form, found=found, lived=lived, **_words()
    )


@bp.post("/<int:breach_id>/members")
@access.staff("support")
def take_in(breach_id: int) -> ResponseReturnValue:
    """Put those into the list whom the reach finds."""
    form = forms.ReachForm()
    found = _found(form) if form.validate_on_submit() else None
    if found is None:
        return page(breach_id, 422, form)

    def act() -> None:
        added = services.take_in(breach_id, found.members, now=clock.now(), by_id=current_user.id)
        said = ngettext("%(num)d member was put into the list.", "%(num)d members were put into the list.", added)
        flash(said, "success")

    return _step(breach_id, form, act, "")


@bp.post("/<int:breach_id>/letters")
@access.staff(RoleName.ADMIN)
@access.proved
def tell(breach_id: int) -> ResponseReturnValue:
    """Write to those whom it touched: by administrators, who have shown just before who they are."""
    form = forms.TellForm()
    if not form.validate_on_submit():
        return page(breach_id, 422, form)
    return _step(
        breach_id,
        form,
        lambda: services.tell_members(breach_id, form.words_fr.data, form.words_en.data, by_id=current_user.id),
        _("The mails are on their way."),
    )


@bp.post("/<int:breach_id>/closure")
@access.staff("support")
def close(breach_id: int) -> ResponseReturnValue:
    """Nothing more is to be done."""
    return _step(
        breach_id,
        None,
        lambda: services.close(breach_id, by_id=current_user.id, now=clock.now()),
        _("The breach is closed."),
    )


def page(breach_id: int, status: int = 200, sent: DeskForm | None = None) -> ResponseReturnValue:
    """The page of a breach; the form that was sent comes back as it was typed."""
    known = queries.breach(breach_id)
    fresh: dict[str, DeskForm] = {
        "facts": forms.FactsForm.of(known.breach),
        "assess": forms.AssessForm(formdata=None, risk=known.breach.risk, reason=known.breach.risk_reason),
        "told": forms.ToldForm(formdata=None),
        "reach": forms.ReachForm(formdata=None),
        "tell": forms.TellForm(formdata=None, words_fr=known.breach.words_fr, words_en=known.breach.words_en),
    }
    if sent is not None:
        fresh[sent.name] = sent
    now = clock.now()
    return (
        render_template(
            "privacy/breaches/show.html",
            known=known,
            one=known.breach,
            hours_left=known.hours_left(now),
            notices=queries.notices(breach_id),
            waits_for_mail=queries.waits_for_mail(breach_id),
            forms=fresh,
            sent=sent.name if sent else "",
            may_tell=current_user.has_role(RoleName.ADMIN),
            **_words(),
        ),
        status,
    )


def _found(form: forms.ReachForm) -> Reach | None:
    """What was touched; None, and a sentence beside the field, where what is named is not there."""
    session, staff = number_in(form.session.data or ""), number_in(form.staff.data or "")
    if session is not None:
        try:
            return reach.of_session(session)
        except Missing:
            form.session.errors = [_("There is no such session any more. Take its member and its times instead.")]
            return None
    if staff is not None:
        return reach.of_staff(staff, form.window())
    return reach.of_tables(form.tables.data or (), form.window())


def _step(breach_id: int, form: DeskForm | None, act: Callable[[], object], said: str) -> ResponseReturnValue:
    """Do it, or say beside the form why not."""
    try:
        act()
    except StepRefused as refused:
        words = str(labels.PROBLEMS[refused.problem])
        if form is None:
            flash(words, "error")
            return page(breach_id, 422)
        form.form_errors.append(words)
        return page(breach_id, 422, form)
    if said:
        flash(said, "success")
    return lead_on(url_for(".show", breach_id=breach_id))


def _words() -> dict[str, object]:
    return {"labels": labels, "categories": CATEGORIES, "titles": TABLES}
