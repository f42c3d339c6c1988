"""The profile that bidding asks for: an address as people give it in Dakar, and fifty wrong values for each field."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gallery.account import forms, phones, queries, rules
from gallery.account.models import Profile
from gallery.account.rules import Gap
from gallery.core import clock
from gallery.core.db import db
from tests import factories

TODAY = date(2026, 11, 23)
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')

AWA = {
    "full_name": "Awa N'Diaye",
    "phone": "77 123 45 67",
    "street": "Villa 4, derrière la pharmacie Mermoz",
    "postal_code": "",
    "city": "Dakar",
    "country": "SN",
    "born_on": "1990-05-17",
}
PARIS = AWA | {
    "phone": "06 12 34 56 78",
    "street": "12 rue des Écoles",
    "postal_code": "75005",
    "city": "Paris",
    "country": "FR",
}

UNSEEN = ["\x00", "\x01\x02", "\u200b\u200b", "\u202e", "\ufeff", "\u2066\u2069", "\x7f", "\n", "\t \t"]
NO_NAMES = [
    "", " ", ".", "-", "'", "1", "12345", "??", "é", "A", "a 1", "+221771234567", "@", "___", "\u0301\u0301",
    "😀😀", "…", "1 2 3", "—", "''", "#", "//", "<>", "{}", "0x10", "-1", "§§", "٣٤", "½½", "²³",
    "№", "°°", "“”", "()", "¡¿", "|", "\\", "``", "~~", "^^", "%%", "&&", "**", "==", "++", ";;", "::", ",,",
    "!!", "€€", *UNSEEN, "x" * 121, "Awa " * 60, "z" * 100_000,
]  # fmt: skip
NO_CITIES = [*NO_NAMES]
NO_STREETS = [
    *[name for name in NO_NAMES if not any(letter.isalnum() for letter in name)], "x" * 201,
    "rue " * 60, "1" * 500, "y" * 100_000, ". . .", "-- --", "?!", "¿", "()()", "[]", "{ }", "<  >", "…,…", "·",
    "•", "†", "«»", "‹›", "–", "¶", "@@", "#!", "$", "£", "¥",
]  # fmt: skip
NO_PHONES = [
    "", " ", "x", "77", "771234", "7712345678901234", "+", "+221", "00221", "+999123456789", "+0", "0", "1e9",
    "77 123 45 6x", "phone", "+221 77 123 45", "+33 1", "+33 00 00 00 00 00", "911", "17", "112", "1515",
    "+22177123456789", "٧٧", "77\x0012", "77-12", "(77)", "tel:", "sip:ana@example.org", "+1 555 0100",
    "555-0100", "+1 (000) 000-0000", "****", "#31#", "*100#", "77 123 45 67 ext 12", "77 123 45 67;ext=1",
    "+221 77 123 45 67 x9", "7" * 41, "7" * 100_000, "12345678", "123456789", "000000000", "999999999", "+44",
    "+4420", "+86", "--------", "77/12/34", "NaN", "None", "null", "😀", "+221 11 111 11 11",
]  # fmt: skip
NO_CODES = [
    "x"*17, "7"*100, "é", "75005!", "75_005", "75.005", "75,005", "75/005", "75005;", "<75005>", "75005'",
    '75005"', "75005\\", "75005&", "75005%", "75005#", "75005@", "75005+", "75005=", "75005*", "75005?",
    "75005:", "(75005)", "[75005]", "{75005}", "75005|", "75005~", "75005`", "75005^", "75005$", "75005€",
    "٧٥٠٠٥", "７５００５", "75005é", "Ω", "ÿ", "中文", "😀", "№5", "½", "°", "§", "--'--", "a.b", "a,b", "a/b", "a;b",
    "a:b", "a!b", "a?b", "{{7*7}}",
]  # fmt: skip
NO_COUNTRIES = [
    "", " ", "S", "SNN", "sn", "Sn", "XX", "ZZ", "EU", "UN", "EZ", "00", "12", "001", "150", "Senegal",
    "Sénégal", "FRA", "--", "..", "QO", "XA", "XB", "AQ", "BV", "HM", "TF", "A1", "1A", "SN ", " SN",
    "SN\x00", "SN\n", "<SN>", "SN;FR", "SN,FR", "null", "None", "undefined", "٣", "ＳＮ", "ΣΝ", "😀", "É", "F R",
    "F.R", "F-R", "%53%4e", "../SN", "SN--", "' OR 1=1",
]  # fmt: skip
NO_BIRTHS = [
    "", " ", "x", "1990", "1990-05", "1990-13-01", "1990-00-10", "1990-02-30", "1991-02-29", "1990-05-32",
    "17.05", "32/01/1990", "05/17/1990", "0000-00-00", "0001-01-01", "1800-01-01", "1905-01-01", "2026-11-24",
    "2026-11-23", "2010-01-01", "2008-11-24", "9999-12-31", "10000-01-01", "-1990-05-17", "1990-5-",
    "90-05-17", "17 mai 1990", "May 17, 1990", "yesterday", "now", "1e9", "NaN", "null", "None", "19900517",
    "1990/05/17", "1990-05-17T00:00", "1990-05-17 00:00", "1990-05-17Z", "1990-05-17x", "<1990-05-17>",
    "1990--05--17", "1990-05-17;", "٢٠٠٠-٠١-٠", "１９９０", "\x00", "1990-05-17\x00", "2007", "2025-02-28",
    "2020-02-29", "641001600",
]  # fmt: skip

WRONG = {
    "full_name": NO_NAMES,
    "phone": NO_PHONES,
    "street": NO_STREETS,
    "postal_code": NO_CODES,
    "city": NO_CITIES,
    "country": NO_COUNTRIES,
    "born_on": NO_BIRTHS,
}


@pytest.fixture
def ana(app: Flask, client: FlaskClient) -> int:
    """Ana's number; she is signed in, has no profile yet, reads English, and today is 23 November 2026."""
    app.extensions["clock"] = clock.FrozenClock(datetime(2026, 11, 23, 12, tzinfo=UTC))
    made = factories.member("ana", profile=False)
    factories.sign_in(client, made)
    client.get("/account/?lang=en")
    return made.id


