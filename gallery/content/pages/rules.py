"""What there is to write, what holds when, and what is wrong with a text. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from gallery.content import markup

LANGUAGES = ("fr", "en")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
LONGEST_SLUG = 60
_PLACE = re.compile(r"\{([a-z_]+)\}", re.ASCII)
"""A place in the words of a notice that is filled when it is sent."""

CONTACT, HOME = "contact", "home"
"""Slugs of the page at `/contact` and of the words of the home page."""

USUAL_RANK = 100


class Kind(StrEnum):
    """What a text is for."""

    PAGE = "page"
    HELP = "help"
    HOME = "home"
    BANNER = "banner"
    NOTICE = "notice"


OPEN_KINDS = (Kind.PAGE, Kind.HELP, Kind.BANNER)
"""Of which editors make as many as they want; of the others there is a fixed list."""


class Tone(StrEnum):
    """How a banner looks."""

    PLAIN = "plain"
    GOOD = "good"
    LATE = "late"


class Place(StrEnum):
    """On which pages a banner stands. Never on a lot's: its first view has no byte to spare (P2)."""

    EVERYWHERE = "everywhere"
    HOME = "home"
    CATALOGUE = "catalogue"
    ACCOUNT = "account"
    HELP = "help"


_BEGINNINGS = {
    Place.EVERYWHERE: ("/",),
    Place.CATALOGUE: ("/lots/", "/sales/", "/artists/"),
    Place.ACCOUNT: ("/account/",),
    Place.HELP: ("/help", "/contact"),
}


def stands_at(place: Place, path: str) -> bool:
    """Whether a banner with this place stands on the page at `path`."""
    return path == "/" if place is Place.HOME else path.startswith(_BEGINNINGS[place])


@dataclass(frozen=True)
class Draft:
    """Everything that a version says. Only banners have a tone, a place, a link and times."""

    title_fr: str = ""
    title_en: str = ""
    body_fr: str = ""
    body_en: str = ""
    rank: int = USUAL_RANK
    tone: str = Tone.PLAIN
    place: str = Place.EVERYWHERE
    link: str = ""
    shown_from: datetime | None = None
    shown_until: datetime | None = None

    @classmethod
    def of(cls, thing: object) -> Draft:
        """What a version or another thing with the same attributes says."""
        return cls(**{field.name: getattr(thing, field.name) for field in fields(cls)})


class Decision(Protocol):
    """A decision of the editors: from `from_at` on this version is public, or (None) none."""

    @property
    def id(self) -> int: ...
    @property
    def version_id(self) -> int | None: ...
    @property
    def from_at(self) -> datetime: ...


D = TypeVar("D", bound=Decision)


def in_force(decisions: Sequence[D], now: datetime) -> D | None:
    """Of the decisions whose time has come the one that was taken last: so a later one also undoes a schedule."""
    return max((one for one in decisions if one.from_at <= now), key=lambda one: one.id, default=None)


def to_come(decisions: Sequence[D], now: datetime) -> list[D]:
    """The decisions that will take effect, in the order of their times."""
    last = in_force(decisions, now)
    taken = last.id if last else 0
    found = []
    for one in sorted(decisions, key=lambda one: (one.from_at, one.id)):
        if one.from_at > now and one.id > taken:
            found.append(one)
            taken = one.id
    return found


class Fault(StrEnum):
    """What can be wrong with a text."""

    UNTRANSLATED = "untranslated"
    BROKEN_LINK = "broken link"
    NO_SUCH_SECTION = "no such section"
    NO_SUCH_PICTURE = "no such picture"
    FOREIGN_PICTURE = "foreign picture"
    SECTIONS_DIFFER = "sections differ"
    UNKNOWN_PLACE = "unknown place"


@dataclass(frozen=True)
class Problem:
    """One fault, in which language, and what it is about."""

    fault: Fault
    language: str
    about: str = ""


@dataclass(frozen=True)
class Surroundings:
    """What a text is checked against: what opens in the house, which pictures there are, what a notice may name."""

    opens: Callable[[str], bool]
    pictures: frozenset[int] = frozenset()
    places: frozenset[str] | None = None
    """None: it is no notice, and braces are braces."""


def problems(draft: Draft, around: Surroundings) -> list[Problem]:
    """Everything that is wrong with a text, the French before the English."""
    found: list[Problem] = []
    for language in LANGUAGES:
        found += _problems_in(language, draft, around)
    if draft.body_fr.strip() and draft.body_en.strip():
        levels = [[section.level for section in markup.outline(body)] for body in (draft.body_fr, draft.body_en)]
        if levels[0] != levels[1]:
            found.append(Problem(Fault.SECTIONS_DIFFER, "", f"{len(levels[0])} / {len(levels[1])}"))
    return found


def _problems_in(language: str, draft: Draft, around: Surroundings) -> Iterator[Problem]:
    title, body = _part(draft, "title", language), _part(draft, "body", language)
    other = "en" if language == "fr" else "fr"
    if any(_part(draft, part, other) and not _part(draft, part, language) for part in ("title", "body")):
        yield Problem(Fault.UNTRANSLATED, language)
    for fault, address in _broken_links(draft, body, around):
        yield Problem(fault, language, address)
    for number in markup.picture_numbers(body):
        if number not in around.pictures:
            yield Problem(Fault.NO_SUCH_PICTURE, language, str(number))
    for source in markup.foreign_pictures(body):
        yield Problem(Fault.FOREIGN_PICTURE, language, source)
    if around.places is not None:
        for name in unknown_places(f"{title}\n{body}", around.places):
            yield Problem(Fault.UNKNOWN_PLACE, language, name)


def _part(draft: Draft, part: str, language: str) -> str:
    text: str = getattr(draft, f"{part}_{language}")
    return text.strip()


def _broken_links(draft: Draft, body: str, around: Surroundings) -> Iterator[tuple[Fault, str]]:
    """Links that lead to nothing within the house, or within the text."""
    sections = {section.id for section in markup.outline(body)}
    for address in [*markup.links(body), *([draft.link] if draft.link else [])]:
        if address.startswith("#"):
            if address[1:] not in sections:
                yield Fault.NO_SUCH_SECTION, address
        elif address.startswith("/") and not around.opens(re.split(r"[?#]", address)[0]):
            yield Fault.BROKEN_LINK, address


def unknown_places(text: str, known: frozenset[str]) -> list[str]:
    """The names in braces that nothing will fill."""
    return [name for name in dict.fromkeys(_PLACE.findall(text)) if name not in known]


def elsewhere(draft: Draft) -> list[str]:
    """The links out of the house: listed for a person to try, never followed by us."""
    found = [*markup.links(draft.body_fr), *markup.links(draft.body_en), draft.link]
    return list(dict.fromkeys(address for address in found if address.startswith(("http:", "https:"))))
