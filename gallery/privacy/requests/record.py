"""What the house can show of its answers: how many, how soon, with which outcome. About nobody (art. 5(2) GDPR, P-30).

It is counted from the audit, which stays when a request's row goes, be it with its person or after its time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gallery.core.audit import AuditEntry
from gallery.core.db import db
from gallery.privacy.requests.rules import CLOSED, Kind, State

ACTION = "privacy_request"
"""What entries of the audit about requests begin with; the state in which one was closed follows."""


@dataclass(frozen=True)
class Year:
    """The requests of one kind that were closed in one year (UTC)."""

    year: int
    kind: Kind
    done: int
    partly_refused: int
    refused: int
    withdrawn: int
    late: int
    """How many of them were closed after the last day, which an extension moves."""
    slowest: int
    """Whole days from the day on which it came, of the one that took longest."""

    @property
    def closed(self) -> int:
        return self.done + self.partly_refused + self.refused + self.withdrawn


def answered(since: datetime) -> list[Year]:
    """What was closed since then, the newest year first."""
    query = sa.select(AuditEntry.action, AuditEntry.at, AuditEntry.facts)
    closing = [f"{ACTION}.{state}" for state in CLOSED]
    rows = db.session().execute(query.where(AuditEntry.at >= since, AuditEntry.action.in_(closing)))
    found: dict[tuple[int, Kind], list[tuple[State, bool, int]]] = {}
    for action, at, facts in rows:
        if "kind" not in facts:
            continue  # Written before kinds were noted: nothing says under which it would count.
        outcome = State(action.partition(".")[2]), bool(facts.get("late")), int(facts.get("days", 0))
        found.setdefault((at.year, Kind(facts["kind"])), []).append(outcome)
    order = list(Kind)
    years = [_counted(year, kind, some) for (year, kind), some in found.items()]
    return sorted(years, key=lambda one: (-one.year, order.index(one.kind)))


def _counted(year: int, kind: Kind, outcomes: Iterable[tuple[State, bool, int]]) -> Year:
    states, late, days = zip(*outcomes, strict=True)
    return Year(
        year,
        kind,
        done=states.count(State.ANSWERED),
        partly_refused=states.count(State.PARTLY_REFUSED),
        refused=states.count(State.REFUSED),
        withdrawn=states.count(State.WITHDRAWN),
        late=sum(late),
        slowest=max(days),
    )
