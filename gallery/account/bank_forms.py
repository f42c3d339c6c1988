"""A bank account as it is typed, and the words of each refusal (B2)."""

from __future__ import annotations

from wtforms import Field, StringField, ValidationError
from wtforms.validators import InputRequired, Length

from gallery.account import bank_numbers, rules
from gallery.account.bank_numbers import NotANumber
from gallery.account.bank_services import Account
from gallery.account.countries import CountryField
from gallery.account.forms import LONGEST_NAME
from gallery.account.rules import one_line
from gallery.auth.forms import ReturningForm
from gallery.core.i18n import _, lazy

_NUMBER = {
    "maxlength": bank_numbers.LONGEST,
    "autocomplete": "off",
    "spellcheck": "false",
    "autocapitalize": "characters",
}


class BankForm(ReturningForm):
    """Whose account it is."""

    holder = StringField(
        lazy("Holder of the account"),
        [InputRequired(lazy("Please type whose account it is.")), Length(max=LONGEST_NAME)],
        filters=[one_line],
        description=lazy("As the bank writes the name. Banks send money back when it does not fit."),
        render_kw={"autocomplete": "name", "maxlength": LONGEST_NAME},
    )

    def validate_holder(self, field: Field) -> None:
        """A person's or a company's name."""
        if rules.letters(field.data) < 2:
            raise ValidationError(_("Please type whose account it is."))
        _without(rules.strangers_in_name(field.data))


class IbanForm(BankForm):
    """An account with an IBAN, as banks in West Africa and in Europe have it."""

    iban = StringField(
        "IBAN",
        [InputRequired(lazy("Please type the IBAN."))],
        filters=[one_line],
        description=lazy("For example SN08 SN01 0015 2000 0485 0000 3035. It is on your statement of account."),
        render_kw=_NUMBER,
    )

    def validate_iban(self, field: Field) -> None:
        """By the form of its country and its check digits."""
        try:
            self._found = bank_numbers.iban(field.data)
        except NotANumber:
            words = _("This is not an IBAN. It begins with the letters of its country; look at each character.")
            raise ValidationError(words) from None

    def account(self) -> Account:
        """What was typed, once it is valid."""
        found = self._found
        return Account("iban", self.holder.data, found.number, found.bank, found.bic, found.country)


class LocalForm(BankForm):
    """An account as its bank writes it, where there is no IBAN."""

    bank = StringField(
        lazy("Bank"),
        [InputRequired(lazy("Please type the name of the bank.")), Length(max=LONGEST_NAME)],
        filters=[one_line],
        render_kw={"autocomplete": "off", "maxlength": LONGEST_NAME},
    )
    account_code = StringField(
        lazy("Number of the account"),
        [InputRequired(lazy("Please type the number of the account."))],
        filters=[one_line],
        description=lazy("All of it as the bank gives it: codes of bank and branch, number and key."),
        render_kw=_NUMBER,
    )
    country = CountryField(
        lazy("Country of the bank"),
        lazy("Please choose the country of the bank."),
        render_kw={"autocomplete": "off"},
    )

    def validate_bank(self, field: Field) -> None:
        """A name."""
        if rules.letters(field.data) < 2:
            raise ValidationError(_("Please type the name of the bank."))
        _without(rules.strangers_in_name(field.data))

    def validate_account_code(self, field: Field) -> None:
        """Six characters or more, and no IBAN, which has a check of its own."""
        if bank_numbers.is_iban(field.data):
            raise ValidationError(_("This is an IBAN. Choose “The account has an IBAN” below."))
        try:
            self._number = bank_numbers.local_number(field.data)
        except NotANumber:
            words = _("This is not the number of an account. It has 6 to 34 letters and digits.")
            raise ValidationError(words) from None

    def account(self) -> Account:
        """What was typed, once it is valid."""
        return Account("local", self.holder.data, self._number, self.bank.data, "", self.country.data)


def _without(strange: str) -> None:
    if strange:
        raise ValidationError(_("Please take out what does not belong here: %(marks)s", marks=" ".join(strange[:10])))
