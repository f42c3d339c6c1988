"""On which grounds data of a member is given to somebody who does not receive it as a matter of course. Pure."""

from __future__ import annotations

from enum import StrEnum

LONGEST_WORDS = 2000
LONGEST_LINE = 300


class Ground(StrEnum):
    """By what right it is given."""

    ORDER = "order"
    """A court or a prosecutor orders it (art. 6(1)(c) GDPR)."""
    DUTY = "duty"
    """A law obliges the house: taxes, customs, money laundering (art. 6(1)(c))."""
    CLAIM = "claim"
    """A claim is pursued or defended (art. 6(1)(f))."""
    VITAL = "vital"
    """Somebody's life or health (art. 6(1)(d))."""
    ASKED = "asked"
    """The member has asked for it (art. 6(1)(a))."""
