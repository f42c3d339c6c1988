"""Where the member is paid out to: masked until he asks, changed only behind a second step (B2, 14.2.6, 7.5.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.account import bank_numbers, bank_queries, bank_services
from gallery.account.bank_forms import IbanForm, LocalForm
from gallery.account.countries import countries
from gallery.account.models import BankAccount
from gallery.auth.forms import ReturningForm
from gallery.auth.rules import local_path
from gallery.core import access, clock
from gallery.core.htmx import lead_on, respond
from gallery.core.i18n import _, current_locale
from gallery.core.map_words import told

Form = TypeVar("Form", IbanForm, LocalForm)

bp = Blueprint("account_bank", __name__, url_prefix="/account/bank")


@bp.get("")
@access.member
def index() -> ResponseReturnValue:
    """The account with the end of its number, and the ways to change it."""
    return _page()


@bp.post("")
@access.secured
def reveal() -> ResponseReturnValue:
    """Show the whole number in this one answer, and note that it was shown."""
    number = bank_services.reveal(current_user.id)
    return _page(number=bank_numbers.grouped(number) if number else "")


@bp.route("/iban", methods=["GET", "POST"])
@access.secured
def iban() -> ResponseReturnValue:
    """Take an account with an IBAN."""
    return _take(IbanForm(data=_known()), _ask_iban)


@bp.route("/local", methods=["GET", "POST"])
@access.secured
def local() -> ResponseReturnValue:
    """Take an account as its bank writes it."""
    return _take(LocalForm(data=_known()), _ask_local)


@bp.route("/removal", methods=["GET", "POST"])
@access.secured
def removal() -> ResponseReturnValue:
    """Ask whether the account is to be forgotten, and forget it."""
    form = ReturningForm()
    if not form.validate_on_submit():
        page = render_template("account/bank_removal.html", form=form, account=bank_queries.masked(current_user.id))
        return make_response(page, 422 if request.method == "POST" else 200)
    bank_services.remove(current_user.id)
    flash(_("Your bank account is removed."), "success")
    return redirect(url_for("account_bank.index"), 303)


def _known() -> dict[str, str]:
    """What a form may show of the present account: not its number."""
    account = bank_queries.masked(current_user.id)
    if account is None:
        return {}
    return {"holder": account.holder, "bank": account.bank, "country": account.country}


def _take(form: Form, ask: Callable[[Form, int], Response]) -> ResponseReturnValue:
    if not form.validate_on_submit():
        return ask(form, 422 if request.method == "POST" else 200)
    bank_services.save(current_user.id, form.account(), now=clock.now())
    flash(_("Your bank account is saved, and we wrote you a mail about it."), "success")
    return lead_on(form.next.data or url_for("account_bank.index"))


def _ask_iban(form: IbanForm, status: int) -> Response:
    told_of = told(BankAccount.number)
    return _unstored(respond("account/bank_iban.html", "account/_iban.html", status, form=form, told=told_of))


def _ask_local(form: LocalForm, status: int) -> Response:
    told_of = told(BankAccount.number)
    return _unstored(respond("account/bank_local.html", "account/_local.html", status, form=form, told=told_of))


def _page(number: str = "") -> Response:
    page = render_template(
        "account/bank.html",
        account=bank_queries.masked(current_user.id),
        number=number,
        countries=dict(countries(current_locale())),
        next=local_path(request.args.get("next")),
    )
    return _unstored(make_response(page))


def _unstored(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
