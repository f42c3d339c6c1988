"""P-52: seventy-two hours from when the house knew; the staff is warned before they are over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from gallery.auth.models import Member
from gallery.core.clock import FrozenClock
from gallery.core.settings import Settings
from gallery.privacy.breaches import queries, rules, services
from gallery.privacy.breaches.jobs import warn_of_breaches
from gallery.privacy.breaches.rules import ALARMS, Duty, Kind, Problem, Risk, Told
from gallery.privacy.breaches.services import Facts, StepRefused
from tests import factories
from tests.auth.doors import mailbox

LEAP = datetime(2028, 2, 27, 23, 30, tzinfo=UTC)
"""Seventy-two hours later it is March, two days after a day that most years have not."""


@pytest.fixture
def frozen(app: Flask) -> FrozenClock:
    app.extensions["clock"] = clock = FrozenClock(LEAP)
    return clock


@pytest.fixture
def sue(frozen: FrozenClock) -> Member:
    return factories.member("sue", roles=["support"])


def stolen(sue: Member, aware_at: datetime = LEAP) -> int:
    known = Facts("A laptop was stolen from a car", aware_at, [Kind.CONFIDENTIALITY])
    return services.open_breach(known, by_id=sue.id, now=aware_at)


def warned(frozen: FrozenClock, at: datetime) -> int:
    """How many mails Sue has had by then, the job having run."""
    frozen.at = at
    warn_of_breaches()
    return len(mailbox("sue@example.org"))


def test_the_time_ends_seventy_two_hours_later_over_the_end_of_a_month() -> None:
    assert rules.due_at(LEAP, 72) == datetime(2028, 3, 1, 23, 30, tzinfo=UTC)
    assert rules.due_at(datetime(2027, 2, 27, 23, 30, tzinfo=UTC), 72) == datetime(2027, 3, 2, 23, 30, tzinfo=UTC)


def test_the_hours_are_a_setting_within_what_a_law_could_say(tmp_path: object) -> None:
    read = Settings.from_environ({"GALLERY_DATA_DIR": str(tmp_path), "GALLERY_BREACH_HOURS": "96"})
    assert read.breach_hours == 96
    with pytest.raises(Exception, match="GALLERY_BREACH_HOURS"):
        Settings.from_environ({"GALLERY_DATA_DIR": str(tmp_path), "GALLERY_BREACH_HOURS": "97"})


def test_the_staff_is_warned_before_the_end_and_once_when_it_is_over(sue: Member, frozen: FrozenClock) -> None:
    stolen(sue)
    due = rules.due_at(LEAP, 72)
    assert warned(frozen, LEAP + timedelta(hours=23)) == 0
    for rung, before in enumerate(ALARMS, 1):
        assert warned(frozen, due - before - timedelta(seconds=1)) == rung - 1
        assert warned(frozen, due - before) == rung
    assert warned(frozen, due + timedelta(days=3)) == len(ALARMS)
    assert all("Tell the CDP in Senegal" in mail.text for mail in mailbox(sue.email))


def test_who_has_done_everything_is_not_warned(sue: Member, frozen: FrozenClock) -> None:
    number = stolen(sue)
    services.assess(number, Risk.UNLIKELY, "The disk is encrypted", by_id=sue.id)
    assert warned(frozen, LEAP + timedelta(hours=71)) == 0


def test_one_that_is_entered_late_is_warned_of_once_and_at_once(sue: Member, frozen: FrozenClock) -> None:
    frozen.at = LEAP + timedelta(hours=70)
    stolen(sue)
    assert warned(frozen, LEAP + timedelta(hours=70)) == 1
    assert warned(frozen, LEAP + timedelta(hours=70, minutes=20)) == 1


def test_a_risk_that_is_judged_anew_has_its_warnings_anew(sue: Member, frozen: FrozenClock) -> None:
    number = stolen(sue)
    warned(frozen, LEAP + timedelta(hours=73))
    before = len(mailbox(sue.email))
    services.assess(number, Risk.HIGH, "The disk was not encrypted", by_id=sue.id)
    assert warned(frozen, LEAP + timedelta(hours=74)) == before + 1


@pytest.mark.parametrize(
    ("risk", "told", "members_told", "left"),
    [
        (None, (), False, [Duty.ASSESS, Duty.CDP, Duty.CNIL]),
        (Risk.UNLIKELY, (), False, []),
        (Risk.RISK, (Told.CDP,), False, [Duty.CNIL]),
        (Risk.RISK, (Told.CDP, Told.CNIL), False, []),
        (Risk.HIGH, (Told.CDP, Told.CNIL), False, [Duty.MEMBERS]),
        (Risk.HIGH, (Told.CDP, Told.CNIL), True, []),
        (Risk.HIGH, (Told.CDP, Told.CNIL, Told.PUBLIC), False, []),
    ],
)
def test_what_is_still_to_be_done(
    risk: Risk | None, told: tuple[Told, ...], members_told: bool, left: list[Duty]
) -> None:
    assert rules.duties(risk, told, members_told=members_told) == left


@given(st.integers(24, 96), st.timedeltas(timedelta(0), timedelta(days=9)))
def test_alarms_only_become_more(hours: int, passed: timedelta) -> None:
    due = rules.due_at(LEAP, hours)
    assert (
        rules.alarms_due(due, LEAP + passed) <= rules.alarms_due(due, LEAP + passed + timedelta(hours=1)) <= len(ALARMS)
    )


def test_who_is_told_late_is_told_why(sue: Member, frozen: FrozenClock) -> None:
    """Art. 33(1): a notice after the end has a reason, or it is not noted."""
    number = stolen(sue)
    due, later = rules.due_at(LEAP, 72), LEAP + timedelta(days=5)
    services.note_told(number, Told.CDP, due, "By letter", by_id=sue.id, now=later)
    late = due + timedelta(seconds=1)
    with pytest.raises(StepRefused) as refused:
        services.note_told(number, Told.CNIL, late, "Online", " ", by_id=sue.id, now=later)
    assert refused.value.problem is Problem.NO_DELAY_REASON
    services.note_told(number, Told.CNIL, late, "Online", "It was found out on a holiday", by_id=sue.id, now=later)
    with pytest.raises(StepRefused) as refused:
        services.note_told(number, Told.CNIL, later + timedelta(hours=1), "Online", "x", by_id=sue.id, now=later)
    assert refused.value.problem is Problem.FUTURE
    assert [one.told for one in queries.notices(number)] == ["cdp", "cnil"]


def test_it_is_closed_when_everything_is_done_and_then_stays_as_it_is(sue: Member, frozen: FrozenClock) -> None:
    number = stolen(sue)
    with pytest.raises(StepRefused) as refused:
        services.close(number, by_id=sue.id, now=LEAP)
    assert refused.value.problem is Problem.DUTIES
    services.assess(number, Risk.UNLIKELY, "The disk is encrypted", by_id=sue.id)
    services.close(number, by_id=sue.id, now=LEAP)
    known = Facts("Another story", LEAP, [Kind.INTEGRITY])
    with pytest.raises(StepRefused) as refused:
        services.amend(number, known, by_id=sue.id, now=LEAP)
    assert refused.value.problem is Problem.CLOSED
