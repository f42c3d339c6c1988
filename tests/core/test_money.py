"""Amounts as people type them, as they read them, shared out and converted."""

from contextlib import suppress

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from gallery.core.money import (
    MINOR_DIGITS,
    AmountError,
    AmountProblem,
    Money,
    convert,
    divide,
    format_money,
    format_number,
    has_parity,
    parse_amount,
    split,
)

UNDERSTOOD = [
    ("200000", "XOF", 200_000),
    ("200 000", "XOF", 200_000),
    ("200\u202f000", "XOF", 200_000),
    ("200\u00a0000", "XOF", 200_000),
    ("200\u2009000", "XOF", 200_000),
    ("200.000", "XOF", 200_000),
    ("200,000", "XOF", 200_000),
    ("200'000", "XOF", 200_000),
    ("200\u2019000", "XOF", 200_000),
    ("200000F", "XOF", 200_000),
    ("200000 F", "XOF", 200_000),
    ("200 000 f", "XOF", 200_000),
    ("200 000 F CFA", "XOF", 200_000),
    ("200\u202f000\u00a0F\u202fCFA", "XOF", 200_000),
    ("200 000 FCFA", "XOF", 200_000),
    ("200 000 F.CFA", "XOF", 200_000),
    ("200 000 fcfa.", "XOF", 200_000),
    ("200 000 CFA", "XOF", 200_000),
    ("200 000 francs", "XOF", 200_000),
    ("XOF 200,000", "XOF", 200_000),
    ("xof200000", "XOF", 200_000),
    ("F CFA 200 000", "XOF", 200_000),
    ("  200 000  ", "XOF", 200_000),
    ("1.200.000", "XOF", 1_200_000),
    ("1 200 000", "XOF", 1_200_000),
    ("1,200,000 F", "XOF", 1_200_000),
    ("500", "XOF", 500),
    ("0", "XOF", 0),
    ("007", "XOF", 7),
    ("999999999999", "XOF", 999_999_999_999),
    ("999 999 999 999", "XOF", 999_999_999_999),
    ("12", "EUR", 12_00),
    ("12,5", "EUR", 12_50),
    ("12.5", "EUR", 12_50),
    ("12,50", "EUR", 12_50),
    ("12.50", "EUR", 12_50),
    ("12,50 €", "EUR", 12_50),
    ("12,50€", "EUR", 12_50),
    ("€12.50", "EUR", 12_50),
    ("€ 1.234,50", "EUR", 1_234_50),
    ("1 234,50", "EUR", 1_234_50),
    ("1\u202f234,50\u00a0€", "EUR", 1_234_50),
    ("1 234.50", "EUR", 1_234_50),
    ("1,234.50", "EUR", 1_234_50),
    ("1.234,5", "EUR", 1_234_50),
    ("1'234.50", "EUR", 1_234_50),
    ("1234,50 EUR", "EUR", 1_234_50),
    ("1234,50 euros", "EUR", 1_234_50),
    ("1 euro", "EUR", 1_00),
    ("200.000", "EUR", 200_000_00),
    ("200,000", "EUR", 200_000_00),
    ("1.234.567,89", "EUR", 1_234_567_89),
    ("1,234,567.89", "EUR", 1_234_567_89),
    ("0,50", "EUR", 50),
    ("0.05", "USD", 5),
    ("$1,234.50", "USD", 1_234_50),
    ("US$ 20", "USD", 20_00),
    ("20 $US", "USD", 20_00),
    ("9999999999,99", "EUR", 999_999_999_999),
]

