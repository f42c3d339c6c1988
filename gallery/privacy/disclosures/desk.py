"""The desk's register of disclosures. What exactly was given is read under an open look at the member (L5)."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.core import access, clock
from gallery.core.errors import Missing
from gallery.core.htmx import lead_on
from gallery.core.i18n import _
from gallery.core.map_words import CATEGORIES
from gallery.privacy.disclosures import forms, labels, queries, services
from gallery.trust import looks
from gallery.trust.rules import number_in

bp = Blueprint("disclosures_desk", __name__, url_prefix="/admin/registers/disclosures")

ON_A_PAGE = 50


@bp.get("/")
@access.staff("support")
def index() -> ResponseReturnValue:
    """The register: to whom and why; what exactly stands behind each entry."""
    found = queries.latest(ON_A_PAGE + 1, number_in(request.args.get("before", "")))
    shown = found[:ON_A_PAGE]
    return render_template(
        "privacy/disclosures/index.html",
        found=shown,
        older=url_for(".index", before=shown[-1].id) if len(found) > ON_A_PAGE else "",
        today=clock.now().date(),
        **_words(),
    )


@bp.get("/new")
@access.staff("support")
def new() -> ResponseReturnValue:
    """Write one down."""
    return render_template("privacy/disclosures/new.html", form=forms.DisclosureForm())


@bp.post("/new")
@access.staff("support")
def create() -> ResponseReturnValue:
    """Have it in the register, and in the member's account."""
    form = forms.DisclosureForm()
    if form.validate_on_submit():
        try:
            services.note(form.given(), by_id=current_user.id)
        except Missing:
            form.member.errors = [_("There is no such member.")]
        else:
            flash(_("It is in the register."), "success")
            return lead_on(url_for(".index"))
    return render_template("privacy/disclosures/new.html", form=form), 422


@bp.get("/<int:disclosure_id>")
@access.staff("support")
def show(disclosure_id: int) -> ResponseReturnValue:
    """One entry."""
    return _page(disclosure_id)


@bp.post("/<int:disclosure_id>/member")
@access.staff("support")
def name_member(disclosure_id: int) -> ResponseReturnValue:
    """Say whose data it was: he may be told now."""
    form = forms.NameForm()
    if not form.validate_on_submit():
        return _page(disclosure_id, 422, form)
    member_id = number_in(form.member.data)
    assert member_id is not None  # noqa: S101  The form has seen to it.
    queries.disclosure(disclosure_id)
    try:
        services.name_member(disclosure_id, member_id, by_id=current_user.id)
    except Missing:
        form.member.errors = [_("There is no such member.")]
        return _page(disclosure_id, 422, form)
    except services.Named:
        flash(_("It names its member already."), "error")
        return lead_on(url_for(".show", disclosure_id=disclosure_id))
    flash(_("The member reads it in his account from now on."), "success")
    return lead_on(url_for(".show", disclosure_id=disclosure_id))


def _page(disclosure_id: int, status: int = 200, form: forms.NameForm | None = None) -> ResponseReturnValue:
    one = queries.disclosure(disclosure_id)
    is_seen = one.member_id is None or looks.current(one.member_id, current_user.id, clock.now()) is not None
    page = render_template(
        "privacy/disclosures/show.html",
        one=one,
        is_seen=is_seen,
        form=form or forms.NameForm(formdata=None),
        **_words(),
    )
    return page, status


def _words() -> dict[str, object]:
    return {"labels": labels, "categories": CATEGORIES}
