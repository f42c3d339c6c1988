"""The desk for members: who may search, what is found, what is masked, and that nothing typed is in an address."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from gallery.account import services as accounts
from gallery.auth import models
from gallery.core import clock
from gallery.core.audit import AuditEntry
from gallery.core.db import db
from gallery.trust import rules
from tests import factories
from tests.inspection import InspectingClient
from tests.trust.desk_door import AWA, CANARIES, awa, found_in, look, search, send, staff


@pytest.mark.parametrize("role", sorted(models.STAFF))
def test_support_fraud_and_administration_search_nobody_else(app: Flask, client: InspectingClient, role: str) -> None:
    staff(client, role)
    wanted = role in {"support", "fraud", "admin"}
    assert client.get("/admin/members/").status_code == (200 if wanted else 403)
    assert search(client, "awa").status_code == (200 if wanted else 403)


def test_the_rules_know_the_roles_of_the_house() -> None:
    assert {str(role) for role in models.STAFF} == rules.STAFF


@pytest.mark.parametrize(
    "typed",
    [
        *("awa@example.org", "AWA@Example.org", "awa@", "awa"),
        *("77 123 45 67", "+221 77 123 45 67", "00221771234567", "+221771234567"),
        *("Awa N'Diaye", "awa ndiaye", "  AWA   N’DIAYE ", "Awá Ndiaye"),
    ],
)
def test_a_member_is_found_by_whatever_is_known_of_him(app: Flask, client: InspectingClient, typed: str) -> None:
    wanted = awa().id
    factories.member("ben")
    staff(client)
    assert found_in(search(client, typed).text) == [wanted]


def test_a_member_is_found_by_his_number(app: Flask, client: InspectingClient) -> None:
    wanted = awa().id
    staff(client)
    for typed in (str(wanted), f"#{wanted}"):
        assert found_in(search(client, typed).text) == [wanted]


@pytest.mark.parametrize("typed", ["Awa", "N'Diaye", "77 123 45 6", "771234", "%@%", "___", "nobody@example.org", "+"])
def test_neither_a_wildcard_nor_a_part_of_a_name_or_phone_finds_anybody(
    app: Flask, client: InspectingClient, typed: str
) -> None:
    factories.member("ben")
    made = factories.member("zoe", profile=False)  # Whose address has no part of the name.
    accounts.save(made.id, AWA, now=clock.now())
    staff(client)
    assert found_in(search(client, typed).text) == []


WRONG = ["", " ", "\t", "a", "ab", "@", "é", "\x00", "\u200b\u200b\u200b", "x" * 255, "😀" * 300]


@pytest.mark.parametrize("typed", WRONG)
def test_a_search_for_nobody_says_so_and_keeps_what_was_typed(app: Flask, client: InspectingClient, typed: str) -> None:
    staff(client)
    answer = search(client, typed)
    assert answer.status_code == 422
    assert 'id="q-error"' in answer.text


@pytest.mark.parametrize("after", ["-1", "x", "", "９", "99999999999999999999", "1e3"])
def test_a_damaged_mark_begins_at_the_beginning(app: Flask, client: InspectingClient, after: str) -> None:
    wanted = awa().id
    staff(client)
    assert found_in(search(client, "awa", after=after).text) == [wanted]


def test_the_list_goes_on_without_an_address_that_says_whom(
    app: Flask, client: InspectingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gallery.trust.desk.MEMBERS_ON_A_PAGE", 2)
    numbers = [factories.member(f"kin{one}", profile=False).id for one in range(5)]
    staff(client)
    seen, after = [], ""
    for _page in range(3):
        page = search(client, "kin", after=after).text
        seen += (found := found_in(page))
        after = str(found[-1])
    assert seen == numbers[::-1]
    assert 'name="after"' not in page
    assert "?q=" not in page


def test_a_search_by_its_address_finds_nobody(app: Flask, client: InspectingClient) -> None:
    """14.2.1: an address is kept in histories and logs, so none may hold whom somebody looks for."""
    awa()
    staff(client)
    assert found_in(client.get("/admin/members/?q=awa@example.org").text) == []


def test_htmx_gets_the_list_alone(app: Flask, client: InspectingClient) -> None:
    wanted = awa().id
    staff(client)
    answer = send(client, "/admin/members/", {"HX-Request": "true"}, q="awa ndiaye")
    assert "<html" not in answer.text
    assert found_in(answer.text) == [wanted]
    assert "HX-Push-Url" not in answer.headers


def test_what_is_found_is_masked(app: Flask, client: InspectingClient) -> None:
    wanted = awa().id
    staff(client)
    page = search(client, str(wanted))
    assert "a•••@example.org" in page.text
    assert "A. N." in page.text
    assert not [one for one in CANARIES if one in page.text]
    assert page.headers["Cache-Control"] == "no-store"


def test_nothing_personal_is_shown_before_somebody_said_why(app: Flask, client: InspectingClient) -> None:
    wanted = awa().id
    staff(client, "admin")
    page = client.get(f"/admin/members/{wanted}")
    assert page.status_code == 200
    assert 'name="look-reason"' in page.text
    for hidden in (*CANARIES, "N’Diaye", "Rufisque", "Agricole", 'name="field"'):
        assert hidden not in page.text, hidden


def test_a_look_opens_the_page_with_its_contact_details_masked(app: Flask, client: InspectingClient) -> None:
    wanted = awa().id
    staff(client, "admin")
    look(client, wanted)
    page = client.get(f"/admin/members/{wanted}")
    for shown in ("Awa N’Diaye", "a•••@example.org", "••• 67", "••• 0189", "••• Rufisque, SN"):
        assert shown in page.text, shown
    assert not [one for one in CANARIES if one in page.text]
    assert page.headers["Cache-Control"] == "no-store"


def test_a_member_who_is_not_there_is_not_looked_at(app: Flask, client: InspectingClient) -> None:
    staff(client)
    assert client.get("/admin/members/999").status_code == 404
    assert send(client, "/admin/members/999/looks", **{"look-reason": "dispute"}).status_code == 404
    assert send(client, "/admin/members/999/reveals", field="member.email").status_code == 404


def test_each_search_is_noted_without_what_was_typed(app: Flask, client: InspectingClient) -> None:
    awa()
    sue = staff(client)
    search(client, "awa@example.org")
    entry = db.session.execute(sa.select(AuditEntry).where(AuditEntry.action == "members.searched")).scalar_one()
    assert (entry.actor_id, entry.facts) == (sue.id, {"found": 1})


@pytest.mark.parametrize(
    ("email", "masked"),
    [("awa@example.org", "a•••@example.org"), ("a@b.sn", "a•••@b.sn"), ("é.ü@x.fr", "é•••@x.fr")],
)
def test_an_address_keeps_its_first_letter(email: str, masked: str) -> None:
    assert rules.masked_email(email) == masked


@pytest.mark.parametrize(
    ("name", "short"),
    [("Awa N’Diaye", "A. N."), ("", ""), ("李 小龍", "李. 小."), ("a b c d e", "A. B. C. D."), ("42", "")],
)
def test_a_name_is_its_initials(name: str, short: str) -> None:
    assert rules.initials(name) == short


@pytest.mark.parametrize(("number", "masked"), [("+221771234567", "••• 67"), ("", ""), ("1", "•••"), ("1234", "•••")])
def test_of_a_number_at_most_its_end_is_shown(number: str, masked: str) -> None:
    assert rules.masked_tail(number) == masked
