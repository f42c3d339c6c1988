"""Another e-mail address: both mailboxes agree, both are told, and nothing else changes it (A3, 6.3.7, 7.5.1)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gallery.auth import queries, services
from gallery.auth.models import Member
from gallery.core import audit, clock
from gallery.core.db import db
from tests import factories
from tests.auth.doors import Mail, fill_in, is_signed_in, mailbox, register, sign_in, token_of

pytestmark = pytest.mark.database
OLD, NEW = "ana@example.org", "ana.new@example.org"
PAGE, FORM = "/account/security/email", "/account/security/email/new"


@pytest.fixture
def ana(app: Flask) -> Member:
    return factories.member("ana")


@pytest.fixture
def hers(client: FlaskClient, ana: Member) -> FlaskClient:
    """Ana's browser, in which she has just shown who she is, in English."""
    client.get("/?lang=en")
    factories.sign_in(client, ana)
    return client


def paths(letter: Mail) -> list[str]:
    return re.findall(r"^https?://[^/]+(/\S*)$", letter.text, re.MULTILINE)


def ask(client: FlaskClient, email: str = NEW) -> TestResponse:
    return fill_in(client, FORM, email=email)


def links(new: str = NEW) -> tuple[str, str, str]:
    """Of the newest mails: that of the old mailbox, that of the new one, and the one that stops it all."""
    agree, stop = paths(mailbox(OLD)[-1])
    return agree, paths(mailbox(new)[-1])[0], stop


def has_moved(member: Member) -> bool:
    db.session.rollback()
    return queries.member_by_email(OLD) is None and queries.member_by_email(NEW).id == member.id  # type: ignore[union-attr]


@pytest.mark.parametrize("order", [("old", "new"), ("new", "old")])
def test_an_address_changes_once_both_mailboxes_have_agreed(
    app: Flask, hers: FlaskClient, ana: Member, order: tuple[str, str]
) -> None:
    assert ask(hers).location == PAGE
    agree = dict(zip(("old", "new"), links()[:2], strict=True))
    first = fill_in(app.test_client(), agree[order[0]])
    assert first.status_code == 200
    assert not has_moved(ana)
    page = hers.get(PAGE).text
    assert page.count("has agreed") == page.count("has not agreed yet") == 1
    fill_in(app.test_client(), agree[order[1]])
    assert has_moved(ana)
    assert sign_in(app.test_client(), NEW, factories.PASSWORD).status_code == 303
    assert sign_in(app.test_client(), OLD, factories.PASSWORD).status_code == 422


def test_both_addresses_are_told_that_it_happened(app: Flask, hers: FlaskClient) -> None:
    ask(hers)
    old, new, _stop = links()
    for link in (old, new):
        fill_in(app.test_client(), link)
    assert mailbox(OLD)[-1].subject == "Your address was changed"
    assert NEW in mailbox(OLD)[-1].text
    assert mailbox(NEW)[-1].subject == "This is now your address"
    assert OLD not in mailbox(NEW)[-1].text


def test_what_strangers_read_does_not_tell_whose_account_it_is(hers: FlaskClient) -> None:
    """Whoever has the new mailbox by a slip of the keyboard learns no name and no address."""
    ask(hers)
    [letter] = mailbox(NEW)
    page = hers.application.test_client().get(letter.path).text
    for words in (letter.text, letter.html, page):
        assert OLD not in words
        assert "Ana" not in words


@pytest.mark.parametrize("kind", ["old", "new", "stop"])
def test_looking_at_a_link_is_not_following_it(app: Flask, hers: FlaskClient, ana: Member, kind: str) -> None:
    ask(hers)
    link = dict(zip(("old", "new", "stop"), links(), strict=True))[kind]
    scanner = app.test_client()
    for _ in range(2):
        assert scanner.head(link).status_code == 200
        assert scanner.get(link).status_code == 200
    page = hers.get(PAGE).text
    assert page.count("has not agreed yet") == 2
    assert is_signed_in(hers)


