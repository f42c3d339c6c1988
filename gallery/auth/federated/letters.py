"""Mails about accounts elsewhere that open ours."""

from __future__ import annotations

from typing import Any

from gallery.auth import services, tokens
from gallery.auth.federated.providers import LABELS
from gallery.auth.letters import Words, url, writer
from gallery.auth.models import Member
from gallery.auth.rules import local_path
from gallery.auth.tokens import Aim
from gallery.core import clock, settings
from gallery.core.i18n import _


@writer("confirm_with")
def _confirm(member: Member, payload: dict[str, Any]) -> Words:
    """Ask the mailbox of somebody who came with a provider; its owner may have an account already."""
    provider = LABELS[payload["provider"]]
    house = settings.current().site_name
    if member.confirmed_at:
        return Words(
            _("You already have an account"),
            (
                _(
                    "Somebody came to %(house)s with a %(provider)s account and gave this address.",
                    house=house,
                    provider=provider,
                ),
                _("You already have an account here, and nothing was changed."),
                _(
                    "If it was you: sign in as you always do, then let %(provider)s open your account: "
                    "in your settings, under “Accounts elsewhere”.",
                    provider=provider,
                ),
                _("If it was not you, do nothing."),
            ),
            url("security.login", next=url_path("federated.linked")),
            _("Sign in"),
        )
    token = tokens.make(Aim.CONFIRM, member.id, services.state(Aim.CONFIRM, member), clock.now())
    return Words(
        _("Confirm your address"),
        (
            _("Welcome to %(house)s.", house=house),
            _("Please confirm that this is your e-mail address. Then you can sign in and bid."),
            _(
                "The link works for 24 hours. In the browser in which you chose %(provider)s, one click is enough; "
                "in any other you choose a password.",
                provider=provider,
            ),
            _("If you did not register with us, do nothing: without the link there is no account."),
        ),
        url("security.confirm_email", token=token, next=local_path(payload["next"])),
        _("Confirm my address"),
    )


@writer("linked")
def _linked(_member: Member, payload: dict[str, Any]) -> Words:
    provider, house = LABELS[payload["provider"]], settings.current().site_name
    return Words(
        _("%(provider)s now opens your account", provider=provider),
        (
            _(
                "From now on a %(provider)s account opens your account at %(house)s.",
                provider=provider,
                house=house,
            ),
            _("If it was you, all is well. You can undo it in your settings at any time."),
            _("If it was not you, remove the link, choose a new password and write to us."),
        ),
        url("federated.linked"),
        _("My accounts elsewhere"),
    )


@writer("unlinked")
def _unlinked(member: Member, payload: dict[str, Any]) -> Words:
    provider, house = LABELS[payload["provider"]], settings.current().site_name
    said = [
        _("%(provider)s no longer opens your account at %(house)s.", provider=provider, house=house),
        _("You asked for it here, or you removed us from your apps at %(provider)s.", provider=provider),
    ]
    if member.password is None:
        said.append(_("Your account has no password yet: choose one by the link below, and you can always sign in."))
    else:
        said.append(_("You sign in with your e-mail address and your password, as before."))
    said.append(_("If it was not you, choose a new password at once and write to us."))
    return Words(
        _("%(provider)s no longer opens your account", provider=provider),
        tuple(said),
        url("security.forgot_password"),
        _("Choose a password"),
    )


def url_path(endpoint: str) -> str:
    """The path of a page of ours, to be led on to."""
    return url(endpoint).removeprefix(settings.current().base_url)
