"""A letter that a mail server refuses for good is told to who waits for it, whoever has the address (A3, 7.5.1)."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from gallery.core import outbox
from tests import factories
from tests.auth.doors import fill_in
from tests.auth.second_steps import PROVE, send_code, without_password
from tests.services.smtp import Postbox

PAGE, FORM = "/account/security/email", "/account/security/email/new"
OLD, NEW = "ana@example.org", "ana.new@example.org"


def not_delivered(email: str) -> str:
    return f"Our mail to {email} could not be delivered"


def test_who_waits_for_another_address_learns_which_mailbox_does_not_answer(
    app: Flask, client: FlaskClient, by_smtp: Postbox
) -> None:
    by_smtp.unknown = {NEW}
    factories.sign_in(client, factories.member("ana"))
    fill_in(client, FORM, email=NEW)
    assert "could not be delivered" not in client.get(f"{PAGE}?lang=en").text
    outbox.deliver_due()
    page = client.get(PAGE).text
    assert not_delivered(NEW) in page
    assert not_delivered(OLD) not in page
    by_smtp.unknown = {OLD}
    fill_in(client, FORM, email=NEW)
    assert "could not be delivered" not in client.get(PAGE).text, "that was the earlier request"
    outbox.deliver_due()
    assert not_delivered(OLD) in client.get(PAGE).text
    assert not_delivered(NEW) not in client.get(PAGE).text


def test_it_tells_nothing_about_who_has_the_new_address(app: Flask, client: FlaskClient, by_smtp: Postbox) -> None:
    """6.3.8: a member's mailbox that is gone and one that never was are refused alike."""
    factories.member("ben")
    factories.sign_in(client, factories.member("ana"))
    client.get("/?lang=en")
    said = []
    for email in ("ben@example.org", "nobody@example.org"):
        by_smtp.unknown = {email}
        fill_in(client, FORM, email=email)
        outbox.deliver_due()
        said.append(not_delivered(email) in client.get(PAGE).text)
    assert said == [True, True]


def test_who_waits_for_a_code_learns_that_it_will_not_come_and_can_ask_again(
    app: Flask, client: FlaskClient, by_smtp: Postbox
) -> None:
    by_smtp.unknown = {"gus@example.org"}
    client.set_cookie("lang", "en")
    factories.sign_in(client, without_password("gus"), second_step=False, proved=False)
    send_code(client)
    outbox.deliver_due()
    assert not_delivered("gus@example.org") in client.get(PROVE).text
    by_smtp.unknown = set()
    send_code(client)
    outbox.deliver_due()
    assert not_delivered("gus@example.org") not in client.get(PROVE).text
    assert by_smtp.to("gus@example.org")
