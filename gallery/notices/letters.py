"""Writing a notice down for its reader: in his language, as text and as light HTML."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, current_app
from markupsafe import Markup, escape

from gallery.core import clock, settings
from gallery.core.i18n import DEFAULT_LOCALE, LOCALES, current_locale, force_locale, text, when
from gallery.core.mail import Letter
from gallery.core.money import format_money
from gallery.notices import rules

_EXTENSION = "notices.lots"
_OWN_WORDS = "notices.own_words"
_PLACE = re.compile(r"\{([a-z_]+)\}", re.ASCII)


@dataclass(frozen=True)
class Lot:
    """The lot that a notice is about, as it is when the notice leaves."""

    title_fr: str
    title_en: str
    ends_at: datetime


@dataclass(frozen=True)
class OwnWords:
    """What editors say instead of the built-in words of a notice, with places like `{title}` (M1)."""

    subject: str
    text: str
    html: Markup


LookUp = Callable[[int], Lot | None]
Editors = Callable[[str, str], OwnWords | None]
"""From a notice's name and a language to the editors' words, if they wrote any."""


def know_lots(app: Flask, look_up: LookUp) -> None:
    """Have `look_up` tell what a lot is called: the lots live on a floor above this one."""
    app.extensions[_EXTENSION] = look_up


def know_editors(app: Flask, editors: Editors) -> None:
    """Have `editors` tell what they say instead of the built-in words: they write on a floor above this one."""
    app.extensions[_OWN_WORDS] = editors


def lot_of(facts: dict[str, Any]) -> Lot | None:
    """The lot that the facts name, if it is still there."""
    look_up: LookUp = current_app.extensions[_EXTENSION]
    return look_up(facts["lot_id"])


def places(name: str) -> frozenset[str]:
    """What editors may name in braces in the words of this notice; nothing if there is no such notice."""
    notice = rules.NOTICES.get(name)
    if notice is None:
        return frozenset()
    known = {"title", "end", "house"}
    return frozenset(known | ({"price"} if "price_minor" in notice.facts else set()) | (notice.facts & {"reason"}))


def write(name: str, facts: dict[str, Any], lot: Lot, to: str, language: str) -> Letter:
    """The notice for one reader: in the editors' words if they wrote any, else as built."""
    language = language if language in LOCALES else DEFAULT_LOCALE
    editors: Editors = current_app.extensions[_OWN_WORDS]
    own = editors(name, language)
    if own is None:
        return as_built(name, facts, lot, to, language)
    context = _context(facts, lot)
    with force_locale(language):
        values = _values(facts, lot)
        escaped = {place: str(escape(value)) for place, value in values.items()}
        html = Markup(_filled(str(own.html), escaped))  # noqa: S704  Cleaned words of editors, and escaped values.
        return Letter(
            to=to,
            subject=_one_line(_filled(own.subject, values)),
            text=_rendered("notices/own.txt", context | {"own": _filled(own.text, values)}),
            html=_rendered("notices/own.html", context | {"own": html}),
        )


def as_built(name: str, facts: dict[str, Any], lot: Lot, to: str, language: str) -> Letter:
    """Render `templates/notices/<name>/` for one reader."""
    context = _context(facts, lot)
    with force_locale(language):
        return Letter(
            to=to,
            subject=_part(name, "subject.txt", context),
            text=_part(name, "body.txt", context),
            html=_part(name, "body.html", context),
        )


def sample(name: str, language: str) -> Letter:
    """The built-in words with an invented lot, for whoever thinks about other ones."""
    lot = Lot("La Grande Vague", "The Great Wave", clock.now())
    facts = {"lot_id": 1, "price_minor": 125_00, "currency": "EUR", "reason": "damaged", "result": "reserve_not_met"}
    return as_built(name, facts, lot, "", language)


def _context(facts: dict[str, Any], lot: Lot) -> dict[str, Any]:
    current = settings.current()
    return {
        **facts,
        "lot": lot,
        "lot_url": f"{current.base_url}/lots/{facts['lot_id']}",
        "house": current.site_name,
        "home_url": f"{current.base_url}/",
    }


def _values(facts: dict[str, Any], lot: Lot) -> dict[str, str]:
    """What the places stand for, in the language that is spoken now."""
    values = {"title": text(lot, "title"), "end": when(lot.ends_at), "house": settings.current().site_name}
    if "price_minor" in facts:
        values["price"] = format_money(facts["price_minor"], facts["currency"], current_locale())
    if "reason" in facts:
        values["reason"] = _rendered("notices/_reason.txt", facts).strip()
    return values


def _filled(words: str, values: dict[str, str]) -> str:
    """The words with their places filled, once: braces in a lot's title stay what they are."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), words)


def _one_line(subject: str) -> str:
    return " ".join(subject.split()) + "\n"


def _rendered(template: str, context: dict[str, Any]) -> str:
    # Not flask.render_template: its context processors ask for the visitor, and here there is none.
    written = current_app.jinja_env.get_template(template).render(context)
    return re.sub(r"\n{3,}", "\n\n", written).strip() + "\n"


def _part(name: str, part: str, context: dict[str, Any]) -> str:
    return _rendered(f"notices/{name}/{part}", context)
