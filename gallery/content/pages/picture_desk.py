"""The pictures that texts may show: uploading them, with words for who does not see them (5.2.1, 1.3.4, 14.2.8)."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response

from gallery.auth.models import RoleName
from gallery.content.pages import queries, services
from gallery.content.pages.picture_forms import PictureForm
from gallery.core import access, clock, files, pictures
from gallery.core.htmx import leave_for
from gallery.core.i18n import _, lazy
from gallery.core.pictures import PictureProblem

bp = Blueprint("content_pictures", __name__, url_prefix="/admin/content/pictures")

LARGEST_FORM = 12 << 20
"""Bytes of a picture and its words: more than a phone's camera writes."""

REFUSALS = {
    PictureProblem.TOO_LARGE: lazy("The picture is too large: 12 MB at most."),
    PictureProblem.TOO_MANY_PIXELS: lazy("The picture has too many pixels: 40 million at most, 16,000 on a side."),
    PictureProblem.TOO_SMALL: lazy("The picture is too small: at least 32 pixels on each side."),
    PictureProblem.NOT_A_PICTURE: lazy("This is not a JPEG, PNG or WebP picture."),
    PictureProblem.DAMAGED: lazy("The picture is damaged or cut off. Save it again and send that."),
}
"""Why a picture was not taken; what it is, is told by its content and never by its name."""


@bp.get("")
@access.staff(RoleName.EDITOR)
def index() -> ResponseReturnValue:
    """All pictures, with what to write to show one."""
    return _page(PictureForm(formdata=None))


@bp.post("")
@access.staff(RoleName.EDITOR)
@files.takes(LARGEST_FORM)
def add() -> ResponseReturnValue:
    """Take a picture in: decoded and encoded anew, so that nothing but its pixels stays."""
    form = PictureForm()
    if not form.validate():
        return _page(form, 422)
    try:
        stored = pictures.store(form.picture.data.read())
    except pictures.PictureRefused as refused:
        form.picture.errors = [str(REFUSALS[refused.problem])]
        return _page(form, 422)
    number = services.add_picture(
        stored, alt_fr=form.alt_fr.data, alt_en=form.alt_en.data, author_id=current_user.id, now=clock.now()
    )
    flash(_("Kept. Write ![](picture:%(number)d) where it is to stand.", number=number), "success")
    return leave_for(url_for(".index"))


def _page(form: PictureForm, status: int = 200) -> Response:
    return make_response(render_template("content/pictures.html", form=form, pictures=queries.all_pictures()), status)
