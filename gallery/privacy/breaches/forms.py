"""What staff type about a breach, and the words of each refusal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from wtforms import (
    Field,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from gallery.account.rules import one_line
from gallery.content.pages.timed_forms import moment
from gallery.core import column_words, data_map
from gallery.core.i18n import _, lazy, zone
from gallery.core.map_words import CATEGORIES
from gallery.core.personal import Category
from gallery.privacy.breaches import labels
from gallery.privacy.breaches.models import Breach
from gallery.privacy.breaches.reach import Window
from gallery.privacy.breaches.rules import LONGEST_WORDS, SHORTEST_WORDS, Kind, Risk, Told
from gallery.privacy.breaches.services import Facts
from gallery.trust.forms import DeskForm, among, at_most, between, lines, number, unchosen, unsaid

LONGEST_LINE = 500
MOST_PEOPLE = 10**9

_NOBODY = lazy("Name nobody in it.")


def _words(label: Any, *validators: Any, hint: Any = _NOBODY) -> TextAreaField:
    attributes = {"maxlength": LONGEST_WORDS, "rows": 3}
    return TextAreaField(
        label,
        [*(validators or (Optional(),)), between(SHORTEST_WORDS, LONGEST_WORDS)],
        filters=[lines],
        description=hint,
        render_kw=attributes,
    )


def _line(label: Any, hint: Any = "") -> StringField:
    return StringField(
        label,
        [at_most(LONGEST_LINE)],
        filters=[one_line],
        description=hint,
        render_kw={"maxlength": LONGEST_LINE},
    )


def _time(label: Any, *validators: Any) -> StringField:
    hint = lazy("By the gallery's clock, like 2026-12-31T18:00.")
    attributes = {"type": "datetime-local", "step": "60"}
    return StringField(label, list(validators), filters=[one_line], description=hint, render_kw=attributes)


def _ticks(label: Any, choices: Any) -> SelectMultipleField:
    return SelectMultipleField(
        label,
        choices=choices,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,
    )


class MomentsForm(DeskForm):
    """A form with times: each is checked, and read by the gallery's clock."""

    times: tuple[str, ...] = ()

    def validate(self, **kwargs: Any) -> bool:
        """All fields, and that each time is one."""
        is_valid = bool(super().validate(**kwargs))
        for name in self.times:
            field = self[name]
            try:
                moment(field.data or "")
            except ValidationError as wrong:
                field.errors = [*field.errors, str(wrong)]
                is_valid = False
        return is_valid

    def at(self, name: str) -> datetime | None:
        """A time of a valid form."""
        return moment(self[name].data or "")


class FactsForm(MomentsForm):
    """What is known so far (art. 33(3))."""

    name = "facts"
    times = ("aware_at", "began_at", "ended_at")
    facts = _words(lazy("What happened"), unsaid)
    aware_at = _time(lazy("When we came to know of it"), InputRequired(lazy("Say when: the time runs from there.")))
    began_at = _time(lazy("When it began"))
    ended_at = _time(lazy("When it ended"))
    kinds = _ticks(lazy("What became of the data"), [(one.value, labels.KINDS[one]) for one in Kind])
    categories = _ticks(lazy("Which data"), [(one.value, CATEGORIES[one]) for one in Category])
    people = IntegerField(
        lazy("About how many people"),
        [Optional(), NumberRange(0, MOST_PEOPLE, lazy("Type a number."))],
        description=lazy("Where the list of members does not say it: visitors, people without an account."),
        render_kw={"inputmode": "numeric"},
    )
    effects = _words(lazy("What it may lead to for them"))
    measures = _words(lazy("What was done about it, and what is planned"))

    def validate_kinds(self, field: Field) -> None:
        """At least one."""
        if not field.data:
            raise ValidationError(_("Please choose at least one."))
        among(field)

    def validate_categories(self, field: Field) -> None:
        """Of the list."""
        among(field)

    def validate_people(self, field: IntegerField) -> None:
        """A number: the sentence is ours."""
        if field.process_errors:
            field.process_errors = ()
            raise ValidationError(_("Type a number."))

    def known(self) -> Facts:
        """What was typed, once it is valid."""
        aware_at = self.at("aware_at")
        assert aware_at is not None  # noqa: S101  It is required.
        return Facts(
            facts=self.facts.data,
            aware_at=aware_at,
            kinds=[Kind(one) for one in self.kinds.data],
            categories=[Category(one) for one in self.categories.data or ()],
            began_at=self.at("began_at"),
            ended_at=self.at("ended_at"),
            people=self.people.data,
            effects=self.effects.data or "",
            measures=self.measures.data or "",
        )

    @classmethod
    def of(cls, breach: Breach) -> FactsForm:
        """The form as it stands in the register; what was typed comes before."""
        stored = {
            name: getattr(breach, name) for name in ("facts", "kinds", "categories", "people", "effects", "measures")
        }
        return cls(data=stored | {name: typed(getattr(breach, name)) for name in cls.times})


