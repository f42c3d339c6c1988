"""What is kept in a visitor's browser: one list, from which the public table, the clean-up and tests run (K3, P-01).

What is not in it is not kept. What needs consent is removed with the next answer once that is gone (P-13).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from flask import Flask, Response, request

from gallery.consents import browser
from gallery.consents.rules import Purpose
from gallery.core.i18n import lazy
from gallery.core.settings import Settings

US = None
"""Whose it is where it is the gallery's."""


class Place(StrEnum):
    """Where it is kept."""

    COOKIE = "cookie"
    LOCAL = "localStorage"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that may be kept. `name` may end in `*`."""

    name: str
    purpose: Purpose
    why: object
    life: object
    owner: str | None = US
    place: Place = Place.COOKIE
    site: str = ""
    """On whose pages, where not on ours: there we can neither see nor remove it."""

    def names(self, found: str) -> bool:
        """Whether this is what is kept under the name `found`."""
        return fnmatchcase(found, self.name)


_YEAR = lazy("one year")
_CONSENT = lazy("as long as you allow it, thirteen months at most")
_THEIRS = lazy("as its owner decides")

NECESSARY = (
    Item(
        "session",
        Purpose.NECESSARY,
        lazy("Keeps you signed in, protects forms against forgery, and carries what is said to you to the next page."),
        lazy("until the browser is closed; if you stay signed in, ninety days at most"),
    ),
    Item(
        "device",
        Purpose.NECESSARY,
        lazy("Lets this browser be known again once you have signed in here: a sign-in elsewhere is told to you."),
        _YEAR,
    ),
    Item("lang", Purpose.NECESSARY, lazy("The language that you chose."), _YEAR),
    Item("currency", Purpose.NECESSARY, lazy("The currency that you chose."), _YEAR),
    Item(
        "choices",
        Purpose.NECESSARY,
        lazy("Your choices on this page, with a random name for this browser, so that they are heeded and proved."),
        lazy("six months for a refusal, thirteen for what you allowed"),
    ),
)
_MEASURES = lazy("Tells which of our pages were opened by one browser, to show our lots elsewhere.")
GOOGLE = (
    Item("_ga", Purpose.ADS, _MEASURES, _CONSENT, "Google"),
    Item("_ga_*", Purpose.ADS, _MEASURES, _CONSENT, "Google"),
    Item("_gcl_*", Purpose.ADS, lazy("Tells whether one of our adverts led here."), _CONSENT, "Google"),
    Item("_gcl_*", Purpose.ADS, lazy("Tells whether one of our adverts led here."), _CONSENT, "Google", Place.LOCAL),
)
CRITEO = (
    Item("cto_*", Purpose.ADS, _MEASURES, _CONSENT, "Criteo"),
    Item("cto_*", Purpose.ADS, _MEASURES, _CONSENT, "Criteo", Place.LOCAL),
    Item("criteo_*", Purpose.ADS, _MEASURES, _CONSENT, "Criteo", Place.LOCAL),
)
_META = lazy("What Meta keeps on its own pages when a post of ours is shown here.")
FACEBOOK = (Item("*", Purpose.SOCIAL, _META, _THEIRS, "Meta", site="facebook.com"),)
INSTAGRAM = (Item("*", Purpose.SOCIAL, _META, _THEIRS, "Meta", site="instagram.com"),)
OPTIONAL_HERE = tuple(item for item in (*GOOGLE, *CRITEO) if not item.site)
"""What others' tags may keep under our address: removed also after a tag was taken out of the settings."""


def init_app(app: Flask, _settings: Settings) -> None:
    """Remove after each request what is not allowed any more."""
    app.after_request(_clean_up)


def register(settings: Settings) -> tuple[Item, ...]:
    """All that this house may keep in a browser, as it is set up."""
    found = list(NECESSARY)
    for setting, items in (
        (settings.google_tag, GOOGLE),
        (settings.criteo_account, CRITEO),
        (settings.facebook_page, FACEBOOK),
        (settings.instagram_page, INSTAGRAM),
    ):
        found += items if setting else ()
    return tuple(found)


def plain_name(cookie: str) -> str:
    """A cookie's name without the prefix that browsers demand of safe ones."""
    return cookie.removeprefix("__Host-").removeprefix("__Secure-")


def is_allowed(name: str, place: Place, items: tuple[Item, ...], granted: set[Purpose]) -> bool:
    """Whether something under this name may be kept on our pages."""
    if place is Place.COOKIE:
        name = plain_name(name)
    return any(
        item.names(name) and item.place is place and not item.site and (item.purpose in granted) for item in items
    )


def _clean_up(response: Response) -> Response:
    for name in request.cookies:
        items = [item for item in OPTIONAL_HERE if item.place is Place.COOKIE and item.names(name)]
        if items and not any(browser.granted(item.purpose) for item in items):
            response.delete_cookie(name)
            for domain in _domains(request.host):
                response.delete_cookie(name, domain=domain)
    return response


def _domains(host: str) -> list[str]:
    """For which domains a script may have set a cookie that this host receives."""
    labels = host.partition(":")[0].split(".")
    if re.fullmatch(r"[\d.]+|\[.*", host.partition(":")[0]):
        return []
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]
