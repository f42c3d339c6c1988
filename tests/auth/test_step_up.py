"""Showing again who one is: password, factor or a code by mail, for a quarter of an hour (7.5.1, 6.5.1, 6.5.5)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gallery.auth.factors import mailed_codes
from gallery.auth.factors import services as factors
from gallery.auth.factors.models import MailedCode
from gallery.auth.models import Member
from gallery.auth.sessions import services as session_services
from gallery.auth.sessions.models import DeviceSession
from gallery.core import clock
from gallery.core.clock import FrozenClock
from gallery.core.db import db
from gallery.core.outbox_table import OutboxMessage
from tests import factories
from tests.auth.doors import OTHER_PASSWORD, PASSWORD, fill_in, mailbox, token_of
from tests.auth.second_steps import (
    ANA,
    PROVE,
    SETTINGS,
    answer,
    at_once,
    code,
    freeze,
    later,
    mailed,
    send_code,
    with_app,
    without_password,
    wrong_code,
)

APP = f"{SETTINGS}/app"
CHANGE = "/auth/change"

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def ana(frozen: FrozenClock, client: FlaskClient) -> Member:
    """She is signed in since long ago, and has a password alone."""
    made = factories.member("ana")
    factories.sign_in(client, made, second_step=False, proved=False)
    return made


@pytest.fixture
def gus(frozen: FrozenClock, client: FlaskClient) -> Member:
    """He came with Google: he has neither password nor second step."""
    made = without_password("gus")
    factories.sign_in(client, made, second_step=False, proved=False)
    return made


def unlike(digits: str) -> str:
    return str((int(digits.replace(" ", "")) + 1) % 10**8).zfill(8)


def test_the_password_opens_changes_for_a_quarter_of_an_hour(
    client: FlaskClient, ana: Member, frozen: FrozenClock
) -> None:
    led = client.get(f"{APP}?next=/lots/")
    assert led.location == f"{PROVE}?next={APP}?next%3D/lots/"
    assert fill_in(client, PROVE, password=OTHER_PASSWORD).status_code == 422
    assert client.get(APP).status_code == 302
    done = fill_in(client, led.location, password=PASSWORD, next=f"{APP}?next=/lots/")
    assert done.location == f"{APP}?next=/lots/"
    assert client.get(done.location).status_code == 200
    later(frozen, minutes=14, seconds=59)
    assert client.get(APP).status_code == 200
    later(frozen, seconds=1)
    assert client.get(APP).location.startswith(PROVE)


def test_the_password_is_no_second_step(client: FlaskClient, ana: Member) -> None:
    fill_in(client, PROVE, password=PASSWORD)
    assert db.session.query(DeviceSession).one().second_step_at is None


def test_a_wrong_password_is_never_written_into_the_page_again(client: FlaskClient, ana: Member) -> None:
    refused = fill_in(client, PROVE, password=OTHER_PASSWORD)
    assert "This is not your password." in refused.text
    assert OTHER_PASSWORD not in refused.text


@pytest.mark.parametrize("next_path", ["//evil.example/", "https://evil.example/", "/\\evil", "javascript:alert(1)"])
def test_it_leads_nowhere_else(client: FlaskClient, ana: Member, next_path: str) -> None:
    assert fill_in(client, PROVE, password=PASSWORD, next=next_path).location == "/account/"


def test_a_visitor_is_led_to_sign_in(client: FlaskClient) -> None:
    assert client.get(PROVE).location.startswith("/auth/login")


@pytest.mark.parametrize("by", ["app", "recovery"])
def test_a_factor_opens_changes_and_counts_as_the_second_step(
    client: FlaskClient, frozen: FrozenClock, by: str
) -> None:
    ana = with_app("ana")
    recovery = factors.new_recovery_codes(ana.id, now=clock.now())[0]
    factories.sign_in(client, ana, second_step=False, proved=False)
    assert answer(client, code() if by == "app" else recovery, by, PROVE, next=APP).location == APP
    opened = db.session.query(DeviceSession).one()
    assert opened.proved_at == opened.second_step_at == clock.now()


def test_who_owes_the_factor_cannot_show_the_password_instead(client: FlaskClient, frozen: FrozenClock) -> None:
    factories.sign_in(client, with_app("ana"), second_step=False, proved=False)
    asked = client.get(f"{PROVE}?by=password")
    assert 'type="password"' not in asked.text
    sent = client.post(PROVE, data={"csrf_token": token_of(asked.text), "by": "password", "password": PASSWORD})
    assert sent.status_code == 422
    assert client.get(APP).location.startswith(PROVE)


def test_who_has_shown_the_factor_in_this_session_may_show_the_password(
    client: FlaskClient, frozen: FrozenClock
) -> None:
    factories.sign_in(client, with_app("ana"), proved=False)
    assert fill_in(client, PROVE, password=PASSWORD).status_code == 303
    assert answer(client, code(), at=PROVE).status_code == 303


def test_a_factor_that_was_shown_long_ago_is_shown_again(client: FlaskClient, frozen: FrozenClock) -> None:
    """7.5.1: a session may be ninety days old; the password alone does not stand in for what it saw then."""
    factories.sign_in(client, with_app("ana"))
    later(frozen, minutes=15)
    assert 'type="password"' not in client.get(f"{PROVE}?by=password").text
    session_services.prove(db.session.query(DeviceSession.id).scalar(), now=clock.now())
    assert client.get(APP).location == f"{SETTINGS}?next={APP}"
    assert answer(client, code(), at=PROVE, next=APP).location == APP
    assert client.get(APP).status_code == 200


def test_who_has_a_factor_shows_it_before_he_changes_the_password(client: FlaskClient, frozen: FrozenClock) -> None:
    """Else a new session, just proved, would come of the password alone (6.3.4)."""
    factories.sign_in(client, with_app("ana"))
    page = client.get(CHANGE)
    assert page.status_code == 200, "right after signing in with it"
    later(frozen, minutes=15)
    fields = {"csrf_token": token_of(page.text), "password": PASSWORD, "new_password": OTHER_PASSWORD}
    for led in (client.get(CHANGE), client.post(CHANGE, data=fields)):
        assert led.location.startswith(SETTINGS)
    assert "Your password was changed" not in {one.subject for one in mailbox(ANA)}
    assert client.get(f"{SETTINGS}?next={CHANGE}").location == f"{PROVE}?next={CHANGE}"
    assert answer(client, code(), at=PROVE, next=CHANGE).location == CHANGE
    assert fill_in(client, CHANGE, password=PASSWORD, new_password=OTHER_PASSWORD).status_code == 303


@pytest.mark.parametrize("wrong", ["password", "app"])
def test_tries_are_counted_here_too(client: FlaskClient, frozen: FrozenClock, wrong: str) -> None:
    factories.sign_in(client, with_app("ana"), proved=False)
    fields = {"by": wrong, "password": OTHER_PASSWORD, "code": wrong_code()}
    for _ in range(5):
        assert fill_in(client, f"{PROVE}?by={wrong}", **fields).status_code == 422
    refused = fill_in(client, f"{PROVE}?by={wrong}", **(fields | {"password": PASSWORD, "code": code()}))
    assert refused.status_code == 429
    assert client.get(APP).location.startswith(PROVE)


def test_who_has_nothing_to_show_is_asked_by_mail(client: FlaskClient, gus: Member) -> None:
    assert "Send me the code" in client.get(f"{PROVE}?next={APP}").text
    sent = send_code(client, next=APP)
    assert sent.location == f"{PROVE}?next={APP}"
    typed = mailed()
    assert answer(client, unlike(typed), "mail", PROVE).status_code == 422
    assert client.get(APP).status_code == 302
    assert answer(client, typed, "mail", PROVE, next=APP).location == APP
    assert client.get(APP).status_code == 200
    assert db.session.query(DeviceSession).one().second_step_at is None, "a mailbox is no second factor"


def test_a_mailed_code_works_once(client: FlaskClient, gus: Member, frozen: FrozenClock) -> None:
    send_code(client)
    typed = mailed()
    answer(client, typed, "mail", PROVE)
    assert db.session.query(MailedCode).count() == 0
    page = client.get(PROVE)
    again = client.post(PROVE, data={"csrf_token": token_of(page.text), "by": "mail", "code": typed})
    assert again.status_code == 422


@pytest.mark.database
def test_of_five_who_bring_the_same_mailed_code_at_once_one_is_let_in(app: Flask) -> None:
    now, member = freeze(app).at, factories.member("gus")
    factories.session_key(member)
    session_id = db.session.query(DeviceSession.id).scalar()
    mailed_codes.send(member.id, session_id, now=now)
    typed = mailed().replace(" ", "")
    outcomes = at_once(app, lambda: mailed_codes.take(session_id, typed, now=now), 5)
    assert outcomes.count("taken") == 1


@pytest.mark.database
def test_a_button_that_is_pressed_five_times_at_once_leaves_one_code(app: Flask) -> None:
    now, member = freeze(app).at, factories.member("gus")
    factories.session_key(member)
    session_id = db.session.query(DeviceSession.id).scalar()
    member_id = member.id
    assert at_once(app, lambda: mailed_codes.send(member_id, session_id, now=now), 5) == ["taken"] * 5
    assert db.session.query(MailedCode).count() == 1


@pytest.mark.parametrize(("seconds", "status"), [(599, 303), (600, 422)])
def test_a_mailed_code_lives_ten_minutes(
    client: FlaskClient, gus: Member, frozen: FrozenClock, seconds: int, status: int
) -> None:
    send_code(client)
    page, typed = client.get(PROVE), mailed()
    later(frozen, seconds=seconds)
    done = client.post(PROVE, data={"csrf_token": token_of(page.text), "by": "mail", "code": typed})
    assert done.status_code == status


@pytest.mark.parametrize(("wrong", "is_taken"), [(4, True), (5, False)])
def test_a_mailed_code_bears_five_tries(app: Flask, wrong: int, is_taken: bool) -> None:
    """Whatever device they come from, and without the throttle in front."""
    now, member = freeze(app).at, factories.member("gus")
    factories.session_key(member)
    session_id = db.session.query(DeviceSession.id).scalar()
    mailed_codes.send(member.id, session_id, now=now)
    typed = mailed().replace(" ", "")
    for _ in range(wrong):
        with pytest.raises(factors.CodeRefused):
            mailed_codes.take(session_id, unlike(typed), now=now)
    if is_taken:
        mailed_codes.take(session_id, typed, now=now)
    else:
        with pytest.raises(factors.CodeRefused):
            mailed_codes.take(session_id, typed, now=now)


def test_a_newer_code_ends_the_older(client: FlaskClient, gus: Member) -> None:
    send_code(client)
    older = mailed()
    send_code(client)
    assert answer(client, older, "mail", PROVE).status_code == 422
    assert answer(client, mailed(older), "mail", PROVE).status_code == 303


def test_a_mailed_code_is_of_the_session_that_asked(app: Flask, client: FlaskClient, gus: Member) -> None:
    send_code(client)
    typed = mailed()
    elsewhere = app.test_client()
    factories.sign_in(elsewhere, gus, second_step=False, proved=False)
    sent = elsewhere.post(PROVE, data={"csrf_token": token_of(elsewhere.get(PROVE).text), "by": "mail", "code": typed})
    assert sent.status_code == 422


def test_a_mailed_code_stands_neither_in_the_queue_nor_in_a_table(client: FlaskClient, gus: Member) -> None:
    send_code(client)
    waiting = [str(row) for row in db.session.execute(sa.select(OutboxMessage.__table__))]
    stored = [str(row) for row in db.session.execute(sa.select(MailedCode.__table__))]
    typed = mailed()
    for digits in (typed, typed.replace(" ", "")):
        assert not any(digits in row for row in (*waiting, *stored))


def test_a_letter_that_took_too_long_says_so(client: FlaskClient, gus: Member, frozen: FrozenClock) -> None:
    send_code(client)
    later(frozen, minutes=11)
    assert [one.subject for one in mailbox("gus@example.org")] == ["Your code is too old"]


def test_what_may_no_longer_be_typed_is_forgotten(client: FlaskClient, gus: Member, frozen: FrozenClock) -> None:
    send_code(client)
    for minutes, left in ((9, 1), (1, 0)):
        later(frozen, minutes=minutes)
        mailed_codes.forget_old(clock.now())
        assert db.session.query(MailedCode).count() == left


def test_no_code_is_mailed_to_who_has_something_to_show(client: FlaskClient, ana: Member) -> None:
    page = client.get(PROVE)
    assert client.post(f"{PROVE}/mail", data={"csrf_token": token_of(page.text)}).status_code == 404
    assert mailbox(ANA) == []


def test_letters_with_codes_are_counted(client: FlaskClient, gus: Member) -> None:
    for _ in range(5):
        assert send_code(client).status_code == 303
    refused = send_code(client)
    assert refused.status_code == 429
