"""The member's own pages: an overview, and the profile that bidding asks for."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.account import phones, queries, services
from gallery.account.forms import ProfileForm
from gallery.core import access, clock
from gallery.core.i18n import _

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.get("/")
@access.member
def index() -> ResponseReturnValue:
    """What there is in the account, and what is missing."""
    gaps = queries.profile_gaps(current_user.id, queries.today(clock.now()))
    return render_template("account/index.html", gaps=gaps, email=current_user.email)


@bp.route("/profile", methods=["GET", "POST"])
@access.member
def profile() -> ResponseReturnValue:
    """Show the profile and take it; `next` leads back to the lot at which it was asked for."""
    now = clock.now()
    known = queries.profile(current_user.id)
    shown = {**known, "phone": phones.readable(known["phone"])} if known else {}
    form = ProfileForm(data=shown, today=queries.today(now))
    if not form.validate_on_submit():
        status = 422 if request.method == "POST" else 200
        return make_response(render_template("account/profile.html", form=form), status)
    services.save_profile(current_user.id, form.details(), now=now)
    flash(_("Your profile is saved."), "success")
    return redirect(form.next.data or url_for("account.index"), 303)