def test_the_new_address_ends_the_other_sessions_and_what_was_under_way(
    app: Flask, hers: FlaskClient, ana: Member
) -> None:
    elsewhere = app.test_client()
    sign_in(elsewhere, OLD, factories.PASSWORD)
    fill_in(app.test_client(), "/auth/reset", email=OLD)
    reset = mailbox(OLD)[-1].path
    ask(hers)
    old, new, stop = links()
    fill_in(hers, old)
    fill_in(hers, new)
    assert is_signed_in(hers), "the browser in which she agreed goes on"
    assert not is_signed_in(elsewhere)
    for link in (reset, old, new, stop):
        assert app.test_client().get(link).status_code == 410, link


def test_each_link_works_once(app: Flask, hers: FlaskClient, ana: Member) -> None:
    ask(hers)
    old, new, _stop = links()
    fill_in(hers, old)
    assert hers.get(old).status_code == 410
    assert not has_moved(ana)
    fill_in(hers, new)
    assert has_moved(ana)


@pytest.mark.parametrize(("hours", "status"), [(23, 200), (25, 410)])
def test_the_links_live_for_a_day(app: Flask, hers: FlaskClient, hours: int, status: int) -> None:
    ask(hers)
    found = links()
    app.extensions["clock"] = clock.FrozenClock(clock.now() + timedelta(hours=hours))
    assert {app.test_client().get(link).status_code for link in found} == {status}


def test_a_link_that_was_mailed_late_lives_no_longer_than_the_request(app: Flask, hers: FlaskClient) -> None:
    ask(hers)
    asked = clock.now()
    app.extensions["clock"] = clock.FrozenClock(asked + timedelta(hours=23))
    old = links()[0]
    app.extensions["clock"] = clock.FrozenClock(asked + timedelta(hours=25))
    assert app.test_client().get(old).status_code == 410


def test_a_new_request_ends_the_one_before_also_where_its_mails_are_still_on_their_way(
    app: Flask, hers: FlaskClient, ana: Member
) -> None:
    ask(hers, "first@example.org")
    ask(hers, NEW)
    assert mailbox("first@example.org") == [], "it would have carried a link that agrees to something else"
    assert len(mailbox(OLD)) == 1
    old, new, _stop = links()
    ask(hers, "third@example.org")
    for link in (old, new):
        assert app.test_client().get(link).status_code == 410


def test_a_request_can_be_taken_back(app: Flask, hers: FlaskClient, ana: Member) -> None:
    ask(hers)
    found = links()
    hers.post(f"{PAGE}/cancel", data={"csrf_token": token_of(hers.get(PAGE).text)})
    assert NEW not in hers.get(PAGE).text
    assert {app.test_client().get(link).status_code for link in found} == {410}


def test_who_knows_nothing_of_it_stops_it_and_secures_the_account(app: Flask, hers: FlaskClient, ana: Member) -> None:
    ask(hers)
    old, new, stop = links()
    fill_in(app.test_client(), new)
    reader = app.test_client()
    assert fill_in(reader, stop).status_code == 200
    assert not is_signed_in(hers), "whoever asked for it is out"
    for link in (old, new, stop):
        assert reader.get(link).status_code == 410
    assert mailbox(OLD)[-1].path.startswith("/auth/reset/")
    assert not has_moved(ana)


def test_somebody_who_has_the_new_address_keeps_it_and_is_told(app: Flask, hers: FlaskClient, ana: Member) -> None:
    ben = factories.member("ben", language="en")
    assert ask(hers, ben.email).location == PAGE
    [letter] = mailbox(ben.email)
    assert letter.subject == "You already have an account"
    assert "/auth/address/" not in letter.text
    fill_in(hers, paths(mailbox(OLD)[-1])[0])
    db.session.rollback()
    assert queries.member_by_email(ben.email).id == ben.id  # type: ignore[union-attr]
    assert queries.member_by_email(OLD).id == ana.id  # type: ignore[union-attr]


