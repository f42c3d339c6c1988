"""A visitor signs in and out: what becomes the member's, what stays with the browser, what holds everywhere (P-17)."""

from __future__ import annotations

import pytest
from flask import Flask

from gallery.auth.models import Member
from gallery.consents.queries import Subject
from gallery.consents.rules import ON_SITE, Purpose, Result
from tests import factories
from tests.auth.doors import sign_in, sign_out
from tests.consents.conftest import GPC, Travel, allowed, answer, history, is_asked, press, the_device
from tests.inspection import InspectingClient


@pytest.fixture
def ana(app: Flask) -> Member:
    return factories.member("ana")


@pytest.fixture
def phone(app: Flask) -> InspectingClient:
    return browser(app)


@pytest.fixture
def laptop(app: Flask) -> InspectingClient:
    return browser(app)


def browser(app: Flask) -> InspectingClient:
    made = app.test_client()
    assert isinstance(made, InspectingClient)
    made.set_cookie("lang", "en")
    return made


def enter(who: InspectingClient, name: str = "ana") -> str:
    """Sign in by the form; the page that comes then."""
    assert sign_in(who, f"{name}@example.org", factories.PASSWORD).status_code == 303
    return who.get("/account/").text


@pytest.mark.database
def test_who_refused_signs_in_to_an_account_that_allowed_and_out_again(
    ana: Member, phone: InspectingClient, laptop: InspectingClient
) -> None:
    """The member's choice counts while he is there, the browser's before and after; neither moves the other."""
    enter(phone)
    answer(phone, "all")
    assert allowed(phone) == set(ON_SITE)
    answer(laptop, "none")
    kept = laptop.get_cookie("choices")
    enter(laptop)
    assert allowed(laptop) == set(ON_SITE)
    sign_out(laptop)
    assert allowed(laptop) == set()
    assert not is_asked(laptop)
    again = laptop.get_cookie("choices")
    assert kept
    assert again
    assert again.value == kept.value
    assert {result for _purpose, result in history(Subject(member_id=ana.id))} == {Result.GRANTED}


def test_a_withdrawal_reaches_all_devices_with_their_next_page(
    ana: Member, phone: InspectingClient, laptop: InspectingClient
) -> None:
    for one in (phone, laptop):
        enter(one)
    press(phone, Purpose.ADS, True)
    laptop.set_cookie("_ga", "1")
    assert allowed(laptop) == {Purpose.ADS}
    press(phone, Purpose.ADS, False)
    laptop.get("/")
    assert laptop.get_cookie("_ga") is None
    assert allowed(laptop) == set()


def test_a_visitors_refusal_becomes_the_members_who_has_said_nothing(ana: Member, phone: InspectingClient) -> None:
    answer(phone, "none")
    enter(phone)
    assert not is_asked(phone, "/account/")
    assert history(Subject(member_id=ana.id)) == [(purpose, Result.REFUSED) for purpose in ON_SITE]
    sign_out(phone)
    enter(phone)
    assert len(history(Subject(member_id=ana.id))) == len(ON_SITE), "once is enough"


@pytest.mark.parametrize(("minutes", "carried"), [(29, True), (31, False)])
def test_a_visitors_agreement_becomes_the_members_only_in_the_same_visit(
    ana: Member, phone: InspectingClient, travel: Travel, minutes: int, carried: bool
) -> None:
    """At a shared phone somebody else may have given it before."""
    answer(phone, "all")
    travel(minutes=minutes)
    enter(phone)
    assert allowed(phone) == (set(ON_SITE) if carried else set())
    assert is_asked(phone, "/account/") is not carried
    sign_out(phone)
    assert allowed(phone) == set(ON_SITE)


def test_signing_in_prolongs_nothing(ana: Member, phone: InspectingClient, travel: Travel) -> None:
    answer(phone, "none")
    travel(days=180)
    enter(phone)
    assert not is_asked(phone, "/account/")
    travel(days=2)
    enter(phone)
    assert is_asked(phone, "/account/")


def test_what_a_member_chose_at_a_shared_phone_is_not_left_there(
    app: Flask, ana: Member, phone: InspectingClient
) -> None:
    factories.member("ben")
    enter(phone)
    answer(phone, "all")
    press(phone, Purpose.EMAIL, True)
    sign_out(phone)
    assert phone.get_cookie("choices") is None
    assert is_asked(phone)
    assert allowed(phone) == set()
    enter(phone, "ben")
    assert allowed(phone) == set()


def test_a_members_receipts_do_not_name_his_browser(ana: Member, phone: InspectingClient) -> None:
    answer(phone, "none")
    device = the_device()
    enter(phone)
    press(phone, Purpose.AUDIENCE, True)
    assert len(history(device)) == len(ON_SITE), "the browser's own are as they were"
    assert history(Subject(member_id=ana.id))[-1] == (Purpose.AUDIENCE, Result.GRANTED)


def test_at_the_first_sign_in_on_another_device_one_is_told(
    ana: Member, phone: InspectingClient, laptop: InspectingClient
) -> None:
    told = "holds on this device too while you are signed in"
    assert told not in enter(phone)
    answer(phone, "all")
    assert told in enter(laptop)
    sign_out(laptop)
    assert told not in enter(laptop)


def test_who_has_chosen_nothing_is_told_nothing(ana: Member, phone: InspectingClient, laptop: InspectingClient) -> None:
    enter(phone)
    assert "holds on this device too" not in enter(laptop)


def test_the_signal_of_one_browser_counts_there_against_what_was_allowed_elsewhere(
    ana: Member, phone: InspectingClient, laptop: InspectingClient
) -> None:
    """P-16: until a choice in spite of it."""
    enter(phone)
    answer(phone, "all")
    enter(laptop)
    assert allowed(laptop, GPC) == {Purpose.PREFERENCES, Purpose.AUDIENCE}
    press(laptop, Purpose.SOCIAL, True, headers=GPC)
    assert allowed(laptop, GPC) == {Purpose.PREFERENCES, Purpose.AUDIENCE, Purpose.SOCIAL}
    assert allowed(phone) == set(ON_SITE)
