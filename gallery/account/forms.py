"""What a member says of himself as it is typed, and the words of each refusal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any

from wtforms import DateField, Field, StringField, TelField, ValidationError
from wtforms.validators import InputRequired, Length, Regexp

from gallery.account import phones, rules
from gallery.account.countries import CountryField
from gallery.account.rules import Gap, one_line
from gallery.auth.forms import ReturningForm
from gallery.core.i18n import _, lazy

LONGEST_NAME = 120
LONGEST_LINE = 200


class Part(StrEnum):
    """What is asked and saved at a time: a field, or fields that make sense only together."""

    NAME = "full_name"
    PHONE = "phone"
    ADDRESS = "address"
    BIRTH = "born_on"


FIELDS = {
    Part.NAME: ("full_name",),
    Part.PHONE: ("phone",),
    Part.ADDRESS: ("street", "landmark", "postal_code", "city", "country"),
    Part.BIRTH: ("born_on",),
}
ASKED_FOR = {Gap.NAME: Part.NAME, Gap.PHONE: Part.PHONE, Gap.ADDRESS: Part.ADDRESS, Gap.BIRTH: Part.BIRTH}
"""By which part a gap is closed; the other gaps are closed elsewhere."""


class ProfileForm(ReturningForm):
    """Who you are and where you can be reached: only the parts that are asked for at the time."""

    full_name = StringField(
        lazy("Full name"),
        [InputRequired(lazy("Please type your name.")), Length(max=LONGEST_NAME)],
        filters=[one_line],
        description=lazy("As in your identity document: the sale is concluded in this name."),
        render_kw={"autocomplete": "name", "maxlength": LONGEST_NAME},
    )
    phone = TelField(
        lazy("Phone"),
        [InputRequired(lazy("Please type a phone number."))],
        filters=[one_line],
        description=lazy(
            "For the delivery, and if something about a lot that you won is urgent. Numbers abroad with +33 …"
        ),
        render_kw={"autocomplete": "tel", "maxlength": phones.LONGEST},
    )
    street = StringField(
        lazy("Street and number"),
        [Length(max=LONGEST_LINE)],
        filters=[one_line],
        description=lazy("Street or landmark: one of the two is enough."),
        render_kw={"autocomplete": "address-line1", "maxlength": LONGEST_LINE},
    )
    landmark = StringField(
        lazy("Landmark"),
        [Length(max=LONGEST_LINE)],
        filters=[one_line],
        description=lazy("How to find the door; for example “behind the Mermoz pharmacy, blue gate”."),
        render_kw={"autocomplete": "address-line2", "maxlength": LONGEST_LINE},
    )
    postal_code = StringField(
        lazy("Postal code"),
        [
            Length(max=16),
            Regexp(r"[A-Za-z0-9 \-]*\Z", message=lazy("A postal code has letters, digits, spaces and hyphens only.")),
        ],
        filters=[one_line],
        description=lazy("Leave it empty where there is none."),
        render_kw={"autocomplete": "postal-code", "maxlength": 16},
    )
    city = StringField(
        lazy("City"),
        [InputRequired(lazy("Please type your city.")), Length(max=LONGEST_NAME)],
        filters=[one_line],
        render_kw={"autocomplete": "address-level2", "maxlength": LONGEST_NAME},
    )
    country = CountryField(
        lazy("Country"),
        lazy("Please choose your country."),
        description=lazy("Shipping and tax depend on it, and so does the total that you see before you bid."),
        render_kw={"autocomplete": "country"},
    )
    born_on = DateField(
        lazy("Date of birth"),
        [InputRequired(lazy("Please give your date of birth."))],
        # Where the browser has no calendar, people write it as they always do.
        format=["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"],
        description=lazy("Only to know that you are 18 or older; sellers do not see it."),
        render_kw={"autocomplete": "bday"},
    )

    def __init__(
        self, *args: Any, today: date, parts: Iterable[Part] = Part, lives_in: str | None = None, **kwargs: Any
    ) -> None:
        """`today` by the gallery's calendar; `lives_in`: the country (ISO) that is known, where none is asked for."""
        super().__init__(*args, **kwargs)
        self._today, self._lives_in = today, lives_in
        asked = {name for part in parts for name in FIELDS[part]}
        for name in {name for names in FIELDS.values() for name in names} - asked:
            del self[name]

    def validate_full_name(self, field: Field) -> None:
        """At least two letters, in whatever script, and nothing that no name has."""
        if rules.letters(field.data) < 2:
            raise ValidationError(_("Please type your full name."))
        _without(rules.strangers_in_name(field.data))

    def validate_street(self, field: Field) -> None:
        """Something to find a door by, here or in the landmark."""
        if not field.data and not self.landmark.data:
            raise ValidationError(_("Please type a street or a landmark."))
        _findable(field)

    def validate_landmark(self, field: Field) -> None:
        """Something to find a door by."""
        _findable(field)

    def validate_city(self, field: Field) -> None:
        """A name, not a number."""
        if rules.letters(field.data) < 2:
            raise ValidationError(_("Please type your city."))
        _without(rules.strangers_in_name(field.data))

    def validate_phone(self, field: Field) -> None:
        """A number that exists; without a country's code it is read as one of the member's country, or of Senegal."""
        try:
            field.data = phones.international(field.data, self._country())
        except phones.NotAPhone:
            words = _(
                "This is not a complete phone number. It should look like 77 123 45 67, abroad +33 6 12 34 56 78."
            )
            raise ValidationError(words) from None

    def validate_born_on(self, field: Field) -> None:
        """A day on which a living adult was born."""
        if field.data is None:
            return  # No date at all; the field has said so.
        if field.data > self._today or rules.age(field.data, self._today) > rules.OLDEST_YEARS:
            raise ValidationError(_("This cannot be a date of birth. Look at the year."))
        if not rules.is_adult(field.data, self._today):
            raise ValidationError(_("You must be 18 or older to bid or to sell."))

    def _country(self) -> str | None:
        return self.country.chosen if "country" in self else self._lives_in

    def said(self) -> dict[str, Any]:
        """What was typed, once it is valid, by the name of its column."""
        return {name: self[name].data for names in FIELDS.values() for name in names if name in self}


def _without(strange: str) -> None:
    if strange:
        raise ValidationError(_("Please take out what does not belong here: %(marks)s", marks=" ".join(strange[:10])))


def _findable(field: Field) -> None:
    if field.data and not any(letter.isalnum() for letter in field.data):
        raise ValidationError(_("Please type where you can be found."))
    _without(rules.strangers_in_line(field.data))
