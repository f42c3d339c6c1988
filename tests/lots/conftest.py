"""The clock of a house whose lots begin and end when a test says so."""

from __future__ import annotations

import pytest
from flask import Flask

from gallery.core.clock import FrozenClock
from tests import factories


@pytest.fixture
def stopped(app: Flask) -> FrozenClock:
    """The house's clock, at noon until a test moves it."""
    clock = app.extensions["clock"] = FrozenClock(factories.NOON)
    return clock
