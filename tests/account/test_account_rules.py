"""What a profile lacks, for what, and what may stand in it; phones and countries."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from gallery.account import countries, phones, queries, rules
from gallery.account.rules import For, Gap
from tests import factories
from tests.account.people import TODAY


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
    "sells_as": "private",
    "has_company": False,
    "has_bank": True,
    "has_second_step": True,
}


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({}, []),
        ({"full_name": ""}, [Gap.NAME]),
        ({"phone": ""}, [Gap.PHONE]),
        ({"street": ""}, [Gap.ADDRESS]),
        ({"street": "", "landmark": "behind the pharmacy"}, []),
        ({"street": "", "landmark": None}, [Gap.ADDRESS]),
        ({"city": ""}, [Gap.ADDRESS]),
        ({"country": ""}, [Gap.ADDRESS]),
        ({"born_on": None}, [Gap.BIRTH]),
        ({"born_on": date(2010, 1, 1)}, [Gap.UNDER_AGE]),
        ({"full_name": "", "street": ""}, [Gap.NAME, Gap.ADDRESS]),
    ],
)
def test_what_a_profile_lacks(change: dict[str, object], gap: list[Gap]) -> None:
    assert rules.gaps(WHOLE | change, TODAY) == gap


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({}, []),
        ({"sells_as": ""}, [Gap.SELLS_AS]),
        ({"sells_as": "trader"}, [Gap.COMPANY]),
        ({"sells_as": "trader", "has_company": True}, []),
        ({"has_bank": False}, [Gap.BANK]),
        ({"has_second_step": False}, [Gap.SECOND_STEP]),
        ({"phone": "", "has_bank": False}, [Gap.PHONE, Gap.BANK]),
        ({"born_on": date(2010, 1, 1)}, [Gap.UNDER_AGE]),
    ],
)
def test_what_selling_lacks(change: dict[str, object], gap: list[Gap]) -> None:
    assert rules.gaps(WHOLE | change, TODAY, For.SELLING) == gap
    assert set(rules.gaps(WHOLE | change, TODAY)) <= set(gap), "bidding asks for no more than selling"


@pytest.mark.parametrize(
    ("typed", "line"), [(" a\tb\n c ", "a b c"), ("e\u0301", "é"), ("a\x00\u202eb", "a b"), (None, "")]
)
def test_what_was_typed_is_put_on_one_line(typed: str | None, line: str) -> None:
    assert rules.one_line(typed) == line


def test_who_has_no_profile_lacks_everything(app: Flask) -> None:
    made = factories.member("ana", profile=False)
    assert queries.profile_gaps(made.id, TODAY) == [Gap.NAME, Gap.PHONE, Gap.ADDRESS, Gap.BIRTH]
    assert queries.country(made.id) is None


def test_a_day_begins_at_midnight_in_dakar(app: Flask) -> None:
    assert queries.today(datetime(2026, 11, 23, 23, 59, tzinfo=UTC)) == TODAY
    assert queries.today(datetime(2026, 11, 24, 0, 0, tzinfo=UTC)) == date(2026, 11, 24)


def test_every_country_with_addresses_is_there_once_in_both_languages() -> None:
    french, english = (dict(countries.countries(language)) for language in ("fr", "en"))
    assert french.keys() == english.keys()
    assert len(french) == len(countries.countries("fr")) > 240
    assert (french["SN"], french["CI"], english["CI"]) == ("Sénégal", "Côte d’Ivoire", "Côte d’Ivoire")
    names = [name for _code, name in countries.countries("fr")]
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
