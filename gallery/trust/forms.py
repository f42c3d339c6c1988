"""What staff type at the desk for members, and the words of each refusal."""

from __future__ import annotations

import re
from typing import Any

from wtforms import Field, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from gallery.account.rules import one_line
from gallery.auth.addresses import LONGEST
from gallery.auth.forms import PlainForm
from gallery.auth.models import RoleName
from gallery.core.i18n import _, current_locale, lazy
from gallery.core.money import MINOR_DIGITS, AmountError, format_money, parse_amount
from gallery.trust import labels, rules

SHORTEST, LONGEST_WORDS = 5, 500
LONGEST_NOTE = 2000
MOST_DAYS = 36_500


def lines(text: str | None) -> str:
    """What was typed over several lines, without characters that nobody sees."""
    return "\n".join(one_line(line) for line in (text or "").splitlines()).strip()


def between(shortest: int, longest: int) -> Length:
    """So many characters, in our own words."""
    words = lazy("Please write between %(shortest)d and %(longest)d characters.", shortest=shortest, longest=longest)
    return Length(min=shortest, max=longest, message=words)


def at_most(longest: int) -> Length:
    """Not more characters, in our own words."""
    return Length(max=longest, message=lazy("At most %(most)d characters, please.", most=longest))


unchosen = InputRequired(lazy("Please choose one of the list."))
unsaid = InputRequired(lazy("Please say it in a few words."))


def _told(label: Any) -> StringField:
    return StringField(
        label,
        [InputRequired(lazy("Please give the reason.")), between(SHORTEST, LONGEST_WORDS)],
        filters=[one_line],
        description=lazy("The member reads it, word for word. Name nobody else in it."),
        render_kw={"maxlength": LONGEST_WORDS},
    )


def among(field: Field) -> None:
    """What was chosen is in the list; in our own words: WTForms does not know every language of the house."""
    known = {value for value, _label in field.choices}
    if not set(field.data if isinstance(field.data, list) else [field.data]) <= known:
        raise ValidationError(_("Please choose one of the list."))


def number(field: Field) -> None:
    """A number that the databases can hold, or nothing."""
    if field.data and rules.number_in(field.data) is None:
        raise ValidationError(_("Type a number."))


class DeskForm(PlainForm):
    """A form among others on a page: its fields carry its name, so that none is there twice."""

    name = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"prefix": self.name} | kwargs))


class SearchForm(PlainForm):
    """Whom staff look for."""

    q = StringField(
        lazy("Member"),
        filters=[one_line],
        description=lazy(
            "The number, the e-mail address or at least three letters of it, the whole phone number "
            "(abroad with +33 …), or the whole name."
        ),
        render_kw={"maxlength": LONGEST, "autocomplete": "off", "spellcheck": "false"},
    )

    def validate_q(self, field: Field) -> None:
        """Something that does not find everybody."""
        if not field.data:
            raise ValidationError(_("Type whom you look for."))
        if len(field.data) > LONGEST:
            raise ValidationError(_("That is longer than any name or address. Type less of it."))
        if rules.number_in(field.data) is None and len(field.data) < rules.SHORTEST_PART:
            raise ValidationError(_("Type at least three letters."))


class LookForm(DeskForm):
    """Why somebody wants to see a member's data."""

    name = "look"
    reason = SelectField(lazy("Reason, which the member can read"), [unchosen], validate_choice=False)
    words = TextAreaField(
        lazy("What is it about?"),
        [unsaid, between(SHORTEST, LONGEST_WORDS)],
        filters=[lines],
        description=lazy("For those who check these looks; for example which lot, or which message."),
        render_kw={"maxlength": LONGEST_WORDS, "rows": 3},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [
            ("", _("Choose a reason")),
            *((one.value, str(labels.REASONS[one])) for one in rules.Reason),
        ]

    def validate_reason(self, field: Field) -> None:
        """One of the list."""
        among(field)


class NoteForm(DeskForm):
    """What staff write down for one another."""

    name = "note"
    words = TextAreaField(
        lazy("Note"),
        [unsaid, between(SHORTEST, LONGEST_NOTE)],
        filters=[lines],
        description=lazy("The member receives it if he asks for his data. Write what you know, not what you think."),
        render_kw={"maxlength": LONGEST_NOTE, "rows": 3},
    )


class BlockForm(DeskForm):
    """Keep a member from bidding."""

    name = "block"
    reason = _told(lazy("Reason for the block"))
    days = StringField(
        lazy("For how many days"),
        filters=[one_line],
        description=lazy("Empty: until it is lifted."),
        render_kw={"inputmode": "numeric", "maxlength": 5},
    )

    def validate_days(self, field: Field) -> None:
        """Nothing, or a number of days."""
        if field.data and not (re.fullmatch(r"[0-9]{1,5}", field.data) and 1 <= int(field.data) <= MOST_DAYS):
            raise ValidationError(_("Type a number of days, for example 30, or nothing."))

    @property
    def length(self) -> int | None:
        """In days; None: until it is lifted."""
        return int(self.days.data) if self.days.data else None


class LimitForm(DeskForm):
    """The most that a member's open leading bids may come to."""

    name = "limit"
    amount = StringField(
        lazy("Spending limit"),
        [InputRequired(lazy("Type an amount, or 0 for no limit."))],
        filters=[one_line],
        description=lazy("For all open lots on which the member leads, together. 0 takes the limit away."),
        render_kw={"inputmode": "decimal", "maxlength": 40},
    )
    currency = SelectField(
        lazy("Currency of the limit"), [unchosen], choices=[(one, one) for one in MINOR_DIGITS], validate_choice=False
    )
    reason = _told(lazy("Reason for the limit"))

    minor = 0
    """What was typed, in minor units, once it is valid."""

    def validate_currency(self, field: Field) -> None:
        """One of the list."""
        among(field)

    def validate_amount(self, field: Field) -> None:
        """An amount in the chosen currency."""
        if self.currency.data not in MINOR_DIGITS:
            return  # The field of the currency says so.
        try:
            self.minor = parse_amount(field.data, self.currency.data)
        except AmountError:
            like = format_money(200_000, self.currency.data, current_locale())
            words = _(
                "This is not an amount in %(currency)s. Type for example %(like)s.",
                currency=self.currency.data,
                like=like,
            )
            raise ValidationError(words) from None


class CloseForm(DeskForm):
    """Close an account."""

    name = "close"
    reason = _told(lazy("Reason for closing the account"))


class RoleForm(DeskForm):
    """One of the roles."""

    role = SelectField(lazy("Role"), [unchosen], validate_choice=False)

    def __init__(self, *args: Any, roles: list[RoleName], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [(one.value, str(labels.ROLES[one])) for one in roles]

    def validate_role(self, field: Field) -> None:
        """One that can be given, or taken, as the form says."""
        among(field)
