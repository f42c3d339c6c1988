"""Money as whole minor units of a named currency: reading, writing, sharing out and converting it.

Nothing here is a float. The franc of the West African union (XOF) has no minor unit, so that its
amounts are whole francs. Exchange knows one rate, the one fixed by treaty: 655.957 XOF = 1 EUR.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

MINOR_DIGITS = {"EUR": 2, "USD": 2, "XOF": 0}
"""How many decimals an amount of each currency that we know has."""

MOST_DIGITS = 12
"""As many digits as we take in one typed amount, decimals and leading zeros included."""

PARITY = {"EUR": 655_957, "XOF": 100_000}
"""What one minor unit (a cent, a franc) weighs; 100,000 cents weigh as much as 655,957 francs."""

NARROW, WIDE = "\u202f", "\u00a0"  # The no-break spaces of French typography.
_SPACES = str.maketrans(dict.fromkeys(f"{NARROW}{WIDE}\u2009", " ") | {"\u2019": "'"})
_NAMES = {
    "EUR": ("EUROS", "EURO", "EUR", "€"),
    "USD": ("USD", "US$", "$US", "$"),
    "XOF": ("FRANCS", "FRANC", "F CFA", "F.CFA", "FCFA", "CFA", "XOF", "F"),
}
_CURRENCY_OF = {name: currency for currency, names in _NAMES.items() for name in names}
_ANY_NAME = "|".join(re.escape(name) for name in sorted(_CURRENCY_OF, key=len, reverse=True))
_DRESSED = re.compile(rf"(?:({_ANY_NAME}) ?)?([0-9](?:[0-9 .,']*[0-9])?)(?: ?({_ANY_NAME})\.?)?")
_PLAIN = re.compile(r"([0-9]+)(?:[.,]([0-9]+))?")
_GROUPED = re.compile(r"([1-9][0-9]{0,2}(?:([ .,'])[0-9]{3})(?:\2[0-9]{3})*)(?:(?!\2)[.,]([0-9]+))?")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount and its currency, for where the two travel together."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int or self.currency not in MINOR_DIGITS:
            raise ValueError(f"not an amount: {self.minor!r} {self.currency!r}")


class AmountProblem(StrEnum):
    """Why a typed amount was not understood. The words are in the forms."""

    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_number"
    FOREIGN_DIGITS = "foreign_digits"
    NEGATIVE = "negative"
    TOO_LONG = "too_long"
    AMBIGUOUS = "ambiguous"
    NO_DECIMALS = "no_decimals"
    TOO_PRECISE = "too_precise"
    OTHER_CURRENCY = "other_currency"


class AmountError(ValueError):
    """A typed amount that we would have to guess at."""

    def __init__(self, reason: AmountProblem) -> None:
        super().__init__(reason)
        self.reason = reason


def parse_amount(text: str, currency: str) -> int:
    """Read an amount as people type it, in minor units, or raise AmountError.

    One separator before exactly three digits groups thousands, in every currency ("200.000" is two
    hundred thousand); before one or two digits it begins the decimals. What could be read in two
    ways is refused: a bid obliges to pay.
    """
    number, marks = _undress(text)
    if any(_CURRENCY_OF[mark] != currency for mark in marks):
        raise AmountError(AmountProblem.OTHER_CURRENCY)
    if sum(map(str.isdigit, number)) > MOST_DIGITS:
        raise AmountError(AmountProblem.TOO_LONG)
    whole, decimals = _whole_and_decimals(number)
    places = MINOR_DIGITS[currency]
    if decimals and not places:
        raise AmountError(AmountProblem.NO_DECIMALS)
    if len(decimals) > places:
        raise AmountError(AmountProblem.TOO_PRECISE)
    return int(whole + decimals.ljust(places, "0"))


def _undress(text: str) -> tuple[str, tuple[str, ...]]:
    """Take the spaces and the currency's name off a number."""
    text = text.translate(_SPACES).strip(" ").upper()
    if not text:
        raise AmountError(AmountProblem.EMPTY)
    if any(mark.isnumeric() and not mark.isascii() for mark in text):
        raise AmountError(AmountProblem.FOREIGN_DIGITS)
    if text[0] in "-\u2212":
        raise AmountError(AmountProblem.NEGATIVE)
    dressed = _DRESSED.fullmatch(text)
    if not dressed:
        raise AmountError(AmountProblem.NOT_A_NUMBER)
    before, number, after = dressed.groups()
    return number, tuple(mark for mark in (before, after) if mark)


