"""What is typed about a passkey, and what a browser says with one."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, StringField, ValidationError
from wtforms.validators import Length

from gallery.auth.forms import ReturningForm
from gallery.auth.passkey_rules import LONGEST_NAME, tidy
from gallery.core.i18n import _, lazy


class NameForm(ReturningForm):
    """What a member calls a passkey."""

    name = StringField(
        lazy("Name"),
        [Length(max=LONGEST_NAME, message=lazy("This name is too long: at most %(max)d characters."))],
        filters=[tidy],
        description=lazy("So that you know it again, as in “my phone” or “the key on my ring”."),
        render_kw={"maxlength": LONGEST_NAME, "autocomplete": "off"},
    )


class RenameForm(NameForm):
    """Another name for a passkey."""

    def validate_name(self, field: StringField) -> None:
        """There must be something to call it by."""
        if not field.data:
            raise ValidationError(_("Please type a name."))


class NewForm(NameForm):
    """A new passkey. Without a name it is called after the browser that made it."""

    credential = HiddenField()
    """What navigator.credentials.create() gave, as JSON; nothing while the browser still asks for a challenge."""

    def __init__(self, *args: Any, proposed: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name.data = self.name.data or proposed[:LONGEST_NAME]


class AnswerForm(ReturningForm):
    """What navigator.credentials.get() gave, as JSON, and how the member wants to go on."""

    credential = HiddenField()
    remember = BooleanField()
