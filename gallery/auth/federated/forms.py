"""What is sent on the way to a provider."""

from __future__ import annotations

from wtforms import BooleanField

from gallery.auth.forms import ReturningForm
from gallery.core.i18n import lazy


class LeaveForm(ReturningForm):
    """To a provider, and back to where the visitor was."""

    remember = BooleanField(lazy("Stay signed in on this device"))
