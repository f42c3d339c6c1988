"""Each trap of the sign-in library that applies here, and what the house promises of its cookies and ways."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from gallery import create_app
from gallery.auth import passwords, queries, rules, services, setup, tokens
from gallery.auth.models import Member
from gallery.auth.tokens import Aim
from gallery.core import access, clock
from gallery.core.db import db, transaction
from gallery.core.settings import Settings, SettingsError
from tests import factories
from tests.auth.doors import OTHER_PASSWORD, fill_in, is_signed_in, mailbox, register, sign_in, token_of

ANA = "ana@example.org"
LONG = "seven grey herons stand at low tide beside the old wooden pier and wait for the moon, they say"


@pytest.mark.parametrize("length", [15, 72, 73, 100, 128])
def test_a_passphrase_of_any_allowed_length_works_whole(client: FlaskClient, length: int) -> None:
    """zxcvbn raises above 72 characters; a hash that cuts off would take any ending."""
    password = (LONG + " quietly over there by the lamp")[:length].strip().ljust(length, "x")
    assert register(client, ANA, password).status_code == 303
    fill_in(client, mailbox(ANA)[0].path)
    client.delete_cookie("session")
    assert sign_in(client, ANA, password[:-1]).status_code == 422
    assert sign_in(client, ANA, password).status_code == 303


@pytest.mark.parametrize("length", [129, 5_000, 100_000])
def test_a_password_beyond_all_measure_is_refused_and_breaks_nothing(client: FlaskClient, length: int) -> None:
    factories.member("ana")
    password = ("herons " * length)[:length]
    assert register(client, "ben@example.org", password).status_code == 422
    assert sign_in(client, ANA, password).status_code == 422


def test_accents_are_the_same_however_the_keyboard_writes_them(client: FlaskClient) -> None:
    composed, decomposed = "sept hérons gris à marée basse", "sept he\u0301rons gris a\u0300 mare\u0301e basse"
    register(client, ANA, composed)
    fill_in(client, mailbox(ANA)[0].path)
    client.delete_cookie("session")
    assert sign_in(client, ANA, decomposed).status_code == 303


def test_cache_control_is_one_that_caches_understand(client: FlaskClient) -> None:
    for address in ("/auth/login", "/auth/register", "/auth/reset", "/auth/confirm"):
        assert client.get(address).headers["Cache-Control"] == "private, no-store", address


def test_times_are_aware(app: Flask) -> None:
    assert app.extensions["security"].datetime_factory().tzinfo is not None


def test_a_link_costs_no_password_hash(app: Flask) -> None:
    """The library's own takes 0.3 s of CPU each: an open door for whoever wants to keep us busy."""
    ana = factories.member("ana")
    started = time.process_time()
    for _ in range(100):
        tokens.make(Aim.RESET, ana.id, services.state(Aim.RESET, ana), clock.now())
    assert (time.process_time() - started) / 100 < 0.005


def test_a_link_holds_neither_address_nor_hash_nor_what_a_session_names(app: Flask) -> None:
    from itsdangerous import base64_decode

    ana = factories.member("ana")
    token = tokens.make(Aim.RESET, ana.id, services.state(Aim.RESET, ana), clock.now())
    inside = base64_decode(token.split(".")[0]).decode()
    for secret in (ana.email, ana.password, ana.fs_uniquifier):
        assert secret
        assert secret not in inside


def test_an_endpoint_of_the_library_that_nobody_judged_stops_the_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(setup.DOORS, "logout")
    with pytest.raises(setup.UnknownDoor, match="logout"):
        create_app(settings)


def test_every_door_is_marked_and_the_unused_ones_are_not_there(app: Flask) -> None:
    doors = {name.removeprefix("security.") for name in app.view_functions if name.startswith("security.")}
    assert doors == set(setup.DOORS)
    for name in doors:
        assert isinstance(getattr(app.view_functions[f"security.{name}"], "access", None), access.Mark), name
    assert {"users", "roles"}.isdisjoint(app.cli.commands)


