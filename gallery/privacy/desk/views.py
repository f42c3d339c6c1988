"""The desk for requests about data: the queue with its clocks, one request, and taking one down (L1, P-30)."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.core import access, clock
from gallery.core.htmx import lead_on
from gallery.core.i18n import _
from gallery.privacy.desk import forms
from gallery.privacy.desk.page import found, page
from gallery.privacy.requests import labels, queries, services
from gallery.privacy.requests import record as answers
from gallery.privacy.requests.rules import DESK, MONTHS_KEPT, Channel, Kind, may_handle, months_later
from gallery.trust import looks
from gallery.trust.rules import Reason

bp = Blueprint("privacy_desk", __name__, url_prefix="/admin/privacy")

ON_A_PAGE = 50


@bp.get("/")
@access.staff(*DESK)
def index() -> ResponseReturnValue:
    """The open requests, what is overdue first; the fraud desk sees the objections alone."""
    kinds = [kind for kind in Kind if may_handle(kind, current_user.roles)]
    after = request.args.get("after", "")
    found = queries.queue(clock.now(), kinds, ON_A_PAGE + 1, after)
    waiting = found[:ON_A_PAGE]
    return render_template(
        "privacy/desk/index.html",
        waiting=waiting,
        more=url_for(".index", after=waiting[-1].ref) if len(found) > ON_A_PAGE else "",
        first=url_for(".index") if after else "",
        labels=labels,
    )


@bp.get("/record")
@access.staff(*DESK)
def record() -> ResponseReturnValue:
    """How the requests of the last three years were answered, and how soon: about nobody."""
    since = months_later(clock.now(), -MONTHS_KEPT)
    years = [one for one in answers.answered(since) if may_handle(one.kind, current_user.roles)]
    return render_template("privacy/desk/record.html", years=years, labels=labels)


@bp.get("/new")
@access.staff("support")
def new() -> ResponseReturnValue:
    """Take down a request that came by e-mail, letter or phone."""
    return render_template("privacy/desk/new.html", form=forms.NewForm())


@bp.post("/new")
@access.staff("support")
def create() -> ResponseReturnValue:
    """Start its clock."""
    form = forms.NewForm()
    if not form.validate_on_submit():
        return render_template("privacy/desk/new.html", form=form), 422
    now = clock.now()
    ref = services.open_request(
        Kind(form.kind.data),
        Channel(form.channel.data),
        email=form.email.data or "",
        words=form.words.data,
        language=form.language.data,
        now=now,
        received_at=form.received_at(now),
        by_id=current_user.id,
    )
    flash(_("The request is taken down, and its clock runs."), "success")
    return lead_on(url_for(".show", ref=ref))


@bp.get("/<ref>")
@access.staff(*DESK)
def show(ref: str) -> ResponseReturnValue:
    """One request: what was asked, how long is left, and what can be done."""
    return page(ref)


@bp.post("/<ref>/looks")
@access.staff(*DESK)
def look(ref: str) -> ResponseReturnValue:
    """Open a member's request: the member sees that somebody looked, because of what he asked (L5)."""
    case = found(ref)
    if case.member_id is not None:
        words = _("Request about data %(ref)s", ref=ref)
        looks.begin(case.member_id, current_user.id, current_user.roles, Reason.LEGAL_REQUEST, words, now=clock.now())
    return lead_on(url_for(".show", ref=ref))
