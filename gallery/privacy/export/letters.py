"""The mail that says that everything about the member was downloaded: if it was not he, he must know at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Flask

from gallery.auth import letters
from gallery.auth.letters import Words
from gallery.auth.models import Member
from gallery.core import settings
from gallery.core.i18n import _, when
from gallery.core.settings import Settings
from gallery.privacy.export.services import LETTER


def init_app(_app: Flask, _settings: Settings) -> None:
    """Say who writes it."""
    letters.writer(LETTER)(_made)


def _made(_member: Member, payload: dict[str, Any]) -> Words:
    at, site = when(datetime.fromisoformat(payload["at"])), settings.current().site_name
    return Words(
        _("Your data was downloaded"),
        (
            _("At %(house)s, all that we hold of you was downloaded from your account.", house=site),
            _("When: %(at)s", at=at),
            _("We keep no copy of the file. If it was you, all is well."),
            _("If it was not you, choose a new password at once: it ends all sessions. Then answer this mail."),
        ),
        letters.url("security.forgot_password"),
        _("It was not me: choose a new password"),
    )
