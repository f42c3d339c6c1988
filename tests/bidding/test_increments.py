"""The tables say what RULES says, at every edge, in every currency."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.bidding.increments import GRANULARITY, Table, ladder, step, up_to_grid
from tests.bidding.oracle import Auction
from tests.bidding.oracle import step as step_of_the_oracle

EUR_EDGES = "10:1:5 100:5:10 200:10:20 500:20:50 1000:50:100 2000:100:200 5000:200:500 10000:500:1000 20000:1000:2000"
EUR_EDGES += " 50000:2000:5000 100000:5000:10000 200000:10000:20000 500000:20000:50000"
XOF_EDGES = "5000:500:2500 50000:2500:5000 100000:5000:10000 300000:10000:25000 600000:25000:50000"
XOF_EDGES += " 1200000:50000:100000 3000000:100000:250000 6000000:250000:500000"
EBAY_EDGES = "100:5:25 500:25:50 2500:50:100 10000:100:250 25000:250:500 50000:500:1000 100000:1000:2500"
EBAY_EDGES += " 250000:2500:5000 500000:5000:10000"


def edges(text, unit):
    return [tuple(int(figure) * unit for figure in edge.split(":")) for edge in text.split()]


@pytest.mark.parametrize(
    ("table", "currency", "edge", "below", "from_it"),
    [
        *((Table.EUR, "EUR", *edge) for edge in edges(EUR_EDGES, 100)),
        *((Table.XOF, "XOF", *edge) for edge in edges(XOF_EDGES, 1)),
        *((Table.EBAY, "USD", *edge) for edge in edges(EBAY_EDGES, 1)),
    ],
)
def test_a_step_holds_from_its_price_on(table, currency, edge, below, from_it):
    assert step(table, edge - 1, currency) == below
    assert step(table, edge, currency) == from_it


def test_a_ladder_climbs_from_round_price_to_round_price():
    price, prices = 9_00, []
    while price <= 240_00:
        prices.append(price // 100)
        price += step(Table.EUR, price, "EUR")
    assert prices == [9, *range(10, 100, 5), *range(100, 200, 10), 200, 220, 240]


@pytest.mark.parametrize(
    ("table", "currency", "price", "expected"),
    [
        (Table.EBAY, "XOF", 20, 500),  # 0.50 francs do not exist
        (Table.EBAY, "EUR", 150_00, 3_00),  # 2.50 rounded up to the grid of whole euros
        (Table.EUR, "XOF", 250, 500),  # 20 francs are less than a granule
        (Table.EUR, "XOF", 1_000, 500),
        (Table.EUR, "XOF", 100_000, 10_000),
        (Table.XOF, "EUR", 4_999_00, 500_00),
        (Table.XOF, "USD", 5_000_00, 2_500_00),
    ],
)
def test_a_table_serves_any_currency_by_its_major_units(table, currency, price, expected):
    assert step(table, price, currency) == expected


def test_a_sale_may_choose_a_finer_grid():
    assert step(Table.EBAY, 150_00, "EUR", granularity_minor=1) == 2_50


combinations = {
    "table": st.sampled_from(Table),
    "currency": st.sampled_from(sorted(GRANULARITY)),
    "price": st.integers(0, 10**12),
}


@given(**combinations)
def test_a_step_is_a_whole_number_of_granules_and_at_least_one(table, currency, price):
    assert step(table, price, currency) >= GRANULARITY[currency]
    assert step(table, price, currency) % GRANULARITY[currency] == 0


@given(**combinations, more=st.integers(0, 10**9))
def test_the_next_bid_never_falls_when_the_price_rises(table, currency, price, more):
    assert price + more + step(table, price + more, currency) >= price + step(table, price, currency)


@given(**combinations, granule=st.integers(1, 5000))
def test_tables_equal_those_of_the_oracle(table, currency, price, granule):
    expected = step_of_the_oracle(Auction(table, currency, 1, None, granule), price)
    assert step(table, price, currency, granule) == expected


@pytest.mark.parametrize("currency", GRANULARITY)
@pytest.mark.parametrize("table", Table)
def test_a_ladder_begins_at_nothing_and_both_its_sides_rise(table, currency):
    thresholds, steps = ladder(table, currency, GRANULARITY[currency])
    assert thresholds[0] == 0
    assert list(thresholds) == sorted(set(thresholds))
    assert list(steps) == sorted(set(steps))


@pytest.mark.parametrize(("amount", "expected"), [(0, 0), (1, 500), (499, 500), (500, 500), (501, 1000)])
def test_amounts_go_up_to_the_grid(amount, expected):
    assert up_to_grid(amount, 500) == expected
