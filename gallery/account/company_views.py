"""Private person or trader: the member declares it, and a trader says who he is (C9, C-02, C-07)."""

from __future__ import annotations

from dataclasses import asdict
from typing import cast

from flask import Blueprint, Flask, Response, flash, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.account import company_queries, company_services
from gallery.account.company_forms import PrivateForm, TraderForm, shown
from gallery.account.models import Company
from gallery.auth.forms import shown_again
from gallery.auth.rules import local_path
from gallery.core import access, clock, csrf
from gallery.core.htmx import lead_on, respond
from gallery.core.i18n import _
from gallery.core.map_words import told

bp = Blueprint("account_company", __name__, url_prefix="/account/company")


@bp.get("")
@access.member
def index() -> ResponseReturnValue:
    """How the member sells, and the two ways to say so."""
    company = company_queries.company(current_user.id)
    return render_template(
        "account/company.html",
        sells_as=company_queries.sells_as(current_user.id),
        next=local_path(request.args.get("next")),
        **(shown(company) if company else {"company": None}),
    )


@bp.route("/private", methods=["GET", "POST"])
@access.proved
def private() -> ResponseReturnValue:
    """Ask whether the member sells as a private person, and take his word for it."""
    form = PrivateForm()
    if form.validate_on_submit():
        try:
            company_services.become_private(current_user.id, now=clock.now())
        except company_services.StillTrading:
            form.confirmed.errors = [_("Lots that you sell as a trader are not over yet. Come back when they are.")]
        else:
            flash(_("You sell as a private person."), "success")
            return lead_on(form.next.data or url_for("account_company.index"))
    return _ask_private(form, 422 if request.method == "POST" else 200)


@bp.route("/trader", methods=["GET", "POST"])
@access.proved
def trader() -> ResponseReturnValue:
    """Show what is known of the trader, and take it."""
    form = TraderForm(data=_typed(company_queries.company(current_user.id)))
    if not form.validate_on_submit():
        return _ask_trader(form, 422 if request.method == "POST" else 200)
    company_services.become_trader(current_user.id, form.identity(), now=clock.now())
    flash(_("You sell as a trader, and buyers can see who you are."), "success")
    return lead_on(form.next.data or url_for("account_company.index"))


def _ask_private(form: PrivateForm, status: int) -> Response:
    company = company_queries.company(current_user.id)
    page, part = "account/company_private.html", "account/_private.html"
    return respond(page, part, status, form=form, company=company)


def _ask_trader(form: TraderForm, status: int) -> Response:
    return respond("account/company_trader.html", "account/_trader.html", status, form=form, told=told(Company.name))


def _typed(company: company_queries.Trader | None) -> dict[str, object]:
    """A company as its owner would type it; the declaration is made anew each time."""
    if company is None:
        return {}
    return asdict(company) | {"phone": company.readable_phone, "register_number": company.number}


@bp.record_once
def _renew_what_is_stale(state: BlueprintSetupState) -> None:
    app = cast("Flask", state.app)
    csrf.on_stale(app, "account_company.private", access.member(shown_again(PrivateForm, _ask_private)))
    csrf.on_stale(app, "account_company.trader", access.member(shown_again(TraderForm, _ask_trader)))
