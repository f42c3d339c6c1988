"""The register of breaches as it is read: at the desk, by the clock, by the member whom one touched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gallery.core import settings
from gallery.core.db import db
from gallery.core.errors import Missing
from gallery.privacy.breaches import rules
from gallery.privacy.breaches.models import Breach, BreachMember, BreachNotice
from gallery.privacy.breaches.rules import Duty, Risk, Told


@dataclass(frozen=True)
class Standing:
    """How far a breach is."""

    breach: Breach
    due_at: datetime
    duties: list[Duty]

    def hours_left(self, now: datetime) -> int:
        """Whole hours until the end; negative when it is over."""
        return int((self.due_at - now).total_seconds() // 3600)


@dataclass(frozen=True)
class Incident:
    """A breach as a member reads of it whom it touched and who was told."""

    id: int
    aware_at: datetime
    told_at: datetime | None
    words_fr: str
    words_en: str


def all_breaches() -> list[Standing]:
    """The register: what is open first, then the newest."""
    query = sa.select(Breach).order_by(Breach.closed_at.is_not(None), Breach.aware_at.desc(), Breach.id.desc())
    return [standing(one) for one in db.session().scalars(query)]


def open_breaches() -> list[Standing]:
    """Those that are not closed."""
    return [standing(one) for one in db.session().scalars(sa.select(Breach).where(Breach.closed_at.is_(None)))]


def breach(breach_id: int) -> Standing:
    """One of them; raises Missing."""
    one = db.session().get(Breach, breach_id)
    if one is None:
        raise Missing
    return standing(one)


def standing(one: Breach) -> Standing:
    """How far it is."""
    due = rules.due_at(one.aware_at, settings.current().breach_hours)
    return Standing(one, due, duties_of(one))


def duties_of(one: Breach) -> list[Duty]:
    """What is still to be done."""
    told = {Told(notice.told) for notice in notices(one.id)}
    # By the words and not by the list: whoever is erased leaves it, and the duty that was done does not come back.
    members_told = bool(one.words_fr) and not waits_for_mail(one.id)
    return rules.duties(Risk(one.risk) if one.risk else None, told, members_told=members_told)


def notices(breach_id: int) -> list[BreachNotice]:
    """Who outside was told, in that order."""
    query = sa.select(BreachNotice).where(BreachNotice.breach_id == breach_id)
    return list(db.session().scalars(query.order_by(BreachNotice.told_at, BreachNotice.id)))


def waits_for_mail(breach_id: int) -> bool:
    """Whether somebody is in the list whose mail is not even queued."""
    waits = sa.exists().where(BreachMember.breach_id == breach_id, BreachMember.is_asked.is_(False))
    return bool(db.session().scalar(sa.select(waits)))


def told_to(member_id: int) -> list[Incident]:
    """What a member was told of, the newest first."""
    query = (
        sa.select(Breach.id, Breach.aware_at, BreachMember.told_at, Breach.words_fr, Breach.words_en)
        .join(BreachMember, BreachMember.breach_id == Breach.id)
        .where(BreachMember.member_id == member_id, BreachMember.told_at.is_not(None))
        .order_by(BreachMember.told_at.desc(), Breach.id.desc())
    )
    return [Incident(*row) for row in db.session().execute(query)]
