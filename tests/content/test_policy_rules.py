"""Which version counts, and when the next may (P-54, C-09)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gallery.content.policies import rules

DAKAR, PARIS = ZoneInfo("Africa/Dakar"), ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class Version:
    number: int
    effective_from: datetime
    is_important: bool = False


def day(number: int) -> datetime:
    return datetime(2026, 12, number, tzinfo=UTC)


VERSIONS = [Version(1, day(1)), Version(2, day(10)), Version(3, day(20), is_important=True)]


@pytest.mark.parametrize(
    ("moment", "counts", "comes"),
    [
        (day(1) - timedelta(seconds=1), None, 1),
        (day(1), 1, 2),
        (day(10) - timedelta(microseconds=1), 1, 2),
        (day(10), 2, 3),
        (day(31), 3, None),
    ],
)
def test_a_version_counts_from_its_moment_until_the_next(
    moment: datetime, counts: int | None, comes: int | None
) -> None:
    current, following = rules.in_force(VERSIONS, moment), rules.upcoming(VERSIONS, moment)
    assert (current.number if current else None) == counts
    assert (following.number if following else None) == comes


@pytest.mark.parametrize(
    ("accepted", "moment", "owed"),
    [
        (None, day(5), 1),  # Nothing was accepted yet.
        (1, day(15), None),  # What changed since was not important.
        (1, day(25), 3),
        (2, day(25), 3),
        (3, day(25), None),
        (None, day(1) - timedelta(days=1), None),  # There is nothing to accept.
    ],
)
def test_a_member_is_asked_again_only_after_an_important_change(
    accepted: int | None, moment: datetime, owed: int | None
) -> None:
    found = rules.owes(VERSIONS, accepted, moment)
    assert (found.number if found else None) == owed


def test_an_important_change_counts_also_when_a_small_one_came_after_it() -> None:
    later = [*VERSIONS, Version(4, day(25))]
    found = rules.owes(later, 2, day(26))
    assert found is not None
    assert found.number == 4


@pytest.mark.parametrize(
    ("now", "zone", "earliest"),
    [
        (datetime(2026, 11, 27, 10, 30, tzinfo=UTC), DAKAR, date(2026, 12, 13)),
        (datetime(2026, 11, 27, 0, 0, tzinfo=UTC), DAKAR, date(2026, 12, 12)),
        (datetime(2026, 1, 31, 12, 0, tzinfo=UTC), DAKAR, date(2026, 2, 16)),
        (datetime(2028, 2, 14, 12, 0, tzinfo=UTC), DAKAR, date(2028, 3, 1)),  # A leap year.
        (datetime(2026, 2, 14, 12, 0, tzinfo=UTC), DAKAR, date(2026, 3, 2)),
        (datetime(2026, 12, 20, 23, 59, tzinfo=UTC), DAKAR, date(2027, 1, 5)),
        (datetime(2026, 3, 20, 23, 30, tzinfo=UTC), PARIS, date(2026, 4, 6)),  # Over the change to summer time.
    ],
)
def test_fifteen_whole_days_lie_between_the_notice_and_the_day(now: datetime, zone: ZoneInfo, earliest: date) -> None:
    found = rules.earliest_day(now, 15, zone)
    assert found == earliest
    assert rules.starts_at(found, zone) - now >= timedelta(days=15)
    assert rules.starts_at(found - timedelta(days=1), zone) - now < timedelta(days=15)


@pytest.mark.parametrize(
    ("en", "fr", "difference"),
    [
        (["a", "b"], ["a", "b"], rules.Clauses((), (), False)),
        (["a", "b"], ["a"], rules.Clauses(("b",), (), False)),
        (["a"], ["a", "c"], rules.Clauses((), ("c",), False)),
        (["a", "b"], ["b", "a"], rules.Clauses((), (), True)),
    ],
)
def test_the_clauses_of_two_languages_are_compared(en: list[str], fr: list[str], difference: rules.Clauses) -> None:
    found = rules.clause_difference(en, fr)
    assert found == difference
    assert bool(found) == (en != fr)