def test_an_address_that_was_taken_meanwhile_stays_where_it_is(app: Flask, hers: FlaskClient, ana: Member) -> None:
    ask(hers)
    old, new, _stop = links()
    fill_in(hers, new)
    other = services.register_member(NEW, "of somebody else entirely", confirmed=True)
    answer = fill_in(hers, old)
    assert answer.status_code == 409
    db.session.rollback()
    assert queries.member_by_email(NEW).id == other  # type: ignore[union-attr]
    assert queries.member_by_email(OLD).id == ana.id  # type: ignore[union-attr]
    assert mailbox(OLD)[-1].subject == "Your address was not changed"
    assert "A change is under way" not in hers.get(PAGE).text


def test_a_registration_that_nobody_confirmed_does_not_keep_the_address_from_who_holds_its_mailbox(
    app: Flask, hers: FlaskClient, ana: Member
) -> None:
    """Else a stranger blocks any address by registering it."""
    register(app.test_client(), NEW)
    ask(hers)
    old, new, _stop = links()
    for link in (old, new):
        fill_in(app.test_client(), link)
    assert has_moved(ana)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "ana", "ana@", "@example.org", "ana@example", "a b@example.org", "ana@example.org\x00", "a@b c.org",
     "x" * 300 + "@example.org", "ana@example.org, b@example.org", "<b>@example.org", "ana@[127.0.0.1]", "ana@-.org",
     "=cmd|' /C calc'!A0", "ana\r\nBcc: b@example.org", "١@", " ANA@example.org "],
)  # fmt: skip
def test_what_is_no_new_address_comes_back_as_it_was_typed(hers: FlaskClient, typed: str) -> None:
    answer = ask(hers, typed)
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert mailbox(OLD) == []


def test_only_who_has_just_shown_who_he_is_may_ask(client: FlaskClient, ana: Member) -> None:
    factories.sign_in(client, ana, proved=False)
    assert client.get(FORM).location.startswith("/auth/prove")
    token = token_of(client.get(PAGE).text)
    answer = client.post(FORM, data={"csrf_token": token, "email": NEW})
    assert answer.status_code == 403
    assert f'name="email" value="{NEW}"' in answer.text, "what was typed can be sent again afterwards"
    assert mailbox(NEW) == []


@pytest.mark.parametrize("token", ["x", "W10.abc", "a" * 4000, "é", "null"])
def test_a_forged_link_gets_a_clear_page(client: FlaskClient, token: str) -> None:
    for kind in ("old", "new", "stop"):
        answer = client.get(f"/auth/address/{kind}/{token}")
        assert answer.status_code in (404, 410)
        assert "<h1>" in answer.text


def test_a_link_for_one_thing_is_worthless_for_another(app: Flask, hers: FlaskClient) -> None:
    ask(hers)
    for kind, link in zip(("old", "new", "stop"), links(), strict=True):
        token = link.rpartition("/")[2]
        others = [f"/auth/address/{other}/{token}" for other in ("old", "new", "stop") if other != kind]
        for other in (*others, f"/auth/reset/{token}", f"/auth/confirm/{token}"):
            assert app.test_client().get(other).status_code == 410


def test_what_happened_is_in_the_audit_without_an_address(app: Flask, hers: FlaskClient) -> None:
    ask(hers)
    for link in links()[:2]:
        fill_in(hers, link)
    entries = db.session.query(audit.AuditEntry).order_by(audit.AuditEntry.id).all()
    actions = [entry.action for entry in entries if entry.action.startswith("member.address")]
    agreed = "member.address_change_agreed"
    assert actions == ["member.address_change_asked", agreed, agreed, "member.address_changed"]
    assert "@" not in "".join(str(vars(entry)) for entry in entries)


def test_the_session_that_asks_too_often_is_told_to_wait(hers: FlaskClient) -> None:
    statuses = [ask(hers, f"new{number}@example.org").status_code for number in range(12)]
    assert statuses[0] == 303
    assert statuses[-1] == 429
