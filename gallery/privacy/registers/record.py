"""The record of processing (GDPR art. 30(1); Senegal's law 2008-12): one activity a purpose of the data map (P-03)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gallery.core import column_words, data_map, formalities, map_words, settings
from gallery.core.data_map import Line
from gallery.core.i18n import _, force_locale, listed
from gallery.core.personal import Purpose
from gallery.core.settings import Settings
from gallery.privacy.registers import labels
from gallery.privacy.registers.rules import RECEIVERS


@dataclass(frozen=True, slots=True)
class Activity:
    """What is done for one purpose, in the reader's language; each part without doubles, in the order of the map."""

    purpose: str
    formality: str
    """Number at the CDP (P-60); empty: there is none yet."""
    grounds: tuple[str, ...]
    categories: tuple[str, ...]
    held: tuple[str, ...]
    """A table and its columns, in words."""
    receivers: tuple[str, ...]
    countries: tuple[str, ...]
    """Outside the house's own, where what the receivers are given may be."""
    times: tuple[str, ...]


def activities() -> list[Activity]:
    """Everything that is done with personal data, from the map; a purpose that no column has is not done."""
    lines = data_map.lines()
    by_purpose = [(purpose, [line for line in lines if line.entry.purpose is purpose]) for purpose in Purpose]
    return [_activity(purpose, found) for purpose, found in by_purpose if found]


def as_markdown(site: Settings, language: str) -> str:
    """The whole record as a text, to print or to hand to an authority."""
    with force_locale(language):
        return "\n".join([*_head(site), *(part for one in activities() for part in _told(one))]) + "\n"


def _activity(purpose: Purpose, lines: list[Line]) -> Activity:
    entries = [line.entry for line in lines]
    to = list(dict.fromkeys(one for entry in entries for one in entry.to))
    held: dict[str, dict[str, None]] = {}
    for line in lines:
        held.setdefault(column_words.of_table(line.column.table), {})[column_words.of_column(line.column)] = None
    return Activity(
        purpose=str(map_words.PURPOSES[purpose]),
        formality=dict(settings.current().cdp_numbers).get(formalities.key_of(purpose), ""),
        grounds=_each(map_words.GROUNDS[entry.basis] for entry in entries),
        categories=_each(map_words.CATEGORIES[entry.category] for entry in entries),
        held=tuple(_("%(term)s: %(words)s", term=table, words=listed(words)) for table, words in held.items()),
        receivers=_each(map_words.RECEIVERS[one] for one in to),
        countries=_each(
            _(
                "%(term)s: %(words)s",
                term=labels.name(one),
                words=f"{labels.countries(one.countries)} ({labels.MECHANISMS[one.mechanism]})",
            )
            for one in RECEIVERS
            if set(one.recipients) & set(to)
        ),
        times=_each(map_words.TIMES[entry.keep] for entry in entries),
    )


def _each(words: Iterator[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(word) for word in words))


def _head(site: Settings) -> list[str]:
    lines = (
        (_("Representative in the European Union:"), site.eu_representative or _("none is named")),
        (_("Representative in Senegal:"), site.senegal_representative or _("the house itself")),
        (_("About whom:"), _("visitors, bidders, sellers and staff of the house")),
        (_("How it is protected:"), _measures()),
    )
    title = _("Record of processing")
    return [
        f"# {title}",
        "",
        f"{site.site_name}, {site.site_address}, {site.site_phone}, {site.site_email}",
        "",
        *(f"- {name} {words}" for name, words in lines),
        "",
    ]


def _measures() -> str:
    return str(
        _(
            "encrypted connections; sensitive columns encrypted under keys kept apart; a second step for staff; masks, "
            "and a record of each look; backups with tested restores; removal by the clock"
        )
    )


def _told(one: Activity) -> Iterator[str]:
    yield f"## {one.purpose[0].upper()}{one.purpose[1:]}"
    yield ""
    for title, parts in (
        (_("Formality at the CDP"), (one.formality or _("no number yet"),)),
        (_("Grounds"), one.grounds),
        (_("Kinds of data"), one.categories),
        (_("What is held"), one.held),
        (_("Receivers"), (_("our staff, as far as their task needs it"), *one.receivers)),
        (_("From country to country"), one.countries),
        (_("How long"), one.times),
    ):
        if parts:
            yield f"- **{title}**"
            yield from (f"  - {part}" for part in parts)
    yield ""
