"""How the tests walk through the doors of the house: fill in a form, read a mailbox, follow a link."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gallery.core import mail, outbox

PASSWORD = "seven grey herons at low tide"
OTHER_PASSWORD = "velvet anchor beneath the almanac"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def token_of(page: str) -> str:
    """The CSRF token of a page."""
    found = TOKEN.search(page)
    assert found, "the page has no form"
    return found[1]


def fill_in(client: FlaskClient, address: str, **fields: str) -> TestResponse:
    """Open a page with a form and send it."""
    page = client.get(address)
    assert page.status_code == 200, (address, page.status)
    return client.post(address, data={"csrf_token": token_of(page.text), **fields})


def register(client: FlaskClient, email: str, password: str = PASSWORD, **more: str) -> TestResponse:
    return fill_in(client, "/auth/register", email=email, password=password, **more)


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD, **more: str) -> TestResponse:
    return fill_in(client, "/auth/login", email=email, password=password, **more)


def sign_out(client: FlaskClient) -> TestResponse:
    return client.post("/auth/logout", data={"csrf_token": token_of(client.get("/account/").text)})


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account/").status_code == 200


@dataclass(frozen=True)
class Mail:
    """A mail as its reader sees it."""

    to: str
    subject: str
    text: str
    html: str

    @property
    def path(self) -> str:
        """The address in the mail, without the host."""
        found = re.search(r"^https?://\S+$", self.text, re.MULTILINE)
        assert found, "the mail has no link"
        parts = urlsplit(found[0])
        return parts.path + (f"?{parts.query}" if parts.query else "")


def mailbox(email: str) -> list[Mail]:
    """Deliver what waits, and read all mails to an address, the oldest first."""
    outbox.deliver_due()
    directory = mail.files_directory()
    assert directory is not None
    found = []
    for file in sorted(directory.glob("*.eml")) if directory.exists() else []:
        message = message_from_bytes(file.read_bytes(), policy=policy.default)
        assert isinstance(message, EmailMessage)
        if message["To"] == email:
            text, html = message.get_body(("plain",)), message.get_body(("html",))
            assert text is not None
            assert html is not None
            parts = (part.get_content().replace("\r\n", "\n") for part in (text, html))
            found.append(Mail(message["To"], message["Subject"], *parts))
    return found
