"""Mails about passkeys: each that comes or goes is told, so that a stranger's does not go unnoticed (6.3.7)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gallery.auth.letters import Words, others_signed_out, url, writer
from gallery.auth.models import Member
from gallery.core import settings
from gallery.core.i18n import _, when


@writer("passkey_added")
def _added(_member: Member, payload: dict[str, Any]) -> Words:
    return Words(
        _("A passkey was added"),
        (
            _("Your account at %(house)s has a new passkey. Whoever holds it can sign in.", house=_house()),
            *_which(payload),
            *others_signed_out(payload),
            _("If it was you, all is well. If it was not you, remove it at once and choose a new password."),
        ),
        url("passkeys.index"),
        _("Look at my passkeys"),
    )


@writer("passkey_removed")
def _removed(_member: Member, payload: dict[str, Any]) -> Words:
    return Words(
        _("A passkey was removed"),
        (
            _("A passkey of your account at %(house)s was removed. It opens nothing any more.", house=_house()),
            *_which(payload),
            _("If it was you, all is well. If it was not you, choose a new password at once: it ends all sessions."),
        ),
        url("security.forgot_password"),
        _("It was not me: choose a new password"),
    )


def _which(payload: dict[str, Any]) -> tuple[str, str]:
    at = when(datetime.fromisoformat(payload["at"]))
    return _("Its name: %(name)s", name=payload["name"]), _("When: %(at)s", at=at)


def _house() -> str:
    return settings.current().site_name
