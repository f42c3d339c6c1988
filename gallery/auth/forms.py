"""What visitors type about their account, and the words of each refusal. Nothing here asks who is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, ValidationError
from wtforms.meta import DefaultMeta
from wtforms.validators import InputRequired, Length

from gallery.auth import passwords, queries, rules, services
from gallery.auth.addresses import LONGEST, NotAnAddress, normalised
from gallery.auth.throttle import services as throttle
from gallery.core.csrf import Renewal
from gallery.core.i18n import _, current_locale, lazy

_EMAIL = {"autocomplete": "email", "inputmode": "email", "maxlength": LONGEST, "spellcheck": "false"}
_NEW = {"autocomplete": "new-password"}
# No maxlength: the browser would cut a pasted password off without a word.
_KNOWN = {"autocomplete": "current-password"}

_email_missing = InputRequired(lazy("Please type your e-mail address."))
_password_missing = InputRequired(lazy("Please type your password."))
_password_unchosen = InputRequired(lazy("Please choose a password."))


def _address(_form: FlaskForm, field: EmailField) -> None:
    try:
        field.data = normalised(field.data or "")
    except NotAnAddress:
        words = _("This is not a complete e-mail address. It should look like name@example.com.")
        raise ValidationError(words) from None


def _strong_for(address: str, field: PasswordField) -> None:
    weak = passwords.weakness(field.data or "", address)
    if weak is not None:
        raise ValidationError(str(passwords.ADVICE[weak]))


class PlainForm(FlaskForm):  # type: ignore[misc]
    """A form that reads forms. Flask-WTF would also read JSON, and break on one that is no object."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        @property
        def locales(self) -> list[str]:
            """The reader's language, for what the library says itself."""
            return [current_locale()]

        def get_translations(self, form: FlaskForm) -> Any:
            """The library's words, which it keeps; Flask-WTF would read their file again in each request."""
            return DefaultMeta.get_translations(self, form)

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """What was sent, unless a program sent it."""
            return super().wrap_formdata(form, None if request.is_json else formdata)


class ReturningForm(PlainForm):
    """A form that leads back to where the visitor was; an address elsewhere is forgotten without a word."""

    next = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.next.data = rules.local_path(self.next.data or request.args.get("next")) or ""


Form = TypeVar("Form", bound=PlainForm)


def shown_again(make: Callable[[], Form], ask: Callable[[Form, int], ResponseReturnValue]) -> Renewal:
    """For `csrf.on_stale`: the form by `ask(form, status)` as it was typed, with a fresh token; nothing is done.

    The access mark of the view does not hold for it: give it one.
    """

    def renew(**_place: object) -> ResponseReturnValue:
        form = make()
        form.form_errors.append(_("This page was open for a long time. Nothing was saved; please send it once more."))
        return ask(form, 422)

    return renew


class SignInForm(ReturningForm):
    """E-mail and password. One sentence answers whatever is wrong, after the same work (6.3.8)."""

    email = EmailField(
        lazy("E-mail"), [_email_missing, Length(max=LONGEST)], render_kw=_EMAIL | {"autocomplete": "username"}
    )
    password = PasswordField(lazy("Password"), [_password_missing], render_kw=_KNOWN)
    remember = BooleanField(lazy("Stay signed in on this device"))

    member_id: int | None = None
    """Whom e-mail and password name together."""

    def validate(self, **kwargs: Any) -> bool:
        """Find the member; raises throttle.REFUSED. What a stranger could learn from is decided after the hash."""
        if not super().validate(**kwargs):
            return False
        with throttle.sign_in(self.email.data) as tries:
            account = self._account()
            known = account.password if account else None
            fits = passwords.matches(self.password.data, known)
            if account and known and fits and account.active and account.confirmed_at:
                tries.right()
                if passwords.is_outdated(known):
                    services.rehash(account.id, known, passwords.hashed(self.password.data))
                self.member_id = account.id
        if self.member_id is None:
            self.form_errors.append(_("This e-mail and password do not open an account."))
            self.form_errors.append(_("If you registered only just now, open the link in our mail first."))
        return self.member_id is not None

    def _account(self) -> queries.Account | None:
        try:
            return queries.account(normalised(self.email.data))
        except NotAnAddress:
            return None


class RegisterForm(ReturningForm):
    """A new account: an address and a password, typed once, since it can be shown and reset."""

    email = EmailField(lazy("E-mail"), [_email_missing, Length(max=LONGEST), _address], render_kw=_EMAIL)
    password = PasswordField(lazy("Password"), [_password_unchosen], render_kw=_NEW)

    def validate_password(self, field: PasswordField) -> None:
        """Judge it with what the form says of the person."""
        _strong_for(self.email.data or "", field)


class AddressForm(PlainForm):
    """An address to which a link is to be sent."""

    email = EmailField(lazy("E-mail"), [_email_missing, Length(max=LONGEST), _address], render_kw=_EMAIL)


class ResetForm(PlainForm):
    """A new password for who holds the mailbox."""

    password = PasswordField(lazy("New password"), [_password_unchosen], render_kw=_NEW)

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._for = address

    def validate_password(self, field: PasswordField) -> None:
        """Judge it with what is known of the member."""
        _strong_for(self._for, field)


class ChangeForm(PlainForm):
    """A new password for who knows the old one."""

    password = PasswordField(lazy("Present password"), [_password_missing], render_kw=_KNOWN)
    new_password = PasswordField(lazy("New password"), [_password_unchosen], render_kw=_NEW)

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._for = address

    def validate_new_password(self, field: PasswordField) -> None:
        """Judge it with what is known of the member."""
        _strong_for(self._for, field)
        if field.data == self.password.data:
            raise ValidationError(_("This is your present password. Choose another."))
