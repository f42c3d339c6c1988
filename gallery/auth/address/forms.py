"""What a member types to get another e-mail address."""

from __future__ import annotations

from flask_login import current_user
from wtforms import EmailField, ValidationError

from gallery.auth.forms import AddressForm
from gallery.core.i18n import _


class NewAddressForm(AddressForm):
    """Another address than the one that the member has."""

    def validate_email(self, field: EmailField) -> None:
        """Whether somebody has it is not asked here: the answer would tell (6.3.8)."""
        if field.data == current_user.email:
            raise ValidationError(_("This is your address already. Type the new one."))
