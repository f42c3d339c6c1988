"""Encrypted columns: what lies in the database, what is refused, and how keys change (P-51, 13.3.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from flask import Flask

from gallery.account.models import Profile
from gallery.core import crypto
from gallery.core.db import db, transaction
from gallery.core.outbox import OutboxMessage
from gallery.core.settings import Settings
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.database

STORED = sa.type_coerce(Profile.__table__.c.phone, sa.Text)


def stored_phone(member_id: int) -> str:
    return db.session.execute(sa.select(STORED).where(Profile.member_id == member_id)).scalar_one()


def use_keys(app: Flask, settings: Settings, *keys: str) -> None:
    crypto.init_app(app, replace(settings, encryption_keys=keys))


def test_the_database_holds_no_plain_value(app: Flask) -> None:
    ana = factories.member("ana")
    assert "338643007" not in stored_phone(ana.id)
    profile = db.session.get_one(Profile, ana.id)
    assert profile.phone == "+221338643007"
    assert profile.born_on == date(1990, 5, 17)


def test_a_value_moved_into_another_column_is_refused(app: Flask) -> None:
    ana = factories.member("ana")
    with transaction() as session:
        session.execute(sa.update(Profile).values({Profile.street: sa.type_coerce(Profile.phone, sa.Text)}))
    with pytest.raises(crypto.UnreadableError, match=r"belongs to profile\.phone"):
        db.session.execute(sa.select(Profile.street).where(Profile.member_id == ana.id)).scalar_one()


def test_a_value_that_was_tampered_with_is_refused(app: Flask) -> None:
    token = crypto.seal("profile.phone", "+221")
    with pytest.raises(crypto.UnreadableError):
        crypto.unseal("profile.phone", token[:-6] + "AAAAA=")


def test_keys_change_without_a_pause_and_the_old_one_may_go(app: Flask, settings: Settings) -> None:
    old, new = settings.encryption_keys[0], Fernet.generate_key().decode()
    people = [factories.member(name).id for name in ("ana", "ben", "sol")]
    with transaction() as session:
        session.add(
            OutboxMessage(
                kind="mail",
                key="1",
                payload={"to": "x"},
                not_before=NOON,
                created_at=NOON,
            )
        )
    before = stored_phone(people[0])

    use_keys(app, settings, new, old)
    db.session.remove()
    assert db.session.get_one(Profile, people[0]).phone == "+221338643007", "both keys open while they are both named"
    result = app.test_cli_runner().invoke(args=["keys", "rotate"])
    assert result.exit_code == 0, result.output
    assert "profile.phone: 3" in result.output
    assert "outbox_message.payload: 1" in result.output
    db.session.remove()
    assert stored_phone(people[0]) != before

    use_keys(app, settings, new)
    db.session.remove()
    assert {db.session.get_one(Profile, one).phone for one in people} == {"+221338643007"}
    assert db.session.execute(sa.select(OutboxMessage.payload)).scalar_one() == {"to": "x"}

    use_keys(app, settings, old)
    db.session.remove()
    with pytest.raises(crypto.UnreadableError):
        db.session.get_one(Profile, people[0])


def test_rotation_goes_on_over_many_batches(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [factories.member(f"bidder{number}").id for number in range(7)]
    new = Fernet.generate_key().decode()
    use_keys(app, settings, new, *settings.encryption_keys)
    monkeypatch.setattr("gallery.core.cli.BATCH", 2)
    assert "profile.phone: 7" in app.test_cli_runner().invoke(args=["keys", "rotate"]).output
    use_keys(app, settings, new)
    db.session.remove()
    assert all(db.session.get_one(Profile, one).phone for one in people)


def test_a_blind_index_finds_equals_and_differs_by_column(app: Flask) -> None:
    assert crypto.blind_index("profile.phone", "1") == crypto.blind_index("profile.phone", "1")
    assert crypto.blind_index("profile.phone", "1") != crypto.blind_index("profile.street", "1")
    assert crypto.blind_index("profile.phone", "1") != crypto.blind_index("profile.phone", "2")
