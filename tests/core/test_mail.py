"""Mail: what arrives, under which identity, and what never gets into a header."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask, current_app

from gallery.core import mail, outbox
from gallery.core.clock import FrozenClock
from gallery.core.db import transaction
from gallery.core.settings import Settings, SettingsError
from tests.factories import NOON
from tests.services.smtp import Postbox

LETTER = mail.Letter(
    "ana@example.org", "Adjugé : « Mer agitée »", "Bonjour,\n\nà vous !\n", "<p>Bonjour,</p><p>à vous !</p>"
)


def message(number: int = 1, key: str = "won:1") -> outbox.Message:
    return outbox.Message(number, "mail", key, {}, None, NOON, 1)


def written(app: Flask) -> list[EmailMessage]:
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted(Path(current_app.config["MAIL_FILE_PATH"]).glob("*"))
    ]


def words(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def test_a_mail_arrives_as_text_and_html(app: Flask, by_smtp: Postbox) -> None:
    mail.send(LETTER, message())
    (found,) = by_smtp.messages
    assert found["To"] == "ana@example.org"
    assert found["From"].addresses[0].addr_spec == "info@artgallery-ccips.com"
    assert found["Subject"] == "Adjugé : « Mer agitée »"
    assert found["Date"].datetime == NOON
    assert found["Auto-Submitted"] == "auto-generated"
    assert found.get_content_type() == "multipart/alternative"
    assert words(found, "plain").replace("\r\n", "\n") == LETTER.text
    assert "à vous" in words(found, "html")


def test_a_second_attempt_is_the_same_message(app: Flask, by_smtp: Postbox) -> None:
    mail.send(LETTER, message())
    mail.send(LETTER, message())
    mail.send(LETTER, message(2, "won:2"))
    first, again, other = (one["Message-ID"] for one in by_smtp.messages)
    assert first == again != other


def test_without_a_server_a_second_attempt_leaves_one_file(app: Flask) -> None:
    mail.send(LETTER, message())
    mail.send(LETTER, message())
    (found,) = written(app)
    assert found["Subject"] == LETTER.subject
    (path,) = Path(current_app.config["MAIL_FILE_PATH"]).iterdir()
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("field", ["to", "subject"])
def test_a_line_break_never_begins_a_header(app: Flask, field: str) -> None:
    mail.send(replace(LETTER, **{field: f"{getattr(LETTER, field)}\r\nBcc: eve@example.org\nX-Bad: 1"}), message())
    (found,) = written(app)
    assert found["Bcc"] is None
    assert found["X-Bad"] is None


def test_a_mail_is_refused_inside_a_unit_of_work(app: Flask) -> None:
    with transaction(), pytest.raises(RuntimeError, match="outside"):
        mail.send(LETTER, message())


def test_a_server_that_is_full_is_tried_again(app: Flask, by_smtp: Postbox) -> None:
    app.extensions["clock"] = FrozenClock(NOON)
    with transaction():
        mail.post(LETTER, "won:1")
    by_smtp.refuse = "451 Try again later"
    assert outbox.deliver_due() == 0
    by_smtp.refuse = None
    app.extensions["clock"].tick(seconds=40)
    assert outbox.deliver_due() == 1
    assert len(by_smtp.messages) == 1


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 587, True, False)),
        ("smtp://mail.example.org:2525?starttls=0", ("mail.example.org", 2525, False, False)),
        ("smtps://ana:p%40ss@mail.example.org", ("mail.example.org", 465, False, True)),
        ("smtp://127.0.0.1", ("127.0.0.1", 25, False, False)),
    ],
)
def test_a_server_is_spoken_to_in_secret_unless_it_is_on_this_box(
    app: Flask, settings: Settings, url: str, expected: tuple[str, int, bool, bool]
) -> None:
    mail.init_app(app, replace(settings, mail_url=url))
    state = app.extensions["mailman"]
    assert (state.server, state.port, state.use_tls, state.use_ssl) == expected
    if "@" in url:
        assert (state.username, state.password) == ("ana", "p@ss")


def test_an_address_without_a_host_is_refused(app: Flask, settings: Settings) -> None:
    with pytest.raises(SettingsError, match="host"):
        mail.init_app(app, replace(settings, mail_url="smtp://"))
