"""The profile as its pages show it: part by part, each with what the data map says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from flask_login import current_user

from gallery.account import phones, queries
from gallery.account.forms import FIELDS, Part, ProfileForm
from gallery.account.models import Profile
from gallery.core import clock
from gallery.core.i18n import _, lazy
from gallery.core.map_words import Told, told

Known = Mapping[str, Any] | None
"""A profile's row, None if there is none."""

TITLES = {
    Part.NAME: lazy("Name"),
    Part.PHONE: lazy("Phone"),
    Part.ADDRESS: lazy("Address"),
    Part.BIRTH: lazy("Date of birth"),
}


@dataclass(frozen=True)
class Shown:
    """One part with its own form."""

    part: Part
    form: ProfileForm
    said: str = ""
    """What just became of it."""
    hidden: str = ""
    """What is said of a value that is known and not shown (14.2.6)."""
    source: str = ""
    """Who told it, if not the member (P-33)."""

    @property
    def title(self) -> str:
        """What the part is called."""
        return str(TITLES[self.part])

    @property
    def told(self) -> list[Told]:
        """What the data map says of its fields, each thing once."""
        return told_of(self.part)


def told_of(part: Part) -> list[Told]:
    """What the data map says of the fields of a part, each thing once."""
    return list(dict.fromkeys(told(Profile.__table__.c[name]) for name in FIELDS[part]))


def form_of(known: Known, parts: Iterable[Part], *, anew: bool = False) -> ProfileForm:
    """A form for these parts with what was sent, else with what is known; `anew`: with what is known in any case.

    The date of birth is never filled in.
    """
    shown = {**known, "phone": phones.readable(known["phone"]), "born_on": None} if known else {}
    lives_in = shown.pop("country", "") or None
    shown |= {"country": lives_in} if lives_in else {}  # Not chosen yet: then the first of the list stands there.
    more = {"formdata": None} if anew else {}
    return ProfileForm(data=shown, today=queries.today(clock.now()), parts=parts, lives_in=lives_in, **more)


def shown(part: Part, known: Known, form: ProfileForm | None = None, said: str = "") -> Shown:
    """A part as it is known, or with the form that came back."""
    born_on = known["born_on"] if known and part is Part.BIRTH else None
    source = known["name_from"] if known and part is Part.NAME else None
    return Shown(part, form or form_of(known, [part], anew=True), said, _masked(born_on), _source(source))


def open_parts(known: Known) -> list[Part]:
    """What the member may change on his page. The date of birth is first asked for when it is needed."""
    return [part for part in Part if part is not Part.BIRTH or (known and known["born_on"])]


def all_shown(known: Known, changed: Shown | None = None) -> list[Shown]:
    """All parts of the member's page, `changed` in its place."""
    return [changed if changed and changed.part is part else shown(part, known) for part in open_parts(known)]


def mine() -> Known:
    """What the member who is signed in has told."""
    return cast("Known", queries.profile(current_user.id))


def _masked(born_on: date | None) -> str:
    # Over somebody's shoulder a whole date of birth opens doors elsewhere.
    words = _("We have it: ••.••.%(year)s. Type it only to put it right.", year=born_on.year) if born_on else ""
    return str(words)


def _source(provider: str | None) -> str:
    words = _("This came from %(provider)s when the account was opened.", provider=provider.title()) if provider else ""
    return str(words)
