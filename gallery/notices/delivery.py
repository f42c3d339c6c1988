"""Delivering a notice: the deliverer of the outbox for this package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from gallery.auth.models import NOBODY, Member
from gallery.core import clock, mail, outbox
from gallery.core.db import db
from gallery.core.settings import Settings
from gallery.notices import letters, rules
from gallery.notices.services import KIND

_EXTENSION = "notices.overtaken"

Question = Callable[[int, dict[str, Any]], bool]
"""Asked with the reader and the notice's facts: whether it is no longer true."""


def init_app(app: Flask, _settings: Settings) -> None:
    """Start without a catalogue and editors: who keeps the lots introduces himself by `letters.know_lots`."""
    letters.know_lots(app, lambda _lot_id: None)
    letters.know_editors(app, lambda _name, _language: None)
    app.extensions[_EXTENSION] = {}


def let_go_when(app: Flask, name: str, overtaken: Question) -> None:
    """Have `overtaken` asked before a notice `name` leaves: the floors above know what has happened since."""
    app.extensions[_EXTENSION][name] = overtaken


@outbox.handler(KIND)
def deliver(message: outbox.Message) -> None:
    """Send one notice by mail; one whose reader or lot is gone, or that has come too late, is let go.

    So is one that is no longer true: withdrawing it may have come a moment after a worker took it.
    """
    name, facts = message.payload["name"], message.payload["facts"]
    # Whose account is being erased is still told how the bids end that bind him, as long as he has an address (P-38).
    reachable = sa.or_(Member.active, sa.and_(Member.is_erased, Member.email.not_like(f"%@{NOBODY}")))
    asked = sa.select(Member.email, Member.language).where(Member.id == message.member_id, reachable)
    reader = db.session().execute(asked).first()
    lot = letters.lot_of(facts)
    if reader is None or lot is None or (rules.NOTICES[name].while_open and lot.ends_at <= clock.now()):
        return
    overtaken: Question | None = current_app.extensions[_EXTENSION].get(name)
    if overtaken is not None and message.member_id is not None and overtaken(message.member_id, facts):
        return
    mail.send(letters.write(name, facts, lot, reader.email, reader.language), message)
