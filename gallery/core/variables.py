"""What variables of the environment say, typed; a sentence that names the variable where they make no sense."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from gallery.core import formalities, keyfiles

Choice = TypeVar("Choice", bound=StrEnum)


class SettingsError(Exception):
    """A setting is missing or makes no sense; the message names the variable and says what it must be."""


def choice(environ: Mapping[str, str], name: str, kind: type[Choice], default: Choice) -> Choice:
    """One of the members of `kind`; raises SettingsError."""
    value = environ.get(name) or default
    try:
        return kind(value)
    except ValueError:
        raise SettingsError(f"{name} must be one of {', '.join(kind)}, not {value!r}.") from None


def numbers(environ: Mapping[str, str]) -> formalities.Numbers:
    """Numbers of formalities at the CDP, by processing; raises SettingsError."""
    try:
        return formalities.read(environ.get("GALLERY_CDP_NUMBERS") or "")
    except ValueError as wrong:
        raise SettingsError(f"GALLERY_CDP_NUMBERS: {wrong}.") from None


def whole(environ: Mapping[str, str], name: str, default: int, *, least: int, most: int) -> int:
    """A whole number between two others; raises SettingsError."""
    text = environ.get(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise SettingsError(f"{name} must be a whole number from {least} to {most}, not {text!r}.")
    return int(text)


def shaped(environ: Mapping[str, str], name: str, shape: str) -> str | None:
    """Text of that shape (a pattern), or nothing; raises SettingsError."""
    text = environ.get(name)
    if text and not re.fullmatch(shape, text, re.ASCII):
        raise SettingsError(f"{name} must look like {shape}, not {text!r}.")
    return text or None


def scheme(name: str, url: str, allowed: set[str]) -> None:
    """Raise SettingsError if an address begins otherwise."""
    if urlsplit(url).scheme not in allowed:
        raise SettingsError(f"{name} must begin with one of {', '.join(sorted(f'{one}://' for one in allowed))}.")


def both(one: str, value: str | None, other: str, other_value: str | None) -> None:
    """Raise SettingsError if one of two is set without the other."""
    if bool(value) != bool(other_value):
        raise SettingsError(f"{one} and {other} belong together: set both, or neither.")


def kept(production: bool, data_dir: Path, name: str, make: Callable[[], str]) -> str:
    """The key of this name; production must bring its own."""
    if production:
        raise SettingsError(f"GALLERY_{name.upper()} must be set in production.")
    try:
        return keyfiles.kept(data_dir, name, make)
    except keyfiles.EmptyKeyError as empty:
        raise SettingsError(str(empty)) from empty
