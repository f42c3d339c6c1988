"""The gate: asks for what is missing at that moment, says why, and leads back to what was being done (B1)."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gallery.account import queries, services
from gallery.account.models import BankAccount, Company, Profile
from gallery.account.rules import For, Gap
from gallery.auth.factors.models import Authenticator
from gallery.core.db import db, transaction
from tests import factories
from tests.account.people import ADDRESS, AWA, NOW, TODAY, complete, stored, token

FIELD = re.compile(r'<(?:input|select)[^>]* name="(\w+)"')
HIDDEN = {"csrf_token", "next"}


def asked(client: FlaskClient, query: str = "for=bidding") -> set[str]:
    """The fields for which the gate asks."""
    page = client.get(f"/account/complete?{query}").text
    return set(FIELD.findall(page.split("<main")[1])) - HIDDEN


def tell(member_id: int, **said: str | date) -> None:
    services.save(member_id, said, now=NOW)


def test_who_has_said_nothing_is_asked_for_everything_and_told_why(client: FlaskClient, ana: int) -> None:
    assert asked(client) == set(AWA)
    page = client.get("/account/complete?for=bidding").text
    assert "A bid obliges" in page
    assert "Before you bid" in page
    assert page.count("<form") == 2, "one form, and the way out"


@pytest.mark.parametrize(
    ("known", "missing"),
    [
        ({"full_name": "Awa N'Diaye", "phone": "+221771234567"}, {*ADDRESS, "born_on"}),
        ({"street": "Villa 4", "city": "Dakar", "country": "SN"}, {"full_name", "phone", "born_on"}),
        ({"landmark": "Villa 4", "city": "Dakar", "country": "SN"}, {"full_name", "phone", "born_on"}),
        ({"born_on": date(1990, 5, 17)}, {"full_name", "phone", *ADDRESS}),
    ],
)
def test_only_what_is_missing_is_asked_for(
    client: FlaskClient, ana: int, known: dict[str, str | date], missing: set[str]
) -> None:
    tell(ana, **known)
    assert asked(client) == missing


@pytest.mark.database
def test_it_saves_all_at_once_and_leads_back_to_what_was_being_done(client: FlaskClient, ana: int) -> None:
    page = client.get("/account/complete?for=bidding&next=/lots/7?amount%3D100").text
    assert 'name="next" value="/lots/7?amount=100"' in page
    answer = complete(client, **AWA, next="/lots/7?amount=100")
    assert (answer.status_code, answer.location) == (303, "/lots/7?amount=100")
    assert queries.missing(ana, For.BIDDING, NOW) == []
    assert stored(ana)["born_on"] == date(1990, 5, 17)


@pytest.mark.parametrize("where", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_it_leads_to_no_other_site(client: FlaskClient, ana: int, where: str) -> None:
    assert complete(client, f"for=bidding&next={where}", **AWA, next=where).location == "/account/"


def test_what_was_typed_and_where_it_leads_outlives_a_mistake(client: FlaskClient, ana: int) -> None:
    answer = complete(client, **AWA | {"phone": "12", "born_on": "17 mai 1990"}, next="/lots/7")
    assert answer.status_code == 422
    page = unescape(answer.text)
    for typed in ("Awa N'Diaye", "derrière la pharmacie Mermoz", 'value="12"', "17 mai 1990", 'value="/lots/7"'):
        assert typed in page
    assert queries.profile(ana) is None


def test_a_phone_is_read_by_the_habits_of_the_known_country(client: FlaskClient, ana: int) -> None:
    tell(ana, street="12 rue des Écoles", city="Paris", country="FR")
    complete(client, full_name="Awa", phone="06 12 34 56 78", born_on="1990-05-17")
    assert stored(ana)["phone"] == "+33612345678"


def test_who_lacks_nothing_goes_straight_on(client: FlaskClient, ana: int) -> None:
    complete(client, **AWA)
    assert client.get("/account/complete?for=bidding&next=/lots/7").location == "/lots/7"
    assert client.get("/account/complete").location == "/account/"


def test_nobody_under_age_comes_through(client: FlaskClient, ana: int) -> None:
    assert complete(client, **AWA | {"born_on": "2008-11-24"}).status_code == 422
    tell(ana, **{name: said for name, said in AWA.items() if name != "born_on"} | {"born_on": date(2008, 11, 24)})
    page = client.get("/account/complete?for=bidding")
    assert page.status_code == 200
    assert "You must be 18" in page.text
    assert asked(client) == set()
    assert complete(client, **AWA).status_code == 422, "a form that was never there changes nothing"
    assert stored(ana)["born_on"] == date(2008, 11, 24)


def test_an_unknown_aim_is_no_page(client: FlaskClient, ana: int) -> None:
    assert client.get("/account/complete?for=painting").status_code == 404


def test_visitors_sign_in_first_and_come_back_to_the_gate(client: FlaskClient) -> None:
    answer = client.get("/account/complete?for=bidding&next=/lots/7")
    assert answer.location.startswith("/auth/login?next=/account/complete?for%3Dbidding")


def test_a_stale_token_costs_nothing_of_what_was_typed(client: FlaskClient, ana: int) -> None:
    sent = {"csrf_token": "stale", **AWA, "next": "/lots/7"}
    answer = client.post("/account/complete?for=bidding", data=sent, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 422
    assert "Nothing was saved" in answer.text
    assert "derrière la pharmacie Mermoz" in answer.text
    assert queries.profile(ana) is None


# Selling


def test_selling_asks_for_the_rest_on_pages_of_its_own_which_lead_back(client: FlaskClient, ana: int) -> None:
    page = unescape(client.get("/account/complete?for=selling&next=/selling/").text)
    assert asked(client, "for=selling") == set(AWA)
    assert "A second step" not in page
    for words in ("Say whether you sell privately or by trade", "Give your bank account", "Set up a second step"):
        assert words in page
    assert "Tell us about your company" not in page, "only a trader has one"
    for link in re.findall(r'<li><a href="(/account/[^"]+)"', page):
        assert link.endswith("?next=%2Faccount%2Fcomplete%3Ffor%3Dselling%26next%3D%252Fselling%252F"), link


def test_after_the_form_what_is_left_stays_on_the_page(client: FlaskClient, ana: int) -> None:
    answer = complete(client, "for=selling", **AWA, next="/selling/")
    assert answer.location == "/account/complete?for=selling&next=%2Fselling%2F"
    assert asked(client, "for=selling") == set()
    assert "Give your bank account" in client.get(answer.location).text


@pytest.mark.database
def test_what_selling_lacks_is_read_from_what_is_there(app: Flask) -> None:
    sol = factories.member("sol").id
    lacks = [Gap.SELLS_AS, Gap.BANK, Gap.SECOND_STEP]
    assert queries.missing(sol, For.SELLING, NOW) == lacks
    with transaction() as session:
        session.execute(sa.update(Profile).where(Profile.member_id == sol).values(sells_as="trader"))
        session.add(Authenticator(member_id=sol, secret="x", proved_at=NOW))
    assert queries.missing(sol, For.SELLING, NOW) == [Gap.COMPANY, Gap.BANK]
    with transaction() as session:
        session.add(bank_of(sol))
        session.add(company_of(sol))
    assert queries.missing(sol, For.SELLING, NOW) == []


def test_a_member_without_a_profile_lacks_everything_for_selling(app: Flask) -> None:
    nia = factories.member("nia", profile=False).id
    assert queries.missing(nia, For.SELLING, NOW) == [
        *(Gap.NAME, Gap.PHONE, Gap.ADDRESS, Gap.BIRTH),
        *(Gap.SELLS_AS, Gap.BANK, Gap.SECOND_STEP),
    ]


def bank_of(member_id: int) -> BankAccount:
    return BankAccount(
        member_id=member_id, kind="iban", holder="Sol", number="FR76", number_index="x", country="FR", updated_at=NOW
    )


def company_of(member_id: int) -> Company:
    return Company(
        member_id=member_id, ref="x", name="Sol", country="SN", register_kind="ninea", register_number="1",
        street="s", city="Dakar", phone="+221338643007", email="x@example.org", certified_at=NOW, updated_at=NOW,
    )  # fmt: skip


def test_each_bid_asks_the_profile_with_one_statement(app: Flask) -> None:
    ana = factories.member("ana").id
    said: list[str] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *about: said.append(about[2]))
    assert queries.profile_gaps(ana, TODAY) == []
    assert len([one for one in said if one.startswith("SELECT")]) == 1
    assert "postal_code" not in said[-1], "each column more is one more to decrypt"


# The overview


def test_the_overview_says_what_is_missing_for_what(client: FlaskClient, ana: int) -> None:
    page = client.get("/account/").text
    asked = re.findall(r"<li>(.*?)</li>", page.split("Before you can bid, we need:")[1].split("</ul>")[0])
    assert asked == ["your name", "a phone number", "your address", "your date of birth"]
    assert "/account/complete?for=selling" in page
    complete(client, **AWA)
    page = client.get("/account/").text
    assert "Your profile has all that bidding needs." in page
    assert "<li>whether you sell privately or by trade</li><li>your bank account</li>" in page
    assert token(client)
