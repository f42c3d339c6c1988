"""Mails about where a member is paid out to. Of the number they say its end."""

from __future__ import annotations

from typing import Any

from flask import Flask

from gallery.auth import letters
from gallery.auth.letters import Words
from gallery.auth.models import Member
from gallery.core import settings
from gallery.core.i18n import _
from gallery.core.settings import Settings


def init_app(_app: Flask, _settings: Settings) -> None:
    """Say who writes them."""
    letters.writer("bank_changed")(_changed)
    letters.writer("bank_removed")(_removed)


def _changed(_member: Member, payload: dict[str, Any]) -> Words:
    return Words(
        _("Your bank account was changed"),
        (
            _("At %(house)s a bank account was set for your payouts just now.", house=settings.current().site_name),
            _("Its number ends in %(ending)s. If it was you, all is well.", ending=payload["ending"]),
            *_if_it_was_not_you(),
        ),
        letters.url("account_bank.index"),
        _("Look at my bank account"),
    )


def _removed(_member: Member, _payload: dict[str, Any]) -> Words:
    return Words(
        _("Your bank account was removed"),
        (
            _("At %(house)s your bank account was removed just now.", house=settings.current().site_name),
            _("Nothing can be paid out to you until you set another. If it was you, all is well."),
            *_if_it_was_not_you(),
        ),
        letters.url("account_bank.index"),
        _("Look at my bank account"),
    )


def _if_it_was_not_you() -> tuple[str, ...]:
    return (_("If it was not you, change your password at once, and answer this mail: we then hold back payouts."),)
