"""Countries: what they are called, and the list from which one is chosen, 250 lines of a form of ten fields."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

from babel import Locale
from markupsafe import escape
from wtforms import SelectField
from wtforms.fields.choices import Choice
from wtforms.validators import InputRequired
from wtforms.widgets import Select

from gallery.account.phones import HERE
from gallery.core.i18n import current_locale

NEAR = (HERE, "FR", "CI", "ML", "GM", "MR", "GN", "BE", "DE", "ES", "IT", "GB", "CH")
"""Asked for most often, so they stand first."""
NOT_A_COUNTRY = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AQ", "BV", "CQ", "HM", "TF"})
"""Codes in Unicode's list where nobody has an address."""


@lru_cache(maxsize=4)
def countries(locale: str) -> list[tuple[str, str]]:
    """Code and name of each country in a language: ours and its neighbours first, then by name."""
    names = {
        code: name
        for code, name in Locale(locale).territories.items()
        if len(code) == 2 and code.isalpha() and code not in NOT_A_COUNTRY
    }
    first = [(code, names.pop(code)) for code in NEAR]
    return first + sorted(names.items(), key=lambda pair: _sorted_as(pair[1]))


def _sorted_as(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()


class CountryList(Select):  # type: ignore[misc]  # WTForms has no types.
    """WTForms' list, letter by letter, in a quarter of the time: a country has no attributes but its code."""

    @classmethod
    def render_option(cls, choice: Choice) -> str:
        """One line. WTForms sorts and checks attributes for each, which took half of the form's page."""
        selected = "selected " if choice.selected else ""
        return f'<option {selected}value="{escape(choice.value)}">{escape(choice.label or choice.value)}</option>'


class CountryField(SelectField):  # type: ignore[misc]  # WTForms has no types.
    """The field of a form, in the reader's language; `ask` is said where none was chosen."""

    widget = CountryList()

    def __init__(self, label: Any, ask: Any, **kwargs: Any) -> None:
        super().__init__(
            label, [InputRequired(ask)], choices=lambda: countries(current_locale()), default=HERE, **kwargs
        )

    @property
    def chosen(self) -> str | None:
        """The code of the country, None for anything else that was sent."""
        return self.data if self.data in dict(self.choices) else None
