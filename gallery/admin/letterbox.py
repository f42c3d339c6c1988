"""Reading the mails of a house that has no mail server: one .eml file each."""

from __future__ import annotations

import email
import email.policy
import heapq
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from gallery.core.errors import Missing

_NAME = re.compile(r"[0-9A-Za-z]+\.[0-9a-f]+")


@dataclass(frozen=True)
class Letter:
    """A mail as it lies in its file. `text` is its plain part; its HTML part is never shown."""

    name: str
    at: datetime
    to: str
    subject: str
    text: str


def newest(directory: Path, most: int, *, before: str = "") -> list[Letter]:
    """The newest mails, or those older than the one named `before`; names begin with the time."""
    names = (path.stem for path in directory.glob("*.eml")) if directory.is_dir() else ()
    wanted = heapq.nlargest(most, (name for name in names if _NAME.fullmatch(name) and (not before or name < before)))
    return [read(directory, name) for name in wanted]


def read(directory: Path, name: str) -> Letter:
    """The mail of that name; raises Missing."""
    if not _NAME.fullmatch(name):
        raise Missing
    try:
        raw = (directory / f"{name}.eml").read_bytes()
    except FileNotFoundError:
        raise Missing from None
    message = email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)
    plain = message.get_body(("plain",))
    return Letter(
        name=name,
        at=_time(message),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=plain.get_content() if plain is not None else "",
    )


def _time(message: EmailMessage) -> datetime:
    found: datetime | None = message["Date"].datetime
    return found if found is not None and found.tzinfo is not None else datetime.fromtimestamp(0, UTC)
