"""That a member has said who he is: by his address, his profile, his account at a bank. Floors above may listen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

Listener = Callable[[int, datetime], object]
"""Called with the member and the time (UTC), in the unit of work in which he said it."""

_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Have a function called whenever a member says who he is; twice does nothing more."""
    if listener not in _listeners:
        _listeners.append(listener)


def heard(member_id: int, now: datetime) -> None:
    """Tell those who listen, inside the unit of work that wrote it down."""
    for listener in _listeners:
        listener(member_id, now)
