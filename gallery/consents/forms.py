"""What is answered to a question, and the words of each refusal."""

from __future__ import annotations

from wtforms import HiddenField, RadioField
from wtforms.validators import InputRequired

from gallery.auth.forms import PlainForm
from gallery.core.i18n import lazy

PAGE = "page"
_unanswered = InputRequired(lazy("Please use one of the buttons. Nothing was changed."))


class AnswerForm(PlainForm):
    """Everything on the site, or nothing of it: on the first layer, and on the page of choices."""

    answer = RadioField(choices=[("none", "none"), ("all", "all")], validators=[_unanswered])
    shown = HiddenField()
    """The name of the text beside which the buttons stood."""
    at = HiddenField()
    """`page`: the buttons were those of the page of choices."""

    @property
    def is_on_page(self) -> bool:
        """Whether the buttons were those of the page of choices."""
        return str(self.at.data) == PAGE


class ToggleForm(PlainForm):
    """One purpose, on or off."""

    granted = RadioField(choices=[("0", "0"), ("1", "1")], validators=[_unanswered])
    shown = HiddenField()
