"""What ends a session ends every copy of its cookie, and what is over is removed (7.4.1, 7.4.2, P-53)."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gallery.auth import services
from gallery.auth.address.models import AddressChange
from gallery.auth.sessions import services as session_services
from gallery.auth.sessions.models import DeviceSession, KnownDevice, SignIn
from gallery.core import clock
from gallery.core.db import db, transaction
from tests import factories
from tests.auth.doors import OTHER_PASSWORD, fill_in, is_signed_in, sign_in, sign_out
from tests.auth.test_sessions import copied, the_cookie

ANA = "ana@example.org"


def test_a_copied_cookie_is_dead_after_whatever_ends_the_session(app: Flask, client: FlaskClient) -> None:
    ana = factories.member("ana")

    def the_session() -> int:
        return db.session.execute(sa.select(DeviceSession.id)).scalar_one()

    def change() -> None:
        fill_in(client, "/auth/change", password=factories.PASSWORD, new_password=OTHER_PASSWORD)
        sign_out(client)

    ends = {
        "signing out": lambda: sign_out(client),
        "ending it from elsewhere": lambda: session_services.end(ana.id, the_session()),
        "ending all": lambda: session_services.end_all(ana.id),
        "closing the account": lambda: services.deactivate(ana.id),
        "a new password": change,
    }
    for name, end in ends.items():
        services.reactivate(ana.id)
        client.delete_cookie("session")
        sign_in(client, ANA, factories.PASSWORD, remember="y")
        thief = copied(app, client)
        assert is_signed_in(thief), name
        end()
        assert not is_signed_in(thief), name
        services.reactivate(ana.id)
        assert not is_signed_in(thief), f"{name}: an account that is opened again opens no old session"


def test_a_new_password_keeps_only_the_browser_that_set_it(app: Flask, client: FlaskClient) -> None:
    factories.member("ana")
    sign_in(client, ANA, factories.PASSWORD, remember="y")
    thief, before = copied(app, client), the_cookie(client)
    fill_in(client, "/auth/change", password=factories.PASSWORD, new_password=OTHER_PASSWORD)
    assert is_signed_in(client)
    assert not is_signed_in(thief)
    assert the_cookie(client) != before
    assert db.session.execute(sa.select(DeviceSession.is_remembered)).scalar_one() is True


def test_what_is_over_is_removed_and_what_lives_stays(app: Flask, client: FlaskClient) -> None:
    ana = factories.member("ana")
    now = clock.now()
    with transaction() as session:
        for idle, age in ((29, 40), (31, 40), (1, 91)):
            device = KnownDevice(member_id=ana.id, key_digest=f"{idle}", first_seen_at=now, last_seen_at=now)
            session.add(device)
            session.flush()
            session.add(
                DeviceSession(
                    member_id=ana.id,
                    key_digest=f"{idle}",
                    device_id=device.id,
                    how="password",
                    browser="",
                    network="",
                    is_remembered=True,
                    started_at=now - timedelta(days=age),
                    last_seen_at=now - timedelta(days=idle),
                    proved_at=now,
                )
            )
        for days in (364, 366):
            then = now - timedelta(days=days)
            session.add(KnownDevice(member_id=ana.id, key_digest=f"d{days}", first_seen_at=then, last_seen_at=then))
            session.add(
                SignIn(
                    member_id=ana.id,
                    at=then,
                    how="password",
                    with_second_step=False,
                    is_new_device=False,
                    browser="",
                    network="",
                )
            )
        session.add(
            AddressChange(member_id=ana.id, new_email="x@example.org", seal="x", asked_at=now - timedelta(hours=25))
        )
    session_services.forget_old(now)
    assert db.session.execute(sa.select(DeviceSession.key_digest)).scalars().all() == ["29"]
    assert "d366" not in db.session.execute(sa.select(KnownDevice.key_digest)).scalars().all()
    assert "d364" in db.session.execute(sa.select(KnownDevice.key_digest)).scalars().all()
    assert db.session.execute(sa.select(sa.func.count()).select_from(SignIn)).scalar_one() == 1
    assert db.session.execute(sa.select(sa.func.count()).select_from(AddressChange)).scalar_one() == 0
