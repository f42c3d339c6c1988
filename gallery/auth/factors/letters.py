"""Mails about second factors: each change is told, and each code on paper that was used (6.3.7)."""

from __future__ import annotations

from typing import Any

from gallery.auth.factors import mailed_codes
from gallery.auth.factors import queries as factor_queries
from gallery.auth.factors.rules import MAILED_LASTS, grouped
from gallery.auth.letters import Words, others_signed_out, url, writer
from gallery.auth.models import Member
from gallery.core import clock, settings
from gallery.core.i18n import _, ngettext, time


@writer("app_added")
def _app_added(_member: Member, payload: dict[str, Any]) -> Words:
    return _about_security(
        _("An authenticator app was added to your account"),
        _("From now on signing in at %(house)s also asks for a code that this app shows.", house=_house()),
        *others_signed_out(payload),
    )


@writer("app_removed")
def _app_removed(_member: Member, _payload: dict[str, Any]) -> Words:
    return _about_security(
        _("The authenticator app was removed from your account"),
        _("Signing in at %(house)s no longer asks for its codes.", house=_house()),
    )


@writer("factors_removed")
def _all_removed(_member: Member, _payload: dict[str, Any]) -> Words:
    return _about_security(
        _("The second steps of your account were removed"),
        _("We removed all second steps of your account at %(house)s, as was asked of us.", house=_house()),
        _("All devices were signed out. Sign in with your password and set up a new second step."),
    )


@writer("recovery_codes_made")
def _codes_made(_member: Member, _payload: dict[str, Any]) -> Words:
    return _about_security(
        _("New recovery codes for your account"),
        _(
            "New recovery codes were made for your account at %(house)s. The earlier ones no longer work.",
            house=_house(),
        ),
    )


@writer("recovery_code_used")
def _code_used(_member: Member, payload: dict[str, Any]) -> Words:
    left = ngettext("%(num)d code is left.", "%(num)d codes are left.", payload["left"])
    return _about_security(
        _("A recovery code was used"),
        _("One of the recovery codes of your account at %(house)s was used just now.", house=_house()),
        left,
    )


@writer(mailed_codes.LETTER)
def _code(member: Member, payload: dict[str, Any]) -> Words:
    now = clock.now()
    known = factor_queries.mailed_code(payload["session"], now)
    if known is None or known.member_id != member.id:
        return Words(_("Your code is too old"), (_("This mail took too long. Ask for a new code on the page."),))
    code, ends_at = grouped(mailed_codes.written(known)), known.made_at + MAILED_LASTS
    return Words(
        _("Your code"),
        (
            _("Somebody who is signed in to your account at %(house)s wants to change something.", house=_house()),
            _("If it is you, type this code on the page: %(code)s", code=code),
            _(
                "It works once, until %(time)s, and only in the browser that asked.",
                time=time(ends_at),
            ),
            _("Tell it to nobody, not even to us. If it is not you, sign out all devices in your settings."),
        ),
    )


def _about_security(subject: str, *paragraphs: str) -> Words:
    return Words(
        subject,
        (
            *paragraphs,
            _("If it was you, all is well. If it was not you, choose a new password at once and write to us."),
        ),
        url("security.forgot_password"),
        _("It was not me: choose a new password"),
    )


def _house() -> str:
    return settings.current().site_name
