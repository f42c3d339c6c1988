"""What a browser keeps for us for some minutes, sealed: it can neither read nor change it, and it ends by itself.

Nothing here may be trusted to be used only once: whoever has a copy of the cookie has it too.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from flask import session

from gallery.core import crypto


def keep(name: str, value: dict[str, Any], now: datetime) -> None:
    """Have the browser keep `value`, which must fit JSON and stay small: a cookie holds four kilobytes."""
    text = json.dumps(value | {"at": now.timestamp()}, separators=(",", ":"))
    session[name] = crypto.seal(f"session.{name}", text)


def kept(name: str, now: datetime, lasts: timedelta) -> dict[str, Any] | None:
    """What the browser keeps under this name; None if there is nothing, or nothing that still counts."""
    sealed = session.get(name)
    if not isinstance(sealed, str):
        return None
    try:
        value: dict[str, Any] = json.loads(crypto.unseal(f"session.{name}", sealed))
    except crypto.UnreadableError:
        return None
    age = now.timestamp() - value.pop("at")
    return value if 0 <= age < lasts.total_seconds() else None


def drop(name: str) -> bool:
    """Have the browser forget it; whether there was something."""
    return session.pop(name, None) is not None
