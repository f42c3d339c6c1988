"""Writing a notice down for its reader: in his language, as text and as light HTML."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, current_app

from gallery.core import settings
from gallery.core.i18n import DEFAULT_LOCALE, LOCALES, force_locale
from gallery.core.mail import Letter

_EXTENSION = "notices.lots"


@dataclass(frozen=True)
class Lot:
    """The lot that a notice is about, as it is when the notice leaves."""

    title_fr: str
    title_en: str
    ends_at: datetime


LookUp = Callable[[int], Lot | None]


def know_lots(app: Flask, look_up: LookUp) -> None:
    """Have `look_up` tell what a lot is called: the lots live on a floor above this one."""
    app.extensions[_EXTENSION] = look_up


def lot_of(facts: dict[str, Any]) -> Lot | None:
    """The lot that the facts name, if it is still there."""
    look_up: LookUp = current_app.extensions[_EXTENSION]
    return look_up(facts["lot_id"])


def write(name: str, facts: dict[str, Any], lot: Lot, to: str, language: str) -> Letter:
    """Render `templates/notices/<name>/` for one reader."""
    current = settings.current()
    context = {
        **facts,
        "lot": lot,
        "lot_url": f"{current.base_url}/lots/{facts['lot_id']}",
        "house": current.site_name,
        "home_url": f"{current.base_url}/",
    }
    with force_locale(language if language in LOCALES else DEFAULT_LOCALE):
        return Letter(
            to=to,
            subject=_part(name, "subject.txt", context),
            text=_part(name, "body.txt", context),
            html=_part(name, "body.html", context),
        )


def _part(name: str, part: str, context: dict[str, Any]) -> str:
    # Not flask.render_template: its context processors ask for the visitor, and here there is none.
    written = current_app.jinja_env.get_template(f"notices/{name}/{part}").render(context)
    return re.sub(r"\n{3,}", "\n\n", written).strip() + "\n"
