"""Ana and her day, for the pages of an account."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gallery.core import clock
from tests import factories
from tests.account.people import NOW


@pytest.fixture
def ana(app: Flask, client: FlaskClient) -> int:
    """Ana's number; she is signed in, has no profile yet, reads English, and today is 23 November 2026."""
    app.extensions["clock"] = clock.FrozenClock(NOW)
    made = factories.member("ana", profile=False)
    factories.sign_in(client, made)
    client.get("/account/?lang=en")
    return made.id
