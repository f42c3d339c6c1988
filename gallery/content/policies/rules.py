"""Which policies there are, which version is in force, and when the next one may be (M2, P-54, C-09). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Protocol, TypeVar

LEAST_NOTICE_DAYS = 15
"""P-54, C-09: between telling of a change and its effect; an operator may give more."""


class Kind(StrEnum):
    """The policies, under the names that their addresses have."""

    PRIVACY = "privacy"
    COOKIES = "cookies"
    TERMS = "terms"
    SELLER_TERMS = "seller-terms"
    LEGAL = "legal"


class Act(StrEnum):
    """When a member accepted a version. What a bid accepts stands in the bid."""

    REGISTRATION = "registration"
    SELLING = "selling"
    CHANGE = "change"
    """Asked again, after an important change."""


ALWAYS_TOLD = frozenset({Kind.SELLER_TERMS})
"""C-09: who sells by trade is told of every change, however small."""

AT_REGISTRATION = (Kind.TERMS, Kind.PRIVACY)
"""What is shown where an account is opened, and noted with it."""


class Dated(Protocol):
    """A version, as far as its time is asked for."""

    @property
    def number(self) -> int:
        """From 1, per policy."""

    @property
    def effective_from(self) -> datetime:
        """When it begins to count (UTC)."""

    @property
    def is_important(self) -> bool:
        """Whether members must accept it anew."""


Version = TypeVar("Version", bound=Dated)


def in_force(versions: Iterable[Version], at: datetime) -> Version | None:
    """The version that counts at a moment: the newest of those whose time has come."""
    begun = [one for one in versions if one.effective_from <= at]
    return max(begun, key=lambda one: one.number, default=None)


def upcoming(versions: Iterable[Version], at: datetime) -> Version | None:
    """What comes next, if anything is published that is not yet in force."""
    waiting = [one for one in versions if one.effective_from > at]
    return min(waiting, key=lambda one: (one.effective_from, one.number), default=None)


def owes(versions: Iterable[Version], accepted: int | None, at: datetime) -> Version | None:
    """The version in force, if it has to be accepted: nothing was yet, or something important changed since."""
    versions = list(versions)
    current = in_force(versions, at)
    if current is None or (accepted or 0) >= current.number:
        return None
    since = [one for one in versions if (accepted or 0) < one.number <= current.number]
    return current if not accepted or any(one.is_important for one in since) else None


def earliest_day(now: datetime, notice_days: int, zone: tzinfo) -> date:
    """The first day of the gallery's calendar that begins `notice_days` whole days after `now`."""
    then = (now + timedelta(days=notice_days)).astimezone(zone)
    return then.date() if starts_at(then.date(), zone) >= then else then.date() + timedelta(days=1)


def starts_at(day: date, zone: tzinfo) -> datetime:
    """When a day of the gallery's calendar begins, in UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Clauses:
    """What the clause ids of two languages do not have in common; nothing, if the texts have the same clauses."""

    only_en: tuple[str, ...]
    only_fr: tuple[str, ...]
    is_shuffled: bool
    """The same clauses, in another order."""

    def __bool__(self) -> bool:
        return bool(self.only_en or self.only_fr or self.is_shuffled)


def clause_difference(en: Iterable[str], fr: Iterable[str]) -> Clauses:
    """Compare the clause ids of the English and the French text, in their orders."""
    english, french = list(en), list(fr)
    only_en = tuple(one for one in english if one not in french)
    only_fr = tuple(one for one in french if one not in english)
    return Clauses(only_en, only_fr, not (only_en or only_fr) and english != french)
