"""What a bidder typed, and the words of each refusal. Nothing typed is lost: it goes back into the form as it was."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from gallery.bidding.rules import Refusal
from gallery.bidding.services import BidRefused
from gallery.core.i18n import _, current_locale
from gallery.core.money import MINOR_DIGITS, AmountError, AmountProblem, format_money, parse_amount
from gallery.lots.rules import Zone

KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
LONGEST_TYPED = 40
"""Letters of an amount that an address may carry into a form."""
FIELDS = ("amount", "budget", "pick", "to", "key", "again", "terms", "confirmed")


@dataclass
class BidForm:
    """One filled-in bid form. Amounts in minor units of the lot's currency once they are understood."""

    amount: str = ""
    budget: str = ""
    to: str = ""
    key: str = ""
    again: str | None = None
    """The amount typed a second time, where the review asked for that."""
    terms: str | None = None
    """The number of the terms that the review named; None where a form says nothing of it."""
    is_confirmed: bool = False
    is_full: bool = False
    """Whether destination and budget are asked for as well; the lot's own page asks for the amount alone."""
    amount_minor: int | None = None
    budget_minor: int | None = None
    errors: dict[str, str] = field(default_factory=dict)
    reason: str | None = None
    """The code of a refusal, for `data-reason`."""

    def refuse(self, place: str, reason: str, words: str) -> None:
        """Say at a field what is wrong; the first trouble is the one that counts."""
        self.errors.setdefault(place, words)
        self.reason = self.reason or reason


def new_key() -> str:
    """An idempotency key for a form: 128 random bits."""
    return secrets.token_urlsafe(16)


def plain_amount(minor: int, currency: str) -> str:
    """An amount as a field's value: digits and at most a point, which any language's reading understands."""
    digits = MINOR_DIGITS[currency]
    return f"{minor // 10**digits}.{minor % 10**digits:0{digits}}" if digits else str(minor)


def blank() -> BidForm:
    """An empty form with a key of its own."""
    return BidForm(key=new_key())


def read(sent: MultiDict[str, str], currency: str) -> BidForm:
    """Read a bid form; what is wrong with it stands in `errors`."""
    form = BidForm(
        amount=sent.get("pick") or sent.get("amount", ""),
        budget=sent.get("budget", ""),
        to=sent.get("to", ""),
        key=sent.get("key", ""),
        again=sent.get("again"),
        terms=sent.get("terms"),
        is_confirmed=sent.get("confirmed") == "1",
        is_full="to" in sent or "budget" in sent,
    )
    if any(len(sent.getlist(name)) > 1 for name in FIELDS):
        form.refuse("amount", "doubled", _("A field was sent twice. Type one amount and send the form once."))
    if not KEY.fullmatch(form.key):
        form.key = new_key()
        form.refuse(
            "amount", "key", _("The form was damaged on its way. Please look at your amount and send it again.")
        )
    if form.to and form.to not in list(Zone):
        form.to = ""
        form.refuse("to", "destination", _("Choose one of the places in the list."))
    _read_amounts(form, currency)
    return form


def read_amount(form: BidForm, currency: str) -> None:
    """Understand the typed amount, or say at it what is wrong."""
    try:
        form.amount_minor = parse_amount(form.amount, currency)
    except AmountError as wrong:
        form.refuse("amount", wrong.reason, problem(wrong.reason, currency))


def _read_amounts(form: BidForm, currency: str) -> None:
    if form.budget.strip() and not form.amount.strip():
        _read_budget(form, currency)
    else:
        read_amount(form, currency)
        _compare_again(form, currency)


def _read_budget(form: BidForm, currency: str) -> None:
    try:
        form.budget_minor = parse_amount(form.budget, currency)
    except AmountError as wrong:
        form.refuse("budget", wrong.reason, problem(wrong.reason, currency))


def _compare_again(form: BidForm, currency: str) -> None:
    if form.again is None or form.amount_minor is None:
        return
    try:
        same = parse_amount(form.again, currency) == form.amount_minor
    except AmountError:
        same = False
    if not same:
        form.refuse("again", "again", _("This is not the amount above. Type it once more, or change your bid."))


def problem(reason: AmountProblem, currency: str) -> str:
    """What is wrong with a typed amount, and what to type instead."""
    like = format_money(200_000 if currency == "XOF" else 1_234_50, currency, current_locale())
    words: dict[AmountProblem, str] = {
        AmountProblem.EMPTY: _("Type an amount, for example %(like)s.", like=like),
        AmountProblem.NOT_A_NUMBER: _("This is not an amount. Type figures only, for example %(like)s.", like=like),
        AmountProblem.FOREIGN_DIGITS: _("Please use the digits 0 to 9, for example %(like)s.", like=like),
        AmountProblem.NEGATIVE: _("An amount can't be negative. Type for example %(like)s.", like=like),
        AmountProblem.TOO_LONG: _("That is more than we take: twelve digits at the most."),
        AmountProblem.AMBIGUOUS: _(
            "This could be read in two ways. Type it without separators, or like %(like)s.", like=like
        ),
        AmountProblem.NO_DECIMALS: _(
            "The CFA franc has no decimals. Type a whole amount, for example %(like)s.", like=like
        ),
        AmountProblem.TOO_PRECISE: _("Two decimals at the most. Type for example %(like)s.", like=like),
        AmountProblem.OTHER_CURRENCY: _(
            "This sale is held in %(currency)s. Type for example %(like)s.", currency=currency, like=like
        ),
    }
    return words[reason]


def refusal(refused: BidRefused, currency: str, granularity_minor: int) -> str:
    """Why a bid does not count, in the bidder's language, with what he can do."""
    shown: dict[str, Any] = {
        "least": format_money(refused.least_minor, currency, current_locale()) if refused.least_minor else "",
        "grid": format_money(granularity_minor, currency, current_locale()),
        "said": refused.said,
    }
    words: dict[Refusal, str] = {
        Refusal.WITHDRAWN: _("This lot was withdrawn; it takes no bids."),
        Refusal.NOT_OPEN: _("This lot is not open yet."),
        Refusal.CLOSED: _("This lot has ended. Your bid came after the end and was not recorded."),
        Refusal.OWN_LOT: _("You can't bid on a lot that you sell."),
        Refusal.STAFF: _("Staff of the house can't bid."),
        Refusal.LINKED: _("Your account is linked to the seller's, so you can't bid on this lot."),
        Refusal.BLOCKED: _("You can't bid at present. Reason: %(said)s", **shown),
        Refusal.BARRED: _("You can't bid in this sale. Reason: %(said)s", **shown),
        Refusal.UNCONFIRMED: _("Please confirm your e-mail address first: we have sent you a link."),
        Refusal.INCOMPLETE: _("Before your first bid we need your name, phone and address."),
        Refusal.UNDER_AGE: _("You must be 18 or older to bid."),
        Refusal.TOO_LARGE: _("That is more than we take: twelve digits at the most."),
        Refusal.TOO_LOW: _("The next bid must be at least %(least)s.", **shown),
        Refusal.NOT_HIGHER: _("You lead already. To raise your maximum, bid at least %(least)s.", **shown),
        Refusal.OFF_GRID: _("Bids go in steps of %(grid)s. Round your amount.", **shown),
        Refusal.OVER_LIMIT: _("This would pass your spending limit on open lots. Write to us to have it changed."),
    }
    if refused.reason is Refusal.OVER_LIMIT and refused.said:
        return f"{words[refused.reason]} {_('The reason: %(reason)s', reason=refused.said)}"
    return words[refused.reason]
