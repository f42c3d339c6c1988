"""What is shown of holds, what a member's row becomes, how banned people are known again. Pure."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gallery.core.holds import Ground, Hold

LOOK_AGAIN = timedelta(minutes=1)
"""How soon an erasure that waits for something without a known end looks again."""


class State(StrEnum):
    """Where an erasure is."""

    BEGUN = "begun"
    """Signing in has ended; rows are being removed."""
    HOLDING = "holding"
    """All that is free is gone; some rows wait for their holds to end."""
    DONE = "done"


EDGES = {
    State.BEGUN: frozenset({State.HOLDING, State.DONE}),
    State.HOLDING: frozenset({State.DONE}),
    State.DONE: frozenset[State](),
}
"""Nothing leads back: what is gone is gone."""


class Mark(StrEnum):
    """By what a banned person is known again who comes back under another address (P-39)."""

    EMAIL = "email"
    PHONE = "phone"
    BANK = "bank"
    PERSON = "person"
    """Name and date of birth."""
    ADDRESS = "address"


@dataclass(frozen=True)
class Kept:
    """One reason for which something stays, as the member reads it."""

    ground: Ground
    why: str
    about: str
    tables: tuple[str, ...]
    until: datetime | None


def summary(holds: Iterable[Hold]) -> list[Kept]:
    """Holds put together by their reason, the one that ends first at the head."""
    found: dict[tuple[Ground, str, str, datetime | None], set[str]] = {}
    for one in holds:
        found.setdefault((one.ground, one.why, one.about, one.until), set()).add(one.table)
    kept = [
        Kept(ground, why, about, tuple(sorted(tables)), until) for (ground, why, about, until), tables in found.items()
    ]
    return sorted(kept, key=lambda one: (one.until is not None, one.until.timestamp() if one.until else 0.0, one.about))


def next_look(ends: Iterable[datetime | None], now: datetime) -> datetime | None:
    """When to look again whether a hold has ended; None where there is none."""
    looks = [now + LOOK_AGAIN if end is None else max(end, now) for end in ends]
    return min(looks, default=None)


def folded(text: str) -> str:
    """Letters and digits alone, without accents and case: how something is written must not hide who writes it."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def marks(details: Mapping[str, str]) -> dict[Mark, str]:
    """What identifies a person, in one form; parts that are not known give no mark.

    `details`: email, phone, number, full_name, born_on, street, landmark, city, country; "" where it is not known.
    """
    known = {name: folded(value) for name, value in details.items()}
    found = {
        Mark.EMAIL: known["email"],
        Mark.PHONE: known["phone"],
        Mark.BANK: known["number"],
        Mark.PERSON: _joined(known["full_name"], known["born_on"]),
        Mark.ADDRESS: _joined(known["street"] or known["landmark"], known["city"], known["country"]),
    }
    return {mark: value for mark, value in found.items() if value}


def _joined(*parts: str) -> str:
    """All parts, or nothing if one is missing: half of it would fit too many."""
    return "\0".join(parts) if all(parts) else ""


def fingerprint(key: bytes, mark: Mark, value: str) -> str:
    """What is kept of a mark: nothing without the key, which dies with its hold."""
    return hmac.new(key, f"{mark}\0{value}".encode(), "sha256").hexdigest()
