"""Nobody loses what he typed because his session ended: staff are warned and stay, others send it again (A-01)."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gallery.auth.models import Member
from gallery.auth.sessions import services as session_services
from gallery.auth.sessions.rules import PASSING, REMEMBERED, STAFF
from gallery.core import clock
from gallery.core.access import member, proved
from tests import factories
from tests.auth.doors import fill_in, is_signed_in, sign_in, token_of

STAY = "/account/security/stay"
SUE = "sue@example.org"
OURS = {"Sec-Fetch-Site": "same-origin", "Referer": "http://localhost/letters/new"}
LONGEST_WITHOUT_WARNING = timedelta(hours=20)


def at(app: Flask, moment: datetime) -> None:
    app.extensions["clock"] = clock.FrozenClock(moment)


@pytest.fixture
def started(app: Flask) -> datetime:
    """Noon, and the clock stands still."""
    now = clock.now()
    at(app, now)
    return now


@pytest.fixture
def desk(app: Flask) -> list[dict[str, str]]:
    """A form at /letters for members, one at /keys for those who showed who they are; what they took."""
    taken: list[dict[str, str]] = []

    def take() -> str:
        taken.append({name: value for name, value in request.form.items() if name != "csrf_token"})
        return "taken"

    app.add_url_rule("/letters", "letters", member(take), methods=["POST"])
    app.add_url_rule("/keys", "keys", proved(take), methods=["POST"])
    return taken


@pytest.fixture
def sue(app: Flask, client: FlaskClient, started: datetime, desk: list[dict[str, str]]) -> FlaskClient:
    """The browser of Sue, who is of the staff and signed in at noon."""
    factories.member("sue", roles=["support"])
    client.get("/?lang=en")
    sign_in(client, SUE, factories.PASSWORD)
    return client


def left(page: str) -> int | None:
    """The seconds that a page says are left of its session."""
    found = re.search(r'data-left="(-?\d+)"', page)
    return int(found[1]) if found else None


# The warning


def test_only_short_sessions_are_warned_of(app: Flask, client: FlaskClient, sue: FlaskClient) -> None:
    assert min(PASSING.idle, REMEMBERED.idle) > LONGEST_WITHOUT_WARNING > STAFF.idle
    factories.member("ana")
    ana = app.test_client()
    sign_in(ana, "ana@example.org", factories.PASSWORD)
    assert left(ana.get("/account/").text) is None
    assert "js/stay" not in ana.get("/account/").text
    assert left(app.test_client().get("/").text) is None
    assert left(sue.get("/account/").text) == STAFF.idle.total_seconds()


def test_the_page_says_how_long_there_is_and_one_act_prolongs(app: Flask, sue: FlaskClient, started: datetime) -> None:
    page = sue.get("/account/").text
    at(app, started + STAFF.idle - timedelta(minutes=2))
    answer = sue.post(STAY, data={"csrf_token": token_of(page)}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert left(answer.text) == STAFF.idle.total_seconds()
    at(app, started + STAFF.idle + timedelta(minutes=57))
    assert is_signed_in(sue)


def test_a_session_can_be_prolonged_ten_times_and_more_up_to_its_latest_end(
    app: Flask, sue: FlaskClient, started: datetime
) -> None:
    token, now, times = token_of(sue.get("/account/").text), started, 0
    while True:
        now += STAFF.idle - timedelta(minutes=2)
        if now >= started + STAFF.whole:
            break
        at(app, now)
        answer = sue.post(STAY, data={"csrf_token": token}, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        until = now + timedelta(seconds=left(answer.text) or 0)
        assert until == min(now + STAFF.idle, started + STAFF.whole)
        times += 1
    assert times >= 10
    assert until == started + STAFF.whole
    assert "<button" not in answer.text, "no button promises what it cannot do"
    assert "will be signed out at" in answer.text
    at(app, started + STAFF.whole)
    assert not is_signed_in(sue)


def test_without_a_script_prolonging_leads_back(sue: FlaskClient) -> None:
    answer = fill_in_here(sue, next="/admin/?x=1")
    assert (answer.status_code, answer.location) == (303, "/admin/?x=1")
    assert fill_in_here(sue, next="//evil.example").location == "/account/security"


def fill_in_here(client: FlaskClient, **fields: str) -> TestResponse:
    return client.post(STAY, data={"csrf_token": token_of(client.get("/account/").text), **fields})


# What was typed


LETTER = {"subject": 'On "waves"', "text": "Dear Ana,\r\nmany words."}


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.partition("<ol>")[2])
    return {name: html.unescape(value) for name, value in found}


def test_a_form_that_comes_after_the_end_is_kept_and_sent_again_after_signing_in(
    app: Flask, sue: FlaskClient, started: datetime, desk: list[dict[str, str]]
) -> None:
    token = token_of(sue.get("/account/").text)
    at(app, started + STAFF.idle)
    page = sue.post("/letters", data={"csrf_token": token, **LETTER}, headers=OURS)
    assert (page.status_code, desk) == (401, [])
    assert 'href="/auth/login?next=/letters/new" target="_blank"' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    kept = hidden(page.text)
    assert kept.items() >= LETTER.items()
    sign_in(sue, SUE, factories.PASSWORD)
    assert sue.post("/letters", data=kept, headers=OURS).text == "taken"
    assert desk == [LETTER]


def test_it_is_kept_also_where_the_browser_forgot_the_session_itself(
    sue: FlaskClient, desk: list[dict[str, str]]
) -> None:
    token = token_of(sue.get("/account/").text)
    sue.delete_cookie("session")
    stale = sue.post("/letters", data={"csrf_token": token, **LETTER}, headers=OURS)
    fresh = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', stale.text))
    again = sue.post("/letters", data={name: html.unescape(value) for name, value in fresh.items()}, headers=OURS)
    assert (again.status_code, desk) == (401, [])
    kept = hidden(again.text)
    sign_in(sue, SUE, factories.PASSWORD)
    assert sue.post("/letters", data=kept, headers=OURS).text == "taken"
    assert desk == [LETTER]


def test_with_htmx_the_form_stays_and_a_notice_leads_to_another_window(
    app: Flask, sue: FlaskClient, started: datetime, desk: list[dict[str, str]]
) -> None:
    token = token_of(sue.get("/account/").text)
    at(app, started + STAFF.idle)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/letters/new"}
    for address, sent in (("/letters", LETTER), (STAY, {"stay": "1"})):
        answer = sue.post(address, data={"csrf_token": token, **sent}, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["HX-Retarget"] == "#said"
        assert "HX-Redirect" not in answer.headers
        assert 'href="/auth/login?next=/letters/new" target="_blank"' in answer.text
    assert desk == []


@pytest.mark.parametrize("secret", ["password", "code", "iban"])
def test_a_secret_is_written_into_no_page_and_the_member_is_told(
    app: Flask, sue: FlaskClient, started: datetime, desk: list[dict[str, str]], secret: str
) -> None:
    token = token_of(sue.get("/account/").text)
    at(app, started + STAFF.idle)
    answer = sue.post("/letters", data={"csrf_token": token, secret: "XYZZY", "name": "QUUX"}, headers=OURS)
    assert (answer.status_code, answer.location) == (303, "/auth/login?next=/letters/new")
    page = sue.get(answer.location).text
    assert "what is secret has to be typed again" in page
    assert "XYZZY" not in page


def test_who_has_to_show_again_who_he_is_keeps_what_he_typed(
    app: Flask, client: FlaskClient, desk: list[dict[str, str]]
) -> None:
    client.get("/?lang=en")
    factories.sign_in(client, factories.member("ana"), proved=False)
    token = token_of(client.get("/account/").text)
    page = client.post("/keys", data={"csrf_token": token, **LETTER}, headers=OURS)
    assert page.status_code == 403
    assert 'href="/auth/prove?next=/letters/new"' in page.text
    fill_in(client, "/auth/prove", password=factories.PASSWORD)
    assert client.post("/keys", data=hidden(page.text), headers=OURS).text == "taken"
    assert desk == [LETTER]


def test_a_button_without_anything_typed_leads_straight_there(client: FlaskClient, desk: list[dict[str, str]]) -> None:
    token = token_of(client.get("/auth/login").text)
    answer = client.post("/letters", data={"csrf_token": token, "next": ""}, headers=OURS)
    assert (answer.status_code, answer.location) == (303, "/auth/login?next=/letters/new")


def test_another_site_gets_nothing_offered_again(client: FlaskClient, desk: list[dict[str, str]]) -> None:
    token = token_of(client.get("/auth/login").text)
    sent = {"csrf_token": token, **LETTER}
    answer = client.post("/letters", data=sent, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "many words" not in answer.text


def test_a_session_that_was_ended_from_elsewhere_loses_nothing_either(
    client: FlaskClient, desk: list[dict[str, str]]
) -> None:
    ana: Member = factories.member("ana")
    factories.sign_in(client, ana)
    token = token_of(client.get("/account/").text)
    session_services.end_all(ana.id)
    page = client.post("/letters", data={"csrf_token": token, **LETTER}, headers=OURS)
    assert hidden(page.text).items() >= LETTER.items()