def _whole_and_decimals(number: str) -> tuple[str, str]:
    grouped = _GROUPED.fullmatch(number)
    if grouped:
        return re.sub(r"[^0-9]", "", grouped[1]), grouped[3] or ""
    plain = _PLAIN.fullmatch(number)
    if not plain or len(plain[2] or "") == 3:  # "1234.567", "0.500": decimals, or slipped groups?
        raise AmountError(AmountProblem.AMBIGUOUS)
    return plain[1], plain[2] or ""


@lru_cache(maxsize=8192)
def format_money(minor: int, currency: str, locale: str) -> str:
    """Write an amount for a reader of French ("1 234,50 €") or of English ("€1,234.50").

    Marks and no-break spaces are those of CLDR, but for two things: whole amounts show no decimals,
    and English writes "150,000 F CFA", where CLDR would have "F CFA150,000". `parse_amount` reads
    each result back. Cached: it stands several times in every standing.
    """
    number = format_number(abs(minor), currency, locale)
    sign = "-" if minor < 0 else ""
    if currency == "XOF":
        return f"{sign}{number}{WIDE}F{NARROW}CFA"
    if locale.startswith("fr"):
        return f"{sign}{number}{WIDE}{'€' if currency == 'EUR' else '$US'}"
    return f"{sign}{'€' if currency == 'EUR' else '$'}{number}"


def format_number(minor: int, currency: str, locale: str) -> str:
    """Write an amount without its currency, as a bidder would type it: "1 234,50", "1,234.50"."""
    whole, decimals = divmod(minor, 10 ** MINOR_DIGITS[currency])
    grouped = f"{whole:,}"
    if locale.startswith("fr"):
        return grouped.replace(",", NARROW) + (f",{decimals:02}" if decimals else "")
    return grouped + (f".{decimals:02}" if decimals else "")


def divide(amount: int, by: int) -> int:
    """Divide and round to the nearest whole, halves away from zero."""
    quotient = (2 * abs(amount) + by) // (2 * by)
    return quotient if amount >= 0 else -quotient


def split(total_minor: int, weights: Sequence[int]) -> list[int]:
    """Share an amount out by weight, so that the parts add up to the whole.

    Each part is its exact share, rounded down; the units left over go one by one to the parts with
    the largest remainders, earlier ones first.
    """
    if total_minor < 0:
        return [-part for part in split(-total_minor, weights)]
    whole = sum(weights)
    if min(weights, default=-1) < 0 or (whole == 0 and total_minor):
        raise ValueError(f"cannot share {total_minor} out by {weights}")
    if whole == 0:
        return [0] * len(weights)
    parts, remainders = zip(*(divmod(total_minor * weight, whole) for weight in weights), strict=True)
    left_over = total_minor - sum(parts)
    first = sorted(range(len(weights)), key=lambda place: -remainders[place])[:left_over]
    return [part + (place in first) for place, part in enumerate(parts)]


def has_parity(source: str, target: str) -> bool:
    """Whether an amount can be converted without a rate that changes by the day."""
    return source == target or (source in PARITY and target in PARITY)


def convert(minor: int, source: str, target: str) -> int:
    """Convert at the fixed rate, to the nearest minor unit."""
    if source == target:
        return minor
    if not has_parity(source, target):
        raise ValueError(f"no fixed rate from {source} to {target}")
    return divide(minor * PARITY[source], PARITY[target])
