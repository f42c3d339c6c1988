"""The member's own page of who looked at his data (L5)."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.core import access
from gallery.trust import labels, looks
from gallery.trust.rules import number_in

bp = Blueprint("looks", __name__, url_prefix="/account/looks")

LOOKS_ON_A_PAGE = 30


@bp.get("")
@access.member
def index() -> ResponseReturnValue:
    """Who of the house looked, in which role, when, why and at what."""
    before = number_in(request.args.get("before", ""))
    found = looks.at_member(current_user.id, LOOKS_ON_A_PAGE + 1, before)
    more = found[LOOKS_ON_A_PAGE - 1].id if len(found) > LOOKS_ON_A_PAGE else None
    return render_template(
        "trust/looks.html",
        seen=found[:LOOKS_ON_A_PAGE],
        labels=labels,
        older=url_for(".index", before=more) if more else "",
        first=url_for(".index") if before is not None else "",
    )
