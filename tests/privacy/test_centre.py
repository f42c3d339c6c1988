"""The privacy centre: what is known, what restricts, and ways to act (L1, L2, P-32, P-35)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gallery.auth.models import Member
from gallery.bidding.services import place_bid
from gallery.core.db import transaction
from gallery.lots.services import Words
from gallery.trust.models import Block
from tests import factories
from tests.inspection import InspectingClient

PAGE = "/account/privacy"


@pytest.fixture
def ana(client: InspectingClient) -> Member:
    ana, ben = factories.member("ana"), factories.member("ben")
    lot_id = factories.open_lot(title=Words("The Great Wave", "La Grande Vague"))
    place_bid(lot_id, ana.id, 222_00, "centre-1")
    place_bid(lot_id, ben.id, 777_00, "centre-2")
    factories.sign_in(client, ana)
    return ana


def test_a_member_sees_what_is_there_with_purpose_and_time_and_each_way_to_act(
    client: InspectingClient, ana: Member
) -> None:
    page = client.get(f"{PAGE}?lang=en").text
    for words in ("Your bids (1)", "to hold the auction", "ten years from the end of the accounting year", "cnil.fr"):
        assert words in page, words
    for path in ("/export", "/erasure"):
        assert f'href="{PAGE}{path}"' in page
    assert "Nothing keeps you from bidding." in page
    assert 'href="/consents"' in page.partition("<h1>")[0], "beside the other rooms of the account"


def test_a_member_reads_his_rows_and_nobody_elses(client: InspectingClient, ana: Member) -> None:
    """P-35: no address names a member, so there is nothing to guess."""
    page = client.get(f"{PAGE}/held/bid.bidder_id?lang=en").text
    assert "The Great Wave" in page
    assert "€222" in page
    assert "€777" not in page
    assert client.get(f"{PAGE}/held/bid.nobody").status_code == 404


def test_values_are_read_after_showing_again_who_one_is(client: InspectingClient, ana: Member) -> None:
    factories.sign_in(client, ana, proved=False)
    assert client.get(PAGE).status_code == 200
    assert client.get(f"{PAGE}/held/bid.bidder_id").location.startswith("/auth/prove")


def test_a_blocked_member_reads_the_reason(client: InspectingClient, ana: Member) -> None:
    with transaction() as session:
        session.add(Block(member_id=ana.id, reason="Three sales unpaid", since=datetime.now(UTC)))
    page = client.get(f"{PAGE}?lang=en").text
    assert "Three sales unpaid" in page
    assert "Nothing keeps you from bidding." not in page