REFUSED = [
    ("", "XOF", "empty"),
    ("   ", "XOF", "empty"),
    ("\u202f\u00a0", "XOF", "empty"),
    ("abc", "XOF", "not_a_number"),
    ("1e9", "XOF", "not_a_number"),
    ("1E9", "EUR", "not_a_number"),
    ("NaN", "EUR", "not_a_number"),
    ("inf", "EUR", "not_a_number"),
    ("Infinity", "EUR", "not_a_number"),
    ("0x10", "XOF", "not_a_number"),
    ("0b1", "XOF", "not_a_number"),
    ("1_000", "XOF", "not_a_number"),
    ("+5", "EUR", "not_a_number"),
    ("5-", "EUR", "not_a_number"),
    ("200 000 F F", "XOF", "not_a_number"),
    ("200;500", "XOF", "not_a_number"),
    ("5 %", "XOF", "not_a_number"),
    ("F", "XOF", "not_a_number"),
    ("€", "EUR", "not_a_number"),
    (".50", "EUR", "not_a_number"),
    (",50", "EUR", "not_a_number"),
    ("12.", "EUR", "not_a_number"),
    ("12,", "EUR", "not_a_number"),
    ("200\n000", "XOF", "not_a_number"),
    ("200\t000", "XOF", "not_a_number"),
    ("200\x00", "XOF", "not_a_number"),
    ("\u200e200", "XOF", "not_a_number"),
    ("2\u200b00", "XOF", "not_a_number"),
    ("<b>200</b>", "XOF", "not_a_number"),
    ("2OO", "XOF", "not_a_number"),
    ("-5", "EUR", "negative"),
    ("- 5", "EUR", "negative"),
    ("\u22125", "EUR", "negative"),
    ("\uff12\uff10\uff10", "XOF", "foreign_digits"),
    ("\u0662\u0660\u0660", "XOF", "foreign_digits"),
    ("2\u00b2", "XOF", "foreign_digits"),
    ("\u00bd", "EUR", "foreign_digits"),
    ("1000000000000", "XOF", "too_long"),
    ("1 000 000 000 000", "XOF", "too_long"),
    ("10000000000,00", "EUR", "too_long"),
    ("0000000000001", "XOF", "too_long"),
    ("9" * 5_000, "XOF", "too_long"),
    ("1,23,4", "EUR", "ambiguous"),
    ("1.23.4", "EUR", "ambiguous"),
    ("12,34,567", "EUR", "ambiguous"),
    ("1234.567", "EUR", "ambiguous"),
    ("1234,567", "XOF", "ambiguous"),
    ("0.500", "EUR", "ambiguous"),
    ("0,500", "XOF", "ambiguous"),
    ("20 00", "XOF", "ambiguous"),
    ("2000 000", "XOF", "ambiguous"),
    ("200  000", "XOF", "ambiguous"),
    ("1.234 567", "XOF", "ambiguous"),
    ("1,234,50", "EUR", "ambiguous"),
    ("1.234.50", "EUR", "ambiguous"),
    ("12'50", "EUR", "ambiguous"),
    ("12..50", "EUR", "ambiguous"),
    ("200,50", "XOF", "no_decimals"),
    ("200.5", "XOF", "no_decimals"),
    ("200,00", "XOF", "no_decimals"),
    ("200 000,00 F", "XOF", "no_decimals"),
    ("1.234,50", "XOF", "no_decimals"),
    ("12,3456", "EUR", "too_precise"),
    ("1.234,567", "EUR", "too_precise"),
    ("200 €", "XOF", "other_currency"),
    ("200 F", "EUR", "other_currency"),
    ("200 EUR", "USD", "other_currency"),
    ("€ 200 F", "XOF", "other_currency"),
]


@pytest.mark.parametrize(("text", "currency", "minor"), UNDERSTOOD)
def test_an_amount_is_understood_as_people_type_it(text, currency, minor):
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize(("text", "currency", "reason"), REFUSED)
def test_what_would_have_to_be_guessed_is_refused_with_a_reason(text, currency, reason):
    with pytest.raises(AmountError) as refused:
        parse_amount(text, currency)
    assert refused.value.reason == reason


def test_every_reason_to_refuse_is_in_the_table():
    assert {reason for _, _, reason in REFUSED} == set(AmountProblem)


@given(st.text(max_size=30) | st.text("0123456789 .,'€F-", max_size=16), st.sampled_from(sorted(MINOR_DIGITS)))
def test_whatever_is_typed_gives_an_amount_or_a_reason(text, currency):
    with suppress(AmountError):
        assert 0 <= parse_amount(text, currency) < 10**14


amounts = st.integers(0, 10**12 - 1)
currencies = st.sampled_from(sorted(MINOR_DIGITS))
locales = st.sampled_from(["fr", "en"])


@given(amounts, currencies, locales)
def test_what_we_write_we_can_read(minor, currency, locale):
    assert parse_amount(format_money(minor, currency, locale), currency) == minor
    assert parse_amount(format_number(minor, currency, locale), currency) == minor


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "text"),
    [
        (150_000, "XOF", "fr", "150 000 F CFA"),
        (1_234_50, "EUR", "fr", "1 234,50 €"),
        (1_234_05, "EUR", "fr", "1 234,05 €"),
        (1_234_00, "EUR", "fr", "1 234 €"),
        (1_234_567_89, "EUR", "fr", "1 234 567,89 €"),
        (12_50, "USD", "fr", "12,50 $US"),
        (0, "EUR", "fr", "0 €"),
        (-5_00, "EUR", "fr", "-5 €"),
        (500, "XOF", "fr", "500 F CFA"),
        (150_000, "XOF", "en", "150,000 F CFA"),
        (1_234_50, "EUR", "en", "€1,234.50"),
        (1_234_00, "EUR", "en", "€1,234"),
        (5, "USD", "en", "$0.05"),
        (-5_50, "EUR", "en", "-€5.50"),
        (-500, "XOF", "en", "-500 F CFA"),
    ],
)
def test_an_amount_is_written_for_its_reader(minor, currency, locale, text):
    assert format_money(minor, currency, locale).replace("\u202f", " ").replace("\u00a0", " ") == text


