"""Language and currency: for members in their settings, for visitors on a page of the house (B4)."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import RadioField
from wtforms.validators import InputRequired

from gallery.account import services
from gallery.auth.forms import ReturningForm
from gallery.core import access, preferences
from gallery.core.i18n import LOCALES, NAMES, _, current_locale, force_locale, lazy

bp = Blueprint("preferences", __name__)


class PreferencesForm(ReturningForm):
    """In which language and in which money."""

    language = RadioField(
        lazy("Language"),
        [InputRequired(lazy("Please choose a language."))],
        choices=[(one, NAMES[one]) for one in LOCALES],
    )
    currency = RadioField(lazy("Amounts also in"), default="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency.choices = [
            ("", _("the other one: francs beside euros, and euros beside francs")),
            ("XOF", _("F CFA")),
            ("EUR", _("euros")),
        ]


@bp.route("/preferences", methods=["GET", "POST"])
@access.public
def here() -> ResponseReturnValue:
    """For whoever is there, with an account or without; `next` leads back."""
    return _page("account/visitor_preferences.html")


@bp.route("/account/preferences", methods=["GET", "POST"])
@access.member
def mine() -> ResponseReturnValue:
    """The same among a member's settings."""
    return _page("account/preferences.html")


def _page(template: str) -> Response:
    form = PreferencesForm(data=_known())
    if not form.validate_on_submit():
        status = 422 if request.method == "POST" else 200
        return make_response(render_template(template, form=form, at=request.path), status)
    language, currency = form.language.data, form.currency.data or None
    if current_user.is_authenticated:
        services.prefer(current_user.id, language=language, currency=currency)
    with force_locale(language):
        flash(_("Your choice is saved."), "success")
    response = cast("Response", redirect(form.next.data or url_for(str(request.endpoint)), 303))
    preferences.keep(response, language=language, currency=currency)
    return response


def _known() -> dict[str, str]:
    language = current_user.language if current_user.is_authenticated else current_locale()
    return {"language": language, "currency": preferences.chosen_currency() or ""}
