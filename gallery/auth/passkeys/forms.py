"""What is typed about a passkey, and what a browser says with one."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import DataRequired, Length

from gallery.auth.forms import PlainForm, ReturningForm
from gallery.auth.passkeys.rules import LONGEST_NAME, tidy
from gallery.core.i18n import lazy


def _name(*validators: Any) -> StringField:
    too_long = lazy("This name is too long: at most %(max)d characters.")
    return StringField(
        lazy("Name"),
        [*validators, Length(max=LONGEST_NAME, message=too_long)],
        filters=[tidy],
        description=lazy("So that you know it again, as in “my phone” or “the key on my ring”."),
        render_kw={"maxlength": LONGEST_NAME, "autocomplete": "off"},
    )


class RenameForm(PlainForm):
    """Another name for a passkey."""

    # DataRequired, since InputRequired takes spaces for a name.
    name = _name(DataRequired(lazy("Please type a name.")))


class NewForm(ReturningForm):
    """A new passkey. Without a name it is called after the browser that made it."""

    name = _name()
    credential = HiddenField()
    """What navigator.credentials.create() gave, as JSON; nothing while the browser still asks for a challenge."""

    def __init__(self, *args: Any, proposed: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name.data = self.name.data or proposed[:LONGEST_NAME]


class AnswerForm(ReturningForm):
    """What navigator.credentials.get() gave, as JSON, and how the member wants to go on."""

    credential = HiddenField()
    remember = BooleanField()
