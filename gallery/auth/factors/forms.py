"""What is typed as a second step: codes of each kind, and the password once more."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField, ValidationError
from wtforms.validators import InputRequired

from gallery.auth.factors.rules import APP_DIGITS, MAILED_DIGITS, By, digits_of, recovery_of
from gallery.auth.factors.services import Wrong
from gallery.auth.forms import ReturningForm
from gallery.core.i18n import _, lazy

# No maxlength: a code may be pasted with its spaces. `one-time-code` lets phones offer it (3.3.8).
_DIGITS = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
_LETTERS = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class CodeField(StringField):  # type: ignore[misc]
    """A code; what was typed is never written into a page again."""

    def _value(self) -> str:
        return ""


class AppCodeForm(ReturningForm):
    """Six digits of an app."""

    code = CodeField(lazy("Code"), [InputRequired(lazy("Please type the code."))], render_kw=_DIGITS)

    def validate_code(self, field: CodeField) -> None:
        """Take the digits of any script, in groups or not."""
        field.data = _digits(field.data, APP_DIGITS, _("The code has six digits. The app shows it."))


class MailedCodeForm(ReturningForm):
    """Eight digits of a mail."""

    code = CodeField(lazy("Code from the mail"), [InputRequired(lazy("Please type the code."))], render_kw=_DIGITS)

    def validate_code(self, field: CodeField) -> None:
        """Take the digits of any script, in groups or not."""
        field.data = _digits(field.data, MAILED_DIGITS, _("The code has eight digits. It is in our mail."))


class RecoveryCodeForm(ReturningForm):
    """A code from paper."""

    code = CodeField(lazy("Recovery code"), [InputRequired(lazy("Please type the code."))], render_kw=_LETTERS)

    def validate_code(self, field: CodeField) -> None:
        """Take it with and without dashes, and with letters that are easily misread."""
        plain = recovery_of(field.data)
        if plain is None:
            words = _("A recovery code has sixteen letters and digits, in groups of four: abcd-2345-efgh-6789.")
            raise ValidationError(words)
        field.data = plain


class PasswordAgainForm(ReturningForm):
    """The password, from somebody who is signed in."""

    password = PasswordField(
        lazy("Password"),
        [InputRequired(lazy("Please type your password."))],
        render_kw={"autocomplete": "current-password"},
    )


FORMS: dict[By, type[ReturningForm]] = {
    By.APP: AppCodeForm,
    By.RECOVERY: RecoveryCodeForm,
    By.MAIL: MailedCodeForm,
    By.PASSWORD: PasswordAgainForm,
    By.PASSKEY: ReturningForm,
}
"""The form of each way; a passkey's has no fields, since the browser shows it."""


def refuse(form: FlaskForm, by: By, why: Wrong) -> None:
    """Say beside the field that what was typed is not taken."""
    field: Any = form.password if by is By.PASSWORD else form.code
    field.errors = [*field.errors, _words(by, why)]


def _words(by: By, why: Wrong) -> str:
    words: str
    if by is By.PASSWORD:
        words = _("This is not your password.")
    elif why is Wrong.USED and by is By.APP:
        words = _("This code was used already. Wait until the app shows the next one.")
    elif why is Wrong.USED:
        words = _("This code was used already. Each works once.")
    elif by is By.APP:
        words = _("This code is not right. Type the one that the app shows now; the phone's clock must be right.")
    elif by is By.MAIL:
        words = _("This code is not right, or no longer. After five tries or ten minutes a new one is needed.")
    else:
        words = _("This code is not right. Look for mistakes in copying it.")
    return words


def _digits(typed: str, count: int, otherwise: str) -> str:
    found = digits_of(typed, count)
    if found is None:
        raise ValidationError(otherwise)
    return found
