"""Numbers of bank accounts: IBAN by its standard (ISO 13616), others as the bank writes them; and how they are masked.

schwifty knows the IBAN's form in each country, Senegal's and its neighbours' included, and the names of many banks.
It is imported where it is used: it reads its registers, and most processes never check a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 60
"""Characters of a number as it is typed, with its separators."""
SHORTEST_LOCAL, LONGEST_LOCAL = 6, 34
"""Letters and digits of a number that is no IBAN."""
SHOWN = 4
"""How many characters at the end tell a number from others of the same member, and nothing to a stranger."""

_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015/]+")
_BARE = re.compile(r"[A-Z0-9]+\Z")
_LOCAL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 \-./]*[A-Za-z0-9])?\Z")


class NotANumber(ValueError):
    """This is not a number of that kind."""


@dataclass(frozen=True, slots=True)
class Iban:
    """An account of whose number the check digits fit."""

    number: str
    """In capitals, without spaces."""
    country: str
    """ISO 3166-1 alpha-2."""
    bic: str
    """Empty where the registers don't know it."""
    bank: str
    """The bank's name; empty where the registers don't know it."""


def iban(typed: str) -> Iban:
    """Read an IBAN, however it is spaced; raises NotANumber."""
    from schwifty import IBAN
    from schwifty.exceptions import SchwiftyException

    bare = _bare(typed).removeprefix("IBAN")
    if not _BARE.match(bare):
        raise NotANumber
    try:
        found = IBAN(bare)
    except SchwiftyException:
        raise NotANumber from None
    return Iban(str(found.compact), found.country_code, str(found.bic or ""), found.bank_name or "")


def local_number(typed: str) -> str:
    """Read a number as a bank writes it that has no IBAN; raises NotANumber."""
    typed = " ".join(typed.split())
    bare = _bare(typed)
    if not (_LOCAL.match(typed) and SHORTEST_LOCAL <= len(bare) <= LONGEST_LOCAL and any(map(str.isdigit, bare))):
        raise NotANumber
    return bare


def is_iban(typed: str) -> bool:
    """Whether a number is an IBAN, though it was not typed as one."""
    try:
        return bool(iban(typed))
    except NotANumber:
        return False


def masked(kind: str, number: str) -> str:
    """`SN•• •••• … 3035`, `•••• 4321`: enough for its owner to know it again (14.2.6)."""
    start = f"{number[:2]}•• •••• … " if kind == "iban" else "•••• "
    return start + ending(number)


def ending(number: str) -> str:
    """The last characters of a number: four, of a short one two."""
    return number[-SHOWN:] if len(number) >= 2 * SHOWN + 2 else number[-SHOWN // 2 :]


def grouped(number: str) -> str:
    """In groups of four, as it is printed and read out."""
    return " ".join(number[place : place + 4] for place in range(0, len(number), 4))


def _bare(typed: str) -> str:
    if len(typed) > LONGEST:
        raise NotANumber
    return _SEPARATORS.sub("", typed).upper()
