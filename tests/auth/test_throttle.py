"""Too many tries are refused in words; strangers' failures bind nobody on his own device, and right tries cost none."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gallery.auth.passkeys import asking
from gallery.auth.passkeys.rules import Aim
from gallery.auth.sessions.models import Attempt
from gallery.auth.throttle import attempts
from gallery.auth.throttle import services as throttle
from gallery.core import clock, outbox
from gallery.core.clock import FrozenClock
from gallery.core.db import db
from tests import factories
from tests.auth.doors import fill_in, mailbox, register, sign_in, sign_out, token_of

ANA = "ana@example.org"
HOME, WORK, ABROAD = "41.82.0.7", "196.207.12.9", "2001:db8:7:1::9"


@pytest.fixture(autouse=True)
def time(app: Flask) -> FrozenClock:
    """A clock that the test moves."""
    app.extensions["clock"] = frozen = FrozenClock(factories.NOON)
    return frozen


def visitor(app: Flask, network: str) -> FlaskClient:
    """A browser that nobody has used yet, in a network."""
    client = app.test_client()
    client.environ_base = {**client.environ_base, "REMOTE_ADDR": network}
    client.get("/auth/login?lang=en")
    return client


def tries(client: FlaskClient, email: str, times: int) -> list[int]:
    """The answers to so many wrong passwords."""
    return [sign_in(client, email, "wrong").status_code for _ in range(times)]


def test_the_ninth_failure_of_a_network_is_refused_in_words_until_ten_minutes_have_passed(
    app: Flask, time: FrozenClock
) -> None:
    factories.member("ana")
    home = visitor(app, HOME)
    assert [sign_in(home, f"someone{n}@example.org", "wrong").status_code for n in range(9)] == [422] * 8 + [429]
    time.tick(minutes=4)
    answer = sign_in(home, ANA, factories.PASSWORD)
    assert answer.status_code == 429, "the right password is not even looked at"
    assert answer.headers["Retry-After"] == "360"
    assert "Wait 6 minutes" in answer.text
    assert "I forgot my password" in answer.text
    assert f'value="{ANA}"' in answer.text, "what was typed is still there"
    assert factories.PASSWORD not in answer.text
    time.tick(minutes=6)
    assert sign_in(home, ANA, factories.PASSWORD).status_code == 303


def test_an_address_is_counted_over_all_networks(app: Flask, time: FrozenClock) -> None:
    answers = [tries(visitor(app, f"10.{n}.0.1"), ANA, 1) for n in range(9)]
    assert answers == [[422]] * 8 + [[429]]
    time.tick(minutes=15)
    assert tries(visitor(app, ABROAD), ANA.upper(), 1) == [422], "and it ends"


def test_an_address_is_the_same_however_it_is_written(app: Flask) -> None:
    written = [ANA, ANA.upper(), f" {ANA}", "Ana@EXAMPLE.org"]
    answers = [tries(visitor(app, f"10.{n}.0.1"), written[n % 4], 1) for n in range(9)]
    assert answers == [[422]] * 8 + [[429]]


def test_the_networks_of_a_provider_are_counted_together_as_well(app: Flask) -> None:
    answers = [tries(visitor(app, f"41.82.0.{n // 8}"), f"someone{n}@example.org", 1) for n in range(33)]
    assert answers == [[422]] * 32 + [[429]]


def test_who_was_here_before_is_bound_by_nobody_elses_failures(app: Flask) -> None:
    factories.member("ana")
    home = visitor(app, HOME)
    sign_in(home, ANA, factories.PASSWORD)
    sign_out(home)
    assert tries(visitor(app, HOME), ANA, 9)[-1] == 429
    assert sign_in(home, ANA, factories.PASSWORD).status_code == 303


def test_a_device_of_his_own_has_tries_of_its_own_and_no_more(app: Flask, time: FrozenClock) -> None:
    factories.member("ana")
    home = visitor(app, HOME)
    sign_in(home, ANA, factories.PASSWORD)
    sign_out(home)
    assert tries(home, ANA, 11) == [422] * 10 + [429]
    assert sign_in(visitor(app, HOME), ANA, factories.PASSWORD).status_code == 303, "and they count for nobody else"
    time.tick(minutes=10)
    assert sign_in(home, ANA, factories.PASSWORD).status_code == 303


def test_ones_own_device_is_a_strangers_at_another_address(app: Flask) -> None:
    factories.member("ana")
    factories.member("ben")
    home = visitor(app, HOME)
    sign_in(home, ANA, factories.PASSWORD)
    sign_out(home)
    assert tries(home, "ben@example.org", 9) == [422] * 8 + [429]


def test_a_new_password_by_mail_lets_in_where_the_network_is_refused(app: Flask) -> None:
    factories.member("ana")
    abroad = visitor(app, ABROAD)
    assert tries(abroad, ANA, 9)[-1] == 429
    fill_in(abroad, "/auth/reset", email=ANA)
    fill_in(abroad, mailbox(ANA)[-1].path, password="a lantern for the tide pools")
    assert sign_in(abroad, ANA, "a lantern for the tide pools").status_code == 303
    assert sign_in(visitor(app, ABROAD), ANA, "a lantern for the tide pools").status_code == 429


def test_a_new_password_by_mail_lets_in_where_ones_own_device_has_used_up_its_tries(app: Flask) -> None:
    factories.member("ana")
    home = visitor(app, HOME)
    sign_in(home, ANA, factories.PASSWORD)
    sign_out(home)
    assert tries(home, ANA, 11)[-1] == 429
    fill_in(home, "/auth/reset", email=ANA)
    fill_in(home, mailbox(ANA)[-1].path, password="a lantern for the tide pools")
    assert sign_in(home, ANA, "a lantern for the tide pools").status_code == 303


def test_signing_in_rightly_costs_no_try(app: Flask) -> None:
    for number in range(100):
        factories.member(f"bidder{number}")
    answers = [sign_in(visitor(app, HOME), f"bidder{n}@example.org", factories.PASSWORD) for n in range(100)]
    assert {answer.status_code for answer in answers} == {303}
    assert db.session().query(Attempt).count() == 0


def test_looking_at_the_forms_and_an_unfinished_form_cost_no_try(client: FlaskClient) -> None:
    for _ in range(20):
        assert client.get("/auth/login").status_code == 200
        assert fill_in(client, "/auth/login", email=ANA, password="").status_code == 422
        assert fill_in(client, "/auth/register", email=ANA, password="short").status_code == 422
    assert db.session().query(Attempt).count() == 0


@pytest.mark.parametrize("address", ["/auth/reset", "/auth/confirm"])
def test_one_mailbox_is_not_flooded(app: Flask, address: str, time: FrozenClock) -> None:
    home = visitor(app, HOME)
    answers = [fill_in(home, address, email=ANA) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [303] * 5 + [429]
    assert outbox.counts() == {"queued": 5}
    assert f'value="{ANA}"' in answers[-1].text
    assert answers[-1].headers["Retry-After"] == "3600"
    time.tick(hours=1)
    assert fill_in(home, address, email=ANA).status_code == 303


def test_letters_of_one_form_leave_those_of_another(app: Flask) -> None:
    """Else who has all letters of an address written away could keep its owner from a new password."""
    home = visitor(app, HOME)
    assert [fill_in(home, "/auth/confirm", email=ANA).status_code for _ in range(6)][-1] == 429
    assert fill_in(home, "/auth/reset", email=ANA).status_code == 303
    assert register(home, ANA).status_code == 303


def test_a_hundred_people_register_from_one_machine_within_the_hour(app: Flask, time: FrozenClock) -> None:
    home = visitor(app, HOME)
    for number in range(100):
        time.tick(seconds=2)
        assert register(home, f"bidder{number}@example.org").status_code == 303


def test_a_network_whose_registrations_are_used_up_keeps_nobody_from_a_new_password(app: Flask) -> None:
    home = visitor(app, HOME)
    answers = [register(home, f"bidder{n}@example.org").status_code for n in range(46)]
    assert answers == [303] * 45 + [429]
    assert fill_in(home, "/auth/reset", email=ANA).status_code == 303


def test_what_counts_no_more_is_forgotten_in_pieces(
    app: Flask, time: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "MOST_AT_ONCE", 2)
    tries(visitor(app, HOME), ANA, 2)
    time.tick(hours=23)
    tries(visitor(app, WORK), ANA, 1)
    time.tick(hours=1, seconds=1)
    attempts.forget_old(clock.now())
    assert db.session().query(Attempt).count() == 3


def test_the_table_of_tries_names_nobody(app: Flask) -> None:
    tries(visitor(app, HOME), ANA, 1)
    rows = db.session().query(Attempt).all()
    assert len(rows) == 3
    text = " ".join(f"{row.scope} {row.key_digest}" for row in rows)
    assert "ana" not in text
    assert "41.82" not in text


def test_a_password_is_not_guessed_in_a_session_that_was_left_open(app: Flask) -> None:
    home = visitor(app, HOME)
    factories.sign_in(home, factories.member("ana"))
    fields = {"password": "wrong", "new_password": "a lantern for the tide pools"}
    answers = [fill_in(home, "/auth/change", **fields) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert "too many tries" in answers[-1].text


def test_codes_are_counted_before_they_are_judged_and_given_back_when_right(app: Flask) -> None:
    ana = factories.member("ana")
    with app.test_request_context():
        for _ in range(20):
            with throttle.codes(ana.id) as one:
                one.right()
        for _ in range(5):
            with throttle.codes(ana.id):
                pass
        with pytest.raises(throttle.TooMany), throttle.codes(ana.id):
            pytest.fail("it was judged")
        with throttle.codes(ana.id, "password"):
            pass


def test_a_code_that_fails_loudly_stays_counted(app: Flask) -> None:
    ana = factories.member("ana")
    with app.test_request_context():
        for _ in range(5):
            with pytest.raises(ZeroDivisionError), throttle.codes(ana.id):
                raise ZeroDivisionError
        with pytest.raises(throttle.TooMany), throttle.codes(ana.id):
            pytest.fail("it was judged")


def test_who_names_nobody_is_counted_by_his_network(app: Flask) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": HOME}):
        for _ in range(30):
            with throttle.anonymous("passkey"):
                pass
        with pytest.raises(throttle.TooMany), throttle.anonymous("passkey"):
            pytest.fail("it was judged")
    with app.test_request_context(environ_base={"REMOTE_ADDR": WORK}), throttle.anonymous("passkey") as one:
        one.right()
    assert token_of(visitor(app, HOME).get("/auth/login").text)


def test_strangers_in_his_network_keep_nobody_from_showing_his_passkey(app: Flask) -> None:
    """At the second step it is known whose passkey is asked for: his own tries count."""
    ana = factories.member("ana")
    with app.test_request_context(environ_base={"REMOTE_ADDR": HOME}):
        for _ in range(60):
            asking.challenge(Aim.SIGN_IN)
        for _ in range(30):
            with throttle.anonymous("passkey"):
                pass
        with pytest.raises(throttle.TooMany):
            asking.challenge(Aim.SIGN_IN)
        asking.challenge(Aim.SECOND_STEP, ana.id)
        assert asking.used(Aim.SECOND_STEP, "{}", ana.id) is None
        for _ in range(4):
            asking.used(Aim.SECOND_STEP, "{}", ana.id)
        with pytest.raises(throttle.TooMany):
            asking.used(Aim.SECOND_STEP, "{}", ana.id)
