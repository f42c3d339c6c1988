"""Too many tries are refused in words, and nobody can lock out somebody else."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gallery import create_app
from gallery.auth import throttle
from gallery.core import outbox
from gallery.core.settings import Settings
from tests import factories
from tests.auth.doors import fill_in, register, sign_in, token_of

ANA = "ana@example.org"
OPEN = dict.fromkeys(throttle.OPEN, "1000/minute")


def strict(app: Flask, **figures: str) -> None:
    app.config["THROTTLE"] = OPEN | figures


def test_the_fourth_try_at_an_address_is_refused_in_words_and_the_third_is_not(app: Flask, client: FlaskClient) -> None:
    strict(app, address_tries="3/minute")
    factories.member("ana")
    client.get("/auth/login?lang=en")
    assert [sign_in(client, ANA, "wrong").status_code for _ in range(4)] == [422, 422, 422, 429]
    answer = sign_in(client, ANA, factories.PASSWORD)
    assert answer.status_code == 429
    assert "Wait a minute" in answer.text
    assert int(answer.headers["Retry-After"]) > 0


def test_failing_in_the_name_of_another_does_not_lock_him_out(app: Flask, client: FlaskClient) -> None:
    strict(app, address_tries="3/minute")
    factories.member("ana")
    for _ in range(5):
        sign_in(client, ANA, "wrong")
    at_home = app.test_client()
    page = at_home.get("/auth/login", environ_base={"REMOTE_ADDR": "41.82.0.7"})
    answer = at_home.post(
        "/auth/login",
        data={"csrf_token": token_of(page.text), "email": ANA, "password": factories.PASSWORD},
        environ_base={"REMOTE_ADDR": "41.82.0.7"},
    )
    assert answer.status_code == 303


def test_a_network_is_counted_over_all_addresses(app: Flask, client: FlaskClient) -> None:
    strict(app, network_tries="3/minute")
    assert [sign_in(client, f"someone{n}@example.org", "wrong").status_code for n in range(4)] == [422] * 3 + [429]


@pytest.mark.parametrize("address", ["/auth/reset", "/auth/confirm"])
def test_one_mailbox_is_not_flooded(app: Flask, client: FlaskClient, address: str) -> None:
    strict(app, address_letters="2/hour")
    assert [fill_in(client, address, email=ANA).status_code for _ in range(3)] == [303, 303, 429]
    assert outbox.counts() == {"queued": 2}


def test_all_that_writes_mails_is_counted_together(app: Flask, client: FlaskClient) -> None:
    strict(app, address_letters="2/hour")
    register(client, ANA)
    fill_in(client, "/auth/reset", email=ANA)
    assert fill_in(client, "/auth/confirm", email=ANA).status_code == 429


def test_looking_at_the_forms_is_not_counted(app: Flask, client: FlaskClient) -> None:
    strict(app, network_tries="1/minute", network_letters="1/minute")
    for _ in range(5):
        assert client.get("/auth/login").status_code == 200
        assert client.get("/auth/register").status_code == 200


def test_the_demonstration_lets_hundreds_register_from_one_machine(client: FlaskClient) -> None:
    for number in range(120):
        assert register(client, f"bidder{number}@example.org").status_code == 303


def test_production_is_strict(environ: dict[str, str]) -> None:
    production = environ | {
        "GALLERY_ENV": "production",
        "GALLERY_BASE_URL": "https://gallery.example",
        "GALLERY_MAIL_URL": "smtp://localhost",
        "GALLERY_PROXIES": "1",
    }
    assert create_app(Settings.from_environ(production)).config["THROTTLE"] is throttle.STRICT


def test_two_houses_in_one_process_do_not_count_for_each_other(app: Flask, settings: Settings) -> None:
    strict(app, network_tries="2/minute")
    other = create_app(settings)
    strict(other, network_tries="2/minute")
    for _ in range(2):
        sign_in(app.test_client(), ANA, "wrong")
    assert sign_in(app.test_client(), ANA, "wrong").status_code == 429
    assert sign_in(other.test_client(), ANA, "wrong").status_code == 422


def test_several_processes_count_together_in_redis(environ: dict[str, str], redis_url: str) -> None:
    houses = [create_app(Settings.from_environ(environ | {"GALLERY_REDIS_URL": redis_url})) for _ in range(2)]
    for house in houses:
        strict(house, network_tries="2/minute")
    answers = [sign_in(houses[n % 2].test_client(), ANA, "wrong").status_code for n in range(3)]
    assert answers == [422, 422, 429]


def test_neighbours_in_ipv6_are_one_network_and_strangers_are_not(app: Flask) -> None:
    def network(address: str) -> str:
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            return throttle.network()

    assert network("2001:db8:1:2:3::4") == network("2001:db8:1:2:ffff::1") != network("2001:db8:1:3::1")
    assert network("196.1.2.3") == "196.1.2.3"
    assert network("not an address") == "unknown"
