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
    is a path of ours to which its link leads on; by its `mark`, if it has one, `is_undelivered` knows it.
    """
    payload: dict[str, Any] = {"letter": letter, "email": email, "language": language, "next": None} | more
    outbox.put(LETTER, _key(letter, payload.pop("mark", None) or secrets.token_urlsafe(16)), payload)


def is_undelivered(letter: str, mark: str) -> bool:
    """Whether a letter will not arrive: who waits for it is told so, whoever has the address."""
    return outbox.is_given_up(LETTER, _key(letter, mark))


def _key(letter: str, mark: str) -> str:
    return f"{letter}:{mark}"
