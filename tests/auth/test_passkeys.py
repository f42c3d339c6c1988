"""The shelf of passkeys in the account: add, name, look, remove; each change told and noted (A5, 6.3.7)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gallery.auth.factors import queries as factor_queries
from gallery.auth.models import Member
from gallery.auth.passkeys import queries as passkey_queries
from gallery.auth.passkeys import rules as passkey_rules
from gallery.auth.passkeys.models import Passkey
from gallery.auth.sessions.models import DeviceSession
from gallery.core import clock
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from tests import factories
from tests.auth.doors import mailbox
from tests.auth.passkey_doors import NEW, NEW_OPTIONS, SHELF, add, ask, options, send, with_passkey
from tests.auth.soft_key import IS_SYNCED, MAY_BE_SYNCED, PRESENT, VERIFIED, SoftKey

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def ana(app: Flask) -> Member:
    return factories.member("ana")


def only(who: Member) -> passkey_queries.Shelved:
    db.session.rollback()
    (found,) = passkey_queries.passkeys(who.id)
    return found


def acts() -> list[tuple[str, str, int | None]]:
    db.session.rollback()
    entries = db.session.execute(sa.select(AuditEntry).where(AuditEntry.action.like("passkey.%"))).scalars()
    return [(one.action, one.subject, one.actor_id) for one in entries]


def test_a_passkey_is_added_shown_and_told(client: FlaskClient, ana: Member) -> None:
    factories.sign_in(client, ana)
    add(client, SoftKey(), name="  my\u202e  phone ")
    kept = only(ana)
    assert kept.name == "my phone"
    assert not kept.is_synced
    page = client.get(SHELF).text
    assert "my phone" in page
    assert "only on this one device or key" in page
    assert acts() == [("passkey.added", f"member:{ana.id}", ana.id)]
    letter = mailbox(ana.email)[-1]
    assert letter.subject == "A passkey was added"
    assert "my phone" in letter.text
    assert letter.path == SHELF
    assert "All your other devices were signed out." in letter.text
    add(client, SoftKey(), name="my key")
    assert "signed out" not in mailbox(ana.email)[-1].text, "the second one ends no session"


def test_a_passkey_without_a_name_is_called_after_its_browser(client: FlaskClient, ana: Member) -> None:
    factories.sign_in(client, ana)
    client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    assert "Firefox · Linux" in client.get(NEW).text
    add(client, SoftKey())
    assert only(ana).name == "Firefox · Linux"


def test_a_synced_passkey_is_known_as_one(client: FlaskClient, ana: Member) -> None:
    with_passkey(client, ana, SoftKey(flags=PRESENT | VERIFIED | MAY_BE_SYNCED | IS_SYNCED))
    assert only(ana).is_synced
    assert "synced between your devices" in client.get(SHELF).text


def test_the_browser_is_free_to_choose_the_device_and_is_told_nothing_of_the_person(
    client: FlaskClient, ana: Member
) -> None:
    key = with_passkey(client, ana)
    told = options(client, NEW_OPTIONS)
    assert "authenticatorAttachment" not in told["authenticatorSelection"]
    assert told["authenticatorSelection"]["residentKey"] == "preferred"
    assert told["attestation"] == "none"
    assert told["rp"]["id"] == "localhost"
    assert [one["transports"] for one in told["excludeCredentials"]] == [["internal"]]
    assert len(key.handle) == 16
    assert str(ana.id).encode() not in key.handle


def test_the_first_factor_brings_recovery_codes_and_the_second_none(client: FlaskClient, ana: Member) -> None:
    factories.sign_in(client, ana)
    first = add(client, SoftKey(), next="/lots/")
    assert first.location == "/account/security/second-step/codes?next=/lots/"
    assert factor_queries.held(ana.id).codes_left == 10
    assert len(re.findall(r"(?:\w{4}[ -]){3}\w{4}", client.get(first.location).text)) >= 10
    assert add(client, SoftKey(), next="/lots/").location == "/lots/"
    assert add(client, SoftKey()).location == SHELF


def test_who_has_made_a_passkey_has_shown_it_in_this_session(client: FlaskClient, ana: Member) -> None:
    factories.sign_in(client, ana, second_step=False)
    add(client, SoftKey())
    db.session.rollback()
    assert db.session.execute(sa.select(DeviceSession.second_step_at)).scalar() is not None


def test_a_passkey_as_the_first_factor_ends_the_sessions_that_never_showed_one(
    client: FlaskClient, ana: Member
) -> None:
    """7.4.3: whoever sits in one that was left open is not locked in."""
    factories.sign_in(client, ana, second_step=False)
    factories.session_key(ana, second_step=False)
    add(client, SoftKey())
    db.session.rollback()
    assert db.session.query(DeviceSession).count() == 1
    assert "All other devices are signed out." in client.get(SHELF).text
    factories.session_key(ana)
    add(client, SoftKey())
    db.session.rollback()
    assert db.session.query(DeviceSession).count() == 2


def test_a_password_alone_adds_no_passkey_where_there_is_a_factor_to_pass_by(client: FlaskClient, ana: Member) -> None:
    key = with_passkey(client, ana)
    factories.sign_in(client, ana, second_step=False)
    for answer in (client.get(NEW), ask(client, NEW_OPTIONS), send(client, f"{SHELF}/{only(ana).id}/remove", "")):
        assert answer.location.startswith("/account/security/second-step"), answer.location
    assert send(client, NEW, "{}").status_code == 403
    assert [one.credential_id for one in passkey_queries.known(ana.id)] == [key.credential_id]


def test_a_borrowed_phone_neither_adds_nor_removes(client: FlaskClient, ana: Member) -> None:
    with_passkey(client, ana)
    factories.sign_in(client, ana, proved=False)
    for answer in (client.get(NEW), ask(client, NEW_OPTIONS), send(client, f"{SHELF}/{only(ana).id}/remove", "")):
        assert answer.location.startswith("/auth/prove"), answer.location
    assert send(client, NEW, "{}").status_code == 403
    assert client.get(SHELF).status_code == 200


@pytest.mark.parametrize("name", ["", "   ", "\u200b\u202e", "x" * 61])
def test_a_name_that_is_none_is_refused_beside_its_field(client: FlaskClient, ana: Member, name: str) -> None:
    with_passkey(client, ana)
    before = only(ana)
    answer = send(client, f"{SHELF}/{before.id}", "", name=name)
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text
    assert only(ana) == before


def test_a_name_too_long_is_refused_before_the_device_makes_a_passkey(client: FlaskClient, ana: Member) -> None:
    factories.sign_in(client, ana)
    refused = ask(client, NEW_OPTIONS, name="x" * 61)
    assert refused.status_code == 422
    assert "at most 60 characters" in refused.json["detail"]


def test_a_name_that_came_without_a_passkey_is_not_lost(client: FlaskClient, ana: Member) -> None:
    """So it comes when its sender first had to show who he is."""
    factories.sign_in(client, ana)
    answer = send(client, NEW, "", name="the ring")
    assert answer.status_code == 422
    assert 'value="the ring"' in answer.text
    assert "Press the button once more" in answer.text


def test_markup_in_a_name_is_text(client: FlaskClient, ana: Member) -> None:
    with_passkey(client, ana)
    send(client, f"{SHELF}/{only(ana).id}", "", name="<b>ring</b>")
    assert "&lt;b&gt;ring&lt;/b&gt;" in client.get(SHELF).text


def test_a_passkey_is_renamed_and_removed_and_the_removal_is_told(client: FlaskClient, ana: Member) -> None:
    with_passkey(client, ana)
    number = only(ana).id
    assert send(client, f"{SHELF}/{number}", "", name="the ring").status_code == 303
    assert only(ana).name == "the ring"
    assert send(client, f"{SHELF}/{number}/remove", "").status_code == 303
    assert passkey_queries.passkeys(ana.id) == []
    assert acts()[-1] == ("passkey.removed", f"member:{ana.id}", ana.id)
    letter = mailbox(ana.email)[-1]
    assert letter.subject == "A passkey was removed"
    assert "the ring" in letter.text


def test_nobody_touches_a_passkey_of_somebody_else(client: FlaskClient, ana: Member) -> None:
    with_passkey(client, ana)
    number = only(ana).id
    factories.sign_in(client, factories.member("ben"))
    assert client.get(f"{SHELF}/{number}").status_code == 404
    assert send(client, f"{SHELF}/{number}", "", name="mine").status_code == 404
    assert send(client, f"{SHELF}/{number}/remove", "").status_code == 404
    assert only(ana).id == number


def test_staff_keep_their_last_factor(client: FlaskClient, app: Flask) -> None:
    ada = factories.member("ada", roles=["admin"])
    with_passkey(client, ada)
    send(client, f"{SHELF}/{only(ada).id}/remove", "")
    assert "keeps a second step" in client.get(SHELF).text
    assert only(ada)


def test_a_shelf_is_full_at_some_point(client: FlaskClient, ana: Member) -> None:
    factories.sign_in(client, ana)
    with transaction() as session:
        for number in range(passkey_rules.MOST_PASSKEYS):
            key = {"credential_id": bytes([number]), "public_key": b"-", "sign_count": 0, "is_synced": False}
            session.add(Passkey(member_id=ana.id, name="-", added_at=clock.now() - timedelta(days=1), **key))
    answer = add(client, SoftKey())
    assert answer.status_code == 422
    assert "as many passkeys as we keep" in answer.text
