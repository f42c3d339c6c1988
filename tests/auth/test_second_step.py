"""The second step at sign-in: without it nothing opens, whichever way one came (A5, 6.3.3, 6.3.4, 6.4.3, 6.5)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gallery.auth import entrance, services
from gallery.auth.factors import services as factors
from gallery.auth.models import Member
from gallery.auth.sessions.models import DeviceSession, How, SignIn
from gallery.core import clock
from gallery.core.clock import FrozenClock
from gallery.core.db import db
from gallery.core.errors import Missing
from tests import factories
from tests.auth.doors import OTHER_PASSWORD, fill_in, is_signed_in, mailbox, sign_in, sign_out, token_of
from tests.auth.second_steps import (
    ANA,
    ASK,
    SECRET,
    TOO_LATE,
    answer,
    at_once,
    code,
    freeze,
    later,
    with_app,
    wrong_code,
)

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def ana(frozen: FrozenClock) -> Member:
    return with_app("ana")


def test_a_password_alone_opens_nothing_and_the_code_leads_to_where_one_was(client: FlaskClient, ana: Member) -> None:
    led = sign_in(client, ANA, next="/account/profile")
    assert (led.status_code, led.location) == (303, f"{ASK}?next=/account/profile")
    assert not is_signed_in(client)
    assert db.session.query(DeviceSession).count() == 0
    page = client.get(led.location)
    assert 'autocomplete="one-time-code"' in page.text
    assert 'inputmode="numeric"' in page.text
    assert "maxlength" not in page.text
    assert answer(client, code(), next="/account/profile").location == "/account/profile"
    assert is_signed_in(client)
    noted = db.session.query(SignIn).one()
    assert (noted.how, noted.with_second_step) == (How.PASSWORD, True)


def test_who_has_no_second_step_is_not_asked_for_one(client: FlaskClient) -> None:
    factories.member("ben")
    assert sign_in(client, "ben@example.org").location == "/account/"


@pytest.mark.parametrize("how", list(How))
def test_whichever_way_one_came_the_second_step_is_asked_for(app: Flask, ana: Member, how: How) -> None:
    with app.test_request_context():
        assert entrance.enter(ana.id, how, next_path="/lots/").location == f"{ASK}?next=/lots/"
        assert db.session.query(DeviceSession).count() == 0
    with app.test_request_context():
        assert entrance.enter(ana.id, how, second_step=True).location == "/account/"


def test_who_may_not_enter_does_not_come_half_way(app: Flask, ana: Member) -> None:
    services.deactivate(ana.id)
    with app.test_request_context(), pytest.raises(Missing):
        entrance.enter(ana.id, How.PASSWORD)


@pytest.mark.parametrize("remember", [True, False])
def test_staying_signed_in_outlasts_the_second_step(client: FlaskClient, ana: Member, remember: bool) -> None:
    sign_in(client, ANA, **({"remember": "y"} if remember else {}))
    done = answer(client, code())
    assert db.session.query(DeviceSession).one().is_remembered is remember
    assert ("Expires=" in done.headers.get_all("Set-Cookie")[-1]) is remember


def test_a_code_opens_once(client: FlaskClient, ana: Member) -> None:
    sign_in(client, ANA)
    used = code()
    assert answer(client, used).status_code == 303
    sign_out(client)
    sign_in(client, ANA)
    again = answer(client, used)
    assert again.status_code == 422
    assert "was used already" in again.text
    assert not is_signed_in(client)


def test_no_code_opens_that_is_older_than_one_that_was_used(
    client: FlaskClient, ana: Member, frozen: FrozenClock
) -> None:
    before = code()
    later(frozen, seconds=30)
    factors.take_app_code(ana.id, code(), now=clock.now())
    sign_in(client, ANA)
    assert answer(client, before).status_code == 422


@pytest.mark.database
def test_of_eight_who_bring_the_same_code_at_once_one_is_let_in(app: Flask) -> None:
    now, ana = freeze(app).at, with_app("ana")
    member_id, typed = ana.id, code()
    outcomes = at_once(app, lambda: factors.take_app_code(member_id, typed, now=now), 8)
    assert outcomes == ["taken"] + ["used"] * 7


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 303), (0, 303), (1, 303), (2, 422)])
@pytest.mark.parametrize("second", [0, 29])
def test_a_phone_may_be_off_by_one_step(
    client: FlaskClient, ana: Member, frozen: FrozenClock, steps: int, status: int, second: int
) -> None:
    later(frozen, seconds=second)
    sign_in(client, ANA)
    assert answer(client, code(steps)).status_code == status


def test_the_code_of_another_secret_opens_nothing(client: FlaskClient, ana: Member) -> None:
    sign_in(client, ANA)
    other = code(secret=SECRET[::-1])
    assert answer(client, other).status_code == 422
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "write",
    [
        lambda digits: f" {digits[:3]} {digits[3:]} ",
        lambda digits: f"{digits[:3]}\u00a0{digits[3:]}",
        lambda digits: f"{digits[:3]}-{digits[3:]}\u200b",
        lambda digits: digits.translate({ord("0") + value: 0xFF10 + value for value in range(10)}),
        lambda digits: digits.translate({ord("0") + value: 0x0660 + value for value in range(10)}),
        lambda digits: digits.translate({ord("0") + value: 0x0966 + value for value in range(10)}),
    ],
    ids=["spaces", "no-break space", "dash and nothing", "full-width", "arabic", "devanagari"],
)
def test_a_code_is_taken_however_it_is_written(client: FlaskClient, ana: Member, write) -> None:
    sign_in(client, ANA)
    assert answer(client, write(code())).status_code == 303


@pytest.mark.parametrize(
    "typed", ["", " ", "12345", "1234567", "abcdef", "12345x", "²²²²²²", "-1.5e9", "١٢٣", "1" * 9_000]
)
def test_what_is_no_code_is_refused_in_words_and_not_counted(client: FlaskClient, ana: Member, typed: str) -> None:
    sign_in(client, ANA)
    for _ in range(6):
        refused = answer(client, typed)
        assert refused.status_code == 422
        assert "six digits" in refused.text or "type the code" in refused.text
    assert not typed.strip() or f'value="{typed}"' not in refused.text
    assert answer(client, code()).status_code == 303


@pytest.mark.parametrize(("seconds", "is_open"), [(599, True), (600, False)])
def test_the_second_step_waits_ten_minutes_and_can_be_begun_again(
    client: FlaskClient, ana: Member, frozen: FrozenClock, seconds: int, is_open: bool
) -> None:
    sign_in(client, ANA, next="/account/profile")
    page = client.get(f"{ASK}?next=/account/profile")
    later(frozen, seconds=seconds)
    sent = {"csrf_token": token_of(page.text), "by": "app", "next": "/account/profile", "code": code()}
    done = client.post(ASK, data=sent)
    assert is_signed_in(client) is is_open
    if not is_open:
        assert done.location == "/auth/login?next=/account/profile"
        assert TOO_LATE in client.get(done.location).text
        assert sign_in(client, ANA).status_code == 303
        assert answer(client, code()).status_code == 303


def test_too_late_leads_the_whole_page_away_when_htmx_asked(
    client: FlaskClient, ana: Member, frozen: FrozenClock
) -> None:
    sign_in(client, ANA)
    later(frozen, minutes=10)
    led = client.get(ASK, headers={"HX-Request": "true"})
    assert led.headers["HX-Redirect"] == "/auth/login"


def test_who_never_began_is_led_to_sign_in_without_a_word(client: FlaskClient) -> None:
    led = client.get(f"{ASK}?next=/lots/")
    assert led.location == "/auth/login?next=/lots/"
    assert TOO_LATE not in client.get(led.location).text


def test_who_is_signed_in_already_is_led_on(client: FlaskClient, ana: Member) -> None:
    factories.sign_in(client, ana)
    assert client.get(f"{ASK}?next=/lots/").location == "/lots/"
    assert client.get(f"{ASK}?next=//evil.example/").location == "/account/"


def test_one_s_own_code_does_not_open_another_s_account(client: FlaskClient, ana: Member) -> None:
    ben_s = SECRET[::-1]
    with_app("ben", ben_s)
    sign_in(client, ANA)
    assert answer(client, code(secret=ben_s)).status_code == 422


@pytest.mark.parametrize("forged", ["", "x", "gAAAAABinvented", None, 7, {"member": 1}])
def test_a_half_way_that_we_did_not_seal_leads_to_sign_in(client: FlaskClient, ana: Member, forged: object) -> None:
    with client.session_transaction() as session:
        session[entrance.HALF_WAY] = forged
    assert client.get(ASK).location == "/auth/login"


def test_a_new_password_ends_whoever_is_half_way_and_does_not_spare_the_second_step(
    app: Flask, client: FlaskClient, ana: Member
) -> None:
    thief = app.test_client()
    sign_in(thief, ANA)
    fill_in(client, "/auth/reset", email=ANA)
    assert fill_in(client, mailbox(ANA)[-1].path, password=OTHER_PASSWORD).location == "/auth/login"
    assert not is_signed_in(client)
    assert thief.get(ASK).location == "/auth/login"
    assert sign_in(client, ANA, OTHER_PASSWORD).location == ASK
    assert not is_signed_in(client)


def test_a_closed_account_ends_whoever_is_half_way(client: FlaskClient, ana: Member) -> None:
    sign_in(client, ANA)
    services.deactivate(ana.id)
    assert client.get(ASK).location == "/auth/login"


def test_after_five_wrong_codes_a_right_one_waits_ten_minutes(
    client: FlaskClient, ana: Member, frozen: FrozenClock
) -> None:
    sign_in(client, ANA)
    for _ in range(5):
        assert answer(client, wrong_code()).status_code == 422
    refused = answer(client, code())
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "too many tries" in refused.text
    assert not is_signed_in(client)
    later(frozen, minutes=10, seconds=1)
    sign_in(client, ANA)
    assert answer(client, code()).status_code == 303


def test_five_wrong_codes_of_a_stranger_do_not_bind_the_member_s_own_device(
    app: Flask, client: FlaskClient, ana: Member, frozen: FrozenClock
) -> None:
    sign_in(client, ANA)
    answer(client, code())
    sign_out(client)
    thief = app.test_client()
    sign_in(thief, ANA)
    for _ in range(6):
        refused = answer(thief, wrong_code())
    assert refused.status_code == 429
    later(frozen, seconds=30)
    sign_in(client, ANA)
    assert answer(client, code()).status_code == 303


def test_the_devices_of_a_member_are_only_those_that_showed_the_second_step(client: FlaskClient, ana: Member) -> None:
    sign_in(client, ANA)
    assert client.get_cookie("device") is None
    assert db.session.execute(sa.select(sa.func.count()).select_from(SignIn)).scalar() == 0