@pytest.mark.parametrize(
    "address", ["/auth/verify", "/auth/tf-setup", "/auth/us-signin", "/auth/wan-signin", "/auth/fs-static/x.js"]
)
def test_what_is_not_used_is_not_there(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_signing_out_is_an_act_and_needs_a_token(client: FlaskClient) -> None:
    factories.sign_in(client, factories.member("ana"))
    assert client.get("/auth/logout").status_code == 405
    assert client.post("/auth/logout", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    client.post("/auth/logout")
    assert is_signed_in(client)


def test_signing_in_needs_a_token(client: FlaskClient) -> None:
    """Without it a stranger could sign a visitor in to the stranger's own account."""
    factories.member("ana")
    client.post("/auth/login", data={"email": ANA, "password": factories.PASSWORD})
    assert not is_signed_in(client)


def test_the_library_answers_no_program(client: FlaskClient) -> None:
    factories.member("ana")
    token = token_of(client.get("/auth/login").text)
    answer = client.post(
        "/auth/login?include_auth_token",
        json={"email": ANA, "password": factories.PASSWORD},
        headers={"X-CSRFToken": token, "Accept": "application/json"},
    )
    assert "authentication_token" not in answer.text
    assert answer.mimetype == "text/html"
    wrong: object
    for wrong in ({"email": {"a": 1}, "password": [1]}, {"email": 1, "password": None}, [], "x"):
        assert client.post("/auth/login", json=wrong, headers={"X-CSRFToken": token}).status_code < 500


def test_a_token_in_a_header_or_an_address_opens_nothing(client: FlaskClient) -> None:
    ana = factories.member("ana")
    token = str(ana.get_auth_token())
    assert client.get("/account/", headers={"Authentication-Token": token}).status_code == 302
    assert client.get(f"/account/?auth_token={token}").status_code == 302


# Where a visitor is led


ELSEWHERE = [
    "https://evil.example/", "//evil.example", "///evil.example", "////evil.example", "/\\evil.example",
    "\\\\evil.example", "\\/evil.example", "/\t/evil.example", "\t//evil.example", " //evil.example",
    "/%09/evil.example",
    "http:evil.example", "https:/evil.example", "javascript:alert(1)", "data:text/html,x", "//evil.example\\@gallery",
    "/\x00/evil.example", "/\r\nLocation: https://evil.example", "http://localhost@evil.example/", "http://localhost/lots",
    "evil.example", "?next=//evil.example", "#//evil.example", "%2F%2Fevil.example", "/ /evil.example", "", "/" * 3000,
]  # fmt: skip


@pytest.mark.parametrize("elsewhere", [one for one in ELSEWHERE if "\0" not in one])  # That is no page at all.
def test_nobody_is_led_to_another_site(client: FlaskClient, elsewhere: str) -> None:
    factories.member("ana")
    page = client.get("/auth/login", query_string={"next": elsewhere})
    answer = client.post(
        "/auth/login",
        query_string={"next": elsewhere},
        data={"csrf_token": token_of(page.text), "email": ANA, "password": factories.PASSWORD, "next": elsewhere},
    )
    assert answer.status_code == 303
    assert answer.location in ("/account/", "/%09/evil.example")


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_no_address_elsewhere_passes_for_one_of_ours(elsewhere: str) -> None:
    assert rules.local_path(elsewhere) is None or elsewhere == "/%09/evil.example"


@pytest.mark.parametrize("here", ["/", "/lots/7", "/lots/?q=a&after=2", "/lots/7#bid", "/artists/%C3%A9"])
def test_addresses_of_ours_pass(here: str) -> None:
    assert rules.local_path(here) == here


def test_a_member_comes_back_to_the_page_that_asked(client: FlaskClient) -> None:
    factories.member("ana")
    answer = client.get("/account/profile?next=/lots/7")
    assert answer.status_code == 302
    back = sign_in_at(client, answer.location)
    assert back == "/account/profile?next=/lots/7"
    assert client.get("/auth/login?next=/lots/7").location == "/lots/7", "who is signed in already goes straight on"


def sign_in_at(client: FlaskClient, address: str) -> str:
    page = client.get(address).text
    hidden = re.search(r'name="next" value="([^"]*)"', page)
    assert hidden
    fields = {"csrf_token": token_of(page), "next": hidden[1], "email": ANA, "password": factories.PASSWORD}
    return client.post("/auth/login", data=fields).location


def test_an_act_without_a_member_leads_back_to_its_page(client: FlaskClient) -> None:
    token = token_of(client.get("/auth/login").text)
    headers = {"Referer": "http://localhost/lots/7?lang=en", "Sec-Fetch-Site": "same-origin"}
    answer = client.post("/account/profile/phone", data={"csrf_token": token}, headers=headers)
    assert (answer.status_code, answer.location) == (303, "/auth/login?next=/lots/7?lang%3Den")
    headers["Referer"] = "https://evil.example/lots/7"
    assert client.post("/account/profile/phone", data={"csrf_token": token}, headers=headers).location == "/auth/login"


def test_htmx_leaves_the_page_for_the_sign_in_instead_of_swapping_it_in(client: FlaskClient) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/lots/7"}
    answer = client.get("/account/profile", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/auth/login?next=/lots/7"
    assert answer.text == ""


def test_a_program_is_told_401(client: FlaskClient) -> None:
    assert client.get("/account/", headers={"Accept": "application/json"}).status_code == 401


# Cookies and sessions


def cookies_of(answer_headers: list[str]) -> SimpleCookie:
    jar: SimpleCookie = SimpleCookie()
    for one in answer_headers:
        jar.load(one)
    return jar


@pytest.mark.parametrize(
    ("base_url", "prefix", "secure"), [("https://gallery.example", "__Host-", True), ("http://localhost", "", False)]
)
def test_the_cookies_are_for_this_host_and_no_script(
    environ: dict[str, str], base_url: str, prefix: str, secure: bool
) -> None:
    app = create_app(Settings.from_environ(environ | {"GALLERY_BASE_URL": base_url}))
    with app.app_context():
        factories.member("ana")
        client = app.test_client()
        page = client.get("/auth/login", base_url=base_url)
        fields = {"csrf_token": token_of(page.text), "email": ANA, "password": factories.PASSWORD, "remember": "y"}
        headers = {"Referer": base_url}
        jar = cookies_of(
            client.post("/auth/login", base_url=base_url, data=fields, headers=headers).headers.getlist("Set-Cookie")
        )
    assert set(jar) == {f"{prefix}session", f"{prefix}device", "lang"}
    for cookie in jar.values():
        assert bool(cookie["secure"]) is secure
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/"
        assert not cookie["domain"]
        assert len(cookie.OutputString()) < 4096


def test_a_page_that_was_open_for_hours_still_acts(app: Flask, client: FlaskClient) -> None:
    factories.sign_in(client, factories.member("ana"))
    token = token_of(client.get("/account/profile").text)
    import time_machine

    with time_machine.travel(clock.now() + timedelta(hours=7)):
        answer = client.post("/account/profile/full_name", data={"csrf_token": token, "full_name": ""})
    assert answer.status_code == 422, "the form was read, and the session was still there"


def test_signing_in_leaves_no_digest_of_browser_and_network_in_the_cookie(client: FlaskClient) -> None:
    factories.member("ana")
    sign_in(client, ANA, factories.PASSWORD)
    with client.session_transaction() as session:
        assert "_id" not in session


def test_a_page_that_does_not_ask_who_is_there_asks_no_database(app: Flask, client: FlaskClient) -> None:
    factories.sign_in(client, factories.member("ana"))
    said: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    app.add_url_rule("/nobody", view_func=access.public(lambda: "x"), endpoint="nobody")
    event.listen(db.engine, "before_cursor_execute", hear)
    assert client.get("/nobody").status_code == 200
    assert said == []
    client.get("/account/")
    assert len([one for one in said if "JOIN member" in one]) == 1, "who is there costs one statement"


# Hashes


def test_a_hash_with_yesterdays_parameters_is_renewed_at_sign_in(app: Flask, client: FlaskClient) -> None:
    context = app.extensions["security"].pwd_context
    old = context.using(argon2__time_cost=2, argon2__memory_cost=256).hash(factories.PASSWORD)
    factories.member("ana")
    with transaction() as session:
        session.query(Member).update({"password": old})
    sign_in(client, ANA, "wrong")
    assert the_hash() == old
    sign_in(client, ANA, factories.PASSWORD)
    assert is_signed_in(client)
    assert the_hash() != old
    assert not passwords.is_outdated(the_hash())


def the_hash() -> str:
    found = queries.account(ANA)
    assert found
    assert found.password
    return found.password


def test_passwords_are_hashed_with_argon2id_and_at_least_owasps_figures(environ: dict[str, str]) -> None:
    app = create_app(Settings.from_environ(environ | {"GALLERY_ENV": "demo"}))
    with app.app_context():
        assert passwords.hashed(OTHER_PASSWORD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_cost_of_a_hash_is_a_setting_with_a_floor(environ: dict[str, str]) -> None:
    demo = environ | {"GALLERY_ENV": "demo"}
    app = create_app(Settings.from_environ(demo | {"GALLERY_ARGON2_ROUNDS": "3", "GALLERY_ARGON2_KIB": "20000"}))
    with app.app_context():
        assert passwords.hashed(OTHER_PASSWORD).startswith("$argon2id$v=19$m=20000,t=3,p=1$")
    with pytest.raises(SettingsError, match="GALLERY_ARGON2_KIB"):
        Settings.from_environ(demo | {"GALLERY_ARGON2_KIB": "8"})
