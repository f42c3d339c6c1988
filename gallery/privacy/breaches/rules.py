"""What has to be done about a breach, by when, and when the staff is warned (art. 33 and 34 GDPR). Pure.

The house has no seat in the European Union, so that no single authority there speaks for all: the authority of each
country in which touched people live is told (EDPB, guidelines 9/2022, point 73), and the CDP of the house's own.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

ALARMS = (timedelta(hours=48), timedelta(hours=24), timedelta(hours=6), timedelta(0))
"""So long before the end, while something is still to be done, the staff is mailed; the last time when it is over."""
SHORTEST_WORDS, LONGEST_WORDS = 5, 4000


class Kind(StrEnum):
    """What happened to the data (EDPB, guidelines 9/2022, point 17); a breach may be several."""

    CONFIDENTIALITY = "confidentiality"
    """Somebody saw or has what he must not."""
    INTEGRITY = "integrity"
    """It was changed by somebody who may not, or by accident."""
    AVAILABILITY = "availability"
    """It is lost, or could not be reached."""


class Risk(StrEnum):
    """What it may come to for those whom the data is about."""

    UNLIKELY = "unlikely"
    """Nobody has to be told (art. 33(1)); the register keeps why."""
    RISK = "risk"
    """The authorities are told."""
    HIGH = "high"
    """Those touched are told as well (art. 34)."""


class Told(StrEnum):
    """Who was told. Members are told by the program, and stand in a list of their own."""

    CDP = "cdp"
    CNIL = "cnil"
    OTHER = "other"
    """Another authority, police, an insurer: the words say who."""
    PUBLIC = "public"
    """Everybody, where the people cannot be reached one by one (art. 34(3)(c))."""


class Duty(StrEnum):
    """What is still to be done."""

    ASSESS = "assess"
    CDP = "cdp"
    CNIL = "cnil"
    MEMBERS = "members"


class Problem(StrEnum):
    """Why a step is not taken."""

    CLOSED = "closed"
    NOT_ASSESSED = "not_assessed"
    DUTIES = "duties"
    """Something is still to be done."""
    NO_DELAY_REASON = "no_delay_reason"
    """Art. 33(1): who is told after the end is told why."""
    NOBODY = "nobody"
    """Nobody is in the list who was not told yet."""
    OTHER_WORDS = "other_words"
    """Some were told already, in words that they can read again."""
    FUTURE = "future"


def due_at(aware_at: datetime, hours: int) -> datetime:
    """By when the authorities must know; hours run through nights and holidays (regulation 1182/71, art. 3(4))."""
    return aware_at + timedelta(hours=hours)


def duties(risk: Risk | None, told: Collection[Told], *, members_told: bool) -> list[Duty]:
    """What is still to be done, in the order in which it is best done."""
    if risk is Risk.UNLIKELY:
        return []
    open_ones = [Duty.ASSESS] if risk is None else []
    open_ones += [Duty(one) for one in (Told.CDP, Told.CNIL) if one not in told]
    if risk is Risk.HIGH and not members_told and Told.PUBLIC not in told:
        open_ones.append(Duty.MEMBERS)
    return open_ones


def alarms_due(due: datetime, now: datetime) -> int:
    """How many alarms should have rung by now."""
    return sum(now >= due - before for before in ALARMS)


def problem_of_notice(due: datetime, told_at: datetime, late_reason: str, now: datetime) -> Problem | None:
    """What speaks against noting that an authority was told then; None: nothing."""
    if told_at > now:
        return Problem.FUTURE
    return Problem.NO_DELAY_REASON if told_at > due and not late_reason.strip() else None
