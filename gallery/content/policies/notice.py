"""Telling every member of an important change: by mail, in his language, before it counts (M2, P-54, C-09).

However many members there are, no transaction is long and no worker holds more than a batch in its hands: one message
of the outbox walks over the members, BATCH at a time, and queues a mail for each and itself for the next batch in the
same transaction. A worker that dies has queued a batch or has not.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from gallery.auth import letters
from gallery.auth.models import Member, Role, RoleName, member_role
from gallery.content.policies import labels, queries
from gallery.content.policies.models import PolicyAcceptance, PolicyVersion
from gallery.content.policies.rules import Kind
from gallery.core import mail, outbox, settings
from gallery.core.db import db, transaction
from gallery.core.i18n import DEFAULT_LOCALE, LOCALES, _, date, force_locale

BATCH = 200
"""Members whose mails are queued in one transaction: bids wait for the lock no longer than that takes."""
WALK, MAIL = "policy_walk", "policy_changed"

_member = Member.__table__.c


def begin(version: PolicyVersion) -> None:
    """In the unit of work that publishes a version, have its members told."""
    _queue_walk(Kind(version.kind), version.number, after=0)


@outbox.handler(WALK)
def walk(message: outbox.Message) -> None:
    """Queue the mails of the next batch of members, and the walk to the one after it."""
    kind, number = Kind(message.payload["kind"]), message.payload["number"]
    with transaction() as session:
        found = session.execute(_readers(kind, message.payload["after"])).scalars().all()
        for member_id in found:
            outbox.put(MAIL, f"{kind}:{number}:member:{member_id}", {"kind": kind.value, "number": number}, member_id)
        if len(found) == BATCH:
            _queue_walk(kind, number, after=found[-1])


def _queue_walk(kind: Kind, number: int, *, after: int) -> None:
    outbox.put(WALK, f"{kind}:{number}:after:{after}", {"kind": kind.value, "number": number, "after": after})


def _readers(kind: Kind, after: int) -> sa.Select[Any]:
    """The next batch of those whom a change concerns, by their numbers."""
    query = (
        sa.select(_member.id)
        .where(_member.id > after, _member.active, _member.confirmed_at.is_not(None))
        .order_by(_member.id)
        .limit(BATCH)
    )
    if kind is not Kind.SELLER_TERMS:
        return query
    agreed = sa.select(PolicyAcceptance.member_id).where(PolicyAcceptance.kind == kind.value)
    sellers = (
        sa.select(member_role.c.member_id)
        .join(Role, Role.id == member_role.c.role_id)
        .where(Role.name == RoleName.SELLER)
    )
    return query.where(sa.or_(_member.id.in_(agreed), _member.id.in_(sellers)))


@outbox.handler(MAIL)
def deliver(message: outbox.Message) -> None:
    """Write and send one member's mail; whose account is gone or closed by now is told nothing."""
    reader = (
        db.session()
        .execute(sa.select(_member.email, _member.language).where(_member.id == message.member_id, _member.active))
        .first()
    )
    version = queries.version(Kind(message.payload["kind"]), message.payload["number"])
    if reader is None or version is None:
        return
    with force_locale(reader.language if reader.language in LOCALES else DEFAULT_LOCALE):
        written = letters.written(reader.email, words(version, reader.language))
    mail.send(written, message)


def words(version: PolicyVersion, language: str) -> letters.Words:
    """What the mail says, in the language that is set."""
    kind = Kind(version.kind)
    title, day = str(labels.TITLES[kind]), date(version.effective_from)
    told: dict[str, Any] = {"policy": title, "house": settings.current().site_name, "day": day}
    summary = version.summary_fr if language == "fr" else version.summary_en
    return letters.Words(
        _("%(policy)s: a change on %(day)s", **told),
        (
            _("%(house)s changes this text: %(policy)s. The new version counts from %(day)s on.", **told),
            _("What changes:"),
            *(line.strip() for line in summary.splitlines() if line.strip()),
            _("Until that day the present version counts. You need not do anything now."),
            str(labels.IF_NOT_AGREED[kind]) % told,
        ),
        letters.url("policies.version", kind=kind.value, number=version.number, view="changes", lang=language),
        _("See every change, word by word"),
    )
