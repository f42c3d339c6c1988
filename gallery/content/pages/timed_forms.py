"""Forms with times in them: banners, and from when on a version is public."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from wtforms import Field, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired

from gallery.auth.forms import PlainForm
from gallery.content.pages import labels
from gallery.content.pages.forms import TextForm, at_most, body_field, one_line
from gallery.content.pages.rules import Draft, Place, Tone
from gallery.content.parsing import LINK
from gallery.core.i18n import _, lazy, zone

LONGEST_BANNER = 600
LONGEST_LINK = 500

_unchosen = InputRequired(lazy("Please choose one of the list."))
_MOMENT = {"type": "datetime-local", "step": "60"}
FIRST_YEAR, LAST_YEAR = 1970, 2999
"""Outside of them a time is a slip, and one at the ends of the calendar has no counterpart in UTC."""
_FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")


def moment(typed: str) -> datetime | None:
    """A time as browsers send it, by the gallery's clock; None where nothing was typed. Raises ValidationError."""
    if not typed:
        return None
    for form in _FORMATS:
        try:
            at = datetime.strptime(typed, form).replace(tzinfo=zone())
        except ValueError:
            continue
        if FIRST_YEAR <= at.year <= LAST_YEAR:
            return at
    raise ValidationError(_("Write the time like 2026-12-31 18:00."))


class BannerForm(TextForm):
    """A banner: a few words, where and from when until when."""

    body_fr = body_field(lazy("Text in French"), LONGEST_BANNER, 3)
    body_en = body_field(lazy("Text in English"), LONGEST_BANNER, 3)
    link = StringField(
        lazy("Where the title leads"),
        [at_most(LONGEST_LINK)],
        filters=[one_line],
        description=lazy("An address like /sales/ or https://…; may stay empty."),
        render_kw={"maxlength": LONGEST_LINK, "spellcheck": "false"},
    )
    place = SelectField(lazy("Where it stands"), [_unchosen], validate_choice=False)
    tone = SelectField(lazy("How it looks"), [_unchosen], validate_choice=False)
    shown_from = StringField(lazy("From"), filters=[one_line], description=lazy("Empty: at once."), render_kw=_MOMENT)
    shown_until = StringField(
        lazy("Until"), filters=[one_line], description=lazy("Empty: until you take it away."), render_kw=_MOMENT
    )

    needs_body = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place.choices = [(one.value, str(labels.PLACES[one])) for one in Place]
        self.tone.choices = [(one.value, str(labels.TONES[one])) for one in Tone]

    def validate_link(self, field: Field) -> None:
        """Where links may lead (1.2.2)."""
        if field.data and (field.data.startswith("#") or not LINK.fullmatch(field.data)):
            raise ValidationError(_("A link begins with / or https://."))

    def validate_place(self, field: Field) -> None:
        """One of the list."""
        if field.data not in set(Place):
            raise ValidationError(_("Please choose one of the list."))

    def validate_tone(self, field: Field) -> None:
        """One of the list."""
        if field.data not in set(Tone):
            raise ValidationError(_("Please choose one of the list."))

    def validate_shown_from(self, field: Field) -> None:
        """A time, or nothing."""
        moment(field.data)

    def validate_shown_until(self, field: Field) -> None:
        """A time after the beginning, or nothing."""
        until = moment(field.data)
        if until and not self.shown_from.errors and (begins := moment(self.shown_from.data)) and begins >= until:
            raise ValidationError(_("It would end before it begins."))

    def draft(self) -> Draft:
        """What was typed."""
        made = super().draft()
        return Draft(
            made.title_fr,
            made.title_en,
            made.body_fr,
            made.body_en,
            tone=self.tone.data,
            place=self.place.data,
            link=self.link.data,
            shown_from=_moment_or_none(self.shown_from.data),
            shown_until=_moment_or_none(self.shown_until.data),
        )


def _moment_or_none(typed: str) -> datetime | None:
    try:
        return moment(typed)
    except ValidationError:
        return None  # The form says so beside the field; a preview goes on without.


class PublishForm(PlainForm):
    """From when on a version is public."""

    at = StringField(
        lazy("From"),
        filters=[one_line],
        description=lazy("By the gallery's clock. Empty: at once."),
        render_kw=_MOMENT,
    )

    def validate_at(self, field: Field) -> None:
        """A time, or nothing."""
        moment(field.data)
