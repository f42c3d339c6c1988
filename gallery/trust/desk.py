"""The staff's desk for members: find one, say why, look (L5, 14.2.6). What is typed stands in no address (14.2.1)."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.core import access, audit, clock
from gallery.core.db import transaction
from gallery.core.errors import Forbidden
from gallery.core.htmx import lead_on, leave_for, respond, wants_partial
from gallery.core.i18n import _
from gallery.trust import decisions, forms, labels, looks, members
from gallery.trust.member_page import page
from gallery.trust.rules import DESK, Act, Reason, Shown, may_do, number_in

bp = Blueprint("members", __name__, url_prefix="/admin/members")

MEMBERS_ON_A_PAGE = 20


@bp.get("/")
@access.staff(*DESK)
def index() -> ResponseReturnValue:
    """Ask whom to look for."""
    return render_template("trust/search.html", form=forms.SearchForm(), found=None, after=None)


@bp.post("/")
@access.staff(*DESK)
def search() -> ResponseReturnValue:
    """Whom that finds. A form, so that no address is written into a history or a log."""
    form = forms.SearchForm()
    if not form.validate_on_submit():
        return respond("trust/search.html", "trust/_found.html", 422, form=form, found=None, after=None)
    found = members.search(form.q.data, MEMBERS_ON_A_PAGE + 1, number_in(request.form.get("after", "")))
    with transaction():
        audit.record("members.searched", "house:members", actor_id=current_user.id, found=len(found))
    more = len(found) > MEMBERS_ON_A_PAGE
    found = found[:MEMBERS_ON_A_PAGE]
    after = found[-1].id if more else None
    return respond("trust/search.html", "trust/_found.html", form=form, found=found, after=after, labels=labels)


@bp.get("/<int:member_id>")
@access.staff(*DESK)
def show(member_id: int) -> ResponseReturnValue:
    """A member: with a look that is open all that staff may see, else the question why."""
    return page(member_id)


@bp.post("/<int:member_id>/looks")
@access.staff(*DESK)
def look(member_id: int) -> ResponseReturnValue:
    """Say why, and have the page opened."""
    members.head(member_id)
    form = forms.LookForm()
    if not form.validate_on_submit():
        return page(member_id, 422, look=form)
    looks.begin(
        member_id,
        current_user.id,
        current_user.roles,
        Reason(form.reason.data),
        form.words.data,
        now=clock.now(),
    )
    return lead_on(url_for(".show", member_id=member_id))


@bp.post("/<int:member_id>/reveals")
@access.staff(*DESK)
def reveal(member_id: int) -> ResponseReturnValue:
    """Show one field in full, once."""
    members.head(member_id)
    try:
        shown = Shown(request.form.get("field", ""))
    except ValueError:
        flash(_("Choose what you want to see."), "error")
        return page(member_id, 422)
    value = looks.reveal(member_id, current_user.id, current_user.roles, shown, now=clock.now())
    if wants_partial():
        answer = make_response(render_template("trust/_revealed.html", value=value))
    else:
        answer = page(member_id, revealed={shown: value})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/<int:member_id>/notes")
@access.staff(*DESK)
def note(member_id: int) -> ResponseReturnValue:
    """Write something down for the rest of the staff."""
    guard(Act.NOTE, member_id)
    form = forms.NoteForm()
    if not form.validate_on_submit():
        return page(member_id, 422, note=form)
    decisions.note(member_id, form.words.data, by_id=current_user.id, now=clock.now())
    return done(member_id, _("The note is kept."))


def guard(act: Act, member_id: int) -> members.Found:
    """The member, if the one who asks may do this to him and has said why he looks.

    Raises Missing, Forbidden or NoReason. Nobody acts on himself: he would be both hands of a check.
    """
    member = members.head(member_id)
    if member_id == current_user.id or not may_do(act, current_user.roles, member.roles):
        raise Forbidden
    if looks.current(member_id, current_user.id, clock.now()) is None:
        raise looks.NoReason
    return member


def done(member_id: int, words: str) -> Response:
    """Say what was done, on the member's page."""
    flash(words, "success")
    return lead_on(url_for("members.show", member_id=member_id))


@bp.app_errorhandler(looks.NoReason)
def ask_why(_no_reason: looks.NoReason) -> ResponseReturnValue:
    """Lead back to the question why: the look is over, or there never was one."""
    flash(_("Nothing was done: your look at this member has ended. Say again why you look."), "error")
    return leave_for(url_for("members.show", **(request.view_args or {})))
