"""What somebody without an account types, and the words of each refusal."""

from __future__ import annotations

from typing import Any

from wtforms import Field, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from gallery.account.rules import one_line
from gallery.auth.forms import AddressForm, PlainForm
from gallery.core.i18n import _, lazy
from gallery.privacy.requests import labels
from gallery.privacy.requests.rules import CODE_DIGITS, LONGEST_WORDS, SHORTEST_WORDS, Kind
from gallery.trust.forms import among, between, lines, unchosen

SAYS_ITSELF = frozenset({Kind.ACCESS, Kind.ERASURE})
"""What can be done without more words."""


class RequestForm(AddressForm):
    """What is asked for, and the mailbox that it is about."""

    kind = RadioField(lazy("What do you ask for?"), [unchosen], validate_choice=False)
    words = TextAreaField(
        lazy("What is it about?"),
        [
            Optional(),
            between(SHORTEST_WORDS, LONGEST_WORDS),
        ],
        filters=[lines],
        description=lazy("For a correction: what is wrong and what is right. Send no copy of an identity paper."),
        render_kw={"maxlength": LONGEST_WORDS, "rows": 4},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(one.value, str(labels.KINDS[one])) for one in Kind]

    def validate_kind(self, field: Field) -> None:
        """One of the list."""
        among(field)

    def validate(self, **kwargs: Any) -> bool:
        """Words where the kind alone does not say what to do."""
        is_valid = bool(super().validate(**kwargs))
        if self.kind.data in set(Kind) - SAYS_ITSELF and not self.words.data:
            self.words.errors = [_("Please say it in a few words.")]
            return False
        return is_valid


class CodeForm(PlainForm):
    """The digits of our mail."""

    code = StringField(
        lazy("Code"),
        [InputRequired(lazy("Type the code from our mail."))],
        filters=[one_line],
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 2 * CODE_DIGITS},
    )
