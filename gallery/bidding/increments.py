"""By how much a bid must beat the price. Pure: whole minor units in and out.

A table names, in major units, the price from which each step holds: at exactly EUR 10 the step is
already 5. It belongs to a sale and may serve any currency, its figures then being major units of that
currency, with each step rounded up to a whole number of granules, so that a price stays on the grid.
"""

from bisect import bisect_right
from enum import StrEnum
from functools import lru_cache

from gallery.core.money import MINOR_DIGITS


class Table(StrEnum):
    """The tables that a sale may choose from (RULES, "Steps")."""

    EUR = "eur"
    XOF = "xof"
    EBAY = "ebay"


GRANULARITY = {"EUR": 100, "XOF": 500, "USD": 1}
"""The grid that bids stand on unless a sale says otherwise, in minor units."""

_HUNDREDTHS = {
    Table.EUR: (
        (0, 1_00),
        (10_00, 5_00),
        (100_00, 10_00),
        (200_00, 20_00),
        (500_00, 50_00),
        (1_000_00, 100_00),
        (2_000_00, 200_00),
        (5_000_00, 500_00),
        (10_000_00, 1_000_00),
        (20_000_00, 2_000_00),
        (50_000_00, 5_000_00),
        (100_000_00, 10_000_00),
        (200_000_00, 20_000_00),
        (500_000_00, 50_000_00),
    ),
    Table.XOF: (
        (0, 500_00),
        (5_000_00, 2_500_00),
        (50_000_00, 5_000_00),
        (100_000_00, 10_000_00),
        (300_000_00, 25_000_00),
        (600_000_00, 50_000_00),
        (1_200_000_00, 100_000_00),
        (3_000_000_00, 250_000_00),
        (6_000_000_00, 500_000_00),
    ),
    Table.EBAY: (
        (0, 5),
        (1_00, 25),
        (5_00, 50),
        (25_00, 1_00),
        (100_00, 2_50),
        (250_00, 5_00),
        (500_00, 10_00),
        (1_000_00, 25_00),
        (2_500_00, 50_00),
        (5_000_00, 100_00),
    ),
}
"""(price from which, step), both in hundredths of a major unit, whatever the currency."""


@lru_cache
def ladder(table: Table, currency: str, granularity_minor: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """A table in minor units of a currency: the prices from which, and the steps that hold there.

    Wherever rounding to the grid makes neighbouring steps equal, they are one rung.
    """
    hundredths_in_a_minor = 100 // 10 ** MINOR_DIGITS[currency]
    rungs: list[tuple[int, int]] = []
    for threshold, hundredths in _HUNDREDTHS[table]:
        rung = up_to_grid(-(-hundredths // hundredths_in_a_minor), granularity_minor)
        if not rungs or rungs[-1][1] != rung:
            rungs.append((-(-threshold // hundredths_in_a_minor), rung))
    return tuple(threshold for threshold, _ in rungs), tuple(rung for _, rung in rungs)


def step(table: Table, price_minor: int, currency: str, granularity_minor: int | None = None) -> int:
    """The increment at a price, in minor units: always a positive number of whole granules."""
    thresholds, steps = ladder(table, currency, granularity_minor or GRANULARITY[currency])
    return steps[bisect_right(thresholds, price_minor) - 1]


def up_to_grid(amount_minor: int, granularity_minor: int) -> int:
    """The least amount on the grid that is not below the given one."""
    return -(-amount_minor // granularity_minor) * granularity_minor
