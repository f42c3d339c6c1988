"""Looks at a member's data: each has a reason, is written down before anything is shown, and he sees it (L5)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from gallery.core import clock
from gallery.core.clock import FrozenClock
from gallery.core.db import db, transaction
from gallery.trust import labels
from gallery.trust.models import Look
from gallery.trust.rules import Reason, Shown
from tests import factories
from tests.inspection import InspectingClient
from tests.trust.desk_door import CANARIES, IBAN, awa, look, search, send, staff

FULL = {
    Shown.EMAIL: "awa@example.org",
    Shown.PHONE: "+221 77 123 45 67",
    Shown.ADDRESS: "Villa 41, rue 10\nbehind the Santhiaba pharmacy\n12500 Rufisque\nSN",
    Shown.BIRTH: "1987-03-09",
    Shown.BANK: IBAN,
}
WRONG_WORDS = ["", " ", "no", "\x00\x00\x00\x00\x00\x00", "\u200b" * 9, "x" * 501, "\n\n\n\n\n\n", "     a     "]
WRONG_REASONS = ["", "x", "dispute ", "DISPUTE", "1", "support_request,dispute", "é" * 300]


def looked() -> list[tuple[str, str, str]]:
    db.session.rollback()
    rows = db.session.execute(sa.select(Look.role, Look.reason, Look.what).order_by(Look.id))
    return [tuple(row) for row in rows]  # type: ignore[misc]


@pytest.fixture
def still(app: Flask) -> FrozenClock:
    frozen = FrozenClock(factories.NOON)
    app.extensions["clock"] = frozen
    return frozen


def test_a_look_is_written_down_with_role_reason_and_words(app: Flask, client: InspectingClient) -> None:
    member_id, sue = awa().id, staff(client)
    look(client, member_id, "delivery", "The carrier <b>called</b>")
    (row,) = db.session.execute(sa.select(Look)).scalars()
    assert (row.member_id, row.staff_id, row.role, row.reason) == (member_id, sue.id, "support", "delivery")
    assert (row.what, row.words) == ("page", "The carrier <b>called</b>")
    stored = db.session.execute(sa.text("SELECT words FROM look")).scalar_one()
    assert "carrier" not in stored, "the words may name people, so they are stored encrypted"


@pytest.mark.parametrize("words", WRONG_WORDS)
def test_a_look_without_words_is_refused_and_nothing_is_lost(app: Flask, client: InspectingClient, words: str) -> None:
    member_id = awa().id
    staff(client)
    answer = send(client, f"/admin/members/{member_id}/looks", **{"look-reason": "dispute", "look-words": words})
    assert answer.status_code == 422
    assert 'id="look-words-error"' in answer.text
    assert '<option selected value="dispute">' in answer.text
    assert looked() == []


@pytest.mark.parametrize("reason", WRONG_REASONS)
def test_a_look_without_one_of_the_reasons_is_refused_and_nothing_is_lost(
    app: Flask, client: InspectingClient, reason: str
) -> None:
    member_id = awa().id
    staff(client)
    fields = {"look-reason": reason, "look-words": "About <lot> 7"}
    answer = send(client, f"/admin/members/{member_id}/looks", **fields)
    assert answer.status_code == 422
    assert 'id="look-reason-error"' in answer.text
    assert "About &lt;lot&gt; 7" in answer.text
    assert looked() == []
    assert not [one for one in CANARIES if one in answer.text]


def test_a_look_lasts_fifteen_minutes(app: Flask, client: InspectingClient, still: FrozenClock) -> None:
    member_id = awa().id
    staff(client)
    look(client, member_id)
    still.tick(minutes=14, seconds=59)
    assert "a•••@example.org" in client.get(f"/admin/members/{member_id}").text
    still.tick(seconds=1)
    assert 'name="look-reason"' in client.get(f"/admin/members/{member_id}").text
    answer = send(client, f"/admin/members/{member_id}/reveals", field="member.email")
    assert (answer.status_code, answer.location) == (303, f"/admin/members/{member_id}")
    assert looked() == [("support", "support_request", "page")]


def test_a_look_opens_one_member_to_one_of_the_staff(app: Flask, client: InspectingClient) -> None:
    member_id, ben = awa().id, factories.member("ben")
    staff(client)
    look(client, member_id)
    assert 'name="look-reason"' in client.get(f"/admin/members/{ben.id}").text
    other = app.test_client()
    staff(other, "admin", "ada")
    assert 'name="look-reason"' in other.get(f"/admin/members/{member_id}").text


@pytest.mark.parametrize("shown", list(FULL))
def test_a_field_is_shown_in_full_once_and_written_down(app: Flask, client: InspectingClient, shown: Shown) -> None:
    member_id = awa().id
    staff(client, "fraud", "fay")
    look(client, member_id, "fraud_check")
    answer = send(client, f"/admin/members/{member_id}/reveals", field=shown)
    assert FULL[shown] in answer.text
    others = [value.splitlines()[0] for one, value in FULL.items() if one is not shown]
    assert not [value for value in others if value in answer.text]
    assert answer.headers["Cache-Control"] == "no-store"
    assert looked() == [("fraud", "fraud_check", "page"), ("fraud", "fraud_check", shown)]
    assert FULL[shown] not in client.get(f"/admin/members/{member_id}").text, "not even to the same person again"


def test_htmx_gets_the_value_alone(app: Flask, client: InspectingClient) -> None:
    member_id = awa().id
    staff(client)
    look(client, member_id)
    answer = send(client, f"/admin/members/{member_id}/reveals", {"HX-Request": "true"}, field="profile.phone")
    assert "<html" not in answer.text
    assert "+221 77 123 45 67" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_only_fraud_and_administration_see_a_bank_account(app: Flask, client: InspectingClient) -> None:
    member_id = awa().id
    staff(client)
    look(client, member_id)
    assert 'value="bank.number"' not in client.get(f"/admin/members/{member_id}").text
    answer = send(client, f"/admin/members/{member_id}/reveals", field="bank.number")
    assert answer.status_code == 403
    assert IBAN not in answer.text
    assert looked() == [("support", "support_request", "page")]


def test_nothing_is_shown_without_a_look(app: Flask, client: InspectingClient) -> None:
    member_id = awa().id
    staff(client, "admin")
    for shown in FULL:
        answer = send(client, f"/admin/members/{member_id}/reveals", field=shown)
        assert answer.status_code == 303
        assert FULL[shown] not in answer.text
    assert looked() == []


@pytest.mark.parametrize("field", ["", "page", "member.password", "authenticator.secret", "profile.phone ", "\x00"])
def test_nothing_else_can_be_shown(app: Flask, client: InspectingClient, field: str) -> None:
    member_id = awa().id
    staff(client, "admin")
    look(client, member_id)
    assert send(client, f"/admin/members/{member_id}/reveals", field=field).status_code in {403, 422}
    assert len(looked()) == 1


def test_what_is_not_stored_has_no_button(app: Flask, client: InspectingClient) -> None:
    bare = factories.member("ben", profile=False)
    staff(client, "admin")
    look(client, bare.id)
    page = client.get(f"/admin/members/{bare.id}").text
    assert 'value="member.email"' in page
    for shown in (Shown.PHONE, Shown.ADDRESS, Shown.BIRTH, Shown.BANK):
        assert f'value="{shown}"' not in page
        assert send(client, f"/admin/members/{bare.id}/reveals", field=shown).status_code == 404
    assert len(looked()) == 1


def test_nobody_looks_at_himself(app: Flask, client: InspectingClient) -> None:
    ada = staff(client, "admin", "ada")
    page = client.get(f"/admin/members/{ada.id}")
    assert page.status_code == 200
    assert 'name="look-reason"' not in page.text
    fields = {"look-reason": "dispute", "look-words": "Only looking"}
    assert send(client, f"/admin/members/{ada.id}/looks", **fields).status_code == 403
    assert looked() == []


def test_the_member_sees_role_reason_and_what_but_not_who(app: Flask, client: InspectingClient) -> None:
    member = awa()
    staff(client, "fraud", "fay")
    look(client, member.id, "identity_check", "compared the two documents")
    send(client, f"/admin/members/{member.id}/reveals", field="profile.phone")
    hers = app.test_client()
    factories.sign_in(hers, member)
    page = hers.get("/account/looks?lang=en")
    assert page.status_code == 200
    for told in ("Fraud prevention", "A check of identity", "Phone number", "with contact details masked"):
        assert told in page.text, told
    for hidden in ("fay", "compared the two documents"):
        assert hidden not in page.text
    assert page.text.index("Phone number") < page.text.index("contact details masked"), "the newest first"


def test_a_member_sees_the_looks_at_himself_only(app: Flask, client: InspectingClient) -> None:
    member, ben = awa(), factories.member("ben")
    staff(client)
    look(client, member.id)
    his = app.test_client()
    factories.sign_in(his, ben)
    page = his.get("/account/looks?lang=en").text
    assert "A request for help" not in page
    assert "Nobody of our staff has looked at your data." in page


def test_the_looks_go_on_page_by_page(app: Flask, client: InspectingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gallery.trust.views.LOOKS_ON_A_PAGE", 2)
    member = awa()
    staff(client)
    for reason in ("dispute", "delivery", "payment"):
        look(client, member.id, reason)
    factories.sign_in(client, member)
    first = client.get("/account/looks?lang=en").text
    assert "A payment or a payout" in first
    assert "A disagreement about a sale" not in first
    marks = db.session.execute(sa.select(Look.id).order_by(Look.id)).scalars().all()
    second = client.get(f"/account/looks?lang=en&before={marks[1]}").text
    assert "A disagreement about a sale" in second
    assert "A payment or a payout" not in second


@pytest.mark.parametrize("before", ["", "x", "-1", "0", "999999999999999999", "9" * 30, "１"])
def test_a_damaged_mark_still_gives_a_page(app: Flask, client: InspectingClient, before: str) -> None:
    factories.sign_in(client, awa())
    assert client.get("/account/looks", query_string={"before": before}).status_code == 200


def test_every_reason_and_every_thing_seen_has_public_words() -> None:
    assert set(labels.REASONS) == set(Reason)
    assert set(labels.SHOWN) == set(Shown)


def test_a_look_survives_the_one_who_looked(app: Flask, client: InspectingClient) -> None:
    member, sue = awa(), staff(client)
    look(client, member.id)
    with transaction() as session:
        session.execute(sa.text("DELETE FROM member WHERE id = :id"), {"id": sue.id})
    assert looked() == [("support", "support_request", "page")]


def test_looking_says_how_long_it_lasts(app: Flask, client: InspectingClient, still: FrozenClock) -> None:
    member_id = awa().id
    staff(client)
    look(client, member_id)
    assert "12:15 (Dakar)" in client.get(f"/admin/members/{member_id}?lang=en").text
    assert clock.now() == factories.NOON


def test_a_search_alone_is_no_look(app: Flask, client: InspectingClient) -> None:
    awa()
    staff(client)
    search(client, "awa")
    assert looked() == []
