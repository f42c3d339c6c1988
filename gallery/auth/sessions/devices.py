"""The keys by which a browser is known again: what the database keeps of them, and how it is asked for some."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest

import sqlalchemy as sa

from gallery.auth.sessions.models import KnownDevice
from gallery.core.crypto import blind_index

MOST_KEYS = 4
"""Of one browser: members who share one phone and are each known there."""
_PLACES = tuple(f"digest{place}" for place in range(MOST_KEYS))
HAS_ONE_OF = KnownDevice.__table__.c.key_digest.in_([sa.bindparam(place) for place in _PLACES])
"""Condition: the device's key is one of the browser's. Its values are `places(…)`, so that its shape never changes."""


def digest(key: str) -> str:
    """What the database keeps of a device's key."""
    return blind_index("known_device.key", key)


def places(digests: Iterable[str]) -> dict[str, str]:
    """The values of HAS_ONE_OF for up to MOST_KEYS digests; nothing has the digest that fills the rest."""
    return dict(zip_longest(_PLACES, digests, fillvalue=""))
