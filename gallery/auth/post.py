"""Letters about the account on their way into the outbox. `auth.letters` writes and sends them."""

from __future__ import annotations

import secrets
from typing import Any

from gallery.core import outbox

LETTER = "account"
"""The outbox kind of mails about the account itself."""


def write(letter: str, email: str, language: str, **more: Any) -> None:
    """Have a letter sent to whoever has the account of this address, inside the running unit of work.

    Who that is, and whether there is anybody, is looked up by the worker alone (6.3.8). `more` must fit JSON; `next`
    is a path of ours to which its link leads on.
    """
    payload: dict[str, Any] = {"letter": letter, "email": email, "language": language, "next": None} | more
    outbox.put(LETTER, f"{letter}:{secrets.token_urlsafe(16)}", payload)