def typed(at: datetime | None) -> str:
    """A time as the field shows it."""
    return at.astimezone(zone()).strftime("%Y-%m-%dT%H:%M") if at else ""


class AssessForm(DeskForm):
    """What it may come to."""

    name = "assess"
    risk = RadioField(
        lazy("For those touched it is"),
        [unchosen],
        choices=[(one.value, labels.RISKS[one]) for one in Risk],
        validate_choice=False,
    )
    reason = _words(lazy("Why"), unsaid)

    def validate_risk(self, field: Field) -> None:
        """One of the list."""
        among(field)


class ToldForm(MomentsForm):
    """Who outside was told."""

    name = "told"
    times = ("told_at",)
    told = SelectField(
        lazy("Who was told"),
        [unchosen],
        choices=[(one.value, labels.TOLD[one]) for one in Told],
        validate_choice=False,
    )
    told_at = _time(lazy("When"), InputRequired(lazy("Say when.")))
    words = _line(lazy("How, and under which number"))
    late_reason = _line(lazy("If it was after the end: why"), lazy("The authority has to be told, too."))

    def validate_told(self, field: Field) -> None:
        """One of the list."""
        among(field)


class ReachForm(MomentsForm):
    """What was touched, so that the program finds whom."""

    name = "reach"
    times = ("since", "until")
    tables = SelectMultipleField(
        lazy("Which data"),
        description=lazy(
            "Several with Ctrl or ⌘. None: everything that the house holds, unless staff or a session is named."
        ),
        validate_choice=False,
        render_kw={"size": 8},
    )
    since = _time(lazy("From"))
    until = _time(lazy("Until"))
    staff = StringField(
        lazy("Number of somebody of the staff"),
        filters=[one_line],
        description=lazy("Then whom he looked at counts, and on whose account he acted."),
        render_kw={"inputmode": "numeric", "maxlength": 12},
    )
    session = StringField(
        lazy("Number of a session"),
        filters=[one_line],
        description=lazy("Then what whoever had it could see counts."),
        render_kw={"inputmode": "numeric", "maxlength": 12},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = [(name, column_words.of_table(table)) for name, table in data_map.tables().items()]
        self.tables.choices = sorted(words, key=lambda one: one[1].casefold())

    def validate_tables(self, field: Field) -> None:
        """Of the list."""
        among(field)

    def validate_staff(self, field: Field) -> None:
        """A number, or nothing."""
        number(field)

    def validate_session(self, field: Field) -> None:
        """A number, or nothing."""
        number(field)

    def window(self) -> Window:
        """From when until when."""
        return Window(self.at("since"), self.at("until"))


class TellForm(DeskForm):
    """What those touched are told (art. 34(2)): what happened, what it may lead to, what was done, what they can do."""

    name = "tell"
    words_fr = _words(
        lazy("In French"),
        unsaid,
        hint=lazy("What happened, what it may lead to, what we do, what one can do oneself."),
    )
    words_en = _words(lazy("In English"), unsaid, hint=lazy("The same in English."))