def save(client: FlaskClient, query: str = "", **fields: str) -> TestResponse:
    page = client.get(f"/account/profile{query}")
    found = TOKEN.search(page.text)
    assert found
    return client.post(f"/account/profile{query}", data={"csrf_token": found[1], **fields})


def stored(member_id: int) -> dict[str, object]:
    found = queries.profile(member_id)
    assert found is not None
    return dict(found)


@pytest.mark.database
def test_an_address_of_dakar_is_taken_as_it_is_given_there(client: FlaskClient, ana: int) -> None:
    answer = save(client, **AWA)
    assert (answer.status_code, answer.location) == (303, "/account/")
    kept = stored(ana)
    assert kept["phone"] == "+221771234567"
    assert kept["postal_code"] == ""
    assert (kept["full_name"], kept["street"]) == ("Awa N'Diaye", "Villa 4, derrière la pharmacie Mermoz")
    assert kept["born_on"] == date(1990, 5, 17)
    assert queries.profile_gaps(ana, TODAY) == []


@pytest.mark.database
def test_nothing_of_it_can_be_read_in_the_database(client: FlaskClient, ana: int) -> None:
    save(client, **AWA)
    columns = [sa.type_coerce(column, sa.Text) for column in Profile.__table__.c if column.name != "updated_at"]
    raw = " ".join(str(value) for value in db.session.execute(sa.select(*columns)).one())
    for said in ("Awa", "Diaye", "771234567", "Mermoz", "Dakar", "1990"):
        assert said not in raw


def test_an_address_in_france_is_read_by_french_habits(client: FlaskClient, ana: int) -> None:
    assert save(client, **PARIS | {"phone": "06 12 34 56 78"}).status_code == 303
    assert stored(ana)["phone"] == "+33612345678"


