"""P-30: the clocks of a request, over month ends and leap years."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.core.personal import Category
from gallery.privacy.requests import rules
from gallery.privacy.requests.rules import Ground, Kept, Kind, Problem, State


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-27T10:00", "2026-12-27T10:00"),
        ("2026-12-15T23:59", "2027-01-15T23:59"),
        ("2027-01-31T10:00", "2027-02-28T10:00"),
        ("2028-01-31T10:00", "2028-02-29T10:00"),
        ("2027-01-28T10:00", "2027-02-28T10:00"),
        ("2028-01-30T10:00", "2028-02-29T10:00"),
        ("2027-02-28T10:00", "2027-03-28T10:00"),
        ("2028-02-29T10:00", "2028-03-29T10:00"),
        ("2026-03-31T00:00", "2026-04-30T00:00"),
        ("2100-01-31T10:00", "2100-02-28T10:00"),
    ],
)
def test_an_answer_is_due_one_month_later(received: str, due: str) -> None:
    assert rules.due_at(at(received)) == at(due)


@given(st.timedeltas(timedelta(0), timedelta(days=73_000)).map(lambda since: at("2000-01-01T00:00") + since))
def test_a_month_is_never_longer_than_the_law_has_it(received: datetime) -> None:
    due = rules.due_at(received)
    assert timedelta(days=28) <= due - received <= timedelta(days=31)
    assert (due.month - received.month) % 12 == 1
    assert due.day == received.day or (due + timedelta(days=1)).day == 1
    assert rules.latest_extension(received) <= rules.months_later(received, 3)


@pytest.mark.parametrize(
    ("received", "last"),
    [("2026-12-01T10:00", "2026-12-31T10:00"), ("2027-01-31T10:00", "2027-02-28T10:00")],
)
def test_more_time_is_taken_before_day_thirty_and_before_the_month_is_over(received: str, last: str) -> None:
    start, until = at(received), rules.latest_extension(at(received))

    def problem(now: datetime) -> Problem | None:
        return rules.problem_of_extension(start, None, until, "Many lots", now)

    assert problem(at(last) - timedelta(seconds=1)) is None
    assert problem(at(last)) is Problem.TOO_LATE


@pytest.mark.parametrize(
    ("until", "reason", "problem"),
    [
        ("2027-03-01T10:00", "Many lots", None),
        ("2027-03-01T10:01", "Many lots", Problem.TOO_LONG),
        ("2027-01-01T10:00", "Many lots", Problem.TOO_LONG),
        ("2027-02-01T10:00", " ", Problem.NO_REASON),
    ],
)
def test_more_time_is_two_months_at_most_and_has_a_reason(until: str, reason: str, problem: Problem | None) -> None:
    received = at("2026-12-01T10:00")
    assert rules.problem_of_extension(received, None, at(until), reason, received) is problem


def test_more_time_is_taken_once() -> None:
    received = at("2026-12-01T10:00")
    until = at("2027-02-01T10:00")
    assert rules.problem_of_extension(received, until, until, "Many lots", received) is Problem.EXTENDED


def test_the_alarm_rings_on_day_twenty_and_ten_days_before_an_end_that_was_moved() -> None:
    received = at("2027-01-31T10:00")
    assert rules.alarm_at(rules.due_at(received), received) == at("2027-02-20T10:00")
    assert rules.alarm_at(at("2027-04-28T10:00"), received) == at("2027-04-18T10:00")


def test_what_is_closed_stays_so() -> None:
    assert {one for one in State if not rules.EDGES[one]} == rules.CLOSED
    assert rules.EDGES.keys() == set(State)


def test_nothing_is_handed_out_while_it_is_asked_who_asks() -> None:
    assert not rules.may_follow(State.IDENTITY_ASKED, State.ANSWERED)
    assert rules.may_follow(State.IDENTITY_ASKED, State.REFUSED)


@pytest.mark.parametrize(
    ("kept", "problem"),
    [
        ([], Problem.INCOMPLETE),
        ([Kept(Ground.CLAIMS, ())], Problem.INCOMPLETE),
        ([Kept(Ground.CLAIMS, (Category.BIDDING,)), Kept(Ground.FRAUD, ())], Problem.INCOMPLETE),
        ([Kept(Ground.CLAIMS, (Category.BIDDING,))], None),
        ([Kept(Ground.IDENTITY, ())], None),
    ],
)
def test_a_refusal_says_why_and_what_it_is_about(kept: list[Kept], problem: Problem | None) -> None:
    """P-31."""
    assert rules.problem_of_refusal(kept) is problem


def test_the_refusal_of_an_erasure_is_for_two() -> None:
    assert [one for one in Kind if rules.needs_second_person(one)] == [Kind.ERASURE]
