"""IBANs of West Africa and of Europe, numbers that are none, and how much of them is shown (B2, 14.2.6)."""

from __future__ import annotations

import pytest

from gallery.account import bank_numbers
from gallery.account.bank_numbers import NotANumber, iban, local_number


@pytest.mark.parametrize(
    ("typed", "number", "country"),
    [
        ("SN08 SN01 0015 2000 0485 0000 3035", "SN08SN0100152000048500003035", "SN"),
        ("sn08sn0100152000048500003035", "SN08SN0100152000048500003035", "SN"),
        ("FR14 2004 1010 0505 0001 3M02 606", "FR1420041010050500013M02606", "FR"),
        ("IBAN FR14 2004 1010 0505 0001 3M02 606", "FR1420041010050500013M02606", "FR"),
        ("CI93 CI00 8011 1301 1342 9120 0589", "CI93CI0080111301134291200589", "CI"),
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000", "DE"),
        ("DE89-3704-0044-0532-0130-00", "DE89370400440532013000", "DE"),
        ("DE89\u202f3704\u00a00044\u202f0532\u00a00130\u202f00", "DE89370400440532013000", "DE"),
        ("BE68 5390 0754 7034", "BE68539007547034", "BE"),
        ("GB29 NWBK 6016 1331 9268 19", "GB29NWBK60161331926819", "GB"),
        ("ES91 2100 0418 4502 0005 1332", "ES9121000418450200051332", "ES"),
    ],
)
def test_an_iban_is_read_however_it_is_spaced(typed: str, number: str, country: str) -> None:
    found = iban(typed)
    assert (found.number, found.country) == (number, country)
    assert iban(bank_numbers.grouped(number)) == found


def test_bic_and_bank_come_with_it_where_they_are_known() -> None:
    known = iban("DE89 3704 0044 0532 0130 00")
    assert (known.bic, known.bank) == ("COBADEFFXXX", "Commerzbank")
    assert iban("FR14 2004 1010 0505 0001 3M02 606").bank == "LA BANQUE POSTALE"
    unknown = iban("SN08 SN01 0015 2000 0485 0000 3035")
    assert (unknown.bic, unknown.bank) == ("", "")


@pytest.mark.parametrize(
    "typed",
    [
        "SN08 SN01 0015 2000 0485 0000 3036",  # Each of these has one character wrong, ...
        "FR14 2004 1010 0505 0001 3M02 607",
        "CI93 CI00 8011 1301 1342 9120 0588",
        "DE89 3704 0044 0532 0130 01",
        "BE68 5390 0754 7043",  # ... or two that changed places, ...
        "SN08 SN01 0015 2000 0485 0000 303",  # ... or one too few or too many.
        "DE89 3704 0044 0532 0130 000",
        "SN12 K001 0015 2000 0256 9000 7542",  # The form that Senegal's banks had before.
        "XX89 3704 0044 0532 0130 00",
        "FR89 3704 0044 0532 0130 00",
        "3704 0044 0532 0130 00",
        "DE",
        "IBAN",
        "",
        "DE89 3704 0044 0532 0130 ٠٠",
        "ＤＥ89370400440532013000",
        "DE89<b>370400440532013000",
        "DE89370400440532013000\x00",
        "9" * 61,
        "D" * 100_000,
    ],
)
def test_what_is_no_iban_is_refused(typed: str) -> None:
    with pytest.raises(NotANumber):
        iban(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("01001 01520 000485000030 35", "010010152000048500003035"),
        ("sn010 01520 000485000030 35", "SN010015200004850000" + "3035"),
        ("123456", "123456"),
        ("12-345/678.9", "123456789"),
        ("9" * 34, "9" * 34),
    ],
)
def test_a_local_number_is_kept_without_its_separators(typed: str, kept: str) -> None:
    assert local_number(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "", "12345", "9" * 35, "abcdefgh", "-123456", "123456-", "=123456", "123456;DROP", "12 34\x00 56", "١٢٣٤٥٦",
        "9" * 100_000,
    ],
)  # fmt: skip
def test_what_no_bank_writes_is_refused(typed: str) -> None:
    with pytest.raises(NotANumber):
        local_number(typed)


@pytest.mark.parametrize(
    ("kind", "number", "shown"),
    [
        ("iban", "SN08SN0100152000048500003035", "SN•• •••• … 3035"),
        ("iban", "BE68539007547034", "BE•• •••• … 7034"),
        ("local", "010010152000048500003035", "•••• 3035"),
        ("local", "1234567890", "•••• 7890"),
        ("local", "123456", "•••• 56"),
        ("local", "123456789", "•••• 89"),
    ],
)
def test_a_mask_shows_the_end_and_never_half_of_it(kind: str, number: str, shown: str) -> None:
    assert bank_numbers.masked(kind, number) == shown
    assert len(bank_numbers.ending(number)) * 2 < len(number)
