"""Changes of second steps that come at the same moment, on both databases (A5, 6.5.1)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from gallery.auth.factors import queries as factor_queries
from gallery.auth.factors import services as factors
from gallery.auth.factors.models import Authenticator, RecoveryCode
from gallery.auth.passkeys import services as passkey_services
from gallery.auth.passkeys.models import Passkey
from gallery.core import clock
from gallery.core.db import db, transaction
from tests.auth.second_steps import SECRET, code, freeze, with_app

pytestmark = pytest.mark.database


def together(app: Flask, *acts: Callable[[], object]) -> list[object]:
    """What each act gives, or the class of what it raises, when all are done at the same moment."""
    db.session.rollback()
    ready = Barrier(len(acts))

    def one(act: Callable[[], object]) -> object:
        with app.app_context():
            ready.wait()
            try:
                return act()
            except factors.LastFactor as refused:
                return type(refused)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(one, acts))


def test_staff_who_remove_both_factors_at_once_keep_one(app: Flask) -> None:
    now, ada = freeze(app).at, with_app("ada", roles=["admin"])
    with transaction() as session:
        facts = {"public_key": b"y", "sign_count": 0, "name": "phone", "is_synced": False, "added_at": now}
        session.add(Passkey(member_id=ada.id, credential_id=b"x", **facts))
    member_id, passkey_id = ada.id, db.session.query(Passkey.id).scalar()
    outcomes = together(
        app,
        lambda: factors.remove_app(member_id),
        lambda: passkey_services.remove(member_id, passkey_id, now=now),
    )
    assert outcomes.count(factors.LastFactor) == 1
    db.session.rollback()
    assert factor_queries.has_second_step(member_id)


def test_codes_that_are_made_at_once_are_ten(app: Flask) -> None:
    now, member_id = freeze(app).at, with_app("ana").id
    together(app, *[lambda: factors.new_recovery_codes(member_id, now=now)] * 4)
    db.session.rollback()
    assert db.session.query(RecoveryCode).count() == 10


def test_a_first_code_that_is_sent_twice_sets_up_one_app(app: Flask) -> None:
    freeze(app)
    member_id, now, typed = with_app("ana", SECRET[::-1]).id, clock.now(), code()
    made = together(app, *[lambda: factors.add_app(member_id, SECRET, typed, session_id=0, now=now)] * 2)
    db.session.rollback()
    assert db.session.query(Authenticator).one().secret == SECRET
    assert sorted(len(codes) for codes in made) == [0, 10]
