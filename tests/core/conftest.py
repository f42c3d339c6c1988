"""Fixtures for the ground floor."""

from __future__ import annotations

import pytest
from flask import Flask

from gallery.core import health
from gallery.core.db import db, transaction


@pytest.fixture
def migrated(app: Flask) -> None:
    """The tables of the tests are made at once; say that they are what the migrations make."""
    with transaction() as session:
        connection = session.connection()
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
        connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{health.newest_revision()}')")  # noqa: S608
    db.session.remove()
