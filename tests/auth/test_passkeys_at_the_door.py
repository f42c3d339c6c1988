"""Passkeys at the sign-in, as the second step, and to show again who one is (A5, 6.3.3, 6.3.4)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from webauthn.helpers import bytes_to_base64url

from gallery.auth.models import Member
from gallery.auth.passkeys import asking as passkey_asking
from gallery.auth.passkeys import services as passkey_services
from gallery.auth.passkeys.models import Challenge, Passkey
from gallery.auth.passkeys.rules import CHALLENGE_LASTS, Aim, Place, Refused, counts_on, place
from gallery.auth.passkeys.services import Asked
from gallery.auth.sessions.models import DeviceSession, SignIn
from gallery.core import clock
from gallery.core.db import db
from tests import factories
from tests.auth import doors
from tests.auth.doors import is_signed_in
from tests.auth.passkey_doors import (
    NEW,
    PROVE,
    PROVE_OPTIONS,
    SECOND_STEP,
    SECOND_STEP_OPTIONS,
    SIGN_IN,
    SIGN_IN_OPTIONS,
    ask,
    options,
    send,
    sign_in,
    with_passkey,
)
from tests.auth.soft_key import PRESENT, SoftKey

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def ana(app: Flask) -> Member:
    return factories.member("ana")


@pytest.fixture
def key(client: FlaskClient, ana: Member) -> SoftKey:
    """Ana's passkey; the browser has forgotten her."""
    made = with_passkey(client, ana)
    client.delete_cookie("session")
    return made


def latest() -> DeviceSession:
    db.session.rollback()
    return db.session.execute(sa.select(DeviceSession).order_by(DeviceSession.id.desc())).scalars().first()


def challenges() -> int:
    db.session.rollback()
    return db.session.execute(sa.select(sa.func.count()).select_from(Challenge)).scalar_one()


def test_a_passkey_alone_opens_a_session_with_both_steps(client: FlaskClient, ana: Member, key: SoftKey) -> None:
    assert sign_in(client, key, next="/lots/?q=sea", remember="y").location == "/lots/?q=sea"
    session = latest()
    assert session.member_id == ana.id
    assert session.how == "passkey"
    assert session.is_remembered
    assert session.second_step_at is not None
    noted = db.session.execute(sa.select(SignIn).order_by(SignIn.id.desc())).scalars().first()
    assert (noted.how, noted.with_second_step) == ("passkey", True)
    assert db.session.execute(sa.select(Passkey.last_used_at)).scalar() is not None


@pytest.mark.database
def test_of_eight_that_bring_the_same_answer_at_once_one_is_let_in(
    app: Flask, client: FlaskClient, key: SoftKey
) -> None:
    challenge = passkey_services.ask(Aim.SIGN_IN, now=clock.now())
    answer = key.get({"challenge": bytes_to_base64url(challenge)})
    where = Place("localhost", "http://localhost:8000")

    def bring(_number: int) -> bool:
        with app.app_context():
            try:
                passkey_services.show(Asked(Aim.SIGN_IN, challenge), answer, where=where, now=clock.now())
            except Refused:
                return False
            return True

    with ThreadPoolExecutor(8) as crowd:
        assert sum(crowd.map(bring, range(8))) == 1


def test_nobody_stays_signed_in_who_did_not_ask_for_it_and_nobody_is_led_elsewhere(
    client: FlaskClient, key: SoftKey
) -> None:
    assert sign_in(client, key, next="//evil.example").location == "/account/"
    assert not latest().is_remembered


def test_the_question_at_the_door_is_the_same_for_everybody(client: FlaskClient, key: SoftKey) -> None:
    told = options(client, SIGN_IN_OPTIONS, email="ana@example.org")
    assert told.pop("challenge")
    assert told == {"rpId": "localhost", "timeout": 300_000, "allowCredentials": [], "userVerification": "required"}


def test_after_the_password_a_passkey_is_the_second_step_also_without_a_finger(
    client: FlaskClient, ana: Member, key: SoftKey
) -> None:
    answer = doors.sign_in(client, ana.email, next="/lots/", remember="y")
    assert answer.location.startswith("/auth/second-step")
    assert not is_signed_in(client)
    told = options(client, SECOND_STEP_OPTIONS)
    assert told["userVerification"] == "preferred"
    assert [one["transports"] for one in told["allowCredentials"]] == [["internal"]]
    key.flags = PRESENT
    assert send(client, SECOND_STEP, key.get(told), next="/lots/").location == "/lots/"
    session = latest()
    assert (session.how, session.is_remembered) == ("password", True)
    assert session.second_step_at is not None


def test_the_passkey_of_another_is_no_second_step(client: FlaskClient, ana: Member, key: SoftKey) -> None:
    bens = with_passkey(client, factories.member("ben"))
    client.delete_cookie("session")
    doors.sign_in(client, ana.email)
    answer = send(client, SECOND_STEP, bens.get(options(client, SECOND_STEP_OPTIONS)), next="/lots/")
    assert answer.location == "/auth/second-step?next=/lots/&by=passkey"
    assert "This passkey was not taken" in client.get(answer.location).text
    assert not is_signed_in(client)


