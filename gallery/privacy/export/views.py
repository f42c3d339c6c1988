"""Taking everything along: a page that says what comes, and the file (L1, P-34, P-43)."""

from __future__ import annotations

from flask import Blueprint, render_template, send_file
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.auth.step_up import changes_sign_in as stepped_up
from gallery.core import clock
from gallery.core.i18n import current_locale
from gallery.privacy.export import services

bp = Blueprint("privacy_export", __name__, url_prefix="/account/privacy/export")


@bp.get("")
@stepped_up
def show() -> ResponseReturnValue:
    """What the file holds, and the button. Whoever opens it has shown who he is, so the button works at once."""
    return render_template("privacy/export.html")


@bp.post("")
@stepped_up
def take() -> ResponseReturnValue:
    """The file, made now and kept nowhere."""
    now = clock.now()
    made = services.take(current_user.id, now=now)
    name = f"{'mes-donnees' if current_locale() == 'fr' else 'my-data'}-{now:%Y-%m-%d}.zip"
    response = send_file(made, "application/zip", as_attachment=True, download_name=name, max_age=0)
    response.headers["Cache-Control"] = "no-store"
    return response
