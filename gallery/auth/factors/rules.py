"""Second factors: codes of an app, codes on paper, codes by mail, and which of them may be asked for. Pure.

TOTP as in RFC 6238: six digits, thirty seconds, one step of drift to either side (6.5.5).
"""

from __future__ import annotations

import unicodedata
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from passlib.exc import TokenError
from passlib.totp import TOTP

STEP_SECONDS = 30
APP_DIGITS = 6
RECOVERY_CODES = 10
RECOVERY_BYTES = 10
"""80 bits: beyond guessing, so that a plain keyed digest keeps them safe (6.5.2)."""
RECOVERY_LETTERS = 16
MAILED_DIGITS = 8
MAILED_TRIES = 5
MAILED_LASTS = timedelta(minutes=10)
"""The longest that 6.5.5 allows."""
HALF_WAY_LASTS = timedelta(minutes=10)
"""Between the first step of a sign-in and the second; it can be begun again at any time (A-01)."""
SECRET_LASTS = timedelta(minutes=30)
"""For so long a new secret waits for its first code."""
SHOWN_FOR = timedelta(minutes=15)
"""For so long new recovery codes can be looked at and saved."""

_ALPHABET = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789abcdefghjkmnpqrstvwxyz")
"""From RFC 4648 to Crockford's Base32: no letter in it is taken for a digit."""
_CODE_LETTERS = frozenset("0123456789abcdefghjkmnpqrstvwxyz")
_MISREAD = str.maketrans("ilo", "110")
_LONGEST_TYPED = 100


class By(StrEnum):
    """By what somebody shows who he is, beside or in place of a password."""

    APP = "app"
    PASSKEY = "passkey"
    RECOVERY = "recovery"
    PASSWORD = "password"  # noqa: S105  The word itself.
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Held:
    """What a member has to show who he is with."""

    has_app: bool
    passkeys: int
    codes_left: int
    has_password: bool

    @property
    def has_second_step(self) -> bool:
        """Whether his sign-in asks for a second step. Recovery codes alone are none."""
        return self.has_app or self.passkeys > 0


def ways_in(held: Held) -> tuple[By, ...]:
    """What may be shown as the second step of a sign-in, the usual one first."""
    ways = (
        (By.APP, held.has_app),
        (By.PASSKEY, held.passkeys > 0),
        (By.RECOVERY, held.has_second_step and held.codes_left > 0),
    )
    return tuple(way for way, is_open in ways if is_open)


def ways_to_prove(held: Held, *, shown: bool) -> tuple[By, ...]:
    """What may be shown in a session before a change; `shown`: it has seen a factor lately (7.5.1).

    Who has a factor shows it, and the password only on top of it. Who has neither factor nor password is asked by mail.
    """
    if held.has_second_step and not shown:
        return ways_in(held)
    ways = ((By.PASSWORD,) if held.has_password else ()) + ways_in(held)
    return ways or (By.MAIL,)


def new_secret() -> str:
    """A secret for an app, 160 bits in Base32."""
    return str(TOTP.new().base32_key)


def app_address(secret: str, member: str, house: str) -> str:
    """The address that an app reads from the picture: `otpauth://…`."""
    return str(_totp(secret).to_uri(label=member.replace(":", ""), issuer=house.replace(":", "")))


def app_code(secret: str, step: int) -> str:
    """The code of a time step."""
    return str(_totp(secret).generate(step * STEP_SECONDS).token)


def step_at(now: datetime) -> int:
    """The number of the time step of a moment."""
    return int(now.timestamp()) // STEP_SECONDS


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Which time step a code is of; None if it is of none within one step of `now`."""
    try:
        return int(_totp(secret).match(code, time=int(now.timestamp()), window=STEP_SECONDS).counter)
    except TokenError:
        return None


def digits_of(typed: str, count: int) -> str | None:
    """The digits of a code however they were typed: in groups, full-width, Arabic-Indic. None if it is no such code."""
    found = []
    for letter in _without_gaps(typed):
        value = unicodedata.decimal(letter, None)
        if value is None:
            return None
        found.append(str(value))
    return "".join(found) if len(found) == count else None


def recovery_of(typed: str) -> str | None:
    """A recovery code in the form in which it is compared; None if it is none."""
    plain = unicodedata.normalize("NFKC", _without_gaps(typed)).lower().translate(_MISREAD)
    return plain if len(plain) == RECOVERY_LETTERS and _CODE_LETTERS.issuperset(plain) else None


def recovery_code(random: bytes) -> str:
    """RECOVERY_BYTES as a code."""
    return b32encode(random).decode("ascii").translate(_ALPHABET)


def grouped(code: str, by: int = 4, between: str = " ") -> str:
    """A code in groups, as people copy it."""
    return between.join(code[start : start + by] for start in range(0, len(code), by))


def _totp(secret: str) -> TOTP:
    return TOTP(secret, digits=APP_DIGITS, period=STEP_SECONDS)


def _without_gaps(typed: str) -> str:
    """What was typed without spaces, dashes and the invisible marks that copying brings along."""
    return "".join(
        letter for letter in typed[:_LONGEST_TYPED] if unicodedata.category(letter) not in {"Zs", "Pd", "Cf", "Cc"}
    )