def test_without_a_first_step_there_is_no_second(client: FlaskClient, key: SoftKey) -> None:
    assert ask(client, SECOND_STEP_OPTIONS).status_code == 401
    answer = send(client, SECOND_STEP, key.get(options(client, SIGN_IN_OPTIONS)))
    assert answer.location.startswith("/auth/second-step")
    assert not is_signed_in(client)


def test_a_passkey_shows_again_who_one_is(client: FlaskClient, ana: Member, key: SoftKey) -> None:
    factories.sign_in(client, ana, second_step=False, proved=False)
    assert client.get(NEW).status_code == 302
    answer = send(client, PROVE, key.get(options(client, PROVE_OPTIONS)), next=NEW)
    assert answer.location == NEW
    assert client.get(NEW).status_code == 200
    assert latest().second_step_at is not None


def test_the_passkey_of_another_proves_nothing(client: FlaskClient, ana: Member, key: SoftKey) -> None:
    bens = with_passkey(client, factories.member("ben"))
    factories.sign_in(client, ana, second_step=False, proved=False)
    answer = send(client, PROVE, bens.get(options(client, PROVE_OPTIONS)), next=NEW)
    assert answer.location.startswith("/auth/prove")
    assert client.get(NEW).status_code == 302
    assert latest().second_step_at is None


def test_visitors_cannot_prove_who_they_are(client: FlaskClient, key: SoftKey) -> None:
    assert ask(client, PROVE_OPTIONS).status_code == 401
    assert send(client, PROVE, "").status_code in {303, 401}
    assert not is_signed_in(client)


def test_the_page_names_passkeys_only_where_they_work(client: FlaskClient) -> None:
    assert 'data-passkey="get"' in client.get("/auth/login").text
    elsewhere = client.get("/auth/login?next=/lots/", base_url="http://127.0.0.1:8000").text
    assert "data-passkey=" not in elsewhere
    assert 'href="http://localhost:8000/auth/login?next=/lots/"' in elsewhere


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("https://artgallery.example", Place("artgallery.example", "https://artgallery.example")),
        ("https://artgallery.example:443", Place("artgallery.example", "https://artgallery.example")),
        ("https://Artgallery.example:8443", Place("artgallery.example", "https://artgallery.example:8443")),
        ("http://127.0.0.1:8000", Place("localhost", "http://localhost:8000")),
        ("http://[::1]:8000", Place("localhost", "http://localhost:8000")),
        ("http://192.0.2.7", None),
        ("https://[2001:db8::1]", None),
    ],
)
def test_passkeys_hang_on_a_name(base_url: str, expected: Place | None) -> None:
    assert place(base_url) == expected


@pytest.mark.parametrize(
    ("before", "now", "is_well"),
    [(0, 0, True), (0, 1, True), (4, 5, True), (5, 5, False), (5, 4, False), (5, 0, False)],
)
def test_a_counter_only_goes_on(before: int, now: int, is_well: bool) -> None:
    assert counts_on(before, now) is is_well


def test_who_fails_too_often_has_to_wait(client: FlaskClient, key: SoftKey) -> None:
    assert sign_in(client, key).status_code == 303
    client.delete_cookie("session")
    for _ in range(30):  # Who came in was not counted.
        assert send(client, SIGN_IN, "").status_code == 303
    refused = send(client, SIGN_IN, key.get(options(client, SIGN_IN_OPTIONS)))
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert not is_signed_in(client)


def test_one_network_is_not_given_challenges_without_end(client: FlaskClient) -> None:
    most = passkey_asking.QUESTIONS[0].count
    token = {"csrf_token": doors.token_of(client.get("/auth/login").text)}
    answers = [
        client.post(SIGN_IN_OPTIONS, data=token, headers={"Accept": "application/json"}) for _ in range(most + 1)
    ]
    assert [one.status_code for one in answers] == [200] * most + [429]
    assert "too many tries" in answers[-1].json["detail"]
    assert challenges() == most


def test_challenges_do_not_fill_the_table(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passkey_services, "MOST_CHALLENGES", 3)
    made = [passkey_services.ask(Aim.SIGN_IN, now=clock.now()) for _ in range(5)]
    kept = set(db.session.execute(sa.select(Challenge.nonce)).scalars())
    assert kept == set(made[-3:])


def test_challenges_that_nobody_may_answer_are_forgotten(app: Flask) -> None:
    now = clock.now()
    passkey_services.ask(Aim.SIGN_IN, now=now - CHALLENGE_LASTS)
    young = passkey_services.ask(Aim.SIGN_IN, now=now - CHALLENGE_LASTS + timedelta(seconds=1))
    passkey_services.forget_old(now)
    assert list(db.session.execute(sa.select(Challenge.nonce)).scalars()) == [young]
