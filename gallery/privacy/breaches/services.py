"""What staff do about a breach. Each public function is one unit of work unless it says otherwise; all are audited.

    number = open_breach(Facts("A laptop was stolen", aware_at=..., kinds=[...]), by_id=3)
    assess(number, Risk.HIGH, "Names and addresses", by_id=3)
    take_in(number, reach.of_tables(["profile"], window).members, now=now, by_id=3)
    tell_members(number, fr, en, by_id=3);  note_told(number, Told.CDP, at, "By e-mail", now=now, by_id=3)
    close(number, now=now, by_id=3)

Raise Missing where there is no such breach, StepRefused where the step is not allowed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.auth.models import Member
from gallery.core import audit, settings
from gallery.core.db import transaction
from gallery.core.errors import Missing
from gallery.core.personal import Category
from gallery.privacy.breaches import letters, queries, reach, rules
from gallery.privacy.breaches.models import Breach, BreachMember, BreachNotice
from gallery.privacy.breaches.rules import Kind, Problem, Risk, Told


class StepRefused(Exception):
    """The step is not taken, and nothing was written."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class Facts:
    """What is known of a breach so far (art. 33(3)); it may be told in parts (art. 33(4))."""

    facts: str
    aware_at: datetime
    kinds: Collection[Kind]
    categories: Collection[Category] = ()
    began_at: datetime | None = None
    ended_at: datetime | None = None
    people: int | None = None
    effects: str = ""
    measures: str = ""


def open_breach(facts: Facts, *, by_id: int | None, now: datetime) -> int:
    """Enter a breach; its clock runs from when the house knew. Its number."""
    with transaction() as session:
        if facts.aware_at > now:
            raise StepRefused(Problem.FUTURE)
        one = Breach(by_id=by_id, facts=facts.facts, aware_at=facts.aware_at)
        session.add(one)
        _take_down(one, facts)
        session.flush()
        audit.record("breach.opened", _subject(one), actor_id=by_id)
        return one.id


def amend(breach_id: int, facts: Facts, *, by_id: int | None, now: datetime) -> None:
    """Write down what has come to be known since."""
    with transaction() as session:
        one = _opened(session, breach_id)
        if facts.aware_at > now:
            raise StepRefused(Problem.FUTURE)
        if facts.aware_at != one.aware_at:
            one.alarms = 0  # The end has moved.
        _take_down(one, facts)
        audit.record("breach.amended", _subject(one), actor_id=by_id)


def assess(breach_id: int, risk: Risk, reason: str, *, by_id: int | None) -> None:
    """Judge what it may come to for those touched, and why."""
    with transaction() as session:
        one = _opened(session, breach_id)
        if one.risk != risk:
            one.alarms = 0  # What is to be done now has its warnings from the beginning.
        one.risk, one.risk_reason = risk, reason
        audit.record("breach.assessed", _subject(one), actor_id=by_id, risk=risk)


def note_told(
    breach_id: int, told: Told, at: datetime, words: str, late_reason: str = "", *, by_id: int | None, now: datetime
) -> None:
    """Note that somebody outside was told, when and how; after the end with the reason for the delay."""
    with transaction() as session:
        one = _opened(session, breach_id)
        due = rules.due_at(one.aware_at, settings.current().breach_hours)
        if problem := rules.problem_of_notice(due, at, late_reason, now):
            raise StepRefused(problem)
        session.add(
            BreachNotice(breach_id=one.id, told=told, told_at=at, words=words, late_reason=late_reason, by_id=by_id)
        )
        audit.record("breach.told", _subject(one), actor_id=by_id, told=told, late=at > due)


def take_in(breach_id: int, members: Collection[int], *, now: datetime, by_id: int | None) -> int:
    """Put members into the list of those touched, a batch in each unit of work; how many were not in it yet."""
    added = 0
    for some in reach.batches(members):
        with transaction() as session:
            one = _opened(session, breach_id)
            there = set(
                session.scalars(
                    sa.select(BreachMember.member_id).where(
                        BreachMember.breach_id == one.id, BreachMember.member_id.in_(some)
                    )
                )
            )
            known = session.scalars(sa.select(Member.id).where(Member.id.in_(some), reach.is_somebody(Member.id)))
            rows = [
                {"breach_id": one.id, "member_id": number, "noted_at": now} for number in known if number not in there
            ]
            if rows:
                session.execute(sa.insert(BreachMember), rows)
                one.touched += len(rows)
            added += len(rows)
    with transaction() as session:
        audit.record("breach.members_noted", _subject(_opened(session, breach_id)), actor_id=by_id, added=added)
    return added


def tell_members(breach_id: int, words_fr: str, words_en: str, *, by_id: int | None) -> None:
    """Have those touched mailed what happened, who were not yet (art. 34(2)); the walk over them is the outbox's.

    Whoever is told later is told the same: what the first were told is shown to them in their account.
    """
    with transaction() as session:
        one = _opened(session, breach_id)
        if one.risk is None:
            raise StepRefused(Problem.NOT_ASSESSED)
        if not queries.waits_for_mail(one.id):
            raise StepRefused(Problem.NOBODY)
        if one.words_fr and (one.words_fr, one.words_en) != (words_fr, words_en):
            raise StepRefused(Problem.OTHER_WORDS)
        one.words_fr, one.words_en = words_fr, words_en
        letters.begin(one.id)
        audit.record("breach.members_told", _subject(one), actor_id=by_id)


def close(breach_id: int, *, by_id: int | None, now: datetime) -> None:
    """Nothing more is to be done."""
    with transaction() as session:
        one = _opened(session, breach_id)
        if queries.duties_of(one):
            raise StepRefused(Problem.DUTIES)
        one.closed_at = now
        audit.record("breach.closed", _subject(one), actor_id=by_id)


def _opened(session: Session, breach_id: int) -> Breach:
    one = session.get(Breach, breach_id, with_for_update=True, populate_existing=True)
    if one is None:
        raise Missing
    if one.closed_at is not None:
        raise StepRefused(Problem.CLOSED)
    return one


def _take_down(one: Breach, facts: Facts) -> None:
    one.facts, one.effects, one.measures = facts.facts, facts.effects, facts.measures
    one.aware_at, one.began_at, one.ended_at = facts.aware_at, facts.began_at, facts.ended_at
    one.kinds, one.categories, one.people = list(facts.kinds), list(facts.categories), facts.people


def _subject(one: Breach) -> str:
    return f"breach:{one.id}"
