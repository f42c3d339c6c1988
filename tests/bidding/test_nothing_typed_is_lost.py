"""What was typed goes before what could be picked, and survives signing in, the review, and time (D3, A-03, A-06)."""

from __future__ import annotations

import re
from html import unescape

import pytest

from gallery.bidding import interventions, services
from tests import factories
from tests.bidding.books import rows
from tests.bidding.test_bid_views import HTMX, Browser, value_of


@pytest.fixture
def lot(app, cast):
    return factories.open_lot(seller=cast["sol"], opening_minor=100_00)


@pytest.fixture
def ana(client, cast, lot):
    factories.sign_in(client, cast["ana"])
    return Browser(client, lot)


def test_enter_sends_what_was_typed(ana):
    """A browser presses a form's first button on Enter: it must not be one that picks another amount."""
    form = re.search(rf'<form[^>]*action="/lots/{ana.lot}/bids".*?</form>', ana.page, re.DOTALL)[0]
    first = re.search(r"<button[^>]*>", form)[0]
    assert "name=" not in first
    assert form.count('name="pick"') == 3


def test_a_picked_amount_is_reviewed(ana):
    assert value_of(ana.send(amount="", pick="110.00").text, "amount") == "110.00"


def test_a_budget_is_never_placed_unseen(ana):
    answer = ana.send(budget="400", confirmed="1")
    assert answer.status_code == 200
    assert "Bid with obligation to pay" in answer.text
    assert rows("bid") == []


def test_the_way_back_from_the_review_keeps_the_amount(ana):
    back = re.search(rf'href="(/lots/{ana.lot}/bids/new\?amount=[^"]+)"', ana.send(amount="250").text)[1]
    assert value_of(ana.client.get(back).text, "amount") == "250.00"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_whoever_was_signed_out_meanwhile_finds_the_amount_again(ana, headers):
    with ana.client.session_transaction() as session:
        session.pop("_user_id")
    sent = {"csrf_token": "stale", "key": "a-key-of-hers", "amount": "2 500"}
    answer = ana.client.post(f"/lots/{ana.lot}/bids", data=sent, headers={"Sec-Fetch-Site": "same-origin", **headers})
    address = answer.headers["HX-Redirect"] if headers else answer.location
    assert (answer.status_code, address.partition("?")[0]) == (401 if headers else 303, "/auth/login")
    assert f"/lots/{ana.lot}?amount=2" in address.replace("%2F", "/").replace("%3F", "?").replace("%3D", "=")
    assert "<html" not in answer.text or not headers


def test_a_bid_that_was_outbid_later_does_not_say_that_it_leads(ana, cast):
    address = ana.confirm("250").location
    assert "You lead." in ana.client.get(address).text
    services.place_bid(ana.lot, cast["ben"].id, 400_00, "bens-key")
    page = ana.client.get(address).text
    assert "Your bid was recorded; since then it has been outbid." in page
    assert 'class="while-leading"' not in page, "who was outbid meanwhile is told that he leads"


def test_a_bid_that_was_annulled_says_so(ana, cast):
    address = ana.confirm("250").location
    interventions.annul_bid(ana.lot, 0, interventions.Reason.TYPING_ERROR, cast["sol"].id)
    assert "annulled by staff and does not count" in ana.client.get(address).text


def test_the_page_of_a_standing_belongs_to_its_reader(ana, client, lot):
    """Visitor and member get the same part, but each his own page around it (14.2.2)."""
    part = ana.client.get(f"/lots/{lot}/standing", headers=HTMX)
    page = ana.client.get(f"/lots/{lot}/standing", headers={"If-None-Match": part.headers["ETag"]})
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert "ETag" not in page.headers
    unchanged = ana.client.get(f"/lots/{lot}/standing", headers=HTMX | {"If-None-Match": part.headers["ETag"]})
    assert unchanged.status_code == 304


def test_the_whole_form_asks_for_destination_and_budget(ana):
    """The lot's own page asks for the amount alone and stays light; this one is a click away."""
    page = ana.client.get(f"/lots/{ana.lot}/bids/new")
    assert page.status_code == 200
    assert {'name="to"', 'name="budget"', 'name="amount"'} <= set(re.findall(r'name="\w+"', page.text))
    refused = ana.send(budget="12", to="europe")
    assert refused.status_code == 422
    assert 'value="europe" selected' in refused.text
    assert value_of(refused.text, "budget") == "12"


def test_the_amount_waits_while_the_profile_is_completed(client, lot):
    factories.sign_in(client, factories.member("nia", profile=False))
    answer = Browser(client, lot).send(amount="2 500")
    assert 'data-reason="incomplete"' in answer.text
    profile = re.search(r'href="(/account/complete\?[^"]+)"', answer.text)[1]
    page = client.get(unescape(profile)).text
    sent = {"full_name": "Nia Fall", "phone": "77 123 45 67", "street": "Villa 4", "city": "Dakar", "country": "SN"}
    sent |= {"born_on": "1991-05-04", "csrf_token": re.search(r'csrf_token" value="([^"]+)', page)[1]}
    back = client.post(unescape(profile), data=sent)
    assert back.status_code == 303
    assert value_of(client.get(back.location).text, "amount") == "2 500"
