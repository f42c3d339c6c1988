"""How the tests ask for something about data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask

from gallery.core import clock
from gallery.core.audit import AuditEntry
from gallery.core.clock import FrozenClock
from gallery.core.crypto import blind_index
from gallery.core.db import db
from gallery.privacy.requests import services
from gallery.privacy.requests.indexes import EMAIL_INDEX
from gallery.privacy.requests.models import PrivacyRequest
from gallery.privacy.requests.rules import Channel, Kind

START = datetime(2027, 1, 31, 10, 0, tzinfo=UTC)
"""A day that the next month has not."""


def freeze(app: Flask) -> FrozenClock:
    """Stop the clock at START."""
    app.extensions["clock"] = frozen = FrozenClock(START)
    return frozen


def ask(kind: Kind = Kind.ACCESS, **more: Any) -> str:
    """A request from Awa, who has no account, by e-mail; or as it says."""
    whose = {} if "member_id" in more else {"email": "awa@example.org"}
    defaults = {"words": "What do you know of me?", "language": "en", "now": clock.now()}
    channel = more.pop("channel", Channel.EMAIL)
    return services.open_request(kind, channel, **(whose | defaults | more))


def of_address(email: str = "awa@example.org") -> list[str]:
    """References of what was asked from a mailbox, found by its index as the services find it."""
    of_it = PrivacyRequest.email_index == blind_index(EMAIL_INDEX, email)
    return list(db.session.scalars(sa.select(PrivacyRequest.ref).where(of_it).order_by(PrivacyRequest.id.desc())))


def row(ref: str) -> PrivacyRequest:
    """The request as it is stored."""
    db.session.rollback()
    return db.session.query(PrivacyRequest).filter_by(ref=ref).one()


def audited(ref: str) -> list[tuple[str, int | None]]:
    """What was noted of it, and whose act it was."""
    subject = f"privacy_request:{row(ref).id}"
    rows = db.session.execute(sa.select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.id))
    return [(found.action.partition(".")[2], found.actor_id) for found in rows.scalars()]
