"""What people type at the doors: wrong values are refused beside their field, nothing is lost, nothing slips in."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gallery.auth import passwords, queries
from gallery.auth.addresses import NotAnAddress, normalised
from gallery.auth.rules import Weakness
from gallery.core import logs, outbox
from gallery.core.i18n import force_locale
from tests import factories
from tests.auth.doors import OTHER_PASSWORD, PASSWORD, fill_in, mailbox, register, sign_in, token_of
from tests.auth.nonsense import NOT_ADDRESSES

ANA = "ana@example.org"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_no_address_is_refused_everywhere_and_kept_in_the_form(client: FlaskClient, language: str) -> None:
    client.get(f"/auth/register?lang={language}")
    for typed in NOT_ADDRESSES:
        for door in ("/auth/register", "/auth/reset", "/auth/confirm"):
            fields = {"email": typed, "password": OTHER_PASSWORD}
            answer = client.post(door, data={"csrf_token": token_of(client.get(door).text), **fields})
            assert answer.status_code == 422, (door, typed)
            assert 'id="email-error"' in answer.text, (door, typed)
            assert f'lang="{language}"' in answer.text
            assert OTHER_PASSWORD not in answer.text
    assert outbox.counts() == {}
    answer = fill_in(client, "/auth/register", email="ana@example", password="short")
    assert 'value="ana@example"' in answer.text


@pytest.mark.database
@pytest.mark.parametrize("typed", NOT_ADDRESSES)
def test_signing_in_with_no_address_is_refused_and_breaks_nothing(client: FlaskClient, typed: str) -> None:
    assert sign_in(client, typed).status_code == 422


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Ana@Example.ORG", ANA),
        ("  ana@example.org\t", ANA),
        ("ana+art@example.org", "ana+art@example.org"),
        ("ana@dakar.example.sn", "ana@dakar.example.sn"),
        ("ana@exämple.org", "ana@exämple.org"),
        ("o'neil@example.org", "o'neil@example.org"),
    ],
)
def test_an_address_has_one_form(app: Flask, typed: str, found: str) -> None:
    assert normalised(typed) == found
    assert normalised(normalised(typed)) == found


def test_no_name_server_is_asked(app: Flask) -> None:
    """The suite forbids the network; and time must not tell."""
    assert normalised("ana@there-is-no-such-host.example.org")
    with pytest.raises(NotAnAddress):
        normalised("ana@there is no such host")


def test_every_reason_to_refuse_a_password_has_words(app: Flask) -> None:
    for reason in Weakness:
        said = []
        for language in ("fr", "en"):
            with force_locale(language):
                said.append(str(passwords.ADVICE[reason]))
        assert min(map(len, said)) > 15
        assert said[0] != said[1], reason
    with force_locale("en"):
        assert "15 characters" in str(passwords.ADVICE[Weakness.TOO_SHORT])


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "at least 15 characters"),
        ("ana@example.org ana", "consists mostly of your address"),
        ("aaaaaaaaaaaaaaaaaaaa", "Repeating"),
        ("x" * 129, "at most 128"),
        ("", "Please choose a password"),
    ],
)
def test_a_weak_password_is_refused_with_advice_and_the_address_stays(
    client: FlaskClient, password: str, words: str
) -> None:
    client.get("/auth/register?lang=en")
    answer = register(client, ANA, password)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{ANA}"' in answer.text
    assert queries.account(ANA) is None


def test_a_new_password_is_judged_at_reset_and_change_too(client: FlaskClient) -> None:
    factories.member("ana")
    fill_in(client, "/auth/reset", email=ANA)
    path = mailbox(ANA)[0].path
    assert fill_in(client, path, password="ana@example.org 1").status_code == 422
    sign_in(client, ANA, factories.PASSWORD)
    for weak in ("short", "ana@example.org 1", factories.PASSWORD):
        answer = fill_in(client, "/auth/change", password=factories.PASSWORD, new_password=weak)
        assert answer.status_code == 422, weak
    assert client.get(path).status_code == 200, "a refused password does not use the link up"


def test_fields_named_like_columns_are_never_written(client: FlaskClient) -> None:
    """Mass assignment: the form takes what it shows and nothing else."""
    more = {
        "id": "77", "active": "", "confirmed_at": "2020-01-01", "fs_uniquifier": "x", "registered_at": "2020-01-01",
        "language": "en", "roles": "admin", "role": "admin", "is_staff": "1", "password_hash": "x", "member_id": "1",
    }  # fmt: skip
    assert register(client, ANA, PASSWORD, **more).status_code == 303
    made = queries.member_by_email(ANA)
    assert made is not None
    assert (made.id, made.active, made.confirmed_at, made.language, made.roles) == (1, True, None, "fr", [])
    assert made.fs_uniquifier != "x"
    assert made.registered_at.year > 2020
    fill_in(client, mailbox(ANA)[0].path)
    fill_in(client, "/auth/change", password=PASSWORD, new_password=OTHER_PASSWORD, **more)
    made = queries.member_by_email(ANA)
    assert made is not None
    assert made.roles == []


def test_a_field_that_is_sent_twice_breaks_nothing(client: FlaskClient) -> None:
    token = token_of(client.get("/auth/register").text)
    fields = [
        ("csrf_token", token),
        ("email", ANA),
        ("email", "ben@example.org"),
        ("password", PASSWORD),
        ("password", "x"),
    ]
    from werkzeug.datastructures import MultiDict

    assert client.post("/auth/register", data=MultiDict(fields)).status_code == 303
    assert queries.account(ANA) is not None
    assert queries.account("ben@example.org") is None


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "application/xml", "multipart/form-data", ""]
)
def test_a_body_that_is_no_form_is_refused_in_words(client: FlaskClient, content_type: str) -> None:
    token = token_of(client.get("/auth/register").text)
    for body in (b"", b"[]", b'"x"', b"\xff\xfe", json.dumps({"email": ANA, "password": PASSWORD}).encode()):
        for door in ("/auth/register", "/auth/login", "/auth/reset"):
            headers = {"X-CSRFToken": token}
            answer = client.post(door, data=body, content_type=content_type, headers=headers)
            assert 400 <= answer.status_code < 500, (door, body, answer.status)
    assert queries.account(ANA) is None


@pytest.fixture
def written(app: Flask) -> Iterator[io.StringIO]:
    """Everything that the house logs, also what only an investigation turns on."""
    stream = io.StringIO()
    listener = logging.StreamHandler(stream)
    listener.setFormatter(logs.Lines() if hasattr(logs, "Lines") else logging.Formatter("%(message)s %(args)s"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(listener)
    root.setLevel(level)


def test_no_password_token_or_address_is_logged(client: FlaskClient, written: io.StringIO) -> None:
    register(client, ANA, PASSWORD)
    register(client, ANA, "too weak")
    confirmation = mailbox(ANA)[0].path
    fill_in(client, confirmation)
    fill_in(client, "/auth/change", password="a wrong one, typed in haste", new_password=OTHER_PASSWORD)
    fill_in(client, "/auth/reset", email=ANA)
    reset = mailbox(ANA)[-1].path
    fill_in(client, reset, password=OTHER_PASSWORD)
    client.get(reset)
    sign_in(client, ANA, "another wrong one")
    text = written.getvalue()
    assert text, "the log says something, or this test says nothing"
    for secret in (PASSWORD, OTHER_PASSWORD, "too weak", "typed in haste", "another wrong", ANA, "ana@"):
        assert secret not in text, secret
    for path in (confirmation, reset):
        assert path.rsplit("/", 1)[1][:30] not in text


@pytest.mark.parametrize("door", ["/auth/register", "/auth/login", "/auth/reset"])
def test_the_reader_is_led_to_what_is_wrong(client: FlaskClient, door: str) -> None:
    """A page that comes back begins at its head, far from the form on a small screen or by keyboard (3.3.1)."""
    assert "autofocus" not in client.get(door).text
    answer = client.post(door, data={"csrf_token": token_of(client.get(door).text), "email": "ana@example"})
    assert answer.status_code == 422
    assert answer.text.count('role="alert" tabindex="-1" autofocus') == 1


def test_a_french_letter_parts_its_colons(client: FlaskClient) -> None:
    client.get("/auth/register?lang=fr")
    register(client, ANA)
    assert "Confirmer mon adresse\N{NO-BREAK SPACE}:\nhttp" in mailbox(ANA)[-1].text
