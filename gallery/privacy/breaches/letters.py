"""Telling those whom a breach touched, and warning the staff before the time is over.

As with policies (content.policies.notice), one message of the outbox walks over the members, a batch at a time, and
queues a mail for each and itself for the next batch in the same unit of work.
"""

from __future__ import annotations

import secrets
from datetime import datetime

import sqlalchemy as sa

from gallery.auth import letters
from gallery.auth import queries as accounts
from gallery.auth.models import NOBODY, Member, RoleName
from gallery.core import audit, clock, mail, outbox, settings
from gallery.core.db import db, transaction
from gallery.core.i18n import DEFAULT_LOCALE, LOCALES, _, force_locale, ngettext, when
from gallery.core.outbox import Message
from gallery.privacy.breaches import labels, queries, rules
from gallery.privacy.breaches.models import Breach, BreachMember

BATCH = 200
"""Members whose mails are queued in one unit of work: bids wait for the lock no longer than that takes."""
WALK, MAIL, ALARM = "breach_walk", "breach_told", "breach_alarm"
WARNED = (RoleName.SUPPORT, RoleName.ADMIN)


def begin(breach_id: int) -> None:
    """In the unit of work that decides it, have those touched told."""
    outbox.put(WALK, f"{breach_id}:{secrets.token_urlsafe(8)}", {"breach": breach_id})


@outbox.handler(WALK)
def walk(message: Message) -> None:
    """Queue the mails of the next batch, and the walk to the one after it."""
    breach_id = message.payload["breach"]
    with transaction() as session:
        waiting = sa.select(BreachMember).where(BreachMember.breach_id == breach_id, BreachMember.is_asked.is_(False))
        found = session.scalars(waiting.order_by(BreachMember.id).limit(BATCH)).all()
        for one in found:
            one.is_asked = True
            outbox.put(MAIL, f"{breach_id}:member:{one.member_id}", {"breach": breach_id}, one.member_id)
        if len(found) == BATCH:
            begin(breach_id)


@outbox.handler(MAIL)
def deliver(message: Message) -> None:
    """Write to one member, also to one whose account is closed, and note that it left; who is erased has no address."""
    breach_id, member_id = message.payload["breach"], message.member_id
    session = db.session()
    reader = session.execute(sa.select(Member.email, Member.language).where(Member.id == member_id)).first()
    breach = session.get(Breach, breach_id)
    if reader is None or breach is None or reader.email.endswith(f"@{NOBODY}"):
        return
    language = reader.language if reader.language in LOCALES else DEFAULT_LOCALE
    with force_locale(language):
        written = letters.written(reader.email, _told(breach, language))
    mail.send(written, message)
    with transaction() as work:
        here = sa.and_(BreachMember.breach_id == breach_id, BreachMember.member_id == member_id)
        noted = sa.update(BreachMember).where(here, BreachMember.told_at.is_(None)).values(told_at=clock.now())
        if work.execute(noted).rowcount:  # type: ignore[attr-defined]  # What an update gives has it.
            work.execute(sa.update(Breach).where(Breach.id == breach_id).values(told=Breach.told + 1))


def _told(breach: Breach, language: str) -> letters.Words:
    house = settings.current()
    said = breach.words_fr if language == "fr" else breach.words_en
    return letters.Words(
        _("Something happened to your data"),
        (
            _("On %(day)s we came to know of something that touches your data.", day=when(breach.aware_at)),
            *(line for line in said.splitlines() if line.strip()),
            _("Ask us anything about it: %(email)s, %(phone)s.", email=house.site_email, phone=house.site_phone),
            _("You may complain to an authority: the CNIL in France (www.cnil.fr), the CDP in Senegal (www.cdp.sn)."),
        ),
        letters.url("privacy_centre.index", lang=language),
        _("What we hold of you"),
    )


def ring(now: datetime) -> None:
    """Mail the staff about each breach of which more alarms are due than have rung, while something is to be done."""
    for known in queries.open_breaches():
        if known.duties and _is_due(known, now):
            _warn(known.breach.id, now)


def _is_due(known: queries.Standing, now: datetime) -> bool:
    return rules.alarms_due(known.due_at, now) > known.breach.alarms


def _warn(breach_id: int, now: datetime) -> None:
    with transaction() as session:
        breach = session.get_one(Breach, breach_id, with_for_update=True, populate_existing=True)
        known = queries.standing(breach)
        if breach.closed_at is not None or not _is_due(known, now):
            return  # Another worker was here first.
        breach.alarms = rules.alarms_due(known.due_at, now)
        audit.record("breach.alarm", f"breach:{breach_id}", hours_left=known.hours_left(now))
        for staff_id in accounts.staff(*WARNED):
            outbox.put(ALARM, secrets.token_urlsafe(12), {"breach": breach_id}, staff_id)


@outbox.handler(ALARM)
def deliver_alarm(message: Message) -> None:
    """Write to one of the staff, if there is still something to be done when the mail is written."""
    staff = db.session().get(Member, message.member_id)
    known = queries.breach(message.payload["breach"])
    if staff is None or known.breach.closed_at is not None or not known.duties:
        return
    with force_locale(staff.language):
        hours = known.hours_left(clock.now())
        left = ngettext("%(num)d hour is left.", "%(num)d hours are left.", hours)
        words = letters.Words(
            _("Breach %(number)d: the time runs out", number=known.breach.id)
            if hours >= 0
            else _("Breach %(number)d: the time is over", number=known.breach.id),
            (
                left
                if hours >= 0
                else _("The time ended on %(at)s. Do it now, and say why it is late.", at=when(known.due_at)),
                _("Still to be done:"),
                *(str(labels.DUTIES[one]) for one in known.duties),
            ),
            letters.url("breaches_desk.show", breach_id=known.breach.id),
            _("Open it at the desk"),
        )
        written = letters.written(staff.email, words)
    mail.send(written, message)
