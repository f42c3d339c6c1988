"""When a choice holds, when it is asked for again, and what the browser's signal refuses (P-12, P-16, P-17)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.consents import rules
from gallery.consents.rules import OPTIONAL, SENT, SIGNALLED, Choice, Purpose, Result, Signal, Windows

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
WINDOWS = Windows()
TICK = timedelta(microseconds=1)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  Given below.


def choice(result: Result = Result.GRANTED, at: datetime = NOON, version: int = 1, *, gpc: bool = False) -> Choice:
    return Choice(result, at, version, Signal.GPC if gpc else None)


def on(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


def allows(one: Choice, now: datetime, purpose: Purpose = Purpose.AUDIENCE, *, gpc: bool = False) -> bool:
    return rules.granted({purpose: one}, purpose, now, WINDOWS, gpc=gpc)


def asks(one: Choice, now: datetime, *, gpc: bool = False) -> bool:
    return rules.is_due({Purpose.AUDIENCE: one}, now, WINDOWS, gpc=gpc)


# Months


@pytest.mark.parametrize(
    ("since", "months", "until"),
    [
        (on(2026, 1, 15), 6, on(2026, 7, 15)),
        (on(2026, 8, 31), 6, on(2027, 2, 28)),
        (on(2027, 8, 31), 6, on(2028, 2, 29)),
        (on(2026, 12, 31), 6, on(2027, 6, 30)),
        (on(2026, 3, 31), 1, on(2026, 4, 30)),
        (on(2024, 2, 29), 12, on(2025, 2, 28)),
        (on(2024, 2, 29), 48, on(2028, 2, 29)),
        (on(2024, 2, 29), 13, on(2025, 3, 29)),
        (on(2026, 12, 1), 13, on(2028, 1, 1)),
        (on(2026, 3, 31), -25, on(2024, 2, 29)),
        (on(2026, 1, 31), -2, on(2025, 11, 30)),
        (on(2026, 5, 5), 0, on(2026, 5, 5)),
    ],
)
def test_months_are_those_of_the_calendar(since: datetime, months: int, until: datetime) -> None:
    assert rules.add_months(since, months) == until


@given(moments, st.integers(0, 60))
def test_a_month_later_is_that_month_and_never_the_one_after(moment: datetime, months: int) -> None:
    later = rules.add_months(moment, months)
    assert (later.year * 12 + later.month) - (moment.year * 12 + moment.month) == months
    assert later.day <= moment.day
    assert later.timetz() == moment.timetz()


@given(moments, st.integers(0, 30), st.integers(0, 30))
def test_more_months_are_never_sooner(moment: datetime, some: int, more: int) -> None:
    assert rules.add_months(moment, some) <= rules.add_months(moment, some + more)


# Memory: six months, refusals included


@pytest.mark.parametrize("result", list(Result))
@pytest.mark.parametrize(
    ("made", "end"),
    [
        (on(2026, 8, 31), on(2027, 2, 28)),
        (on(2027, 8, 31), on(2028, 2, 29)),
        (on(2026, 3, 31), on(2026, 9, 30)),
        (on(2026, 11, 27), on(2027, 5, 27)),
    ],
)
def test_nobody_is_asked_again_before_six_months(result: Result, made: datetime, end: datetime) -> None:
    assert not asks(choice(result, made), made)
    assert not asks(choice(result, made), end - TICK)
    assert asks(choice(result, made), end)


def test_who_has_said_nothing_is_asked_and_nothing_is_allowed() -> None:
    assert rules.is_due({}, NOON, WINDOWS)
    assert not any(rules.granted({}, purpose, NOON, WINDOWS) for purpose in OPTIONAL)
    assert rules.granted({}, Purpose.NECESSARY, NOON, WINDOWS)


def test_who_made_one_choice_among_all_is_left_in_peace_and_the_rest_is_refused() -> None:
    said = {Purpose.SOCIAL: choice(Result.GRANTED)}
    assert not rules.is_due(said, NOON, WINDOWS)
    assert [purpose for purpose in OPTIONAL if rules.granted(said, purpose, NOON, WINDOWS)] == [Purpose.SOCIAL]


def test_what_was_said_of_news_by_mail_answers_nothing_of_what_the_site_keeps() -> None:
    assert rules.is_due({Purpose.EMAIL: choice()}, NOON, WINDOWS)


def test_a_text_that_means_something_else_asks_again_and_allows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {Purpose.AUDIENCE: choice(), Purpose.ADS: choice()}
    monkeypatch.setitem(rules.VERSIONS, Purpose.ADS, 2)
    assert rules.is_due(said, NOON, WINDOWS)
    assert not rules.granted(said, Purpose.ADS, NOON, WINDOWS)
    assert rules.granted(said, Purpose.AUDIENCE, NOON, WINDOWS)


# In force: thirteen months at most


@pytest.mark.parametrize(
    ("made", "end"),
    [
        (on(2026, 11, 27), on(2027, 12, 27)),
        (on(2027, 1, 31), on(2028, 2, 29)),
        (on(2026, 1, 31), on(2027, 2, 28)),
        (on(2024, 2, 29), on(2025, 3, 29)),
    ],
)
@pytest.mark.parametrize("purpose", [one for one in OPTIONAL if one not in SENT])
def test_what_is_kept_in_a_browser_is_allowed_for_thirteen_months(
    purpose: Purpose, made: datetime, end: datetime
) -> None:
    assert allows(choice(at=made), made, purpose)
    assert allows(choice(at=made), end - TICK, purpose)
    assert not allows(choice(at=made), end, purpose)


@pytest.mark.parametrize("purpose", SENT)
def test_news_are_sent_until_they_are_stopped(purpose: Purpose) -> None:
    assert allows(choice(), on(2036, 1, 1), purpose)
    assert not allows(choice(Result.WITHDRAWN), NOON, purpose)


@pytest.mark.parametrize("result", [Result.REFUSED, Result.WITHDRAWN])
@pytest.mark.parametrize("purpose", OPTIONAL)
def test_a_refusal_counts_at_once(purpose: Purpose, result: Result) -> None:
    assert not allows(choice(result), NOON, purpose)


@given(moments, st.sampled_from(OPTIONAL), st.sampled_from(list(Result)), st.timedeltas(timedelta(0), timedelta(999)))
def test_a_visit_prolongs_nothing(made: datetime, purpose: Purpose, result: Result, later: timedelta) -> None:
    """Whatever is looked at and when: only a new choice has a later end."""
    said = {purpose: choice(result, made)}
    before = rules.ends_at(said, WINDOWS)
    rules.granted(said, purpose, made + later, WINDOWS)
    rules.is_due(said, made + later, WINDOWS)
    assert rules.ends_at(said, WINDOWS) == before


def test_windows_are_the_operators() -> None:
    long = Windows(ask_again=13, lapse=13, audience=1)
    assert not rules.is_due({Purpose.AUDIENCE: choice(Result.REFUSED)}, on(2027, 12, 26), long)
    assert rules.audience_kept_since(on(2028, 3, 31), long) == on(2028, 2, 29)
    assert rules.audience_kept_since(on(2028, 3, 31), WINDOWS) == on(2026, 2, 28)


# What is noted


def test_saying_the_same_again_is_noted_once_and_prolongs_nothing() -> None:
    for result, wanted in ((Result.GRANTED, True), (Result.REFUSED, False)):
        said = {Purpose.ADS: choice(result)}
        assert rules.next_result(said, Purpose.ADS, wanted, on(2027, 5, 26), WINDOWS) is None
        assert rules.next_result(said, Purpose.ADS, wanted, on(2027, 5, 27), WINDOWS) is result


def test_what_was_allowed_before_is_withdrawn_and_what_was_not_is_refused() -> None:
    assert rules.next_result({}, Purpose.ADS, False, NOON, WINDOWS) is Result.REFUSED
    assert rules.next_result({Purpose.ADS: choice()}, Purpose.ADS, False, NOON, WINDOWS) is Result.WITHDRAWN
    assert rules.next_result({Purpose.ADS: choice(Result.WITHDRAWN)}, Purpose.ADS, True, NOON, WINDOWS) is (
        Result.GRANTED
    )


# Global Privacy Control


@pytest.mark.parametrize(
    ("headers", "on"),
    [
        (["1"], True),
        (["1, 1"], True),
        (["1,1"], True),
        (["0", "1"], True),
        (["0, 1"], True),
        ([" 1"], True),
        (["1\t"], True),
        ([], False),
        ([""], False),
        (["0"], False),
        (["true"], False),
        (["11"], False),
        (["1.0"], False),
        (["?1"], False),
        (["01"], False),
        (["yes"], False),
        (["1;q=1"], False),
        (["\u00b9"], False),
        (["\uff11"], False),
        (["\u00a01"], False),
    ],
)
def test_the_signal_is_exactly_one(headers: list[str], on: bool) -> None:
    assert rules.signals_gpc(headers) is on


@pytest.mark.parametrize("purpose", OPTIONAL)
def test_the_signal_refuses_what_it_covers_until_a_choice_in_spite_of_it(purpose: Purpose) -> None:
    covered = purpose in SIGNALLED
    assert allows(choice(), NOON, purpose, gpc=True) is not covered
    assert allows(choice(gpc=True), NOON, purpose, gpc=True)
    assert allows(choice(gpc=True), NOON, purpose)


def test_a_choice_in_spite_of_the_signal_is_noted_though_the_same_was_said_without_it() -> None:
    said = {Purpose.ADS: choice()}
    assert rules.next_result(said, Purpose.ADS, True, NOON, WINDOWS, gpc=True) is Result.GRANTED
    assert rules.next_result(said, Purpose.AUDIENCE, True, NOON, WINDOWS, gpc=True) is Result.GRANTED


def test_whose_browser_has_spoken_is_not_asked() -> None:
    assert not rules.is_due({}, NOON, WINDOWS, gpc=True)
    assert {Purpose.PERSONALISATION, Purpose.ADS, Purpose.CROSS_DEVICE, Purpose.SOCIAL} == SIGNALLED


# Signing in


def carried(device: Choice, member: Choice | None, now: datetime) -> bool:
    own = {} if member is None else {Purpose.ADS: member}
    return bool(rules.carried({Purpose.ADS: device}, own, now, WINDOWS))


def test_a_visitors_refusal_becomes_the_members_who_has_said_nothing() -> None:
    assert carried(choice(Result.REFUSED), None, on(2027, 5, 26))
    assert carried(choice(Result.WITHDRAWN), None, on(2027, 5, 26))
    assert not carried(choice(Result.REFUSED), None, on(2027, 5, 27)), "it is forgotten by then"


def test_a_visitors_agreement_becomes_the_members_only_in_the_same_visit() -> None:
    """Another person may have given it before, at a shared phone."""
    assert carried(choice(), None, NOON + rules.SAME_VISIT)
    assert not carried(choice(), None, NOON + rules.SAME_VISIT + TICK)


@pytest.mark.parametrize("said", list(Result))
@pytest.mark.parametrize("own", list(Result))
def test_what_a_member_said_himself_stands(said: Result, own: Result) -> None:
    assert not carried(choice(said), choice(own, NOON - timedelta(days=30)), NOON)


def test_what_a_member_allowed_and_still_holds_outweighs_a_visitors_refusal() -> None:
    assert not carried(choice(Result.REFUSED, on(2027, 11, 1)), choice(at=NOON), on(2027, 11, 2))


def test_what_a_member_refused_long_ago_gives_way() -> None:
    assert carried(choice(at=on(2027, 11, 2)), choice(Result.REFUSED, NOON), on(2027, 11, 2))


def test_news_are_never_carried_over() -> None:
    assert not rules.carried({Purpose.EMAIL: choice()}, {}, NOON, WINDOWS)
