"""Logs tell what happened and never to whom: canaries do not sing (16.2.5, 16.3, 16.4.1)."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, request
from sqlalchemy.exc import IntegrityError

from gallery.core import logs
from gallery.core.access import public
from tests import factories
from tests.inspection import InspectingClient

CANARIES = ("canary.person@example.org", "canary-pass phrase", "c4nAryT0kenc4nAryT0kenc4nAryT0ken")
EMAIL, PASSWORD, TOKEN = CANARIES
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(app: Flask, capsys: pytest.CaptureFixture[str]) -> Lines:
    """Everything that was logged so far, as parsed lines."""

    def read() -> list[dict[str, Any]]:
        raw = capsys.readouterr().err
        assert not [canary for canary in CANARIES if canary in raw]
        return [json.loads(line) for line in raw.splitlines()]

    return read


def build(app: Flask, view: Callable[..., Any], rule: str) -> None:
    app._got_first_request = False
    app.add_url_rule(rule, view.__name__, public(view), methods=["GET", "POST"])


def test_a_request_is_told_by_its_route_and_not_by_its_address(client: InspectingClient, lines: Lines) -> None:
    answer = client.get(f"/lots/?q={TOKEN}&email={EMAIL}", headers={"Referer": f"http://localhost/?{TOKEN}"})
    told = [line for line in lines() if line["message"] == "answered"]
    assert told[0]["route"] == "/lots/"
    assert (told[0]["status"], told[0]["request"]) == (answer.status_code, answer.headers["X-Request-ID"])


def test_a_failed_sign_in_tells_nothing_of_what_was_typed(client: InspectingClient, lines: Lines) -> None:
    factories.member("ana")
    client.post("/auth/login", data={"email": EMAIL, "password": PASSWORD})
    assert lines()


def test_an_unforeseen_error_tells_its_places_and_not_its_words(
    app: Flask, client: InspectingClient, lines: Lines
) -> None:
    def breaks(token: str) -> None:
        raise ValueError(f"{request.args['email']} typed {request.args['password']} with {token}")

    build(app, breaks, "/breaks/<token>")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.get(f"/breaks/{TOKEN}", query_string={"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 500
    failures = [line for line in lines() if line["level"] == "error"]
    assert failures
    assert any("breaks" in place for line in failures for place in line["places"])


def test_an_error_in_the_answer_to_an_error_tells_no_more(app: Flask, lines: Lines) -> None:
    with app.test_request_context(f"/lots/?t={TOKEN}"):
        try:
            raise ValueError(EMAIL)
        except ValueError:
            app.log_exception(sys.exc_info())
    (line,) = lines()
    assert (line["route"], line["errors"]) == ("/lots/", ["builtins.ValueError"])


def test_an_error_s_causes_are_told_by_class(lines: Lines) -> None:
    try:
        try:
            raise KeyError(EMAIL)
        except KeyError as cause:
            raise IntegrityError("INSERT", {"email": EMAIL}, cause) from cause
    except IntegrityError:
        logging.getLogger("gallery.x").exception("it was not stored")
    (line,) = [line for line in lines() if line["message"] == "it was not stored"]
    assert line["errors"] == ["sqlalchemy.exc.IntegrityError", "builtins.KeyError"]


@pytest.mark.parametrize(
    "words",
    [
        f"mail to <{EMAIL}> refused",
        f"password={PASSWORD.replace(' ', '-')}",
        f"GET /auth/reset/{TOKEN} took long",
        f"Authorization: Bearer {TOKEN}",
        f"opening /x?email={EMAIL}&t={TOKEN}",
        f"{{'token': '{TOKEN}'}}",
    ],
)
def test_what_libraries_say_is_scrubbed(lines: Lines, words: str) -> None:
    logging.getLogger("somelibrary").warning("said: %s", words)
    (line,) = [line for line in lines() if line["logger"] == "somelibrary"]
    assert "canary" not in line["message"].lower()


def test_what_is_not_on_the_list_is_left_out(lines: Lines) -> None:
    logging.getLogger("gallery.x").warning("noted", extra={"email": EMAIL, "lot_id": 7})
    (line,) = [line for line in lines() if line["message"] == "noted"]
    assert line["lot_id"] == 7
    assert "email" not in line


@pytest.mark.parametrize("formatter", [logs.Line(), logs.Plain()])
def test_a_record_is_one_line_whatever_it_says(formatter: logging.Formatter) -> None:
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "one\r\ntwo\x1b[31m\u2028three", (), None)
    assert len(formatter.format(record).splitlines()) == 1


def test_a_visitor_cannot_choose_the_request_s_identity(client: InspectingClient) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": "mine"})
    assert answer.headers["X-Request-ID"] != "mine"
