"""What makes a password too weak, and which addresses of ours a visitor may be led back to. Pure.

Lengths after NIST SP 800-63B-4: fifteen characters while the password is the only factor, passphrases welcome,
no rules of composition, no forced change, a list of what is known to be tried first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

SHORTEST_PASSWORD = 15
LONGEST_PASSWORD = 128
"""Characters, counted as people count them (composed)."""
STRENGTH_LETTERS = 72
"""zxcvbn raises ValueError above this; what follows only makes a password stronger."""
LEAST_STRENGTH = 3
"""Of zxcvbn's 0 to 4: about 10^8 guesses, out of reach for an attack on our forms."""
LEAST_OWN_LETTERS = 8
"""What must be left of a password when the words that everybody knows in this place are taken out."""
TRIED_FIRST = frozenset(FREQUENCY_LISTS["passwords"])
"""Some 30,000 passwords from breaches, lower case."""


class Weakness(StrEnum):
    """Why a password is refused."""

    EMPTY = "empty"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    BREACHED = "breached"
    CONTEXT = "context"
    REPEATS = "repeats"
    KEYBOARD = "keyboard"
    SEQUENCE = "sequence"
    DATE = "date"
    COMMON_WORDS = "common_words"


_PATTERNS = {
    "repeat": Weakness.REPEATS,
    "spatial": Weakness.KEYBOARD,
    "sequence": Weakness.SEQUENCE,
    "date": Weakness.DATE,
    "regex": Weakness.DATE,
}


def weakness(password: str, known_words: Iterable[str] = ()) -> Weakness | None:
    """Why this password is refused, or None.

    `known_words` are those that an attacker tries here: the house's name, parts of the address.
    """
    length = len(unicodedata.normalize("NFC", password))
    if not password.strip():
        return Weakness.EMPTY
    if length < SHORTEST_PASSWORD:
        return Weakness.TOO_SHORT
    if length > LONGEST_PASSWORD:
        return Weakness.TOO_LONG
    if password.casefold() in TRIED_FIRST:
        return Weakness.BREACHED
    if _is_made_of(password.casefold(), known_words):
        return Weakness.CONTEXT
    return _guessable(password[:STRENGTH_LETTERS])


def _is_made_of(password: str, known_words: Iterable[str]) -> bool:
    left = password
    for word in sorted({word.casefold() for word in known_words if len(word) >= 3}, key=len, reverse=True):
        left = left.replace(word, "")
    return left != password and len(re.sub(r"[\W\d_]", "", left)) < LEAST_OWN_LETTERS


def _guessable(password: str) -> Weakness | None:
    judged = zxcvbn(password)
    if judged["score"] >= LEAST_STRENGTH:
        return None
    longest = max(judged["sequence"], key=lambda match: len(match["token"]))
    return _PATTERNS.get(longest["pattern"], Weakness.COMMON_WORDS)


def words_of(address: str, house: str) -> set[str]:
    """The words that an attacker would build a password for this person from."""
    local, _at, domain = address.partition("@")
    parts = {address, local, domain, house, *re.split(r"[\W_]+", f"{address} {house}")}
    return parts | {"password", "motdepasse", "passwort", "gallery", "galerie", "artgallery", "enchere", "auction"}


LONGEST_PATH = 2000
_PLAIN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*\Z")


def local_path(address: object) -> str | None:
    """`address` if it is a path on this very site, with its query; else None.

    Nothing that a browser might read as another host passes: no scheme, no host, no backslash, no
    control character, no second slash at the beginning.
    """
    if isinstance(address, str) and len(address) <= LONGEST_PATH and _PLAIN_PATH.match(address):
        return address
    return None
