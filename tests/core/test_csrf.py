"""Only our own pages act for a visitor; a page that was open for hours still does, and nobody loses what he typed."""

from __future__ import annotations

import functools
import re

import itsdangerous
import pytest
from flask import Flask, render_template_string, request

from gallery.core import csrf
from gallery.core.access import public

FORM = '<form method="post" action="/form"><input type="hidden" name="csrf_token" value="{{ csrf_token() }}"></form>'
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def open_house(app: Flask) -> Flask:
    """The application with a form at `/form` whose posts answer "done"."""

    @public
    def form():
        return "done " + request.form.get("amount", "") if request.method == "POST" else render_template_string(FORM)

    app.add_url_rule("/form", "form", form, methods=["GET", "POST"])
    return app


def token_of(page) -> str:
    return re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[0]


def test_our_own_form_is_taken(open_house: Flask) -> None:
    client = open_house.test_client()
    answer = client.post("/form", data={"csrf_token": token_of(client.get("/form")), "amount": "5"}, headers=OURS)
    assert answer.text == "done 5"


def test_a_form_that_was_open_for_a_day_is_taken(open_house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = open_house.test_client()
    yesterday = itsdangerous.TimestampSigner("any").get_timestamp() - 24 * 3600
    with monkeypatch.context() as patched:
        patched.setattr(itsdangerous.TimestampSigner, "get_timestamp", lambda _self: yesterday)
        token = token_of(client.get("/form"))
    assert client.post("/form", data={"csrf_token": token}, headers=OURS).status_code == 200


def test_a_stale_form_comes_back_whole_with_a_button_to_send_it_again(open_house: Flask) -> None:
    client = open_house.test_client()
    sent = {"csrf_token": "of a session that is over", "amount": '200 000 "F"', "to": ["a", "b"]}
    page = client.post("/form", data=sent, headers=OURS)
    assert page.status_code == 403
    assert "done" not in page.text
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    kept = dict(field for field in fields if field[0] != "csrf_token")
    assert kept == {"amount": "200 000 &#34;F&#34;", "to": "b"}
    assert ("to", "a") in fields
    tokens = [value for name, value in fields if name == "csrf_token"]
    again = client.post("/form", data=sent | {"csrf_token": tokens[-1]}, headers=OURS)
    assert again.text == 'done 200 000 "F"'


@pytest.mark.parametrize(
    "secret", ["password", "new_password_confirm", "code", "account_code", "iban", "card", "card_number", "PIN", "pin2"]
)
def test_a_stale_form_with_a_secret_is_not_written_into_a_page(open_house: Flask, secret: str) -> None:
    page = open_house.test_client().post("/form", data={secret: "XYZZY", "name": "QUUX"}, headers=OURS)
    assert page.status_code == 403
    assert "XYZZY" not in page.text
    assert "QUUX" not in page.text
    assert 'href="/form?lang=' in page.text


@pytest.mark.parametrize("name", ["postal_code", "shipping_europe", "opinion", "postcard", "is_passing"])
def test_what_only_sounds_like_a_secret_loses_nobody_his_form(open_house: Flask, name: str) -> None:
    page = open_house.test_client().post("/form", data={name: "XYZZY", "street": "QUUX"}, headers=OURS)
    assert f'name="{name}" value="XYZZY"' in page.text
    assert 'name="street" value="QUUX"' in page.text


def test_a_form_of_unknown_origin_is_not_offered_again(open_house: Flask) -> None:
    page = open_house.test_client().post("/form", data={"amount": "5"})
    assert page.status_code == 403
    assert 'name="amount"' not in page.text


def test_a_view_may_show_its_own_form_again(open_house: Flask) -> None:
    csrf.on_stale(open_house, "form", lambda: (f"again {request.form['amount']}", 422))
    answer = open_house.test_client().post("/form", data={"amount": "5"}, headers=OURS)
    assert (answer.status_code, answer.text) == (422, "again 5")


def test_htmx_gets_a_notice_and_the_form_stays(open_house: Flask) -> None:
    answer = open_house.test_client().post("/form", data={"amount": "5"}, headers=OURS | {"HX-Request": "true"})
    assert answer.status_code == 403
    assert answer.headers["HX-Retarget"] == "#said"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:81"},
        {"Origin": "null"},
    ],
)
def test_another_site_is_refused_even_with_a_token(open_house: Flask, headers: dict[str, str]) -> None:
    client = open_house.test_client()
    token = token_of(client.get("/form"))
    answer = client.post("/form", data={"csrf_token": token}, headers=headers)
    assert answer.status_code == 403
    assert "done" not in answer.text


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost"}, {"Sec-Fetch-Site": "none"}, {}])
def test_an_older_browser_is_served_by_its_token(open_house: Flask, headers: dict[str, str]) -> None:
    client = open_house.test_client()
    answer = client.post("/form", data={"csrf_token": token_of(client.get("/form"))}, headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_view_that_writes_is_reached_without_a_token(app: Flask, method: str) -> None:
    reached: list[str] = []
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint not in csrf.EXEMPT]
    writing = [rule for rule in rules if method in (rule.methods or ())]

    def arrive(**_named: object) -> str:
        reached.append(request.path)
        return ""

    for rule in writing:
        view = app.view_functions[rule.endpoint]
        app.view_functions[rule.endpoint] = functools.wraps(view)(arrive)
    for rule in writing:
        address = re.sub(r"<(\w+(\(.*?\))?:)?\w+>", "1", rule.rule)
        app.test_client().open(address, method=method)
        app.test_client().open(address, method=method, headers=OURS)
    assert reached == []


def test_nothing_is_exempt_that_is_not_written_here(app: Flask) -> None:
    assert {"deletions.facebook"} == csrf.EXEMPT
    assert set(app.view_functions) >= csrf.EXEMPT
