"""Delivering a notice: the deliverer of the outbox for this package."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from gallery.auth.models import Member
from gallery.core import clock, mail, outbox
from gallery.core.db import db
from gallery.core.settings import Settings
from gallery.notices import letters, rules
from gallery.notices.services import KIND


def init_app(app: Flask, _settings: Settings) -> None:
    """Start without a catalogue: whoever keeps the lots introduces himself by `letters.know_lots`."""
    letters.know_lots(app, lambda _lot_id: None)


@outbox.handler(KIND)
def deliver(message: outbox.Message) -> None:
    """Send one notice by mail; one whose reader or lot is gone, or that has come too late, is let go."""
    name, facts = message.payload["name"], message.payload["facts"]
    reader = (
        db.session()
        .execute(sa.select(Member.email, Member.language).where(Member.id == message.member_id, Member.active))
        .first()
    )
    lot = letters.lot_of(facts)
    if reader is None or lot is None or (rules.NOTICES[name].while_open and lot.ends_at <= clock.now()):
        return
    mail.send(letters.write(name, facts, lot, reader.email, reader.language), message)
