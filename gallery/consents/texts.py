"""The texts that ask, exactly as they are served: rendered once, shown from the copy, and named by their content (K2).

What a page shows is the very copy that a receipt names, so that the two cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from flask import current_app, render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from gallery.consents import labels, queries, rules
from gallery.consents.models import ConsentText
from gallery.consents.rules import Purpose
from gallery.core.i18n import LOCALES, current_locale, force_locale

FIRST_LAYER = "first-layer"
PAGE = "page"
"""The page of choices, with all that it says of what may be chosen on it at once."""
NAME_LETTERS = 12
"""Of a digest: enough to tell which of our own few texts a form was beside."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text in one language."""

    digest: str
    component: str
    language: str
    version: int
    body: Markup

    @property
    def name(self) -> str:
        """How a form says beside which text it stood."""
        return self.digest[:NAME_LETTERS]


def text(component: str, language: str | None = None) -> Text:
    """The text of a component (FIRST_LAYER, PAGE or a purpose) in the reader's language."""
    language = language or current_locale()
    made: dict[tuple[str, str], Text] = current_app.extensions["consent_texts"]
    if (component, language) not in made:
        made[component, language] = _render(component, language)
    return made[component, language]


def served(component: str, name: str | None) -> Text | None:
    """The text of today beside which a form stood, in whichever language; None if there is no such text any more."""
    return next((one for one in (text(component, each) for each in LOCALES) if one.name == name), None)


def keep(session: Session, one: Text, now: datetime) -> None:
    """Keep a copy of a text in the running unit of work, the first time that a receipt names it."""
    if session.execute(sa.select(ConsentText.digest).where(ConsentText.digest == one.digest)).first() is None:
        session.add(
            ConsentText(
                digest=one.digest,
                component=one.component,
                language=one.language,
                version=one.version,
                body=str(one.body),
                first_used_at=now,
            )
        )
        session.flush()


def digest_of(component: str, language: str, version: int, body: str) -> str:
    """The name of a text: SHA-256 over its four parts, parted by line feeds."""
    return sha256(f"{component}\n{language}\n{version}\n{body}".encode()).hexdigest()


def _render(component: str, language: str) -> Text:
    with force_locale(language):
        if component == FIRST_LAYER:
            version, body = rules.FIRST_LAYER_VERSION, render_template("consents/_first_layer_text.html")
        elif component == PAGE:
            version, body = rules.FIRST_LAYER_VERSION, "\n".join(text(one, language).body for one in rules.ON_SITE)
        else:
            version, body = rules.VERSIONS[Purpose(component)], _of_purpose(Purpose(component))
    name = digest_of(component, language, version, body)
    return Text(name, component, language, version, Markup(body))  # noqa: S704  Templates of ours, which escape.


def _of_purpose(purpose: Purpose) -> str:
    title, words = labels.TITLES[purpose], labels.words(purpose, queries.windows())
    return render_template("consents/_purpose_text.html", purpose=purpose, title=title, words=words)
