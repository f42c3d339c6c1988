"""What a profile must say before its owner may bid or sell, and what may stand in it (RULES "Who may bid"). Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

ADULT_YEARS = 18
OLDEST_YEARS = 120
TRADER = "trader"
"""What `sells_as` says of who sells by trade; only he must name a company (C9)."""


class For(StrEnum):
    """For what something is asked (B1, B2)."""

    BIDDING = "bidding"
    SELLING = "selling"


class Gap(StrEnum):
    """What is missing."""

    NAME = "name"
    PHONE = "phone"
    ADDRESS = "address"
    BIRTH = "birth"
    UNDER_AGE = "under_age"
    SELLS_AS = "sells_as"
    COMPANY = "company"
    BANK = "bank"
    SECOND_STEP = "second_step"
    SELLER_TERMS = "seller_terms"


def gaps(known: Mapping[str, object] | None, today: date, what_for: For = For.BIDDING) -> list[Gap]:
    """What is missing, in the order in which it is asked for. The postal code is never missing (H0).

    `known` is a profile's row, None if there is none; for selling also `has_company`, `has_bank`,
    `has_second_step` and `owes_terms` (M2).
    """
    known = known or {}
    missing = _gaps_of_a_person(known, today)
    if what_for is For.BIDDING:
        return missing
    if not known.get("sells_as"):
        missing.append(Gap.SELLS_AS)
    elif known["sells_as"] == TRADER and not known.get("has_company"):
        missing.append(Gap.COMPANY)
    if not known.get("has_bank"):
        missing.append(Gap.BANK)
    if not known.get("has_second_step"):
        missing.append(Gap.SECOND_STEP)
    if known.get("owes_terms"):
        missing.append(Gap.SELLER_TERMS)
    return missing


def _gaps_of_a_person(known: Mapping[str, object], today: date) -> list[Gap]:
    missing = []
    if not known.get("full_name"):
        missing.append(Gap.NAME)
    if not known.get("phone"):
        missing.append(Gap.PHONE)
    findable = known.get("street") or known.get("landmark")
    if not (findable and known.get("city") and known.get("country")):
        missing.append(Gap.ADDRESS)
    born_on = known.get("born_on")
    if not isinstance(born_on, date):
        missing.append(Gap.BIRTH)
    elif not is_adult(born_on, today):
        missing.append(Gap.UNDER_AGE)
    return missing


def is_adult(born_on: date, today: date) -> bool:
    """R7: whether the 18th birthday is today or past. Who was born on 29 February grows older on 1 March."""
    return age(born_on, today) >= ADULT_YEARS


def age(born_on: date, today: date) -> int:
    """Full years."""
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


def folded(name: str) -> str:
    """A name as it is compared: without accents, case and punctuation. "Awa  N'Diaye" and "awa ndiaye" are one."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()
    return " ".join(re.sub(r"[^\w\s]|_", "", plain).split())


def one_line(text: str | None) -> str:
    """What was typed, composed, on one line, without characters that nobody sees.

    Unseen ones turn a name around, hide it from a search, or are NUL, which no database takes.
    """
    composed = unicodedata.normalize("NFC", text or "")
    return " ".join("".join(" " if unicodedata.category(c)[0] == "C" else c for c in composed).split())


def strangers_in_name(text: str) -> str:
    """The characters of a person's or a town's name that no name has, in their order, each once.

    Names have letters of any script, digits ("Paris 15e") and a few marks. What begins a formula in
    a spreadsheet, an address of the web, or markup does not pass.
    """
    strange = [c for c in text if not (c.isalpha() or _is_digit(c) or _joins(c))]
    return "".join(dict.fromkeys([*(text[:1] if text.startswith("-") else ""), *strange]))


def strangers_in_line(text: str) -> str:
    """Likewise for a line of an address, which may also say "n° 4 #12: Apt. B; c/o"."""
    strange = [c for c in text if c in "<>{}|\\^`~=" or (unicodedata.category(c) == "So" and c not in "°№")]
    return "".join(dict.fromkeys([*(text[:1] if text.startswith(("-", "+", "@")) else ""), *strange]))


def _is_digit(c: str) -> bool:
    return c.isascii() and c.isdigit()


def _joins(c: str) -> bool:
    return c in " '’‘ʼ´.,-‐‑–/()&·ªº" or unicodedata.category(c).startswith("M")  # Marks: Devanagari's vowels.


def letters(text: str) -> int:
    """How many letters there are, of any script."""
    return sum(c.isalpha() for c in text)