def test_no_amount_breaks_over_a_line():
    assert " " not in format_money(1_234_567_89, "EUR", "fr") + format_money(1_234_567, "XOF", "en")


@given(st.integers(-(10**12), 10**12), currencies)
def test_french_is_that_of_cldr_where_there_are_decimals(minor, currency):
    if MINOR_DIGITS[currency] and minor % 100 == 0:
        minor += 1
    decimal = minor if not MINOR_DIGITS[currency] else f"{'-' * (minor < 0)}{abs(minor) // 100}.{abs(minor) % 100:02}"
    assert format_money(minor, currency, "fr") == format_currency(decimal, currency, locale="fr")


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "USD"]))
def test_english_is_that_of_cldr_where_there_are_decimals(minor, currency):
    if minor % 100 == 0:
        minor += 1
    decimal = f"{'-' * (minor < 0)}{abs(minor) // 100}.{abs(minor) % 100:02}"
    assert format_money(minor, currency, "en") == format_currency(decimal, currency, locale="en")


weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=8).filter(any)


@given(st.integers(-(10**12), 10**12), weights)
def test_parts_add_up_and_none_is_a_unit_off_its_share(total, shares):
    parts = split(total, shares)
    assert sum(parts) == total
    for part, weight in zip(parts, shares, strict=True):
        assert abs(part * sum(shares) - total * weight) < sum(shares)


@given(st.integers(0, 10**9), weights)
def test_a_smaller_remainder_is_never_served_before_a_larger_one(total, shares):
    exact = [divmod(total * weight, sum(shares)) for weight in shares]
    extras = [part - whole for part, (whole, _) in zip(split(total, shares), exact, strict=True)]
    served = [remainder for extra, (_, remainder) in zip(extras, exact, strict=True) if extra]
    passed_over = [remainder for extra, (_, remainder) in zip(extras, exact, strict=True) if not extra]
    assert min(served, default=0) >= max(passed_over, default=0) or not served


@pytest.mark.parametrize(
    ("total", "shares", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (2, [1, 1, 1], [1, 1, 0]),
        (10, [0, 1], [0, 10]),
        (0, [0, 0], [0, 0]),
        (7, [3, 1], [5, 2]),
    ],
)
def test_what_is_left_over_goes_to_the_largest_remainders(total, shares, parts):
    assert split(total, shares) == parts


@pytest.mark.parametrize(("total", "shares"), [(1, [0, 0]), (1, []), (1, [2, -1]), (-1, [0])])
def test_what_cannot_be_shared_is_refused(total, shares):
    with pytest.raises(ValueError, match="cannot share"):
        split(total, shares)


@pytest.mark.parametrize(
    ("minor", "source", "target", "expected"),
    [
        (1_00, "EUR", "XOF", 656),
        (1_000_00, "EUR", "XOF", 655_957),
        (655_957, "XOF", "EUR", 1_000_00),
        (180_000, "XOF", "EUR", 274_41),
        (1, "XOF", "EUR", 0),
        (4, "XOF", "EUR", 1),
        (-180_000, "XOF", "EUR", -274_41),
        (12_34, "EUR", "EUR", 12_34),
        (5, "USD", "USD", 5),
    ],
)
def test_the_franc_has_a_fixed_rate(minor, source, target, expected):
    assert convert(minor, source, target) == expected


@given(st.integers(-(10**9), 10**9))
def test_a_franc_survives_the_way_to_euros_and_back_within_three(francs):
    assert abs(convert(convert(francs, "XOF", "EUR"), "EUR", "XOF") - francs) <= 3


def test_the_dollar_has_no_fixed_rate():
    assert not has_parity("USD", "EUR")
    assert has_parity("EUR", "XOF")
    with pytest.raises(ValueError, match="no fixed rate"):
        convert(100, "EUR", "USD")


@pytest.mark.parametrize(("amount", "by", "expected"), [(5, 10, 1), (4, 10, 0), (-5, 10, -1), (-4, 10, 0), (15, 10, 2)])
def test_halves_go_away_from_zero(amount, by, expected):
    assert divide(amount, by) == expected


@pytest.mark.parametrize(("minor", "currency"), [(1.0, "EUR"), (True, "EUR"), ("1", "EUR"), (1, "GBP")])
def test_money_is_whole_and_of_a_known_currency(minor, currency):
    with pytest.raises(ValueError, match="not an amount"):
        Money(minor, currency)
