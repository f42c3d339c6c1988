"""L5, L6: what was given to whom, when and why is written down, and its member reads it in his account."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from gallery.auth.models import Member
from gallery.core.db import db
from gallery.core.errors import Missing
from gallery.core.personal import Category
from gallery.privacy.disclosures import queries, services
from gallery.privacy.disclosures.models import Disclosure
from gallery.privacy.disclosures.rules import Ground
from gallery.privacy.disclosures.services import Given
from tests import factories
from tests.inspection import InspectingClient
from tests.privacy.erasure.cast import erase
from tests.trust.desk_door import look, send, staff

COURT = "Tribunal de grande instance, Dakar"
AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def given(member: Member) -> int:
    made = Given(COURT, Ground.ORDER, [Category.BIDDING], AT, member.id, "RG 4711", "Her bids")
    return services.note(made, by_id=None)


def test_a_member_reads_what_was_given_of_him_and_nobody_elses(client: InspectingClient) -> None:
    ana, ben = factories.member("ana"), factories.member("ben")
    given(ana)
    factories.sign_in(client, ana)
    page = client.get("/account/privacy?lang=en").text
    for words in (COURT, "Her bids", "RG 4711", "a court or a prosecutor ordered it", "Bids and sales"):
        assert words in page, words
    assert "un tribunal ou un procureur" in client.get("/account/privacy?lang=fr").text
    rows = client.get("/account/privacy/held/disclosure.member_id?lang=en").text
    assert "a court or a prosecutor ordered it" in rows
    assert "Bids and sales" in rows
    factories.sign_in(client, ben)
    page = client.get("/account/privacy?lang=en").text
    assert COURT not in page
    assert "Nothing of yours was given to anybody else." in page


@pytest.mark.database
def test_when_its_member_is_erased_that_there_was_one_stays_and_of_whom_does_not(app: Flask) -> None:
    """P-37: neither his number nor the number under which it was asked for, which leads to him elsewhere."""
    ana = factories.member("ana")
    number = given(ana)
    erase(ana.id)
    db.session.rollback()
    left = db.session.query(Disclosure).filter_by(id=number).one()
    assert (left.member_id, left.reference, left.words) == (None, None, None)
    assert (left.recipient, left.given_at) == (COURT, AT)


def test_the_desk_writes_one_down_and_reads_the_words_under_an_open_look_alone(client: InspectingClient) -> None:
    ana = factories.member("ana")
    staff(client, "support")
    place = "/admin/registers/disclosures"
    fields = {
        "given-member": str(ana.id),
        "given-recipient": COURT,
        "given-ground": "order",
        "given-categories": "bidding",
        "given-words": "Her bids of October",
    }
    assert send(client, f"{place}/new", **fields).status_code == 303
    assert COURT in client.get(f"{place}/?lang=en").text
    assert "Her bids of October" not in client.get(f"{place}/1?lang=en").text
    look(client, ana.id)
    assert "Her bids of October" in client.get(f"{place}/1?lang=en").text


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"given-member": "4711"}, "There is no such member."),
        ({"given-member": "Ana"}, "Type a number."),
        ({"given-recipient": ""}, "Say to whom."),
        ({"given-ground": "because"}, "Please choose one of the list."),
        ({"given-categories": "shoes"}, "Please choose at least one."),
        ({"given-given_at": "2999-01-01T00:00"}, "That time is still to come."),
        ({"given-silent_until": "2027-01-31"}, "Leave the number out until that day."),
        ({"given-silent_until": "soon"}, "This is not a date."),
        ({"given-member": ""}, "nothing is written here that could lead to him"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field_and_nothing_typed_is_lost(
    client: InspectingClient, changed: dict[str, str], words: str
) -> None:
    ana = factories.member("ana")
    staff(client, "support")
    fields = {
        "given-member": str(ana.id),
        "given-recipient": COURT,
        "given-ground": "order",
        "given-categories": "bidding",
        "given-reference": "RG 4711",
        "given-words": "Her bids of October",
    }
    answer = send(client, "/admin/registers/disclosures/new?lang=en", **(fields | changed))
    assert answer.status_code == 422
    assert words in answer.text
    assert "Her bids of October" in answer.text
    assert "RG 4711" in answer.text
    assert queries.latest(9) == []


def test_whom_it_is_about_is_said_when_he_may_be_told(client: InspectingClient) -> None:
    """A gag of an authority: the entry stands without a member, and reaches him when the day has come."""
    ana = factories.member("ana")
    staff(client, "support")
    place = "/admin/registers/disclosures"
    fields = {
        "given-recipient": COURT,
        "given-ground": "order",
        "given-categories": "bidding",
        "given-silent_until": "2020-01-31",
    }
    assert send(client, f"{place}/new", **fields).status_code == 303
    assert "he may be told now: name him" in client.get(f"{place}/?lang=en").text
    assert queries.of_member(ana.id) == []
    assert "There is no such member." in send(client, f"{place}/1/member?lang=en", **{"whose-member": "4711"}).text
    assert send(client, f"{place}/1/member", **{"whose-member": str(ana.id)}).status_code == 303
    assert [one.recipient for one in queries.of_member(ana.id)] == [COURT]
    with pytest.raises(services.Named):
        services.name_member(1, ana.id, by_id=None)
    with pytest.raises(Missing):
        services.name_member(2, ana.id, by_id=None)
