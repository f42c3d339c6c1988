"""Fifty and more wrong values for each field: a sentence beside it, nothing lost, nothing written (2.2.1, 15.3.3)."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from gallery.account import queries, services
from tests import factories
from tests.account.nonsense import HARMLESS, NOT_ASKED, TWISTED, WRONG
from tests.account.people import AWA, HTMX, NOW, PARTS, TODAY, complete, fields_of, save, stored, token

NOT_REQUIRED = {"postal_code", "landmark"}
ENOUGH = 50


def without(name: str) -> dict[str, str]:
    """What Awa says, so that the field decides: no landmark where the street is wrong."""
    return AWA | ({"landmark": ""} if name == "street" else {})


@pytest.mark.parametrize("name", WRONG)
def test_wrong_values_are_refused_beside_their_field(client: FlaskClient, ana: int, name: str) -> None:
    """In the gate's form, which asks for everything at once."""
    wrong = list(dict.fromkeys(WRONG[name]))
    assert len(wrong) >= ENOUGH, len(wrong)
    sent = {"csrf_token": token(client)}
    for value in wrong:
        answer = client.post("/account/complete?for=bidding", data=sent | without(name) | {name: value})
        assert answer.status_code == 422, (name, value[:60])
        assert f'id="{name}-error"' in answer.text, (name, value[:60])
        assert answer.text.count('class="error"') == 1, (name, value[:60])
    assert queries.profile(ana) is None


@pytest.mark.parametrize("name", [name for name in WRONG if name != "born_on"])
def test_wrong_values_are_refused_in_the_part_too(client: FlaskClient, ana: int, name: str) -> None:
    """In the profile's own form, as htmx sends it; nobody's profile changes by it."""
    services.save(ana, AWA | {"phone": "+221771234567", "born_on": None}, now=NOW)
    before = stored(ana)
    part = PARTS[name]
    sent = {"csrf_token": token(client)} | {one: without(name)[one] for one in fields_of(part)}
    for value in dict.fromkeys(WRONG[name]):
        answer = client.post(f"/account/profile/{part}", data=sent | {name: value}, headers=HTMX)
        assert answer.status_code == 422, (name, value[:60])
        assert f'id="{name}-error"' in answer.text, (name, value[:60])
    assert stored(ana) == before


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_odd_but_right_is_taken(client: FlaskClient, ana: int, name: str) -> None:
    part = PARTS[name]
    for value in HARMLESS[name]:
        answer = save(client, part, **fields_of(part) | {name: value})
        assert answer.status_code == 303, value
        assert stored(ana)[name] == value


@pytest.mark.parametrize("typed", TWISTED)
def test_characters_that_nobody_sees_are_taken_out(client: FlaskClient, ana: int, typed: str) -> None:
    answer = save(client, "full_name", full_name=typed)
    if answer.status_code == 422:
        assert 'id="full_name-error"' in answer.text
        return
    kept = str(stored(ana)["full_name"])
    assert kept.isprintable()
    assert "\u202e" not in kept


def test_each_refusal_is_in_the_language_of_the_page(client: FlaskClient, ana: int) -> None:
    for name, values in WRONG.items():
        for wrong in ("", next(value for value in values if value.strip())):
            if name in NOT_REQUIRED and not wrong:
                continue
            said = {}
            for language in ("fr", "en"):
                page = complete(client, f"for=bidding&lang={language}", **without(name) | {name: wrong}).text
                found = re.search(rf'id="{name}-error">([^<]+)<', page)
                assert found, (name, wrong)
                said[language] = found[1]
            assert said["fr"] != said["en"], (name, wrong)


@pytest.mark.parametrize("part", ["full_name", "phone", "address"])
def test_fields_named_like_columns_are_never_written(client: FlaskClient, ana: int, part: str) -> None:
    ben = factories.member("ben")
    before = stored(ben.id)
    assert save(client, part, **NOT_ASKED | {"member_id": str(ben.id)} | fields_of(part)).status_code == 303
    kept = stored(ana)
    assert kept["updated_at"] == NOW
    assert kept["sells_as"] == ""
    assert kept["born_on"] is None
    assert "0" * 64 not in (kept["name_index"], kept["phone_index"])
    assert stored(ben.id) == before


def test_the_gate_writes_nothing_that_it_did_not_ask_for(client: FlaskClient, ana: int) -> None:
    services.save(ana, AWA | {"phone": "+221771234567", "born_on": None}, now=NOW)
    before = stored(ana)
    answer = complete(client, **NOT_ASKED, **AWA | {"full_name": "Somebody Else", "city": "Paris"})
    assert answer.status_code == 303
    assert {name for name, value in stored(ana).items() if before[name] != value} == {"born_on"}
    assert queries.profile_gaps(ana, TODAY) == []
