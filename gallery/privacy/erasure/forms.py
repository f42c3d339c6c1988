"""The one thing that is asked before an erasure."""

from __future__ import annotations

from wtforms import BooleanField
from wtforms.validators import InputRequired

from gallery.auth.forms import PlainForm
from gallery.core.i18n import lazy


class ErasureForm(PlainForm):
    """That the member knows that nobody can bring anything back."""

    sure = BooleanField(
        lazy("I know that nobody can undo this."),
        [InputRequired(lazy("Please tick this first: what is erased cannot be brought back."))],
    )
