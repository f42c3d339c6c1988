"""What a winning bid costs, to the last unit, and the bid that a budget allows. Pure.

The house charges hammer, buyer's premium, resale right (where the buyer bears it) and shipping. Tax
and duty on import are paid to customs or the carrier, never to the house: they are an estimate, shown
beside the charge and counted in the honest total (C-01), so that a budget is not overrun at the border.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from gallery.bidding.increments import up_to_grid
from gallery.core.money import PARITY, convert, divide, split

WHOLE_BP = 10_000
"""Basis points in a whole."""

PREMIUM_FIXED_MINOR = MappingProxyType({"EUR": 3_00, "USD": 3_00, "XOF": 2_000})
"""The fixed part of the buyer's premium unless a sale says otherwise (RULES, "Fees")."""

EU_ROYALTY = ((50_000_00, 400), (200_000_00, 300), (350_000_00, 100), (500_000_00, 50))
"""C-11: (up to this many cents, basis points of the part of the price below it)."""
EU_ROYALTY_ABOVE_BP = 25
EU_ROYALTY_CAP = 12_500_00
EU_ROYALTY_FROM = 3_000_00
"""Cents. The directive's highest threshold: due from it, not below."""

SENEGAL_ROYALTY_BP = 500
SENEGAL_ROYALTY_FROM = 200_000
"""Francs; C-12."""

# fmt: off
EUROPEAN_UNION = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})
# fmt: on
IMPORT_TAX_BP: Mapping[str, int] = MappingProxyType(
    {"FR": 550, "BE": 600, "DE": 700, "ES": 1_000, "IT": 1_000, "LU": 800, "PT": 600, "GB": 500}
    | {"CH": 810, "CA": 500, "US": 0, "SN": 1_800, "CI": 1_800, "ML": 1_800, "BJ": 1_800, "TG": 1_800}
)
"""Tax on the import of original works of art, by country, as estimates; counsel has to confirm them."""
IMPORT_TAX_ELSEWHERE_BP = 2_000
"""Where we don't know: rather too much than a surprise at the door."""


class ResaleRight(StrEnum):
    """Which law's share of the price goes to the artist or the heirs."""

    NONE = "none"
    EU = "eu"
    SENEGAL = "senegal"


@dataclass(frozen=True, slots=True)
class Fees:
    """What a sale adds to the hammer, as on the day of the sale. Premium with VAT, not on shipping."""

    currency: str
    premium_bp: int = 900
    premium_fixed_minor: int = 0
    resale_right: ResaleRight = ResaleRight.NONE
    """Only where the buyer bears it; NONE where the seller does."""

    def __post_init__(self) -> None:
        if self.resale_right is not ResaleRight.NONE and self.currency not in PARITY:
            raise ValueError(f"no resale right on a sale in {self.currency}: its thresholds have no fixed rate")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the work goes: what sending it costs (minor units) and the rate that customs take."""

    shipping_minor: int = 0
    import_tax_bp: int = 0


COLLECTED = Destination()


@dataclass(frozen=True, slots=True)
class Total:
    """What winning at a hammer price costs, part by part."""

    currency: str
    hammer_minor: int
    premium_minor: int
    resale_right_minor: int
    shipping_minor: int
    import_tax_minor: int
    """An estimate, paid to customs or the carrier."""

    @property
    def charged_minor(self) -> int:
        """What the house will ask for."""
        return self.hammer_minor + self.premium_minor + self.resale_right_minor + self.shipping_minor

    @property
    def total_minor(self) -> int:
        """What it will have cost when the work hangs on the wall."""
        return self.charged_minor + self.import_tax_minor

    def converted(self, currency: str) -> "Total":
        """The same at the fixed rate; the parts are shared out so that they still add up."""
        parts = (
            self.hammer_minor,
            self.premium_minor,
            self.resale_right_minor,
            self.shipping_minor,
            self.import_tax_minor,
        )
        return Total(currency, *split(convert(self.total_minor, self.currency, currency), parts))


def total(hammer_minor: int, fees: Fees, destination: Destination = COLLECTED) -> Total:
    """The honest total at a hammer price. It never falls when the hammer rises."""
    premium = divide(hammer_minor * fees.premium_bp, WHOLE_BP) + fees.premium_fixed_minor
    resale = resale_right(hammer_minor, fees)
    customs_value = hammer_minor + premium + destination.shipping_minor
    import_tax = divide(customs_value * destination.import_tax_bp, WHOLE_BP)
    return Total(fees.currency, hammer_minor, premium, resale, destination.shipping_minor, import_tax)


def resale_right(hammer_minor: int, fees: Fees) -> int:
    """The artist's share, in the sale's minor units; thresholds are judged at the fixed parity."""
    if fees.resale_right is ResaleRight.EU:
        royalty = eu_royalty(convert(hammer_minor, fees.currency, "EUR"))
        return convert(royalty, "EUR", fees.currency)
    if fees.resale_right is ResaleRight.SENEGAL and _francs_reach(hammer_minor, fees.currency, SENEGAL_ROYALTY_FROM):
        return divide(hammer_minor * SENEGAL_ROYALTY_BP, WHOLE_BP)
    return 0


def eu_royalty(price_cents: int) -> int:
    """C-11 (directive 2001/84, art. 3 and 4): a share that falls from slice to slice, in cents."""
    if price_cents < EU_ROYALTY_FROM:
        return 0
    weighted, floor = 0, 0
    for ceiling, share_bp in EU_ROYALTY:
        weighted += max(min(price_cents, ceiling) - floor, 0) * share_bp
        floor = ceiling
    weighted += max(price_cents - floor, 0) * EU_ROYALTY_ABOVE_BP
    return min(divide(weighted, WHOLE_BP), EU_ROYALTY_CAP)


def _francs_reach(minor: int, currency: str, francs: int) -> bool:
    return minor * PARITY[currency] >= francs * PARITY["XOF"]


def import_tax_bp(origin: str, destination: str) -> int:
    """The rate that customs of a country are likely to take on a work from another (ISO codes)."""
    if origin == destination or {origin, destination} <= EUROPEAN_UNION:
        return 0
    return IMPORT_TAX_BP.get(destination, IMPORT_TAX_ELSEWHERE_BP)


def maximum_within(
    budget_minor: int,
    fees: Fees,
    destination: Destination,
    *,
    least_minor: int,
    granularity_minor: int,
) -> int | None:
    """The largest maximum on the grid whose honest total fits the budget, or None if the least doesn't.

    All in the sale's minor units. `least_minor` is what the lot asks for now (rules.minimum_bid).
    """
    lowest = up_to_grid(least_minor, granularity_minor) // granularity_minor
    beyond = max(budget_minor // granularity_minor, 0) + 1
    if lowest >= beyond or total(lowest * granularity_minor, fees, destination).total_minor > budget_minor:
        return None
    fits = lowest
    while beyond - fits > 1:
        middle = (fits + beyond) // 2
        if total(middle * granularity_minor, fees, destination).total_minor <= budget_minor:
            fits = middle
        else:
            beyond = middle
    return fits * granularity_minor
