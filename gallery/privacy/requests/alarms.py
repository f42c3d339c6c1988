"""Telling the staff that the time of a request runs out (P-30): once a request, by mail, and on their desk."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from gallery.auth import queries as accounts
from gallery.auth.letters import Words, url, written
from gallery.auth.models import Member, RoleName
from gallery.core import audit, clock, mail, outbox
from gallery.core.db import db, transaction
from gallery.core.i18n import _, date, force_locale, ngettext
from gallery.core.outbox import Message
from gallery.privacy.requests import labels, queries
from gallery.privacy.requests.models import PrivacyRequest
from gallery.privacy.requests.rules import CLOSED, Kind

KIND = "privacy_alarm"
TOLD = (RoleName.SUPPORT, RoleName.ADMIN)
"""Who answers requests."""


def ring() -> None:
    """What the clock drives: tell of each request that nobody has answered by day 20."""
    now = clock.now()
    if refs := queries.alarming(now):
        tell(refs, now=now)


def tell(refs: Iterable[str], *, now: datetime) -> int:
    """Have the staff mailed about those of these requests of which they were not told; how many there were."""
    with transaction() as session:
        query = sa.select(PrivacyRequest).where(PrivacyRequest.ref.in_(list(refs)))
        untold = query.where(PrivacyRequest.alarmed_at.is_(None), PrivacyRequest.state.not_in(CLOSED))
        found = session.scalars(untold.order_by(PrivacyRequest.due_at, PrivacyRequest.id).with_for_update()).all()
        for one in found:
            one.alarmed_at = now
            audit.record("privacy_request.alarm", f"privacy_request:{one.id}")
        if found:
            payload = {"refs": [one.ref for one in found]}
            for staff_id in accounts.staff(*TOLD):
                outbox.put(KIND, secrets.token_urlsafe(12), payload, staff_id)
        return len(found)


@outbox.handler(KIND)
def deliver(message: Message) -> None:
    """Write to one of the staff about the requests that are still open when the mail is written."""
    session = db.session()
    staff = session.get(Member, message.member_id)
    query = sa.select(PrivacyRequest).where(PrivacyRequest.ref.in_(message.payload["refs"]))
    still_open = query.where(PrivacyRequest.state.not_in(CLOSED)).order_by(PrivacyRequest.due_at, PrivacyRequest.id)
    found = session.scalars(still_open).all()
    if staff is None or not found:
        return
    with force_locale(staff.language):
        count = len(found)
        words = Words(
            ngettext("A request about data is due soon", "%(num)d requests about data are due soon", count),
            tuple(
                _("%(term)s: %(words)s", term=labels.KINDS[Kind(one.kind)], words=f"{date(one.due_at)} ({one.ref})")
                for one in found
            ),
            url("privacy_desk.index"),
            str(labels.TO_THE_DESK),
        )
        letter = written(staff.email, words)
    mail.send(letter, message)
