"""What a visitor asks of the catalogue, read so that one wrong word never costs the others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from gallery.core.i18n import _
from gallery.core.money import MINOR_DIGITS, AmountError, parse_amount
from gallery.core.words import asked_words
from gallery.lots import queries
from gallery.lots.catalogue import Filters, Sort, Status
from gallery.lots.rules import Category

LONGEST_WORDS = 100
"""Characters of a search that are read."""

CURRENCIES = tuple(MINOR_DIGITS)
NAMES = ("q", "artist", "category", "sale", "status", "from", "to", "currency", "sort")
"""The names of the form's fields, which are those of the address."""

_SLUG = re.compile(r"[a-z0-9-]{1,100}", re.ASCII)
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True)
class Asked:
    """What was understood, what was typed, and a sentence for each thing that was not understood."""

    filters: Filters
    typed: Mapping[str, str]
    problems: list[str] = field(default_factory=list)

    @property
    def is_narrow(self) -> bool:
        """Whether one of the less usual filters is set, which the page then shows."""
        return any(self.typed[name] for name in NAMES if name not in ("q", "status"))

    @property
    def query(self) -> dict[str, str]:
        """What was understood, as the query of an address: the same list again, without what was wrong."""
        return {name: value for name, value in self.typed.items() if value}


def read(args: Mapping[str, str]) -> Asked:
    """Read the address of a catalogue page. Of a doubled parameter the first one counts."""
    typed = {name: args.get(name, "").strip() for name in NAMES}
    problems: list[str] = []
    currency = _currency(typed, problems)
    low, high = _prices(typed, currency, problems)
    filters = Filters(
        words=_words(typed, problems),
        artist_id=_named(typed, "artist", queries.artist_id, problems),
        sale_id=_named(typed, "sale", queries.sale_id, problems),
        category=_choice(typed, "category", Category, None, problems),
        status=_choice(typed, "status", Status, None, problems) or Status.CURRENT,
        sort=_choice(typed, "sort", Sort, None, problems) or Sort.ENDING,
        price_from=low,
        price_to=high,
        currency=currency,
    )
    return Asked(filters, typed, problems)


def _words(typed: dict[str, str], problems: list[str]) -> tuple[str, ...]:
    if not typed["q"]:
        return ()
    typed["q"] = typed["q"][:LONGEST_WORDS]
    words = asked_words(typed["q"])
    if not words:
        problems.append(_("Search by letters and digits, such as “wave” or “1910”. All lots are shown."))
        typed["q"] = ""
    return tuple(words)


def _named(typed: dict[str, str], name: str, look_up: Any, problems: list[str]) -> int | None:
    slug = typed[name]
    if not slug:
        return None
    found: int | None = look_up(slug) if _SLUG.fullmatch(slug) else None
    if found is None:
        _drop(typed, name, problems)
    return found


def _choice(
    typed: dict[str, str], name: str, kind: type[Choice], default: Choice | None, problems: list[str]
) -> Choice | None:
    if not typed[name]:
        return default
    try:
        return kind(typed[name])
    except ValueError:
        _drop(typed, name, problems)
        return default


def _currency(typed: dict[str, str], problems: list[str]) -> str:
    if typed["currency"] and typed["currency"] not in CURRENCIES:
        _drop(typed, "currency", problems)
    return typed["currency"] or "XOF"


def _prices(typed: dict[str, str], currency: str, problems: list[str]) -> tuple[int | None, int | None]:
    low, high = (_price(typed, name, currency, problems) for name in ("from", "to"))
    if low is not None and high is not None and low > high:
        problems.append(_("The lowest price is above the highest one, so lots of all prices are shown."))
        typed["from"] = typed["to"] = ""
        return None, None
    return low, high


def _price(typed: dict[str, str], name: str, currency: str, problems: list[str]) -> int | None:
    if not typed[name]:
        return None
    try:
        return parse_amount(typed[name][:LONGEST_WORDS], currency)
    except AmountError:
        problems.append(
            _(
                "“%(typed)s” is not a price that we can read; write it in digits, such as 1500.",
                typed=_short(typed[name]),
            )
        )
        typed[name] = ""
        return None


def _drop(typed: dict[str, str], name: str, problems: list[str]) -> None:
    """Leave out what is not known, and say so."""
    unknown = _short(typed[name])
    problems.append(
        {
            "artist": _("There is no artist “%(name)s” here; the lots of all artists are shown.", name=unknown),
            "sale": _("There is no sale “%(name)s” here; the lots of all sales are shown.", name=unknown),
            "category": _("There is no kind of work “%(name)s” here; all kinds are shown.", name=unknown),
            "status": _("Lots can't be “%(name)s”; those are shown that are open or going to be.", name=unknown),
            "sort": _("Lots can't be sorted by “%(name)s”; what ends soonest comes first.", name=unknown),
            "currency": _("“%(name)s” is no currency of ours; prices are read as CFA francs.", name=unknown),
        }[name]
    )
    typed[name] = ""


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
