"""The desk's part: recipients who have to be told by hand (P-42), and banned people who came back (P-39)."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.core import access, clock
from gallery.core.htmx import leave_for
from gallery.core.i18n import _
from gallery.privacy.erasure import labels, queries, recipients

bp = Blueprint("erasure_desk", __name__, url_prefix="/admin/erasures")


@bp.get("/recipients")
@access.staff("support")
def tasks() -> ResponseReturnValue:
    """Whom somebody has still to tell."""
    return render_template("privacy/erasure/tasks.html", tasks=queries.tasks(), labels=labels)


@bp.post("/recipients/<int:notice_id>")
@access.staff("support")
def told(notice_id: int) -> ResponseReturnValue:
    """Note that he was told."""
    recipients.done_by_hand(notice_id, by_id=current_user.id, now=clock.now())
    flash(_("It is noted that they were told."), "success")
    return leave_for(url_for(".tasks"))


@bp.get("/returned")
@access.staff("fraud")
def returned() -> ResponseReturnValue:
    """New accounts that bear marks of banned people."""
    return render_template("privacy/erasure/returned.html", found=queries.encounters(), labels=labels)
