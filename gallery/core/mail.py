"""E-mail: one message at a time, by SMTP, or as a file when no server is configured.

Only deliverers of the outbox send, outside of any transaction. A message's identity is made from its outbox row, so
that a second attempt after a crash is the same message to whoever receives it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from flask import Flask, current_app
from flask_mailman import EmailMultiAlternatives, Mail
from flask_mailman.backends.base import BaseEmailBackend
from flask_mailman.backends.smtp import EmailBackend as SMTPBackend

from gallery.core import db, outbox, settings
from gallery.core.settings import Settings, SettingsError

TIMEOUT_SECONDS = 20
"""For one step of SMTP; well below the lease of an outbox row."""
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Letter:
    """What one person is sent: the same in text and in HTML."""

    to: str
    subject: str
    text: str
    html: str


class Files(BaseEmailBackend):
    """Leaves each message as an .eml file that is there as a whole or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMultiAlternatives]) -> int:
        """Write the files; one that is already there (a retry) is replaced by the same."""
        directory = Path(self.mailman.file_path)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for one in email_messages:
            name = one.extra_headers["Message-ID"].strip("<>").partition("@")[0]
            beside = directory / f".{name}.{os.getpid()}"
            with beside.open("wb") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(one.message().as_bytes(linesep="\r\n"))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(directory / f"{name}.eml")
        return len(email_messages)


class Server(SMTPBackend):
    """SMTP that checks the server's certificate also after STARTTLS, which flask-mailman does not."""

    connection: smtplib.SMTP | None

    def open(self) -> bool:
        """Connect, encrypt where the address says so, and sign in."""
        if self.connection is not None:
            return False
        where: dict[str, Any] = {"host": self.host, "port": self.port, "timeout": self.timeout}
        if self.use_ssl:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(**where, context=ssl.create_default_context())
        else:
            connection = smtplib.SMTP(**where)
        try:
            if self.use_tls:
                connection.starttls(context=ssl.create_default_context())
            if self.username and self.password:
                connection.login(self.username, self.password)
        except BaseException:
            connection.close()
            raise
        self.connection = connection
        return True


def init_app(app: Flask, settings: Settings) -> None:
    """Set up the way that the settings name."""
    app.config.update(
        MAIL_DEFAULT_SENDER=formataddr((settings.site_name, settings.site_email)),
        MAIL_TIMEOUT=TIMEOUT_SECONDS,
        **_transport(settings),
    )
    Mail(app)


def files_directory() -> Path | None:
    """Where the messages lie as files; None when they go to a server."""
    path: str | None = current_app.extensions["mailman"].file_path
    return Path(path) if path else None


def post(letter: Letter, key: str, member_id: int | None = None) -> None:
    """Queue a letter that is already written, in the running unit of work; the same `key` again does nothing."""
    outbox.put("mail", key, asdict(letter), member_id)


@outbox.handler("mail")
def deliver(message: outbox.Message) -> None:
    """Send what `post` queued."""
    send(Letter(**message.payload), message)


def send(letter: Letter, message: outbox.Message) -> None:
    """Hand a letter over, under the identity of its outbox row.

    Raises UndeliverableError when the address is refused for good, and what SMTP and the network
    raise when another attempt may succeed.
    """
    if db.in_transaction():
        raise RuntimeError("a mail is sent outside of any unit of work")
    db.db.session().rollback()  # Ends what was read: no connection waits open while a mail server takes its time.
    mail = EmailMultiAlternatives(
        # A line break in a header would begin the next header.
        " ".join(letter.subject.split()),
        letter.text,
        to=["".join(letter.to.split())],
        headers={
            "Message-ID": message_id(message),
            "Date": format_datetime(message.created_at),
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(letter.html, "text/html")
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as refused:
        if all(500 <= code < 600 for code, _words in refused.recipients.values()):
            raise outbox.UndeliverableError from None
        raise


def message_id(message: outbox.Message) -> str:
    """The same for every attempt; it sorts by time and tells nothing about how many messages there are."""
    current = settings.current()
    digest = hmac.new(current.secret_key.encode(), f"mail\0{message.id}\0{message.key}".encode(), hashlib.sha256)
    host = urlsplit(current.base_url).hostname
    return f"<{message.created_at:%Y%m%dT%H%M%S%f}.{digest.hexdigest()[:20]}@{host}>"


def _transport(settings: Settings) -> dict[str, Any]:
    url = urlsplit(settings.mail_url or "")
    if url.scheme in {"", "file"}:
        path = unquote(url.path) if url.path else str(settings.data_dir / "mail")
        return {"MAIL_BACKEND": Files, "MAIL_FILE_PATH": path}
    if not url.hostname:
        raise SettingsError("GALLERY_MAIL_URL must name a host: smtp://user:password@mail.example.org:587.")
    tls = url.scheme == "smtp" and parse_qs(url.query).get("starttls", [_starttls_unless_here(url.hostname)]) == ["1"]
    return {
        "MAIL_BACKEND": Server,
        "MAIL_FILE_PATH": None,
        "MAIL_SERVER": url.hostname,
        "MAIL_PORT": url.port or (465 if url.scheme == "smtps" else 587 if tls else 25),
        "MAIL_USERNAME": unquote(url.username or "") or None,
        "MAIL_PASSWORD": unquote(url.password or "") or None,
        "MAIL_USE_TLS": tls,
        "MAIL_USE_SSL": url.scheme == "smtps",
    }


def _starttls_unless_here(host: str) -> str:
    return "0" if host in LOOPBACK else "1"
