"""Language and currency: kept for members and for visitors, and what they change (B4)."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gallery.auth.models import Member
from gallery.core import preferences
from gallery.core.db import db
from tests import factories
from tests.account.nonsense import FORMULAS, UNSEEN
from tests.account.people import TOKEN

ODD = ["0", "null", "None", "undefined", "true", "[]", "{}", "../x", "%00", "😀", "٣", "1e9", "-1", "x" * 100_000]
NO_LANGUAGES = [
    "", " ", "de", "FR", "fr ", " en", "english", "f\x00r", "fr-SN", "fr_FR", "fr,en", "fren", "f", "ｆｒ", "wo", "ar",
    "zh", "xx", "en-US", "fr;q=1", "*", "C", "POSIX", *ODD, *FORMULAS, *UNSEEN,
]  # fmt: skip
NO_CURRENCIES = [
    " ", "USD", "GBP", "eur", "EUR ", " XOF", "CFA", "F CFA", "€", "XO", "XOFF", "EUR,XOF", "EUR\x00", "XAF", "BTC",
    "$", "euro", "euros", "978", "952", "ＥＵＲ", "E", "EU", *ODD, *FORMULAS, *UNSEEN,
]  # fmt: skip
ADDRESSES = ("/preferences", "/account/preferences")


def choose(client: FlaskClient, address: str = "/preferences", **fields: str) -> TestResponse:
    found = TOKEN.search(client.get(address).text)
    assert found
    return client.post(address, data={"csrf_token": found[1], **fields})


def kept(member_id: int) -> tuple[str, str | None]:
    db.session.rollback()
    one = db.session.get_one(Member, member_id)
    return one.language, one.currency


def cookie(client: FlaskClient, name: str) -> str | None:
    found = client.get_cookie(name)
    return found.value if found else None


@pytest.fixture
def ana(app: Flask, client: FlaskClient) -> int:
    made = factories.member("ana")
    factories.sign_in(client, made)
    client.set_cookie("lang", "en")
    return made.id


def test_a_visitor_keeps_his_choice_in_the_browser_alone(client: FlaskClient) -> None:
    client.set_cookie("lang", "en")
    assert "/preferences" in client.get("/lots/").text, "a link leads there"
    answer = choose(client, language="fr", currency="XOF")
    assert (answer.status_code, answer.location) == (303, "/preferences")
    assert (cookie(client, "lang"), cookie(client, "currency")) == ("fr", "XOF")
    page = client.get("/preferences").text
    assert '<html lang="fr"' in page
    assert re.search(r"<input checked[^>]*value=\"XOF\"", page)
    choose(client, language="en", currency="")
    assert (cookie(client, "lang"), cookie(client, "currency")) == ("en", None)


def test_the_cookies_are_for_this_host_and_no_script(client: FlaskClient) -> None:
    for line in choose(client, language="fr", currency="EUR").headers.getlist("Set-Cookie"):
        assert "HttpOnly" in line
        assert "SameSite=Lax" in line


@pytest.mark.database
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_member_keeps_his_choice_in_his_account_too(client: FlaskClient, ana: int, address: str) -> None:
    assert choose(client, address, language="fr", currency="EUR").location == address
    assert kept(ana) == ("fr", "EUR")
    assert cookie(client, "lang") == "fr"
    choose(client, address, language="en", currency="")
    assert kept(ana) == ("en", None)


def test_on_another_device_a_member_finds_his_currency_again(app: Flask, client: FlaskClient, ana: int) -> None:
    choose(client, language="en", currency="XOF")
    other = app.test_client()
    factories.sign_in(other, db.session.get_one(Member, ana))
    assert 'data-money="XOF"' in other.get("/lots/").text


def test_the_answer_speaks_the_language_that_was_chosen(client: FlaskClient, ana: int) -> None:
    client.get("/?lang=fr")
    choose(client, language="en", currency="")
    assert "Your choice is saved." in client.get("/account/preferences").text


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(("name", "wrong"), [("language", NO_LANGUAGES), ("currency", NO_CURRENCIES)])
def test_wrong_choices_are_refused_beside_their_field(
    client: FlaskClient, ana: int, address: str, name: str, wrong: list[str]
) -> None:
    assert len(set(wrong)) >= 50
    found = TOKEN.search(client.get(address).text)
    assert found
    for value in dict.fromkeys(wrong):
        sent = {"csrf_token": found[1], "language": "en", "currency": "", name: value}
        answer = client.post(address, data=sent)
        assert answer.status_code == 422, value[:60]
        assert f'id="{name}-error"' in answer.text, value[:60]
        assert "Set-Cookie" not in answer.headers or "currency=" not in answer.headers["Set-Cookie"]
    assert kept(ana) == ("en", None)


def test_a_choice_leads_back_to_where_it_was_asked_for_and_to_no_other_site(client: FlaskClient) -> None:
    assert choose(client, language="en", currency="", next="/lots/7").location == "/lots/7"
    assert choose(client, language="en", currency="", next="//evil.example").location == "/preferences"


@pytest.mark.parametrize(
    ("chosen", "sale", "beside"),
    [
        (None, "EUR", "XOF"),
        (None, "XOF", "EUR"),
        (None, "USD", None),
        ("EUR", "EUR", None),
        ("EUR", "XOF", "EUR"),
        ("XOF", "EUR", "XOF"),
        ("XOF", "XOF", None),
        ("XOF", "USD", None),
        ("nonsense", "EUR", "XOF"),
    ],
)
def test_which_money_stands_beside_that_of_the_sale(
    app: Flask, chosen: str | None, sale: str, beside: str | None
) -> None:
    headers = {"Cookie": f"currency={chosen}"} if chosen else {}
    with app.test_request_context("/", headers=headers):
        assert preferences.beside(sale) == beside


@pytest.mark.parametrize(("currency", "converted"), [("XOF", True), ("EUR", False), ("", True)])
def test_the_review_counts_in_the_bidders_money_too(
    client: FlaskClient, ana: int, currency: str, converted: bool
) -> None:
    lot = factories.open_lot(opening_minor=100_00)
    choose(client, language="en", currency=currency)
    found = TOKEN.search(client.get(f"/lots/{lot}").text)
    assert found
    answer = client.post(f"/lots/{lot}/bids", data={"csrf_token": found[1], "key": "a-key-of-hers", "amount": "100"})
    assert "You will pay at most" in answer.text
    assert ("≈" in answer.text.split("You will pay at most")[1]) is converted


def test_the_standing_is_the_same_for_everyone_and_the_page_says_what_to_hide(client: FlaskClient, ana: int) -> None:
    lot = factories.open_lot(opening_minor=100_00)
    before = client.get(f"/lots/{lot}/standing", headers={"HX-Request": "true"}).data
    choose(client, language="en", currency="EUR")
    assert client.get(f"/lots/{lot}/standing", headers={"HX-Request": "true"}).data == before
    assert '<body data-money="EUR">' in client.get(f"/lots/{lot}").text


@pytest.mark.parametrize(("in_browser", "read"), [(None, "fr"), ("en", "en")])
def test_signing_in_brings_the_members_language_where_the_browser_has_none(
    app: Flask, client: FlaskClient, in_browser: str | None, read: str
) -> None:
    factories.member("ana", language="fr")
    if in_browser:
        client.set_cookie("lang", in_browser)
    found = TOKEN.search(client.get("/auth/login", headers={"Accept-Language": "en"}).text)
    assert found
    sent = {"csrf_token": found[1], "email": "ana@example.org", "password": factories.PASSWORD}
    assert client.post("/auth/login", data=sent).status_code == 303
    assert f'<html lang="{read}"' in client.get("/account/", headers={"Accept-Language": "en"}).text
