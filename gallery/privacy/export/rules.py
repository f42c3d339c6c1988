"""How what is exported is written: whose it is, where it came from, and cells that no spreadsheet runs. Pure."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from gallery.core.personal import Category, Entry

VERSION = "1.0"
"""Of the JSON's schema: the first figure rises when a reader of the one before would misread it."""

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""A cell that begins with one of these is a formula to a spreadsheet (ASVS 1.2.10); the last four are full-width."""


class Other(StrEnum):
    """What stands in place of the number of whoever else is in a row (P-35)."""

    YOU = "you"
    STAFF = "staff"
    PARTY = "other_party"


class Source(StrEnum):
    """Where the house has it from (art. 14(2)(f) and 15(1)(g))."""

    YOU = "you"
    USE = "use"
    """It arises as the member uses the site."""
    STAFF = "staff"
    GOOGLE = "google"
    FACEBOOK = "facebook"


_SOURCES = {
    Category.IDENTITY: Source.YOU,
    Category.CONTACT: Source.YOU,
    Category.PAYMENT: Source.YOU,
    Category.MODERATION: Source.STAFF,
    Category.STAFF_WORK: Source.STAFF,
}


def source_of(entry: Entry) -> Source:
    """Where a value with this entry comes from, unless its row says otherwise."""
    return _SOURCES.get(entry.category, Source.USE)


def other(value: int | None, member_id: int, entry: Entry) -> str | None:
    """Who else is named in the member's row, without saying who."""
    if value is None:
        return None
    if value == member_id:
        return Other.YOU.value
    return (Other.STAFF if entry.category is Category.STAFF_WORK else Other.PARTY).value


def plain_value(value: Any) -> Any:
    """A value as JSON has it: times in UTC, bytes in Base64."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value


def cell(value: Any) -> str:
    """A value as a cell of CSV, which a spreadsheet shows and never runs."""
    plain = plain_value(value)
    if plain is None:
        return ""
    if isinstance(plain, bool):
        return "true" if plain else "false"
    text = plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
    # A minus is also how a number begins, and a number is no formula.
    if text.startswith(DANGEROUS) and not isinstance(plain, int | float):
        text = f"'{text}"
    return text.replace("\0", "")
