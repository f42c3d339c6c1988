"""Numbers of the formalities at Senegal's commission (CDP): which processing has which (law 2008-12, P-60). Pure.

A processing is a purpose of the data map, or a feature that hands data to a third party and can be switched on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gallery.core.personal import Purpose

Numbers = tuple[tuple[str, str], ...]
"""Processing and number, in the order of PROCESSINGS."""

FEATURES = {
    "login-providers": ("google_client_id", "facebook_app_id"),
    "plug-ins": ("facebook_page", "instagram_page"),
    "advertising": ("google_tag", "criteo_account"),
}
"""The settings that switch each on: in production none is set without its number."""


def key_of(purpose: Purpose) -> str:
    """What a purpose of the data map is called in the setting."""
    return purpose.name.lower().replace("_", "-")


PROCESSINGS = (*(key_of(one) for one in Purpose), *FEATURES)

_ENTRY = re.compile(r"([a-z, -]+)=\s*([A-Za-z0-9 ./-]{1,40})", re.ASCII)


def read(text: str) -> Numbers:
    """`account, bidding = 2026/0451; advertising = A/2026/7` as pairs; raises ValueError with what is wrong."""
    found: dict[str, str] = {}
    for entry in filter(None, (part.strip() for part in text.split(";"))):
        shape = _ENTRY.fullmatch(entry)
        if shape is None:
            raise ValueError(f"{entry!r} is not like 'account, bidding = 2026/0451'")
        for name in (one.strip() for one in shape[1].split(",")):
            if name not in PROCESSINGS:
                raise ValueError(f"there is no processing {name!r}; there are {', '.join(PROCESSINGS)}")
            if name in found:
                raise ValueError(f"{name} has two numbers")
            found[name] = shape[2].strip()
    return tuple((name, found[name]) for name in PROCESSINGS if name in found)


def unnumbered(numbers: Numbers, switched_on: Iterable[str]) -> list[str]:
    """The features that are switched on, by the settings of these names, and have no number."""
    known, on = dict(numbers), set(switched_on)
    return [name for name, settings in FEATURES.items() if on & set(settings) and name not in known]
