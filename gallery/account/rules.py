"""What a profile must say before its owner may bid (RULES "Who may bid"). Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

ADULT_YEARS = 18
OLDEST_YEARS = 120


class Gap(StrEnum):
    """What is missing for bidding."""

    NAME = "name"
    PHONE = "phone"
    ADDRESS = "address"
    BIRTH = "birth"
    UNDER_AGE = "under_age"


def gaps(profile: Mapping[str, object] | None, today: date) -> list[Gap]:
    """What is missing, in the order in which it is asked for. The postal code is never missing (H0)."""
    if profile is None:
        return [Gap.NAME, Gap.PHONE, Gap.ADDRESS, Gap.BIRTH]
    missing = []
    if not profile["full_name"]:
        missing.append(Gap.NAME)
    if not profile["phone"]:
        missing.append(Gap.PHONE)
    if not all(profile[name] for name in ("street", "city", "country")):
        missing.append(Gap.ADDRESS)
    born_on = profile["born_on"]
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
