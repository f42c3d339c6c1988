"""A trader's public page, and what the page of a lot says of its seller (C9, C-02, C-07)."""

from __future__ import annotations

import brotli
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gallery.account import company_queries, company_services
from gallery.account.company_services import Identity
from gallery.auth.models import Member
from gallery.core import clock
from gallery.core.db import db
from gallery.lots.models import Lot
from tests import factories, scene
from tests.house.test_pages import MOST_BYTES
from tests.inspection import InspectingClient

GALERIE = Identity(
    name="Galerie Ndiaye & Fils",
    country="SN",
    register_kind="ninea",
    register_number="30672212G2",
    vat_number="FR40303265045",
    street="Rue 10",
    postal_code="32000",
    city="Saint-Louis",
    phone="+221771234567",
    email="bonjour@galerie.example.org",
)


@pytest.fixture
def sol(app: Flask) -> Member:
    return factories.member("sol", roles=["seller"])


@pytest.fixture
def trades(sol: Member) -> str:
    """Sol is a trader; the address of his page."""
    return f"/sellers/{company_services.become_trader(sol.id, GALERIE, now=clock.now())}"


def english(client: FlaskClient, path: str) -> str:
    answer = client.get(f"{path}?lang=en")
    assert answer.status_code == 200, path
    return answer.text


@pytest.mark.database
def test_everyone_may_read_who_a_trader_is_by_law(client: FlaskClient, trades: str) -> None:
    page = english(client, trades)
    for said in (
        "Galerie Ndiaye &amp; Fils",
        "NINEA (Senegal): 3067221 2G2",
        "FR40303265045",
        "Rue 10, 32000 Saint-Louis, Senegal",
        "+221 77 123 45 67",
        "bonjour@galerie.example.org",
        "Declared on",
        "Consumers in the European Union have their rights",
        "offers only works that comply with the law",
    ):
        assert said in page, said
    assert "sol@example.org" not in page, "the account's own address is not public"
    assert "Sol Diop" not in page


@pytest.mark.database
def test_his_page_lists_the_lots_at_auction_of_this_seller_alone(client: FlaskClient, sol: Member, trades: str) -> None:
    assert "no lots at auction" in english(client, trades)
    mine, hidden = factories.open_lot(seller=sol), factories.open_lot(seller=sol)
    others = factories.open_lot(seller=factories.member("ben"))
    hide_sale_of(hidden)
    page = english(client, trades)
    assert f'href="/lots/{mine}"' in page
    assert f'href="/lots/{others}"' not in page
    assert f'href="/lots/{hidden}"' not in page


def test_who_is_no_trader_has_no_page(client: FlaskClient, sol: Member, trades: str) -> None:
    company_services.become_private(sol.id, now=clock.now())
    for path in (trades, "/sellers/nobody", "/sellers/1", f"/sellers/{'x' * 5000}", "/sellers/%F0%9F%98%80"):
        assert client.get(path).status_code == 404, path[:60]


@pytest.mark.database
def test_a_lot_says_that_its_seller_is_a_trader_and_leads_to_him(client: FlaskClient, sol: Member, trades: str) -> None:
    page = english(client, f"/lots/{factories.open_lot(seller=sol)}")
    assert f'<a href="{trades}">Galerie Ndiaye &amp; Fils</a>' in page
    assert "A trader, who answers for delivery and withdrawal" in page
    assert "no EU consumer rights" not in page


@pytest.mark.database
def test_a_lot_of_a_private_person_says_that_consumer_rights_do_not_apply(client: FlaskClient, sol: Member) -> None:
    company_services.become_private(sol.id, now=clock.now())
    page = english(client, f"/lots/{factories.open_lot(seller=sol)}")
    assert "A private person" in page
    assert "no EU consumer rights" in page
    assert "/sellers/" not in page
    assert "Sol Diop" not in page


def test_who_has_not_declared_is_called_neither(client: FlaskClient, sol: Member) -> None:
    for profile in (sol, factories.member("ben", profile=False)):
        page = english(client, f"/lots/{factories.open_lot(seller=profile)}")
        assert "Trader or private person: not declared yet" in page
        assert "A private person" not in page
        assert "A trader, who" not in page


def test_a_lot_put_up_by_a_trader_stays_one_of_a_trader(client: FlaskClient, sol: Member) -> None:
    lot_id = factories.open_lot(seller=sol, seller_is_trader=True)
    assert "A trader, who" in english(client, f"/lots/{lot_id}")


def test_a_lot_tells_of_a_declaration_at_once(client: FlaskClient, sol: Member) -> None:
    lot_id = factories.open_lot(seller=sol)
    assert "Trader or private person: not declared yet" in english(client, f"/lots/{lot_id}")
    company_services.become_trader(sol.id, GALERIE, now=clock.now())
    assert "A trader, who" in english(client, f"/lots/{lot_id}")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_fullest_page_of_a_traders_lot_is_light(client: InspectingClient, language: str) -> None:
    """P2, goal 8: every fact told, a trader who sells, readers who lead and who were outbid, a chosen currency."""
    there = scene.furnish()
    company_services.become_trader(db.session.get_one(Lot, there.open).seller_id, GALERIE, now=clock.now())
    client.set_cookie("lang", language)
    client.set_cookie("currency", "EUR")
    for who in (None, there.ana, there.ben):
        if who is not None:
            factories.sign_in(client, who)
        page = client.get(f"/lots/{there.open}", headers={"Accept-Encoding": "br"})
        text = brotli.decompress(page.data).decode()
        assert "/sellers/" in text
        assert 'data-money="EUR"' in text
        assert len(page.data) < MOST_BYTES["member" if who else "visitor"]


def test_the_seller_costs_the_page_of_a_lot_no_statement(client: FlaskClient, sol: Member, trades: str) -> None:
    lot_id = factories.open_lot(seller=sol)
    seen: list[str] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    client.get(f"/lots/{lot_id}")
    assert len([one for one in seen if "company" in one]) == 1
    assert company_queries.company(sol.id) is not None


def hide_sale_of(lot_id: int) -> None:
    factories.hide(db.session.execute(sa.text("SELECT sale_id FROM lot WHERE id = :id"), {"id": lot_id}).scalar_one())
