"""The frame of the staff's desk: where it leads, the messages that did not leave, and the demonstration's mail."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from gallery.admin import letterbox, services
from gallery.auth.models import STAFF, RoleName
from gallery.core import mail, outbox
from gallery.core.access import staff
from gallery.core.errors import Missing
from gallery.core.i18n import _

bp = Blueprint("admin", __name__, url_prefix="/admin")

LETTERS_ON_A_PAGE = 50


@bp.get("/")
@staff(*STAFF)
def index() -> str:
    """Where the desk leads."""
    waiting = outbox.counts()
    return render_template("admin/index.html", waiting=waiting, mail_in_files=mail.files_directory() is not None)


@bp.get("/mail")
@staff(RoleName.SUPPORT)
def letters() -> str:
    """The mails of a house without a mail server, newest first (`before` = the name of the last one seen)."""
    box = _letterbox()
    found = letterbox.newest(box, LETTERS_ON_A_PAGE + 1, before=request.args.get("before", ""))
    more = found[LETTERS_ON_A_PAGE - 1].name if len(found) > LETTERS_ON_A_PAGE else ""
    services.note_look_up("mail.listed", "house:mail", current_user.id)
    return render_template("admin/letters.html", letters=found[:LETTERS_ON_A_PAGE], more=more)


@bp.get("/mail/<name>")
@staff(RoleName.SUPPORT)
def letter(name: str) -> str:
    """One mail, as its plain text. Some have links that open accounts, so that few may read them."""
    found = letterbox.read(_letterbox(), name)
    services.note_look_up("mail.read", f"mail:{name}", current_user.id)
    return render_template("admin/letter.html", letter=found)


@bp.get("/outbox")
@staff(*STAFF)
def parked() -> str:
    """The messages that nothing more is tried for."""
    return render_template("admin/outbox.html", rows=outbox.dead_letters())


@bp.post("/outbox/<int:message_id>/retries")
@staff(*STAFF)
def retry(message_id: int) -> Response:
    """Queue a parked message again."""
    if not services.retry(message_id, current_user.id):
        raise Missing
    flash(_("The message is queued again."), "success")
    return redirect(url_for(".parked"), 303)


def _letterbox() -> Path:
    box = mail.files_directory()
    if box is None:
        raise Missing
    return box
