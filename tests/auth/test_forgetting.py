"""What signing in keeps for a while is gone when its time is over, by the clock alone (P-53)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from gallery import jobs
from gallery.auth.address import services as address_change
from gallery.auth.address.models import AddressChange
from gallery.auth.sessions.models import Attempt, DeviceSession
from gallery.auth.throttle import attempts
from gallery.auth.throttle import rules as throttle_rules
from gallery.auth.throttle.attempts import Scope
from gallery.core.clock import FrozenClock
from gallery.core.db import db
from tests import factories

KEPT = (AddressChange, Attempt, DeviceSession)


def left() -> list[int]:
    db.session.rollback()
    return [db.session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() for table in KEPT]


@pytest.mark.database
def test_the_clock_removes_what_is_over_and_nothing_before(app: Flask) -> None:
    time = app.extensions["clock"] = FrozenClock(factories.NOON)
    now = time.at
    ana = factories.member("ana")
    factories.session_key(ana)
    address_change.ask(ana.id, "ana@example.com", "en", now=now)
    attempts.count(Scope("sign-in, network", "192.0.2.1", throttle_rules.NARROW_NETWORK), now=now)
    jobs.forget_passed()
    assert left() == [1, 1, 1]
    time.tick(days=2)
    jobs.forget_passed()
    assert left() == [0, 0, 1], "an unused session outlives two days"
    time.tick(days=29)
    jobs.forget_passed()
    assert left() == [0, 0, 0]
