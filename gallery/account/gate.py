"""The gate: asks for just what bidding or selling lacks at that moment, and leads back to what was being done (B1)."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

from flask import Blueprint, Flask, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.account import labels, parts, queries, services
from gallery.account.forms import ASKED_FOR, Part, ProfileForm
from gallery.account.rules import For, Gap
from gallery.core import access, clock, csrf
from gallery.core.errors import Missing
from gallery.core.i18n import _
from gallery.core.web import opens

bp = Blueprint("account_gate", __name__, url_prefix="/account")


@bp.route("/complete", methods=["GET", "POST"])
@access.member
def complete() -> ResponseReturnValue:
    """Ask in one form for what is missing `for` bidding or selling; `next` leads back to what was being done."""
    what_for = _what_for()
    missing = _missing(what_for)
    form = _form(missing)
    if _asked(missing) and form.validate_on_submit():
        services.save(current_user.id, form.said(), now=clock.now())
        missing = _missing(what_for)
        if missing:
            flash(_("Saved. A little more is needed."), "success")
            return redirect(_address(what_for, form), 303)
        flash(_("Thank you, that is all we need."), "success")
    if not missing:
        return redirect(form.next.data or url_for("account.index"), 303)
    return _page(what_for, missing, form, 422 if request.method == "POST" else 200)


def renew() -> ResponseReturnValue:
    """The form again, as typed, when its token had gone stale: nothing is lost and nothing saved."""
    if not current_user.is_authenticated:
        gone: ResponseReturnValue = current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
        return gone
    what_for = _what_for()
    missing = _missing(what_for)
    form = _form(missing)
    form.form_errors.append(_("This page was open for a long time. Nothing was saved; please send it once more."))
    return _page(what_for, missing, form, 422)


def _what_for() -> For:
    try:
        return For(request.args.get("for", For.BIDDING))
    except ValueError:
        raise Missing from None


def _missing(what_for: For) -> list[Gap]:
    return queries.missing(current_user.id, what_for, clock.now())


def _form(missing: list[Gap]) -> ProfileForm:
    return parts.form_of(parts.mine(), _asked(missing))


def _asked(missing: list[Gap]) -> list[Part]:
    """What is asked for here; the other gaps are closed on pages of their own."""
    return [ASKED_FOR[gap] for gap in missing if gap in ASKED_FOR]


def _address(what_for: For, form: ProfileForm) -> str:
    """This page, with what it leads back to."""
    query = {"for": what_for.value} | ({"next": form.next.data} if form.next.data else {})
    return f"{url_for('.complete')}?{urlencode(query)}"


def _page(what_for: For, missing: list[Gap], form: ProfileForm, status: int) -> ResponseReturnValue:
    page = render_template(
        "account/complete.html",
        what_for=what_for,
        reason=labels.REASONS[what_for],
        asked=[parts.Shown(part, form) for part in _asked(missing)],
        form=form,
        elsewhere=_elsewhere(missing, _address(what_for, form)),
        is_under_age=Gap.UNDER_AGE in missing,
    )
    return make_response(page, status)


def _elsewhere(missing: list[Gap], here: str) -> list[tuple[str, object, object]]:
    """What is done on pages of its own: their address, "" if there is none yet, what to do there, and why."""
    found = []
    for gap in missing:
        if gap in labels.ELSEWHERE:
            path, words, reason = labels.ELSEWHERE[gap]
            found.append((f"{path}?{urlencode({'next': here})}" if opens(path) else "", words, reason))
    return found


@bp.record_once
def _renew_what_is_stale(state: BlueprintSetupState) -> None:
    csrf.on_stale(cast("Flask", state.app), "account_gate.complete", renew)
