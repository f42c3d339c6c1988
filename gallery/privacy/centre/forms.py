"""What a member asks for in the privacy centre, and the words of each refusal.

What he chooses is kept as a sentence before his own words: whoever reads the request, he among them, reads both.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from wtforms import Field, RadioField, SelectField, TextAreaField
from wtforms.validators import Optional

from gallery.auth.forms import PlainForm
from gallery.core import data_map
from gallery.core.i18n import _, lazy
from gallery.core.map_words import CATEGORIES, PURPOSES
from gallery.core.personal import Basis, Category, Purpose
from gallery.privacy.requests.rules import LONGEST_WORDS, SHORTEST_WORDS
from gallery.trust.forms import among, between, lines, unchosen, unsaid

LONGEST_TYPED = LONGEST_WORDS - 200
"""So that what was chosen has room before it."""

_length = between(SHORTEST_WORDS, LONGEST_TYPED)


class Why(StrEnum):
    """When the use of data may be restricted (art. 18(1) GDPR)."""

    WRONG = "wrong"
    UNLAWFUL = "unlawful"
    CLAIM = "claim"
    OBJECTED = "objected"


WHY = {
    Why.WRONG: lazy("Something in it is wrong, until that is checked"),
    Why.UNLAWFUL: lazy("It should not be used, but I do not want it erased"),
    Why.CLAIM: lazy("I need it for a claim, though you may not need it any more"),
    Why.OBJECTED: lazy("I have objected, until that is decided"),
}


def objectionable() -> list[Purpose]:
    """What the house does because of an interest of its own (art. 21(1)), in the order of the map's words."""
    found = {line.entry.purpose for line in data_map.lines() if line.entry.basis is Basis.INTEREST}
    return [purpose for purpose in PURPOSES if purpose in found]


class AskingForm(PlainForm):
    """A form that becomes a request."""

    def asked(self) -> str:
        """What is asked, as one text."""
        raise NotImplementedError


class ComplaintForm(AskingForm):
    """Something about his data is not as it should be."""

    words = TextAreaField(
        lazy("What is not as it should be?"),
        [unsaid, _length],
        filters=[lines],
        render_kw={"maxlength": LONGEST_TYPED},
    )

    def asked(self) -> str:
        """His words alone."""
        return str(self.words.data)


class RectificationForm(AskingForm):
    """Something is wrong that he cannot change himself."""

    category = SelectField(lazy("Which data is it?"), [unchosen], validate_choice=False)
    words = TextAreaField(
        lazy("What is wrong, and how should it read?"),
        [unsaid, _length],
        filters=[lines],
        description=lazy("We ask for a document only where there is no other way to know."),
        render_kw={"maxlength": LONGEST_TYPED},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.category.choices = [("", _("Choose"))] + [(one.value, str(CATEGORIES[one])) for one in Category]

    def validate_category(self, field: Field) -> None:
        """One of the list."""
        among(field)

    def asked(self) -> str:
        """The kind of data, and what is wrong with it."""
        return f"{CATEGORIES[Category(self.category.data)]}\n\n{self.words.data}"


class ObjectionForm(AskingForm):
    """He does not want something that the house does in its own interest."""

    against = RadioField(lazy("What do you object to?"), [unchosen], validate_choice=False)
    words = TextAreaField(
        lazy("What about your situation speaks against it?"),
        [unsaid, _length],
        filters=[lines],
        description=lazy("A person weighs it against our interest, writes down how, and tells you."),
        render_kw={"maxlength": LONGEST_TYPED},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.against.choices = [
            (one.value, _("To our using your data %(what_for)s", what_for=PURPOSES[one])) for one in objectionable()
        ]

    def validate_against(self, field: Field) -> None:
        """One of the list."""
        among(field)

    def asked(self) -> str:
        """What he objects to, and why."""
        return f"{dict(self.against.choices)[self.against.data]}\n\n{self.words.data}"


class RestrictionForm(AskingForm):
    """His data is to be kept and not used."""

    why = RadioField(lazy("Why?"), [unchosen], validate_choice=False)
    words = TextAreaField(
        lazy("What we should know besides"),
        [Optional(), _length],
        filters=[lines],
        render_kw={"maxlength": LONGEST_TYPED},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.why.choices = [(one.value, str(words)) for one, words in WHY.items()]

    def validate_why(self, field: Field) -> None:
        """One of the list."""
        among(field)

    def asked(self) -> str:
        """Why, and what else he said."""
        return f"{WHY[Why(self.why.data)]}\n\n{self.words.data or ''}".strip()