def test_the_profile_can_be_changed_and_shows_what_is_known(client: FlaskClient, ana: int) -> None:
    save(client, **AWA)
    page = client.get("/account/profile").text
    assert "+221 77 123 45 67" in page
    assert 'value="1990-05-17"' in page
    assert re.search(r'<option selected value="SN">Senegal', page)
    save(client, **AWA | {"city": "Thiès", "phone": "+221 77 123 45 67"})
    assert stored(ana)["city"] == "Thiès"
    assert stored(ana)["phone"] == "+221771234567"


def test_it_leads_back_to_the_lot_and_to_no_other_site(client: FlaskClient, ana: int) -> None:
    assert 'name="next" value="/lots/7"' in client.get("/account/profile?next=/lots/7").text
    assert save(client, "?next=/lots/7", **AWA).location == "/lots/7"
    assert save(client, **AWA, next="/lots/8").location == "/lots/8"
    assert save(client, "?next=//evil.example", **AWA, next="https://evil.example").location == "/account/"


@pytest.mark.parametrize("name", WRONG)
def test_fifty_wrong_values_are_refused_beside_their_field(client: FlaskClient, ana: int, name: str) -> None:
    wrong = list(dict.fromkeys(WRONG[name]))
    assert len(wrong) >= 50, len(wrong)
    for value in wrong:
        answer = save(client, **AWA | {name: value})
        assert answer.status_code == 422, (name, value[:60])
        assert f'id="{name}-error"' in answer.text, (name, value[:60])
        assert answer.text.count('class="error"') == 1, (name, value[:60])
    assert queries.profile(ana) is None


def test_nothing_that_was_typed_is_lost(client: FlaskClient, ana: int) -> None:
    page = save(client, "?next=/lots/7", **PARIS | {"phone": "12"}).text
    for typed in (
        "Awa N&#39;Diaye",
        "12 rue des Écoles",
        "75005",
        "Paris",
        'value="12"',
        "1990-05-17",
        'value="/lots/7"',
    ):
        assert typed in page
    assert re.search(r'<option selected value="FR">', page)
    page = save(client, **AWA | {"born_on": "17 mai 1990"}).text
    assert "17 mai 1990" in page


@pytest.mark.parametrize("typed", ["1990-05-17", "17/05/1990", "17.05.1990", "17-05-1990"])
def test_a_birthday_may_be_written_as_people_write_it(client: FlaskClient, ana: int, typed: str) -> None:
    assert save(client, **AWA | {"born_on": typed}).status_code == 303
    assert stored(ana)["born_on"] == date(1990, 5, 17)


def test_each_refusal_is_in_the_language_of_the_page(client: FlaskClient, ana: int) -> None:
    for name, values in WRONG.items():
        for wrong in ("", next(value for value in values if value.strip())):
            if name == "postal_code" and not wrong:
                continue
            said = {}
            for language in ("fr", "en"):
                page = save(client, f"?lang={language}", **AWA | {name: wrong}).text
                found = re.search(rf'id="{name}-error">([^<]+)<', page)
                assert found, (name, wrong)
                said[language] = found[1]
            assert said["fr"] != said["en"], (name, wrong)


def test_fields_named_like_columns_are_never_written(client: FlaskClient, ana: int) -> None:
    ben = factories.member("ben")
    more = {
        "member_id": str(ben.id),
        "id": str(ben.id),
        "updated_at": "2000-01-01",
        "email": "x@example.org",
        "roles": "admin",
    }
    assert save(client, **AWA, **more).status_code == 303
    assert stored(ana)["updated_at"] == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert stored(ben.id)["full_name"] == "Ben Diop"


def test_visitors_are_led_to_sign_in(client: FlaskClient) -> None:
    for page in ("/account/", "/account/profile"):
        assert client.get(page).location == f"/auth/login?next={page}"


