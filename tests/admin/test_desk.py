"""The desk: who may enter, the demonstration's mail, and parked messages (I2, Q1, 14.2.6)."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, current_app

from gallery.auth.models import STAFF, Member
from gallery.core import mail, outbox
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.core.settings import Settings
from tests import factories
from tests.inspection import InspectingClient

TEXT = "Good day,\n\nhttp://127.0.0.1:8000/auth/confirm/abc <script>alert(1)</script>\n"
PAGES = ["/admin/", "/admin/mail", "/admin/outbox"]


@pytest.fixture
def ada(client: InspectingClient) -> Member:
    ada = factories.member("ada", roles=["admin"])
    factories.sign_in(client, ada)
    return ada


def write(number: int = 1) -> None:
    with transaction():
        mail.post(mail.Letter("ben@example.org", f"Letter {number}", TEXT, "<p>never shown</p>"), f"letter:{number}")
    outbox.deliver_due()


def park() -> int:
    """A message nobody can deliver; its number."""
    with transaction() as session:
        outbox.put("test", "parked", {"secret": "canary"})
        session.execute(sa.update(outbox.OutboxMessage).values(state="dead", last_error="TimeoutError", attempts=14))
    return outbox.dead_letters()[0].id


def audited() -> list[tuple[str, int | None]]:
    db.session.rollback()
    return [(one.action, one.actor_id) for one in db.session.execute(sa.select(AuditEntry)).scalars()]


@pytest.mark.parametrize("path", [*PAGES, "/admin/mail/20261123T120000000000.abcdef"])
def test_only_staff_may_enter(app: Flask, client: InspectingClient, path: str) -> None:
    assert client.get(path).status_code in {302, 401}
    factories.sign_in(client, factories.member("ana"))
    assert client.get(path).status_code == 403
    factories.sign_in(client, factories.member("sol", roles=["seller"]))
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("role", sorted(STAFF))
def test_each_role_of_the_staff_opens_the_desk(app: Flask, client: InspectingClient, role: str) -> None:
    factories.sign_in(client, factories.member("sue", roles=[role]))
    assert client.get("/admin/").status_code == 200
    wanted = 200 if role in {"support", "fraud", "admin"} else 403
    assert client.get(f"/admin/lots/{factories.open_lot()}").status_code == wanted


@pytest.mark.parametrize("role", sorted(STAFF))
def test_the_desk_leads_each_role_only_to_what_it_opens(app: Flask, client: InspectingClient, role: str) -> None:
    """The mail has links that open accounts: it is for support and administration alone (7.5, I8)."""
    factories.sign_in(client, factories.member("sue", roles=[role]))
    desk = client.get("/admin/").text
    led_to = set(re.findall(r'href="(/admin/[^"]*)"', desk))
    assert ("/admin/mail" in led_to) == (role in {"support", "admin"})
    assert ("/admin/members/" in led_to) == (role in {"support", "fraud", "admin"})
    assert {path: client.get(path).status_code for path in led_to} == dict.fromkeys(led_to, 200)


def test_who_has_no_desk_is_led_to_none(app: Flask, client: InspectingClient) -> None:
    """A seller has a role, but not one of the staff's."""
    for name, roles in (("ana", ()), ("sol", ["seller"])):
        factories.sign_in(client, factories.member(name, roles=roles))
        assert 'href="/admin/' not in client.get("/").text


@pytest.mark.parametrize("path", PAGES)
def test_an_administrator_sees_each_page_in_order(app: Flask, client: InspectingClient, ada: Member, path: str) -> None:
    write()
    park()
    assert client.get(path).status_code == 200


def test_a_mail_is_read_as_text_and_its_links_can_be_followed(
    app: Flask, client: InspectingClient, ada: Member
) -> None:
    write(1)
    write(2)
    page = client.get("/admin/mail").text
    assert page.index("Letter 2") < page.index("Letter 1"), "the newest first"
    (name, *_) = [path.stem for path in sorted(Path(current_app.config["MAIL_FILE_PATH"]).glob("*.eml"))]
    letter = client.get(f"/admin/mail/{name}").text
    assert '<a href="http://127.0.0.1:8000/auth/confirm/abc"' in letter
    assert "&lt;script&gt;" in letter
    assert "never shown" not in letter
    assert audited()[-2:] == [("mail.listed", ada.id), ("mail.read", ada.id)]


def test_the_list_of_mails_goes_on(
    app: Flask, client: InspectingClient, ada: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gallery.admin.views.LETTERS_ON_A_PAGE", 2)
    for number in range(5):
        write(number)
    first = client.get("/admin/mail").text
    assert "Letter 4" in first
    assert "Letter 2" not in first
    names = sorted((path.stem for path in Path(current_app.config["MAIL_FILE_PATH"]).glob("*.eml")), reverse=True)
    second = client.get(f"/admin/mail?before={names[1]}").text
    assert "Letter 2" in second
    assert "Letter 3" not in second


@pytest.mark.parametrize("name", ["..%2f..%2fkeys", "x", "a.b/../c", "20261123T120000000000.abcdef"])
def test_nothing_else_can_be_read(app: Flask, client: InspectingClient, ada: Member, name: str) -> None:
    write()
    assert client.get(f"/admin/mail/{name}").status_code == 404


def test_a_house_with_a_mail_server_has_no_letters_to_read(
    app: Flask, client: InspectingClient, ada: Member, settings: Settings
) -> None:
    mail.init_app(app, replace(settings, mail_url="smtp://127.0.0.1:2525"))
    assert client.get("/admin/mail").status_code == 404


def test_a_parked_message_is_shown_without_its_words_and_tried_again(
    app: Flask, client: InspectingClient, ada: Member
) -> None:
    number = park()
    page = client.get("/admin/outbox").text
    assert "TimeoutError" in page
    assert "canary" not in page
    answer = client.post(f"/admin/outbox/{number}/retries", data=token(client))
    assert answer.status_code == 303
    assert outbox.counts() == {"queued": 1}
    assert ("outbox.retried", ada.id) in audited()
    assert client.post(f"/admin/outbox/{number}/retries", data=token(client)).status_code == 404


def test_a_retry_without_a_token_is_refused(app: Flask, client: InspectingClient, ada: Member) -> None:
    number = park()
    assert client.post(f"/admin/outbox/{number}/retries").status_code in {400, 403}
    assert outbox.counts() == {"dead": 1}


def token(client: InspectingClient) -> dict[str, str]:
    page = client.get("/admin/").text
    return {"csrf_token": page.split('name="csrf_token" value="')[1].split('"')[0]}
