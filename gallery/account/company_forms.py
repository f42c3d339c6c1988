"""Who a trader is, as it is typed, and the words of each refusal (C-07)."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, EmailField, Field, SelectField, StringField, TelField, ValidationError
from wtforms.validators import InputRequired, Length, Regexp

from gallery.account import phones, register_numbers, rules
from gallery.account.company_queries import Trader
from gallery.account.company_services import Identity
from gallery.account.countries import CountryField, countries
from gallery.account.forms import LONGEST_LINE, LONGEST_NAME
from gallery.account.register_numbers import NotANumber, RegisterKind
from gallery.account.rules import one_line
from gallery.auth.addresses import LONGEST, NotAnAddress, normalised
from gallery.auth.forms import ReturningForm
from gallery.core.i18n import _, current_locale, lazy

KINDS = {
    RegisterKind.NINEA: lazy("NINEA (Senegal)"),
    RegisterKind.SIRET: lazy("SIRET (France)"),
    RegisterKind.OTHER: lazy("Another register"),
}
NOT_OF = {
    RegisterKind.NINEA: lazy("This is not a NINEA. It has seven or nine digits, often followed by a code like 2G2."),
    RegisterKind.SIRET: lazy("This is not a SIRET. It has 14 digits, of which the last ones check the others."),
    RegisterKind.OTHER: lazy("Please type the number as the register writes it: letters, digits, hyphens and dots."),
}


class TraderForm(ReturningForm):
    """What the law wants buyers to see of a trader before they bid."""

    name = StringField(
        lazy("Name of the company"),
        [InputRequired(lazy("Please type the name of the company.")), Length(max=LONGEST_NAME)],
        filters=[one_line],
        description=lazy("As it stands in the register; your own name if you trade under it."),
        render_kw={"autocomplete": "organization", "maxlength": LONGEST_NAME},
    )
    country = CountryField(
        lazy("Country"),
        lazy("Please choose the country."),
        description=lazy("Where the company has its seat."),
        render_kw={"autocomplete": "country"},
    )
    register_kind = SelectField(
        lazy("Register"),
        [InputRequired(lazy("Please choose the register."))],
        choices=[*KINDS.items()],
        default=RegisterKind.NINEA,
    )
    register_number = StringField(
        lazy("Number in the register"),
        [InputRequired(lazy("Please type the number under which the company is registered."))],
        filters=[one_line],
        description=lazy("For example 30672212G2 (NINEA), 732 829 320 00074 (SIRET) or SN-DKR-2019-B-12345 (RCCM)."),
        render_kw={"maxlength": register_numbers.LONGEST, "autocomplete": "off", "spellcheck": "false"},
    )
    vat_number = StringField(
        lazy("VAT number in the European Union"),
        filters=[one_line],
        description=lazy("For example FR 40 303 265 045. Leave it empty if the company has none."),
        render_kw={"maxlength": register_numbers.LONGEST, "autocomplete": "off", "spellcheck": "false"},
    )
    street = StringField(
        lazy("Street and number"),
        [InputRequired(lazy("Please type where the company can be found.")), Length(max=LONGEST_LINE)],
        filters=[one_line],
        render_kw={"autocomplete": "street-address", "maxlength": LONGEST_LINE},
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
        [InputRequired(lazy("Please type the city.")), Length(max=LONGEST_NAME)],
        filters=[one_line],
        render_kw={"autocomplete": "address-level2", "maxlength": LONGEST_NAME},
    )
    phone = TelField(
        lazy("Phone for customers"),
        [InputRequired(lazy("Please type a phone number."))],
        filters=[one_line],
        render_kw={"autocomplete": "tel", "maxlength": phones.LONGEST},
    )
    email = EmailField(
        lazy("E-mail for customers"),
        [InputRequired(lazy("Please type an e-mail address.")), Length(max=LONGEST)],
        filters=[one_line],
        description=lazy("It need not be the one with which you sign in, and everyone can read it."),
        render_kw={"autocomplete": "off", "inputmode": "email", "maxlength": LONGEST, "spellcheck": "false"},
    )
    certified = BooleanField(
        lazy(
            "I declare that these details are true, and that I offer only works that comply with the law of the "
            "European Union and of Senegal."
        ),
        [InputRequired(lazy("Without this declaration no lot of a trader can be published."))],
    )

    def validate_name(self, field: Field) -> None:
        """At least one letter, and nothing that would be taken for markup or a formula."""
        if not rules.letters(field.data):
            raise ValidationError(_("Please type the name of the company."))
        _without(rules.strangers_in_line(field.data))

    def validate_register_number(self, field: Field) -> None:
        """By the standard of its register."""
        kind = self._kind()
        if kind is None:
            return  # The register's own field has said so.
        try:
            field.data = register_numbers.register_number(kind, field.data)
        except NotANumber:
            raise ValidationError(str(NOT_OF[kind])) from None

    def validate_register_kind(self, field: Field) -> None:
        """A register of the country."""
        kind, country = self._kind(), self.country.chosen
        seats = register_numbers.COUNTRIES.get(kind) if kind else None
        if seats and country and country not in seats:
            raise ValidationError(_("Companies of this country are not in that register. Choose another."))

    def validate_vat_number(self, field: Field) -> None:
        """By the rule of its member state; whether it is in use nobody is asked."""
        if not field.data:
            return
        try:
            field.data = register_numbers.eu_vat(field.data, self.country.chosen or "")
        except NotANumber:
            words = _(
                "This is not a VAT number of the European Union. It begins with the letters of its country, like FR."
            )
            raise ValidationError(words) from None

    def validate_street(self, field: Field) -> None:
        """Something to find a door by."""
        if not any(letter.isalnum() for letter in field.data):
            raise ValidationError(_("Please type where the company can be found."))
        _without(rules.strangers_in_line(field.data))

    def validate_city(self, field: Field) -> None:
        """A name, not a number."""
        if rules.letters(field.data) < 2:
            raise ValidationError(_("Please type the city."))
        _without(rules.strangers_in_name(field.data))

    def validate_phone(self, field: Field) -> None:
        """A number that exists; without a country's code it is read as one of the company's country."""
        try:
            field.data = phones.international(field.data, self.country.chosen)
        except phones.NotAPhone:
            words = _(
                "This is not a complete phone number. It should look like 77 123 45 67, abroad +33 6 12 34 56 78."
            )
            raise ValidationError(words) from None

    def validate_email(self, field: Field) -> None:
        """An address that can exist; whose it is, the customers will learn."""
        try:
            field.data = normalised(field.data)
        except NotAnAddress:
            words = _("This is not a complete e-mail address. It should look like name@example.com.")
            raise ValidationError(words) from None

    def identity(self) -> Identity:
        """What was typed, once it is valid."""
        return Identity(**{name: self[name].data for name in Identity.__dataclass_fields__})

    def _kind(self) -> RegisterKind | None:
        known = self.register_kind.data in set(RegisterKind)
        return RegisterKind(self.register_kind.data) if known else None


def shown(company: Trader) -> dict[str, Any]:
    """A trader, and the words that `account/_company.html` needs to show him."""
    return {"company": company, "kinds": KINDS, "countries": dict(countries(current_locale()))}


class PrivateForm(ReturningForm):
    """The declaration of who sells without making a trade of it."""

    confirmed = BooleanField(
        lazy("I sell now and then, from what is my own, and not as a business."),
        [InputRequired(lazy("Please tick this if it is so. If you sell as a business, choose that instead."))],
    )


def _without(strange: str) -> None:
    if strange:
        raise ValidationError(_("Please take out what does not belong here: %(marks)s", marks=" ".join(strange[:10])))