def test_the_overview_says_what_is_missing(client: FlaskClient, ana: int) -> None:
    assert "/account/profile" in client.get("/account/").text
    assert "Before you can bid" in client.get("/account/").text
    save(client, **AWA)
    assert "Before you can bid" not in client.get("/account/").text


def test_each_field_says_what_it_is_for(client: FlaskClient, ana: int) -> None:
    page = client.get("/account/profile").text
    for name in ("full_name", "phone", "street", "country", "born_on"):
        assert f'id="{name}-hint"' in page, name
    assert 'value="SN">Senegal' in page.split("<option", 2)[1], "Senegal stands first"


# Rules


@pytest.mark.parametrize(
    ("born_on", "today", "adult"),
    [
        (date(2008, 11, 23), TODAY, True),
        (date(2008, 11, 24), TODAY, False),
        (date(2008, 2, 29), date(2026, 2, 28), False),
        (date(2008, 2, 29), date(2026, 3, 1), True),
        (date(1990, 1, 1), TODAY, True),
    ],
)
def test_adult_from_the_eighteenth_birthday_on(born_on: date, today: date, adult: bool) -> None:
    assert rules.is_adult(born_on, today) is adult


WHOLE = {
    "full_name": "A",
    "phone": "1",
    "street": "s",
    "postal_code": "",
    "city": "c",
    "country": "SN",
    "born_on": date(1990, 1, 1),
}


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({}, []),
        ({"full_name": ""}, [Gap.NAME]),
        ({"phone": ""}, [Gap.PHONE]),
        ({"street": ""}, [Gap.ADDRESS]),
        ({"city": ""}, [Gap.ADDRESS]),
        ({"country": ""}, [Gap.ADDRESS]),
        ({"born_on": None}, [Gap.BIRTH]),
        ({"born_on": date(2010, 1, 1)}, [Gap.UNDER_AGE]),
        ({"full_name": "", "street": ""}, [Gap.NAME, Gap.ADDRESS]),
    ],
)
def test_what_a_profile_lacks(change: dict[str, object], gap: list[Gap]) -> None:
    assert rules.gaps(WHOLE | change, TODAY) == gap


def test_who_has_no_profile_lacks_everything(app: Flask) -> None:
    made = factories.member("ana", profile=False)
    assert queries.profile_gaps(made.id, TODAY) == [Gap.NAME, Gap.PHONE, Gap.ADDRESS, Gap.BIRTH]
    assert queries.country(made.id) is None


def test_a_day_begins_at_midnight_in_dakar(app: Flask) -> None:
    assert queries.today(datetime(2026, 11, 23, 23, 59, tzinfo=UTC)) == TODAY
    assert queries.today(datetime(2026, 11, 24, 0, 0, tzinfo=UTC)) == date(2026, 11, 24)


def test_every_country_with_addresses_is_there_once_in_both_languages() -> None:
    french, english = (dict(forms.countries(language)) for language in ("fr", "en"))
    assert french.keys() == english.keys()
    assert len(french) == len(forms.countries("fr")) > 240
    assert (french["SN"], french["CI"], english["CI"]) == ("Sénégal", "Côte d’Ivoire", "Côte d’Ivoire")
    names = [name for _code, name in forms.countries("fr")]
    assert names.index("Égypte") < names.index("Zambie"), "accents sort as their letters"


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("77 123 45 67", "SN", "+221771234567"),
        ("33 864 30 07", None, "+221338643007"),
        ("00221 77 123 45 67", "FR", "+221771234567"),
        ("+33 6 12 34 56 78", "SN", "+33612345678"),
        ("06.12.34.56.78", "FR", "+33612345678"),
        ("+44 (0)20 7946 0958", None, "+442079460958"),
        ("77\u202f123\u202f45\u202f67", None, "+221771234567"),
    ],
)
def test_phone_numbers_as_people_write_them(typed: str, country: str | None, number: str) -> None:
    assert phones.international(typed, country) == number
    assert phones.international(phones.readable(number), country) == number
