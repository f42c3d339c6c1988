"""What staff type about a disclosure, and the words of each refusal."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import Field, SelectField, SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from gallery.account.rules import one_line
from gallery.content.pages.timed_forms import moment
from gallery.core import clock
from gallery.core.i18n import _, lazy
from gallery.core.map_words import CATEGORIES
from gallery.core.personal import Category
from gallery.privacy.disclosures import labels
from gallery.privacy.disclosures.rules import LONGEST_LINE, LONGEST_WORDS, Ground
from gallery.privacy.disclosures.services import Given
from gallery.trust.forms import DeskForm, among, at_most, lines, number, unchosen
from gallery.trust.rules import number_in


def _line(label: Any, hint: Any = "", *validators: Any) -> StringField:
    attributes = {"maxlength": LONGEST_LINE, "autocomplete": "off"}
    return StringField(
        label, [*validators, at_most(LONGEST_LINE)], filters=[one_line], description=hint, render_kw=attributes
    )


class NameForm(DeskForm):
    """Whose data it was."""

    name = "whose"
    member = _line(lazy("Number of the member"), "", InputRequired(lazy("Type the number of the member.")))

    def validate_member(self, field: Field) -> None:
        """A number."""
        number(field)


class DisclosureForm(DeskForm):
    """What was given to whom."""

    name = "given"
    member = _line(
        lazy("Number of the member"),
        lazy("Empty only while an authority forbids to tell him: then the paper file says who it is."),
    )
    recipient = _line(
        lazy("To whom"),
        lazy("The authority or the office, not a person: the member reads it."),
        InputRequired(lazy("Say to whom.")),
    )
    ground = SelectField(lazy("Ground"), [unchosen], validate_choice=False)
    reference = _line(lazy("Under which number it was asked for"))
    categories = SelectMultipleField(
        lazy("Which data"),
        choices=[(one.value, CATEGORIES[one]) for one in Category],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,
    )
    words = TextAreaField(
        lazy("What exactly"),
        [at_most(LONGEST_WORDS)],
        filters=[lines],
        description=lazy("The member reads it, word for word."),
        render_kw={"rows": 3, "maxlength": LONGEST_WORDS},
    )
    given_at = StringField(
        lazy("When it was given"),
        filters=[one_line],
        description=lazy("By the gallery’s clock, like 2026-12-31T18:00. Empty: now."),
        render_kw={"type": "datetime-local", "step": "60"},
    )
    silent_until = StringField(
        lazy("Until when he must not be told"),
        filters=[one_line],
        description=lazy("Like 2027-01-31. Only without the member’s number."),
        render_kw={"type": "date"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ground.choices = [("", _("Choose a ground")), *((one.value, str(labels.GROUNDS[one])) for one in Ground)]

    def validate_member(self, field: Field) -> None:
        """A number, or nothing."""
        number(field)

    def validate_ground(self, field: Field) -> None:
        """One of the list."""
        among(field)

    def validate_categories(self, field: Field) -> None:
        """At least one of the list."""
        if not field.data or not set(field.data) <= set(Category):
            raise ValidationError(_("Please choose at least one."))

    def validate_words(self, field: Field) -> None:
        """Nothing that could lead to somebody who is not named."""
        if field.data and not self.member.data:
            raise ValidationError(_("Without the member’s number nothing is written here that could lead to him."))

    def validate_given_at(self, field: Field) -> None:
        """A time that has been."""
        at = moment(field.data or "")
        if at and at > clock.now():
            raise ValidationError(_("That time is still to come."))

    def validate_silent_until(self, field: Field) -> None:
        """A day, and only where nobody is named."""
        try:
            day = _day(field.data)
        except ValueError:
            raise ValidationError(_("This is not a date. Type it like 2027-01-31.")) from None
        if day and self.member.data:
            raise ValidationError(
                _("With his number the member reads it at once. Leave the number out until that day.")
            )

    def given(self) -> Given:
        """What was typed, once it is valid."""
        return Given(
            recipient=self.recipient.data,
            ground=Ground(self.ground.data),
            categories=[Category(one) for one in self.categories.data],
            given_at=moment(self.given_at.data or "") or clock.now(),
            member_id=number_in(self.member.data) if self.member.data else None,
            reference=self.reference.data or "",
            words=self.words.data or "",
            silent_until=_day(self.silent_until.data),
        )


def _day(typed: str | None) -> date | None:
    return date.fromisoformat(typed) if typed else None
