"""E-mail addresses in one form, so that one mailbox is one account."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

from gallery.core import settings

LONGEST = 254


class NotAnAddress(ValueError):
    """Nobody can be written to at this."""


def normalised(typed: str) -> str:
    """The address in its normal form, in small letters; raises NotAnAddress.

    The mail's way is not looked up: a slow or broken name server must neither keep anybody out
    nor show by its time whether an address is known.
    """
    try:
        found = validate_email(
            typed.strip(), check_deliverability=False, strict=True, test_environment=settings.current().is_demo
        )
    except EmailNotValidError:
        raise NotAnAddress from None
    return found.normalized.lower()
