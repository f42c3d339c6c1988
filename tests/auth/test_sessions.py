"""Sessions live on the server: they end by time and by will, and with them every copy of their cookie (7.2-7.4)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gallery.auth import services
from gallery.auth.sessions import rules as session_rules
from gallery.auth.sessions.models import DeviceSession, KnownDevice
from gallery.auth.sessions.rules import Limits
from gallery.core import clock
from gallery.core.db import db
from tests import factories
from tests.auth.doors import fill_in, is_signed_in, mailbox, register, sign_in, sign_out

ANA = "ana@example.org"
MINUTE = timedelta(minutes=1)
WHO = {
    "passing": ((), "", session_rules.PASSING),
    "remembered": ((), "y", session_rules.REMEMBERED),
    "staff": (("support",), "y", session_rules.STAFF),
}


def at(app: Flask, moment: datetime) -> None:
    app.extensions["clock"] = clock.FrozenClock(moment)


def enter(app: Flask, who: str) -> tuple[FlaskClient, datetime, Limits]:
    """A browser in which somebody signed in just now, by a clock that stands still."""
    roles, remember, limits = WHO[who]
    factories.member("ana", roles=roles)
    now = clock.now()
    at(app, now)
    client = app.test_client()
    sign_in(client, ANA, factories.PASSWORD, **({"remember": remember} if remember else {}))
    assert is_signed_in(client)
    return client, now, limits


def the_cookie(client: FlaskClient) -> str:
    cookie = client.get_cookie("session")
    assert cookie is not None
    return cookie.value


def copied(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser with a copy of another's session cookie."""
    thief = app.test_client()
    thief.set_cookie("session", the_cookie(client))
    return thief


def last_use() -> datetime:
    db.session.rollback()
    return db.session.execute(sa.select(DeviceSession.last_seen_at)).scalar_one()


# Limits


def test_the_limits_are_those_that_the_decision_names() -> None:
    days, hours = (lambda n: timedelta(days=n)), (lambda n: timedelta(hours=n))
    assert Limits(days(30), days(90)) == session_rules.REMEMBERED
    assert Limits(hours(24), days(7)) == session_rules.PASSING
    assert Limits(hours(1), hours(12)) == session_rules.STAFF


@pytest.mark.parametrize("who", WHO)
def test_a_session_ends_when_it_was_not_used_for_long(app: Flask, who: str) -> None:
    client, started, limits = enter(app, who)
    at(app, started + limits.idle - MINUTE)
    assert is_signed_in(client)
    used = last_use()
    at(app, used + limits.idle)
    assert not is_signed_in(client)


@pytest.mark.parametrize("who", WHO)
def test_a_session_ends_at_its_latest_end_however_much_it_is_used(app: Flask, who: str) -> None:
    client, started, limits = enter(app, who)
    now = started
    while (now := now + limits.idle * 0.9) < started + limits.whole:
        at(app, now)
        assert is_signed_in(client), now - started
    at(app, started + limits.whole - MINUTE)
    assert is_signed_in(client)
    at(app, started + limits.whole)
    assert not is_signed_in(client)


def test_who_becomes_staff_has_the_short_limits_at_once(app: Flask) -> None:
    client, started, _limits = enter(app, "remembered")
    member_id = db.session.execute(sa.select(DeviceSession.member_id)).scalar_one()
    services.grant_role(member_id, "editor")
    at(app, started + timedelta(hours=2))
    assert not is_signed_in(client)


def test_a_use_is_written_down_at_most_every_five_minutes(app: Flask) -> None:
    client, started, _limits = enter(app, "passing")
    for minutes, expected in ((1, 0), (4, 0), (5, 5), (9, 5), (10, 10)):
        at(app, started + timedelta(minutes=minutes))
        client.get("/account/")
        assert last_use() - started == timedelta(minutes=expected), minutes


def test_a_page_that_opens_its_stream_is_not_a_person_who_does_something(app: Flask) -> None:
    client, started, _limits = enter(app, "passing")
    lot = factories.open_lot()
    at(app, started + timedelta(minutes=30))
    answer = client.get(f"/lots/{lot}/live", buffered=False)
    assert answer.mimetype == "text/event-stream"
    answer.close()
    assert last_use() == started
    app.extensions["live"].close()


# Keys


def test_every_sign_in_makes_a_new_key(app: Flask, client: FlaskClient) -> None:
    """7.2.4: nobody plants a session; what a browser held before the sign-in opens nothing after it."""
    factories.member("ana")
    client.get("/auth/login")
    planted = copied(app, client)
    keys = set()
    for _ in range(3):
        sign_in(client, ANA, factories.PASSWORD)
        with client.session_transaction() as session:
            keys.add(session["_user_id"])
        assert not is_signed_in(planted)
        sign_out(client)
    assert len(keys) == 3
    assert min(len(key) for key in keys) >= 43, "256 bits (7.2.3)"


def test_a_sign_in_ends_the_session_that_the_browser_had(app: Flask, client: FlaskClient) -> None:
    factories.member("ana")
    register(client, "ben@example.org")
    sign_in(client, ANA, factories.PASSWORD)
    thief = copied(app, client)
    fill_in(client, mailbox("ben@example.org")[0].path)
    assert "ben@example.org" in client.get("/account/").text
    assert not is_signed_in(thief)


def test_who_shows_again_who_he_is_gets_a_new_key(app: Flask, client: FlaskClient) -> None:
    factories.sign_in(client, factories.member("ana"), proved=False)
    thief = copied(app, client)
    asked = client.get("/account/security/email/new")
    assert asked.location.startswith("/auth/prove")
    assert fill_in(client, asked.location, password=factories.PASSWORD).status_code == 303
    assert client.get("/account/security/email/new").status_code == 200
    assert not is_signed_in(thief)


@pytest.mark.parametrize("key", ["", "1", "x" * 43, "é", "\x00"])
def test_a_key_that_nobody_was_given_opens_nothing(client: FlaskClient, key: str) -> None:
    factories.sign_in(client, factories.member("ana"))
    with client.session_transaction() as session:
        session["_user_id"] = key
    assert not is_signed_in(client)


def test_the_database_holds_nothing_that_opens_a_session(client: FlaskClient) -> None:
    factories.member("ana")
    sign_in(client, ANA, factories.PASSWORD)
    with client.session_transaction() as session:
        key = session["_user_id"]
    device = client.get_cookie("device")
    assert device is not None
    tables = (DeviceSession.__table__, KnownDevice.__table__)
    rows = [row for table in tables for row in db.session.execute(sa.select(table))]
    assert rows
    assert key not in str(rows)
    assert device.value not in str(rows)
    with client.session_transaction() as session:
        session["_user_id"] = rows[0].key_digest
    assert not is_signed_in(client)
