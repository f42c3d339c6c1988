"""The profile, saved part by part: an address as people give it in Dakar, with JavaScript and without (B1-B3)."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gallery.account import queries, services
from gallery.account.models import Profile
from gallery.core.audit import AuditEntry
from gallery.core.crypto import blind_index
from gallery.core.db import db
from tests import factories
from tests.account.people import AWA, HTMX, NOW, PARIS, PARTS, TODAY, TOKEN, fields_of, save, stored, token


def settle(member_id: int, who: dict[str, str] = AWA) -> None:
    """What Awa says, known to the house already."""
    said = who | {"phone": "+221771234567", "born_on": date.fromisoformat(who["born_on"])}
    services.save(member_id, said, now=NOW)


@pytest.mark.database
def test_an_address_of_dakar_is_taken_as_it_is_given_there(client: FlaskClient, ana: int) -> None:
    for part in ("full_name", "phone", "address"):
        answer = save(client, part, **fields_of(part))
        assert (answer.status_code, answer.location) == (303, f"/account/profile#part-{part}")
    kept = stored(ana)
    assert kept["phone"] == "+221771234567"
    assert (kept["postal_code"], kept["landmark"]) == ("", "derrière la pharmacie Mermoz")
    assert (kept["full_name"], kept["street"]) == ("Awa N'Diaye", "Villa 4")


@pytest.mark.database
def test_nothing_of_it_can_be_read_in_the_database(ana: int) -> None:
    settle(ana)
    columns = [sa.type_coerce(column, sa.Text) for column in Profile.__table__.c if column.name != "updated_at"]
    raw = " ".join(str(value) for value in db.session.execute(sa.select(*columns)).one())
    for said in ("Awa", "Diaye", "771234567", "Mermoz", "Villa", "Dakar", "1990"):
        assert said not in raw


@pytest.mark.parametrize(("street", "landmark"), [("Villa 4", ""), ("", "derrière la pharmacie Mermoz")])
def test_a_street_or_a_landmark_is_enough(client: FlaskClient, ana: int, street: str, landmark: str) -> None:
    assert save(client, "address", **fields_of("address") | {"street": street, "landmark": landmark}).status_code == 303
    assert (stored(ana)["street"], stored(ana)["landmark"]) == (street, landmark)


def test_a_number_in_france_is_read_by_french_habits(client: FlaskClient, ana: int) -> None:
    save(client, "address", **fields_of("address", PARIS))
    assert save(client, "phone", phone="06 12 34 56 78").status_code == 303
    assert stored(ana)["phone"] == "+33612345678"


def test_a_part_is_saved_by_itself_and_the_rest_stays(client: FlaskClient, ana: int) -> None:
    settle(ana)
    before = stored(ana)
    save(client, "phone", phone="+33 6 12 34 56 78", city="Paris", full_name="Somebody Else")
    assert stored(ana) == before | {
        "phone": "+33612345678",
        "phone_index": blind_index("profile.phone", "+33612345678"),
    }


def test_with_javascript_the_part_alone_comes_back_with_what_became_of_it(client: FlaskClient, ana: int) -> None:
    settle(ana)
    answer = save(client, "phone", htmx=True, phone="33 864 30 07")
    assert answer.status_code == 200
    assert answer.text.startswith('<form class="one" id="part-phone"')
    assert 'value="+221 33 864 30 07"' in answer.text, "as it was understood"
    assert '<span role="status">Saved as +221 33 864 30 07.</span>' in answer.text, "also where the typed text stays"
    assert 'id="save-phone"' in answer.text, "what had the focus is still there"
    refused = save(client, "phone", htmx=True, phone="12")
    assert refused.status_code == 422
    assert 'id="phone-error"' in refused.text
    assert re.search(r'<span role="status">Not saved yet', refused.text)
    assert "<html" not in refused.text


def test_without_javascript_the_page_says_what_became_of_it(client: FlaskClient, ana: int) -> None:
    settle(ana)
    page = client.get(save(client, "full_name", full_name="Awa Fall").location.partition("#")[0]).text
    assert "Your profile is saved." in page
    assert 'value="Awa Fall"' in page
    refused = save(client, "full_name", full_name="?")
    assert refused.status_code == 422
    assert 'href="#full_name"' in refused.text
    assert unescape(refused.text).count("derrière la pharmacie Mermoz") == 1, "the other parts are there too"


def test_nothing_that_was_typed_is_lost(client: FlaskClient, ana: int) -> None:
    page = save(client, "address", **fields_of("address", PARIS) | {"city": "1"}).text
    for typed in ("12 rue des Écoles", "75005", 'value="1"'):
        assert typed in page
    assert re.search(r'<option selected value="FR">', page)


def test_the_address_of_a_part_leads_to_the_page_on_which_it_stands(client: FlaskClient, ana: int) -> None:
    assert client.get("/account/profile/phone").location == "/account/profile#part-phone"
    assert client.get("/account/profile/password").status_code == 404


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_stale_token_costs_nothing_of_what_was_typed(client: FlaskClient, ana: int, headers: dict[str, str]) -> None:
    sent = {"csrf_token": "stale", **fields_of("address", PARIS)}
    answer = client.post("/account/profile/address", data=sent, headers=headers | {"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 422
    assert "12 rue des Écoles" in answer.text
    assert "Nothing was saved" in answer.text
    assert queries.profile(ana) is None


# The date of birth


def test_the_date_of_birth_is_not_asked_for_before_it_is_needed(client: FlaskClient, ana: int) -> None:
    assert "born_on" not in client.get("/account/profile").text
    assert save(client, "born_on", born_on="1990-05-17").status_code == 404
    assert queries.profile(ana) is None


def test_of_a_known_date_of_birth_only_the_year_is_shown(client: FlaskClient, ana: int) -> None:
    settle(ana)
    page = client.get("/account/profile").text
    assert "••.••.1990" in page
    assert "1990-05-17" not in page
    part = re.sub(r'.*id="part-born_on"', "", page, flags=re.DOTALL).split("</form>")[0]
    assert "17" not in TOKEN.sub("", part), "the day; a token may have these digits by chance"


def test_a_date_of_birth_can_be_put_right_but_not_to_that_of_a_minor(client: FlaskClient, ana: int) -> None:
    settle(ana)
    assert save(client, "born_on", born_on="2008-11-24").status_code == 422
    assert stored(ana)["born_on"] == date(1990, 5, 17)
    assert save(client, "born_on", born_on="2008-11-23").status_code == 303
    assert stored(ana)["born_on"] == date(2008, 11, 23)


@pytest.mark.parametrize("typed", ["1989-05-17", "17/05/1989", "17.05.1989", "17-05-1989"])
def test_a_birthday_may_be_written_as_people_write_it(client: FlaskClient, ana: int, typed: str) -> None:
    settle(ana)
    assert save(client, "born_on", born_on=typed).status_code == 303
    assert stored(ana)["born_on"] == date(1989, 5, 17)


# What is written


def audited() -> list[dict[str, object]]:
    db.session.rollback()
    found = db.session.execute(sa.select(AuditEntry.facts).where(AuditEntry.action == "profile.saved").order_by("id"))
    return list(found.scalars())


def test_the_audit_names_the_fields_that_changed_and_no_value(client: FlaskClient, ana: int) -> None:
    settle(ana)
    save(client, "address", **fields_of("address") | {"city": "Thiès"})
    save(client, "address", **fields_of("address") | {"city": "Thiès"})
    assert audited() == [{"fields": sorted(AWA)}, {"fields": ["city"]}]


@pytest.mark.database
def test_staff_can_find_a_member_by_name_and_phone(client: FlaskClient, ana: int) -> None:
    save(client, "full_name", full_name="Awa  N'DIAYÉ")
    save(client, "phone", phone="77 123 45 67")
    kept = stored(ana)
    assert kept["name_index"] == blind_index("profile.name", "awa ndiaye")
    assert kept["phone_index"] == blind_index("profile.phone", "+221771234567")


def test_only_what_belongs_to_a_profile_is_ever_written(app: Flask, ana: int) -> None:
    with pytest.raises(ValueError, match="updated_at"):
        services.save(ana, {"full_name": "Awa", "updated_at": None}, now=NOW)
    assert queries.profile(ana) is None


def test_details_without_a_date_of_birth_leave_the_known_one(app: Flask, ana: int) -> None:
    settle(ana)
    who = services.Details("Awa Fall", "+221771234567", "Villa 5", "", "Dakar", "SN")
    services.save_profile(ana, who, now=NOW)
    assert (stored(ana)["born_on"], stored(ana)["street"]) == (date(1990, 5, 17), "Villa 5")
    assert queries.profile_gaps(ana, TODAY) == []


# The page


def test_visitors_are_led_to_sign_in(client: FlaskClient) -> None:
    for page in ("/account/", "/account/profile"):
        assert client.get(page).location == f"/auth/login?next={page}"


def test_the_settings_have_one_way_between_them(client: FlaskClient, ana: int) -> None:
    page = client.get("/account/profile").text
    assert '<a href="/account/profile" aria-current="page">Profile</a>' in page
    assert '<a href="/account/preferences">' in page


def test_each_part_says_what_it_is_for_who_receives_it_and_how_long(client: FlaskClient, ana: int) -> None:
    settle(ana)
    page = client.get("/account/profile").text
    for part in dict.fromkeys(PARTS.values()):
        one = page.split(f'id="part-{part}"')[1].split("</form>")[0]
        assert one.count("<details") == 1, part
        for said in ("What for: to", "Who receives it: our staff", "as long as you have the account"):
            assert said in one, (part, said)
    assert "the seller of a lot that you win" in page
    birth = page.split('id="part-born_on"')[1].split("</form>")[0]
    assert "the seller" not in birth.split("<details")[1]
    assert "the law obliges us" in birth


def test_senegal_stands_first(client: FlaskClient, ana: int) -> None:
    assert 'value="SN">Senegal' in client.get("/account/profile").text.split("<option", 2)[1]


def test_another_member_is_never_touched(client: FlaskClient, ana: int) -> None:
    ben = factories.member("ben")
    before = stored(ben.id)
    save(client, "full_name", full_name="Awa Fall", member_id=str(ben.id))
    assert stored(ben.id) == before
    assert token(client)
