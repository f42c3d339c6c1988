"""What a member is told when staff decide something about his account: what, why, and how to contest it (N3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gallery.auth.letters import Words, writer
from gallery.auth.models import Member
from gallery.core import settings
from gallery.core.i18n import _, current_locale, when
from gallery.core.money import format_money

BLOCKED, UNBLOCKED, LIMITED = "staff_blocked", "staff_unblocked", "staff_limited"
CLOSED, REOPENED, SIGNED_OUT = "staff_closed", "staff_reopened", "staff_signed_out"


@writer(BLOCKED)
def _blocked(_member: Member, payload: dict[str, Any]) -> Words:
    until = payload["until"]
    lasts = (
        _("It lasts until %(end)s.", end=when(datetime.fromisoformat(until)))
        if until
        else _("It lasts until we lift it.")
    )
    return Words(
        _("You cannot bid at present"),
        (_("We have blocked bidding for your account at %(house)s.", house=_house()), lasts, *_why(payload)),
    )


@writer(UNBLOCKED)
def _unblocked(_member: Member, _payload: dict[str, Any]) -> Words:
    return Words(
        _("You can bid again"),
        (_("We have lifted the block of your account at %(house)s.", house=_house()),),
    )


@writer(LIMITED)
def _limited(_member: Member, payload: dict[str, Any]) -> Words:
    if not payload["minor"]:
        said = _("There is no longer a spending limit on your account at %(house)s.", house=_house())
        return Words(_("Your spending limit is gone"), (said,))
    most = format_money(payload["minor"], payload["currency"], current_locale())
    said = _("At %(house)s your leading bids on open lots may come to %(most)s at most.", house=_house(), most=most)
    return Words(_("Your account has a spending limit"), (said, *_why(payload)))


@writer(CLOSED, to_closed=True)
def _closed(_member: Member, payload: dict[str, Any]) -> Words:
    return Words(
        _("Your account is closed"),
        (
            _("We have closed your account at %(house)s. Nobody can sign in to it any more.", house=_house()),
            *_why(payload),
        ),
    )


@writer(REOPENED)
def _reopened(_member: Member, _payload: dict[str, Any]) -> Words:
    return Words(
        _("Your account is open again"),
        (_("We have opened your account at %(house)s again. You can sign in as before.", house=_house()),),
    )


@writer(SIGNED_OUT)
def _signed_out(_member: Member, _payload: dict[str, Any]) -> Words:
    return Words(
        _("You were signed out everywhere"),
        (
            _("For the safety of your account at %(house)s our staff signed out all its devices.", house=_house()),
            _("You can sign in again at once. If you did not expect this, answer this mail or write to us."),
        ),
    )


def _why(payload: dict[str, Any]) -> tuple[str, str]:
    return (
        _("The reason: %(reason)s", reason=payload["reason"]),
        _("If you think that this is wrong, answer this mail or write to us: somebody else will look at it again."),
    )


def _house() -> str:
    return settings.current().site_name
