"""What a bid costs, part by part, and the bid that a budget allows (C-01, C-11, C-12; cases 20 and 21)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.bidding.costs import (
    COLLECTED,
    EU_ROYALTY_CAP,
    EUROPEAN_UNION,
    IMPORT_TAX_ELSEWHERE_BP,
    PREMIUM_FIXED_MINOR,
    Destination,
    Fees,
    ResaleRight,
    eu_royalty,
    import_tax_bp,
    maximum_within,
    resale_right,
    total,
)

EUROS = Fees("EUR", 900, 3_00)
FRANCS = Fees("XOF", 900, 2_000)


def test_the_premium_is_nine_percent_and_a_fixed_part_of_hammer_only():
    cost = total(200_000, FRANCS, Destination(shipping_minor=4_500))
    assert (cost.premium_minor, cost.shipping_minor, cost.total_minor) == (20_000, 4_500, 224_500)
    assert total(100_00, EUROS).premium_minor == 12_00


def test_the_fixed_parts_are_those_of_the_rules():
    assert (PREMIUM_FIXED_MINOR["EUR"], PREMIUM_FIXED_MINOR["XOF"]) == (3_00, 2_000)


def test_import_tax_is_told_but_not_charged():
    cost = total(1_000_00, EUROS, Destination(shipping_minor=50_00, import_tax_bp=550))
    assert cost.charged_minor == 1_000_00 + 93_00 + 50_00
    assert cost.import_tax_minor == 62_87  # 5.5 % of 1,143.00 is 62.865
    assert cost.total_minor == cost.charged_minor + 62_87


@pytest.mark.parametrize(
    ("origin", "destination", "rate"),
    [
        ("SN", "SN", 0),
        ("SN", "FR", 550),
        ("FR", "DE", 0),
        ("FR", "SN", 1_800),
        ("SN", "US", 0),
        ("SN", "CH", 810),
        ("SN", "JP", IMPORT_TAX_ELSEWHERE_BP),
        ("SN", "PL", IMPORT_TAX_ELSEWHERE_BP),
        ("GB", "FR", 550),
    ],
)
def test_a_border_costs_what_its_country_takes(origin, destination, rate):
    assert import_tax_bp(origin, destination) == rate


def test_the_union_has_27_members():
    assert len(EUROPEAN_UNION) == 27


@pytest.mark.parametrize(
    ("price", "royalty"),
    [
        (0, 0),
        (2_999_99, 0),
        (3_000_00, 120_00),
        (3_000_01, 120_00),
        (49_999_99, 2_000_00),
        (50_000_00, 2_000_00),
        (50_000_17, 2_000_01),
        (50_000_16, 2_000_00),
        (200_000_00, 6_500_00),
        (200_000_49, 6_500_00),
        (200_000_50, 6_500_01),
        (350_000_00, 8_000_00),
        (350_000_99, 8_000_00),
        (350_001_00, 8_000_01),
        (500_000_00, 8_750_00),
        (500_001_99, 8_750_00),
        (500_002_00, 8_750_01),
        (1_999_998_00, 12_500_00),
        (1_999_997_99, 12_499_99),
        (2_000_000_00, 12_500_00),
        (2_000_000_01, 12_500_00),
        (3_000_000_00, 12_500_00),
    ],
)
def test_the_royalty_of_the_union_falls_from_slice_to_slice(price, royalty):
    assert eu_royalty(price) == royalty


@given(st.integers(3_000_00, 10**12))
def test_the_royalty_of_the_union_is_that_of_its_slices_summed_exactly(price):
    exact, floor = Fraction(0), 0
    for ceiling, percent in [(50_000, "4"), (200_000, "3"), (350_000, "1"), (500_000, "0.5"), (10**12, "0.25")]:
        exact += (min(max(Fraction(price, 100), Fraction(floor)), Fraction(ceiling)) - floor) * Fraction(percent) / 100
        floor = ceiling
    expected = min(exact * 100, Fraction(EU_ROYALTY_CAP))
    assert abs(eu_royalty(price) - expected) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("hammer", "currency", "royalty"),
    [
        (199_999, "XOF", 0),
        (199_500, "XOF", 0),
        (200_000, "XOF", 10_000),
        (200_001, "XOF", 10_000),
        (200_010, "XOF", 10_001),
        (304_89, "EUR", 0),  # 199,994.7 francs
        (304_90, "EUR", 15_25),  # 200,001.3 francs; 5 % is 15.245
    ],
)
def test_senegal_takes_five_percent_from_two_hundred_thousand_francs(hammer, currency, royalty):
    assert resale_right(hammer, Fees(currency, resale_right=ResaleRight.SENEGAL)) == royalty


@pytest.mark.parametrize(
    ("hammer", "royalty"),
    [(1_967_867, 0), (1_967_871, 78_715), (32_797_850, 1_311_914), (10**10, 8_199_463)],
)
def test_the_unions_royalty_on_a_sale_in_francs_uses_the_fixed_rate(hammer, royalty):
    """EUR 3,000 are 1,967,871 francs; EUR 12,500 are 8,199,462.5."""
    assert resale_right(hammer, Fees("XOF", resale_right=ResaleRight.EU)) == royalty


def test_no_resale_right_unless_the_sale_has_one():
    assert resale_right(10**9, EUROS) == 0


@pytest.mark.parametrize("right", [ResaleRight.EU, ResaleRight.SENEGAL])
def test_a_sale_without_a_fixed_rate_can_have_no_resale_right(right):
    with pytest.raises(ValueError, match="USD"):
        Fees("USD", resale_right=right)


fees = st.builds(
    Fees,
    st.sampled_from(["EUR", "XOF"]),
    st.integers(0, 3_000),
    st.integers(0, 5_000),
    st.sampled_from(ResaleRight),
)
destinations = st.builds(Destination, st.integers(0, 100_000), st.integers(0, 3_000))
hammers = st.integers(0, 10**12)


@given(hammers, fees, destinations)
def test_the_parts_are_whole_and_add_up(hammer, fees, destination):
    cost = total(hammer, fees, destination)
    parts = [hammer, cost.premium_minor, cost.resale_right_minor, cost.shipping_minor, cost.import_tax_minor]
    assert all(type(part) is int and part >= 0 for part in parts)
    assert cost.total_minor == sum(parts)


@pytest.mark.parametrize("right", ResaleRight)
@pytest.mark.parametrize(("currency", "fixed"), [("EUR", 3_00), ("XOF", 2_000)])
def test_every_small_hammer_costs_more_than_the_one_below_and_is_rounded_fairly(right, currency, fixed):
    """Test case 20, every 7th amount of 0 to 200,000; each premium is within half a unit of nine percent."""
    fees, dearest = Fees(currency, 900, fixed, right), -1
    for hammer in range(0, 200_001, 7):
        cost = total(hammer, fees, Destination(4_500, 550))
        assert cost.total_minor > dearest
        assert abs((cost.premium_minor - fixed) * 100 - hammer * 9) <= 50
        dearest = cost.total_minor


@given(hammers, fees, destinations)
def test_in_the_visitors_currency_the_parts_add_up_to_the_converted_total(hammer, fees, destination):
    other = "XOF" if fees.currency == "EUR" else "EUR"
    cost, seen = total(hammer, fees, destination), total(hammer, fees, destination).converted(other)
    assert seen.currency == other
    exact = Fraction(cost.total_minor) * (Fraction(655_957, 100_000) if other == "XOF" else Fraction(100_000, 655_957))
    assert abs(seen.total_minor - exact) <= Fraction(1, 2)
    assert seen.charged_minor + seen.import_tax_minor == seen.total_minor


def test_in_the_sales_own_currency_nothing_changes():
    cost = total(1_000_00, EUROS, Destination(50_00, 550))
    assert cost.converted("EUR") == cost


@given(
    budget=st.integers(-100, 600_000),
    fees=fees,
    destination=st.builds(Destination, st.integers(0, 2_000), st.integers(0, 3_000)),
    least=st.integers(1, 400_000),
    granule=st.sampled_from([150, 500, 700]),
)
def test_a_budget_buys_the_very_maximum_that_trying_them_all_would_find(budget, fees, destination, least, granule):
    fitting = [
        amount
        for amount in range(0, 600_001, granule)
        if amount >= least and total(amount, fees, destination).total_minor <= budget
    ]
    found = maximum_within(budget, fees, destination, least_minor=least, granularity_minor=granule)
    assert found == max(fitting, default=None)


@given(st.integers(1, 10**12), fees, destinations)
def test_a_large_budget_is_used_up_to_the_last_granule(budget, fees, destination):
    found = maximum_within(budget, fees, destination, least_minor=500, granularity_minor=500)
    if found is None:
        assert total(500, fees, destination).total_minor > budget
        return
    assert total(found, fees, destination).total_minor <= budget < total(found + 500, fees, destination).total_minor


@pytest.mark.parametrize(
    ("budget", "least", "maximum"),
    [(224_500, 180_000, 200_000), (224_499, 180_000, 199_500), (202_700, 180_000, 180_000), (202_699, 180_000, None)],
)
def test_a_budget_that_just_fits_or_just_does_not(budget, least, maximum):
    destination = Destination(shipping_minor=4_500)
    assert maximum_within(budget, FRANCS, destination, least_minor=least, granularity_minor=500) == maximum


def test_collecting_costs_nothing():
    assert total(500, Fees("XOF", 0, 0), COLLECTED).total_minor == 500
