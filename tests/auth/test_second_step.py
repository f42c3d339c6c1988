"""The second step at sign-in: codes once, within a step of drift, and nothing else opens (A5, 6.3.3, 6.5.1, 6.5.5)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gallery.auth import factor_rules, factors
from gallery.auth.models import Member
from gallery.core import clock
from tests import factories
from tests.auth.doors import fill_in, is_signed_in, sign_in, token_of

ANA = "ana@example.org"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def frozen(app: Flask) -> clock.FrozenClock:
    app.extensions["clock"] = clock.FrozenClock(factories.NOON)
    return app.extensions["clock"]


@pytest.fixture
def ana(frozen: clock.FrozenClock) -> Member:
    made = factories.member("ana")
    factors.place_app(made.id, SECRET, step=-1, now=clock.now())
    return made


def code(steps: int = 0) -> str:
    return factor_rules.app_code(SECRET, factor_rules.step_at(clock.now()) + steps)


def answer(client: FlaskClient, typed: str, **more: str):
    return fill_in(client, "/auth/second-step", code=typed, by="app", **more)


def test_a_password_alone_opens_nothing(client: FlaskClient, ana: Member) -> None:
    led = sign_in(client, ANA, next="/account/profile")
    assert led.status_code == 303
    assert led.location == "/auth/second-step?next=/account/profile"
    assert not is_signed_in(client)
    done = answer(client, code(), next="/account/profile")
    assert done.location == "/account/profile"
    assert is_signed_in(client)
