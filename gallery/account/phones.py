"""Telephone numbers as people in Dakar and in Europe write them."""

from __future__ import annotations

import phonenumbers

HERE = "SN"
"""The country of the house: its own people leave it out of their numbers, and it stands first in lists."""
LONGEST = 40


class NotAPhone(ValueError):
    """Nobody can be called at this."""


def international(typed: str, country: str | None) -> str:
    """`77 123 45 67` as `+221771234567`; raises NotAPhone. `country` is where the member lives, if he said so."""
    typed = " ".join(typed.split())  # Narrow and unbreakable spaces too.
    if len(typed) > LONGEST:
        raise NotAPhone
    for region in dict.fromkeys((country or HERE, HERE)):
        try:
            number = phonenumbers.parse(typed, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number) and not number.extension:
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    raise NotAPhone


def readable(number: str) -> str:
    """`+221771234567` as `+221 77 123 45 67`."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))
