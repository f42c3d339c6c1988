"""What staff type at the desk for requests about data, and the words of each refusal."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    Field,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from gallery.account.rules import one_line
from gallery.auth import addresses
from gallery.core import clock
from gallery.core.i18n import _, lazy
from gallery.core.map_words import CATEGORIES
from gallery.core.personal import Category
from gallery.privacy.requests import labels
from gallery.privacy.requests.rules import BY_STAFF, LONGEST_WORDS, SHORTEST_WORDS, Channel, Ground, Kept, Kind
from gallery.trust.forms import DeskForm, among, between, lines, unchosen, unsaid

LANGUAGES = (("fr", "Français"), ("en", "English"))


class Day(DateField):
    """A day, in any of the ways in which people write it where the browser has no calendar."""

    def __init__(self, label: Any, validators: Any = (), **kwargs: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """What was typed; the sentence is ours."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("This is not a date. Type it like 2027-01-31.")) from None


def _words(label: Any, hint: Any, *validators: Any) -> TextAreaField:
    attributes = {"maxlength": LONGEST_WORDS, "rows": 4}
    return TextAreaField(
        label,
        [*validators, between(SHORTEST_WORDS, LONGEST_WORDS)],
        filters=[lines],
        description=hint,
        render_kw=attributes,
    )


class NewForm(DeskForm):
    """A request that came by e-mail, letter or phone."""

    name = "new"
    kind = SelectField(lazy("What is asked for"), [unchosen], validate_choice=False)
    channel = SelectField(lazy("How it came"), [unchosen], validate_choice=False)
    received_on = Day(
        lazy("On which day it reached the house"),
        [Optional()],
        description=lazy("The month to answer runs from that day. Empty: today."),
    )
    email = EmailField(
        lazy("E-mail address of the person"),
        filters=[one_line],
        description=lazy("All is written there. Only for a letter or a call it may be empty: then answer on paper."),
        render_kw={"maxlength": addresses.LONGEST, "autocomplete": "off"},
    )
    language = SelectField(lazy("In which language to answer"), [unchosen], choices=LANGUAGES, validate_choice=False)
    words = _words(
        lazy("What the person wrote or said"),
        lazy("Word for word where you can."),
        unsaid,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [("", _("Choose"))] + [(one.value, str(labels.KINDS[one])) for one in Kind]
        self.channel.choices = [("", _("Choose"))] + [(one.value, str(labels.CHANNELS[one])) for one in BY_STAFF]

    def validate_kind(self, field: Field) -> None:
        """One of the list."""
        among(field)

    def validate_channel(self, field: Field) -> None:
        """One of the list."""
        among(field)

    def validate_language(self, field: Field) -> None:
        """One of the list."""
        among(field)

    def validate_received_on(self, field: Field) -> None:
        """A day that has come; a month that ran out long ago is a slip."""
        today = clock.now().date()
        if field.data and not date(today.year - 1, 1, 1) <= field.data <= today:
            raise ValidationError(_("Choose a day that has come, of this year or the last."))

    def validate_email(self, field: Field) -> None:
        """An address, unless it can be answered on paper."""
        if not field.data:
            if self.channel.data == Channel.EMAIL:
                raise ValidationError(_("A request by e-mail has an address."))
            return
        try:
            field.data = addresses.normalised(field.data)
        except addresses.NotAnAddress:
            raise ValidationError(_("This is not an e-mail address.")) from None

    def received_at(self, now: datetime) -> datetime:
        """When its clock begins: with the day on which it came, so that ours is never the later one."""
        day = self.received_on.data
        return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo) if day else now


class CodeForm(DeskForm):
    """The digits that somebody has sent back or said."""

    name = "code"
    code = StringField(
        lazy("Code"),
        [InputRequired(lazy("Type the eight digits.")), Length(max=20, message=lazy("Type the eight digits."))],
        filters=[one_line],
        render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": 20},
    )


class WorkForm(DeskForm):
    """Beginning to work on it."""

    name = "work"
    proved = BooleanField(lazy("I know otherwise who asks: in the room, by a call back, by a document that was shown"))


class ExtendForm(DeskForm):
    """More time."""

    name = "extend"
    until = Day(lazy("Answer at the latest on"), [InputRequired(lazy("Choose a day."))])
    reason = _words(
        lazy("Reason for more time"),
        lazy("The person reads it, word for word."),
        InputRequired(lazy("Please give the reason.")),
    )

    def end(self, received_at: datetime) -> datetime:
        """The hour of that day at which the request came in."""
        day: date = self.until.data
        return received_at.replace(year=day.year, month=day.month, day=day.day)


class AnswerForm(DeskForm):
    """It is done."""

    name = "answer"
    words = _words(
        lazy("What the person should know besides"),
        lazy("It is added to our letter. Name nobody else in it."),
        Optional(),
    )


class RefuseForm(DeskForm):
    """It is not done, or not all of it."""

    name = "refuse"
    ground = SelectField(lazy("Ground"), [unchosen], validate_choice=False)
    categories = SelectMultipleField(
        lazy("Which data it is about"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,
    )
    until = Day(lazy("Until when"), [Optional()], description=lazy("Empty: until what holds it is over."))
    words = _words(
        lazy("What the person should know besides"),
        lazy("It is added to our letter. Name nobody else in it."),
        Optional(),
    )
    partly = BooleanField(lazy("All the rest was done"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ground.choices = [("", _("Choose"))] + [(one.value, str(labels.GROUNDS[one])) for one in Ground]
        self.categories.choices = [(one.value, str(CATEGORIES[one])) for one in Category]

    def validate_ground(self, field: Field) -> None:
        """One of the list; that fraud prevention outweighs is said with what was weighed, and so recorded (P-44)."""
        among(field)
        if field.data == Ground.FRAUD and not (self.words.data or "").strip():
            raise ValidationError(_("Write below what was weighed: the person is told it, and it is kept."))

    def validate_categories(self, field: Field) -> None:
        """At least one, unless it is nobody's data since nobody knows whose."""
        if not field.data and self.ground.data != Ground.IDENTITY:
            raise ValidationError(_("Say which data it is about."))
        among(field)

    def validate_until(self, field: Field) -> None:
        """A day to come."""
        if field.data and field.data <= clock.now().date():
            raise ValidationError(_("Choose a day to come."))

    def kept(self) -> list[Kept]:
        """What is refused."""
        day = self.until.data
        until = datetime(day.year, day.month, day.day, tzinfo=clock.now().tzinfo) if day else None
        return [Kept(Ground(self.ground.data), tuple(map(Category, self.categories.data)), until)]


class ConfirmForm(DeskForm):
    """Which proposal was read."""

    name = "confirm"
    proposed_at = HiddenField()

    def seen(self) -> datetime | None:
        """When it was made; None: nobody can tell."""
        try:
            return datetime.fromisoformat(self.proposed_at.data or "")
        except ValueError:
            return None


FORMS = {form.name: form for form in (CodeForm, WorkForm, ExtendForm, AnswerForm, RefuseForm, ConfirmForm)}
"""Those of a request's page, by name."""
