"""An SMTP server that keeps what it is sent."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.services.process import free_port


class Postbox:
    """The messages that arrived, oldest first; `refuse` makes the server answer as a full or broken one."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.url = ""
        self.refuse: str | None = None
        """An SMTP answer to give in place of taking the message, such as "451 Try again later"."""
        self.unknown: set[str] = set()
        """Addresses that are refused for good: nobody has such a mailbox here."""

    def to(self, address: str) -> list[EmailMessage]:
        """The messages for one recipient."""
        return [message for message in self.messages if address in str(message["To"])]

    def clear(self) -> None:
        self.messages.clear()
        self.refuse = None
        self.unknown = set()

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.unknown:
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        if self.refuse is not None:
            return self.refuse
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        self.messages.append(email.message_from_bytes(raw, policy=email.policy.default))
        return "250 OK"


@contextmanager
def running() -> Iterator[Postbox]:
    """A server for as long as the block lasts."""
    postbox = Postbox()
    port = free_port()
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    postbox.url = f"smtp://127.0.0.1:{port}"
    try:
        yield postbox
    finally:
        controller.stop()
