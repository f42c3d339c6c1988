"""Passwords: hashing by Flask-Security's context, judging by our rules, advice in the reader's language."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app
from flask_security import PasswordUtil

from gallery.auth import hashing, rules
from gallery.auth.rules import Weakness
from gallery.core import settings
from gallery.core.i18n import lazy

LONGEST_HASHED = 4096
"""Characters that the hashing library takes at most."""

ADVICE = {
    Weakness.EMPTY: lazy("Please choose a password."),
    Weakness.TOO_SHORT: lazy(
        "That is too short: a password needs at least %(least)s characters. A few words one after another will do.",
        least=rules.SHORTEST_PASSWORD,
    ),
    Weakness.TOO_LONG: lazy("A password can have at most %(most)s characters.", most=rules.LONGEST_PASSWORD),
    Weakness.BREACHED: lazy(
        "This password has become known in thefts from other sites and is tried first. Choose another."
    ),
    Weakness.CONTEXT: lazy(
        "This password consists mostly of your address, of our name or of words like “password”, which are tried "
        "first. Add words of your own."
    ),
    Weakness.REPEATS: lazy("Repeating the same characters or words makes a password hardly stronger. Add other words."),
    Weakness.KEYBOARD: lazy(
        "Rows of neighbouring keys are tried first. Take words that have nothing to do with each other."
    ),
    Weakness.SEQUENCE: lazy("Sequences such as abcdef or 123456 are tried first. Take words instead."),
    Weakness.DATE: lazy("Dates and years are tried first. Add a few words that have nothing to do with each other."),
    Weakness.COMMON_WORDS: lazy(
        "These words are too common together. Add one or two that nobody would expect beside them."
    ),
}


class HousePasswords(PasswordUtil):  # type: ignore[misc]
    """Flask-Security's door to our rules; its own would fail on passphrases above 72 characters."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """The advice to give, or None, and the password as it is hashed."""
        user = kwargs.get("user")
        address = kwargs.get("email") or (user.email if user else "") or ""
        weak = weakness(password, address)
        return ([str(ADVICE[weak])] if weak else None), self.normalize(password)


def weakness(password: str, address: str) -> Weakness | None:
    """Why this password is refused for the person with this address, or None."""
    return rules.weakness(password, rules.words_of(address, settings.current().site_name))


def hashed(password: str) -> str:
    """The hash to store; raises hashing.Busy. It waits and takes its time: never call it inside a unit of work."""
    security = current_app.extensions["security"]
    chosen = _util().normalize(password)
    made: str = hashing.run(lambda: security.pwd_context.hash(chosen))
    return made


def matches(password: str, known: str | None) -> bool:
    """Whether the password belongs to the hash; without a hash it takes the same time to say no. Raises hashing.Busy.

    Whoever asks counts the tries (auth.throttle). It waits: never call it inside a unit of work.
    """
    context = current_app.extensions["security"].pwd_context
    against = known or current_app.extensions["nobodys_hash"]
    tried = _util().normalize(password)
    # Above this the hash function refuses; what is cut off can't have been part of a password of ours.
    fits: bool = hashing.run(lambda: context.verify(tried[:LONGEST_HASHED], against))
    return fits and known is not None and len(tried) <= LONGEST_HASHED


def is_outdated(known: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    outdated: bool = current_app.extensions["security"].pwd_context.needs_update(known)
    return outdated


def prepare(app: Flask) -> None:
    """Make the hash against which unknown people are checked, so that the first of them does not wait longer."""
    app.extensions["nobodys_hash"] = app.extensions["security"].pwd_context.hash("nobody has this password")


def _util() -> PasswordUtil:
    util: PasswordUtil = current_app.extensions["security"].password_util
    return util
