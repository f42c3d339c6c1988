"""Mails about another address for an account: to the mailbox of now and to the other one (A3, 6.3.7)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gallery.auth import queries
from gallery.auth.address import services as address_change
from gallery.auth.letters import Words, url, writer
from gallery.auth.models import Member
from gallery.auth.tokens import Aim
from gallery.core import clock, settings
from gallery.core.i18n import _, when

Payload = dict[str, Any]


@writer(address_change.TO_OLD)
def _to_the_old(member: Member, payload: Payload) -> Words | None:
    agree = address_change.link(Aim.ADDRESS_OLD, member, payload["request"], clock.now())
    stop = address_change.link(Aim.ADDRESS_STOP, member, payload["request"], clock.now())
    change = address_change.pending(member.id, clock.now())
    if change is None or agree is None or stop is None:
        return None
    return Words(
        _("Shall your address be changed?"),
        (
            _(
                "Somebody, probably you, asked to change the e-mail address of your account at %(house)s to %(email)s.",
                house=settings.current().site_name,
                email=change.new_email,
            ),
            _("It changes once both mailboxes have agreed: this one and the new one. The links work for 24 hours."),
            _("If it was not you, stop it: all devices are signed out, and you choose a new password."),
        ),
        url("address.agree_old", token=agree),
        _("I agree to the change"),
        url("address.stop", token=stop),
        _("It was not me: stop it and secure my account"),
    )


@writer(address_change.TO_NEW)
def _to_the_new(member: Member, payload: Payload) -> Words | None:
    holder = queries.member_by_email(payload["email"])
    if holder is not None and holder.confirmed_at:
        return _known()
    agree = address_change.link(Aim.ADDRESS_NEW, member, payload["request"], clock.now())
    if agree is None or not member.active:
        return None
    return Words(
        _("Is this your new address?"),
        (
            _(
                "Somebody, probably you, wants to use this address for an account at %(house)s.",
                house=settings.current().site_name,
            ),
            _("It is used once both mailboxes have agreed: this one and the one of now. The link works for 24 hours."),
            _("If it was not you, do nothing: without the link, nobody uses your address."),
        ),
        url("address.agree_new", token=agree),
        _("I agree to the change"),
    )


def _known() -> Words:
    return Words(
        _("You already have an account"),
        (
            _(
                "Somebody wanted to move an account at %(house)s to your address. You have one with it already, "
                "so that cannot be done, and nothing was changed.",
                house=settings.current().site_name,
            ),
            _("If it was you: sign in with this address, or choose another one for the other account."),
            _("If it was not you, do nothing."),
        ),
        url("security.login"),
        _("Sign in"),
    )


@writer("address_left")
def _has_left(member: Member, payload: Payload) -> Words:
    return Words(
        _("Your address was changed"),
        (
            _(
                "Your account at %(house)s no longer has this address, but %(email)s. Both mailboxes had agreed.",
                house=settings.current().site_name,
                email=member.email,
            ),
            _("When: %(at)s", at=_at(payload)),
            _("If it was you, all is well; this mail is the last one to this address."),
            _("If it was not you, answer this mail or write to us at once."),
        ),
    )


@writer("address_changed")
def _has_come(_member: Member, payload: Payload) -> Words:
    return Words(
        _("This is now your address"),
        (
            _(
                "Your account at %(house)s has this address now: sign in with it. Our mails come here.",
                house=settings.current().site_name,
            ),
            _("When: %(at)s", at=_at(payload)),
            _("Other devices were signed out. If this was not you, answer this mail or write to us at once."),
        ),
        url("safety.index"),
        _("Look at the security of my account"),
    )


@writer("address_taken")
def _is_taken(_member: Member, _payload: Payload) -> Words:
    return Words(
        _("Your address was not changed"),
        (
            _(
                "The new address for your account at %(house)s could not be taken over. Your address stays as it is.",
                house=settings.current().site_name,
            ),
            _("Try another one. If this surprises you, answer this mail or write to us."),
        ),
        url("address.show"),
        _("Try another address"),
    )


def _at(payload: Payload) -> str:
    return when(datetime.fromisoformat(payload["at"]))
