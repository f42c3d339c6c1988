"""Private person or trader: what is asked, what is kept, and what everyone may read (B2, C9, C-02, C-07)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gallery.account import company_queries, queries
from gallery.account.models import Company, Profile
from gallery.auth.models import Member
from gallery.core import clock
from gallery.core.audit import AuditEntry
from gallery.core.db import db
from tests import factories
from tests.account.companies import GALERIE, LYON, WRONG_COMPANY, send
from tests.account.nonsense import NOT_ASKED
from tests.account.people import HTMX, NOW, SAME_ORIGIN, TOKEN

TRADER, PRIVATE = "/account/company/trader", "/account/company/private"


def acts() -> list[str]:
    return list(db.session.execute(sa.select(AuditEntry.action).order_by(AuditEntry.id)).scalars())


@pytest.mark.database
def test_a_trader_says_who_he_is(client: FlaskClient, ana: int) -> None:
    assert company_queries.sells_as(ana) == ""
    answer = send(client, TRADER, **GALERIE)
    assert (answer.status_code, answer.location) == (303, "/account/company")
    kept = company_queries.company(ana)
    assert kept is not None
    assert (kept.name, kept.register_number, kept.phone) == ("Galerie Ndiaye & Fils", "30672212G2", "+221771234567")
    assert (kept.email, kept.certified_at) == ("bonjour@galerie.example.org", NOW)
    assert company_queries.sells_as(ana) == "trader"
    assert acts()[-2:] == ["seller.declared", "company.saved"]


@pytest.mark.database
def test_who_has_no_profile_yet_may_declare_and_who_has_one_keeps_it(client: FlaskClient, ana: int) -> None:
    send(client, PRIVATE, confirmed="y")
    assert company_queries.sells_as(ana) == "private"
    ben = factories.member("ben")
    factories.sign_in(client, ben)
    send(client, PRIVATE, confirmed="y")
    kept = queries.profile(ben.id)
    assert kept is not None
    assert (kept["sells_as"], kept["full_name"], kept["city"]) == ("private", "Ben Diop", "Dakar")


def test_a_french_company_is_read_by_french_habits(client: FlaskClient, ana: int) -> None:
    send(client, TRADER, **LYON)
    kept = company_queries.company(ana)
    assert kept is not None
    assert (kept.register_number, kept.vat_number, kept.phone) == ("73282932000074", "FR44732829320", "+33472000000")
    page = client.get("/account/company").text
    for said in ("732 829 320 00074", "+33 4 72 00 00 00", "4 quai Claude Bernard, 69007 Lyon, France"):
        assert said in page


def test_details_are_changed_and_the_page_of_the_seller_stays_where_it_is(
    app: Flask, client: FlaskClient, ana: int
) -> None:
    send(client, TRADER, **GALERIE)
    first = company_queries.company(ana)
    page = client.get(TRADER).text
    for known in ("Galerie Ndiaye &amp; Fils", "3067221 2G2", "+221 77 123 45 67", "Saint-Louis"):
        assert known in page
    assert not re.search(r'name="certified"[^>]*checked|checked[^>]*name="certified"', page), "declared anew each time"
    app.extensions["clock"] = clock.FrozenClock(NOW + timedelta(hours=1))
    assert client.get(TRADER).status_code == 302, "who sells is not changed on a borrowed phone (7.5.1)"
    factories.sign_in(client, db.session.get_one(Member, ana))
    send(client, TRADER, **GALERIE | {"city": "Thiès"})
    second = company_queries.company(ana)
    assert first is not None
    assert second is not None
    assert (second.city, second.ref, second.certified_at) == ("Thiès", first.ref, NOW + timedelta(hours=1))
    assert acts().count("seller.declared") == 1


def test_without_the_declaration_nothing_is_kept(client: FlaskClient, ana: int) -> None:
    answer = send(client, TRADER, **{name: said for name, said in GALERIE.items() if name != "certified"})
    assert answer.status_code == 422
    assert 'id="certified-error"' in answer.text
    assert company_queries.company(ana) is None
    assert company_queries.sells_as(ana) == ""


@pytest.mark.database
def test_a_trader_becomes_private_once_he_says_so_twice(client: FlaskClient, ana: int) -> None:
    send(client, TRADER, **GALERIE)
    asked = client.get(PRIVATE).text
    assert "Galerie Ndiaye &amp; Fils" in asked, "he is told what is forgotten"
    assert send(client, PRIVATE).status_code == 422
    assert company_queries.company(ana) is not None
    assert send(client, PRIVATE, confirmed="y").status_code == 303
    assert company_queries.company(ana) is None
    assert company_queries.sells_as(ana) == "private"
    assert acts()[-2:] == ["seller.declared", "company.removed"]


def test_a_trader_stays_one_while_his_lots_are_at_auction(client: FlaskClient) -> None:
    sol = factories.member("sol", roles=["seller"])
    factories.sign_in(client, sol)
    client.get("/account/?lang=en")
    send(client, TRADER, **GALERIE)
    factories.open_lot(seller=sol)
    answer = send(client, PRIVATE, confirmed="y")
    assert answer.status_code == 422
    assert "not over yet" in answer.text
    assert company_queries.company(sol.id) is not None
    assert company_queries.sells_as(sol.id) == "trader"


def test_whose_lots_are_at_auction_already_may_still_declare_himself_private(client: FlaskClient) -> None:
    sol = factories.member("sol", roles=["seller"])
    factories.open_lot(seller=sol)
    factories.sign_in(client, sol)
    assert send(client, PRIVATE, confirmed="y").status_code == 303
    assert company_queries.sells_as(sol.id) == "private"


@pytest.mark.parametrize("name", WRONG_COMPANY)
def test_wrong_values_are_refused_beside_their_field(client: FlaskClient, ana: int, name: str) -> None:
    wrong = list(dict.fromkeys(WRONG_COMPANY[name]))
    assert len(wrong) >= 50, len(wrong)
    found = TOKEN.search(client.get(TRADER).text)
    assert found
    for value in wrong:
        answer = client.post(TRADER, data={"csrf_token": found[1], **GALERIE, name: value})
        assert answer.status_code == 422, (name, value[:60])
        assert f'id="{name}-error"' in answer.text, (name, value[:60])
        assert answer.text.count('class="error"') == 1, (name, value[:60])
    assert company_queries.company(ana) is None
    assert company_queries.sells_as(ana) == ""


@pytest.mark.parametrize(("kind", "country", "number"), [("ninea", "FR", "3067221"), ("siret", "SN", "73282932000074")])
def test_a_register_is_of_its_country(client: FlaskClient, ana: int, kind: str, country: str, number: str) -> None:
    answer = send(
        client,
        TRADER,
        **GALERIE | {"register_kind": kind, "country": country, "register_number": number, "phone": "+221771234567"},
    )
    assert answer.status_code == 422
    assert 'id="register_kind-error"' in answer.text


def test_nothing_that_was_typed_is_lost(client: FlaskClient, ana: int) -> None:
    page = send(client, f"{TRADER}?next=/lots/7", **LYON | {"phone": "12", "next": "/lots/7"}).text
    for typed in ("Atelier du Rhône SARL", "4 quai Claude Bernard", "69007", "Lyon", 'value="12"', 'value="/lots/7"'):
        assert typed in page
    assert re.search(r'<option selected value="siret">', page)
    assert re.search(r'<option selected value="FR">', page)
    assert re.search(r'<input checked[^>]*name="certified"', page)


# With htmx


def test_mistakes_come_back_in_place_and_the_reader_is_led_to_them(client: FlaskClient, ana: int) -> None:
    """The form alone, as it was typed; its end, where the button is, may be far below (A-05)."""
    answer = send(client, f"{TRADER}?lang=en", headers=HTMX, **LYON | {"phone": "12"})
    assert answer.status_code == 422
    assert answer.text.lstrip().startswith('<form id="trader"')
    assert re.search(r'role="alert" tabindex="-1" autofocus>.*href="#phone"', answer.text)
    for typed in ('id="phone-error"', "4 quai Claude Bernard", 'value="12"', '<option selected value="FR">'):
        assert typed in answer.text
    assert company_queries.company(ana) is None
    answer = send(client, PRIVATE, headers=HTMX)
    assert (answer.status_code, answer.text.lstrip()[:18]) == (422, '<form id="private"')


def test_what_is_right_leads_the_whole_page_on(client: FlaskClient, ana: int) -> None:
    for page, fields in ((TRADER, GALERIE), (PRIVATE, {"confirmed": "y"})):
        answer = send(client, f"{page}?next=/lots/7", headers=HTMX, **fields)
        assert (answer.status_code, answer.headers["HX-Redirect"], answer.text) == (204, "/lots/7", "")
    assert company_queries.sells_as(ana) == "private"


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_a_page_that_was_open_for_too_long_loses_nothing(
    client: FlaskClient, ana: int, headers: dict[str, str]
) -> None:
    answer = client.post(f"{TRADER}?lang=en", data=LYON | {"csrf_token": "stale"}, headers=SAME_ORIGIN | headers)
    assert answer.status_code == 422
    assert ("<html" in answer.text) == (not headers)
    for words in ("Nothing was saved", "4 quai Claude Bernard", 'value="732 829 320 00074"'):
        assert words in answer.text
    assert company_queries.company(ana) is None
    fresh = TOKEN.search(answer.text)
    assert fresh
    assert client.post(TRADER, data=LYON | {"csrf_token": fresh[1]}, headers=SAME_ORIGIN).status_code == 303


def test_it_leads_back_to_where_it_was_asked_for_and_to_no_other_site(client: FlaskClient, ana: int) -> None:
    page = client.get("/account/company?next=/lots/7").text
    assert f"{TRADER}?next=/lots/7" in page
    assert f"{PRIVATE}?next=/lots/7" in page
    assert send(client, f"{TRADER}?next=/lots/7", **GALERIE).location == "/lots/7"
    assert send(client, f"{PRIVATE}?next=//evil.example", confirmed="y").location == "/account/company"
    page = client.get("/account/company?next=https://evil.example").text
    assert f'href="{TRADER}"' in page


def test_fields_named_like_columns_are_never_written(client: FlaskClient, ana: int) -> None:
    ben = factories.member("ben")
    more = NOT_ASKED | {"member_id": str(ben.id), "ref": "mine", "certified_at": "2000-01-01"}
    assert send(client, TRADER, **more | GALERIE).status_code == 303
    kept = company_queries.company(ana)
    assert kept is not None
    assert kept.ref != "mine"
    assert kept.certified_at == NOW
    assert company_queries.company(ben.id) is None
    assert db.session.execute(sa.select(Profile.full_name).where(Profile.member_id == ana)).scalar_one() == ""
    assert db.session.execute(sa.select(sa.func.count()).select_from(Company)).scalar_one() == 1


def test_visitors_are_led_to_sign_in(client: FlaskClient) -> None:
    for page in ("/account/company", TRADER, PRIVATE):
        assert client.get(page).location == f"/auth/login?next={page}"
