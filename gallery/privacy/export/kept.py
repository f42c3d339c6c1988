"""Until when a row is kept, where that can be said beforehand (art. 15(1)(d), P-53). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from gallery.core.personal import Keep
from gallery.privacy.retention.rules import THREE_YEARS, YEAR

DAYS = {
    Keep.SESSION: 90,
    Keep.SIGN_INS: 365,
    Keep.DAY: 1,
    Keep.DELIVERY: 90,
    Keep.AUDIT: THREE_YEARS.days,
}
YEARS_OF_RECORDS = 10

COUNTED_FROM = (
    "last_seen_at",
    "at",
    "asked_at",
    "made_at",
    "taken_at",
    "placed_at",
    "decided_at",
    "sent_at",
    "since",
    "noted_at",
)
"""The column from which a row's time counts: the first of these that the row has."""
ENDS = ("lifted_at", "until")
"""When what a hold is for was over: the first of these that is set."""


def until(keep: Keep, row: Mapping[Any, Any]) -> datetime | None:
    """When a row with this rule goes; None where it depends on what is still to come (the account, a restriction)."""
    if keep is Keep.HOLD:
        end = next((row[name] for name in ENDS if row.get(name)), None)
        return end + YEAR if end else None
    begin = next((row[name] for name in COUNTED_FROM if row.get(name)), None)
    if begin is None:
        return None
    if keep is Keep.SALES_RECORD:
        # The accounting year is the calendar's; ten years from its end.
        return datetime(begin.year + YEARS_OF_RECORDS + 1, 1, 1, tzinfo=UTC)
    return begin + timedelta(days=DAYS[keep]) if keep in DAYS else None
