"""Numbers by which a company is found in a public register, each by its own standard (B2). Pure; nobody is asked.

NINEA is Senegal's, SIRET France's; what other countries have is kept as it is written there. VAT numbers are those of
the European Union, checked by the rule of their country. python-stdnum is imported where it is used: most processes
never check a number.
"""

from __future__ import annotations

import re
from enum import StrEnum

LONGEST = 40
"""Characters of a number as it is typed, with its separators."""
SHORTEST_OTHER, LONGEST_OTHER = 3, 30
"""Letters and digits of a number in a register that we have no rule for."""


class RegisterKind(StrEnum):
    """In which register a company stands."""

    NINEA = "ninea"
    SIRET = "siret"
    OTHER = "other"


COUNTRIES = {
    RegisterKind.NINEA: frozenset({"SN"}),
    RegisterKind.SIRET: frozenset({"FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF"}),
}
"""Where a company of the register has its seat; the SIRET is also that of France overseas."""

VAT_UNION = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905
)
_VAT_LETTERS = {"GR": "EL"}
_NO_SEAT = ("EU", "IM")
"""Letters of VAT numbers that say where somebody declares, not where he is."""

_TYPED = re.compile(r"[A-Za-z0-9 .,/+*\-]+\Z")
_OTHER = re.compile(r"[A-Za-z0-9]+(?:[ ./\-]{1,3}[A-Za-z0-9]+)*\Z")
_FULL = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2010": "-", "\u2011": "-", "\u2013": "-"})


class NotANumber(ValueError):
    """This is not a number of that kind."""


def register_number(kind: RegisterKind, typed: str) -> str:
    """The number as it is kept: NINEA and SIRET without separators, others as they are written; raises NotANumber."""
    typed = _plain(typed)
    if kind is RegisterKind.OTHER:
        length = sum(letter.isalnum() for letter in typed)
        if not (_OTHER.match(typed) and SHORTEST_OTHER <= length <= LONGEST_OTHER and any(map(str.isdigit, typed))):
            raise NotANumber
        return typed.upper()
    from stdnum.exceptions import ValidationError

    try:
        return _ninea(typed) if kind is RegisterKind.NINEA else _siret(typed)
    except ValidationError:
        raise NotANumber from None


def eu_vat(typed: str, country: str) -> str:
    """A VAT number with its country's letters in front and no separators; raises NotANumber.

    Who leaves the letters out means those of `country` (ISO), the seat.
    """
    from stdnum.eu import vat
    from stdnum.exceptions import ValidationError

    bare = re.sub(r"[ .,/\-]", "", _plain(typed)).upper()
    own = _VAT_LETTERS.get(country, country) if country in VAT_UNION else ""
    for number in dict.fromkeys((bare, own + bare)):
        if number.startswith(_NO_SEAT):
            continue
        try:
            return str(vat.validate(number))
        except ValidationError:
            continue
    raise NotANumber


def readable(kind: str, number: str) -> str:
    """A kept number in the groups in which its register writes it."""
    if kind == RegisterKind.NINEA and len(number) > 9:
        return f"{number[:-3]} {number[-3:]}"
    if kind == RegisterKind.SIRET:
        return " ".join((number[:3], number[3:6], number[6:9], number[9:]))
    return number


def _ninea(typed: str) -> str:
    from stdnum.sn import ninea

    return str(ninea.validate(typed))


def _siret(typed: str) -> str:
    from stdnum.fr import siret

    return str(siret.validate(typed.replace("-", " ")))


def _plain(typed: str) -> str:
    """What was typed, if it can be a number at all: other scripts' digits and endless ones never reach a library."""
    typed = " ".join(typed.translate(_FULL).split())
    if len(typed) > LONGEST or not _TYPED.match(typed):
        raise NotANumber
    return typed
