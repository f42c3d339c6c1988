"""Statements made once: they behave as SQLAlchemy's own, in its transactions and in its errors (ADR 55)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError, IntegrityError

from gallery.core import clock
from gallery.core.db import UTCDateTime, connection_of, db, on_postgresql, transaction
from gallery.core.prepared import Prepared

tables = sa.MetaData()
frame = sa.Table(
    "prepared_frame",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.String, unique=True),
    sa.Column("hung_at", UTCDateTime),
)
ADD = Prepared(sa.insert(frame).returning(frame.c.id, frame.c.hung_at))
COUNT = Prepared(sa.select(sa.func.count()).select_from(frame))

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def frames(app: Flask) -> Iterator[None]:
    tables.create_all(db.engine)
    yield
    db.session.rollback()
    tables.drop_all(db.engine)


def add(title: str) -> object:
    return ADD.first(db.session(), {"title": title, "hung_at": clock.now()})


def test_what_is_written_can_be_returned_as_python_knows_it() -> None:
    now = clock.now()
    with transaction() as session:
        row = ADD.first(session, {"title": "Sous-verre", "hung_at": now})
        assert row._fields == ("id", "hung_at")
        assert row.hung_at == now
        assert ADD.value(session, {"title": "Baguette", "hung_at": now}) == row.id + 1


def add_and_fail() -> None:
    with transaction():
        add("lost")
        raise ZeroDivisionError


def backend_that_was_ended() -> int:
    """The number of the server's process that was ended while a unit of work had its connection."""
    with transaction() as session:
        backend = session.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
        with db.engine.connect() as other:
            other.execute(sa.text("SELECT pg_terminate_backend(:gone, 5000)"), {"gone": backend})
        with pytest.raises(DBAPIError) as lost:
            COUNT.value(session, {})
        assert lost.value.connection_invalidated
        db.session.rollback()
    return int(backend)


def test_it_belongs_to_the_unit_of_work_and_goes_with_it() -> None:
    """Each unit has a connection of its own; what the one before it had is not asked."""
    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    assert COUNT.value(db.session(), {}) == 0
    with transaction():
        add("kept")
    assert COUNT.value(db.session(), {}) == 1
    before = connection_of(db.session())
    db.session.rollback()
    assert connection_of(db.session()) is db.session().connection()
    assert connection_of(db.session()) is not before


def test_a_point_to_go_back_to_ends_within_the_same_transaction() -> None:
    with transaction() as session:
        add("kept")
        point = session.begin_nested()
        add("taken back")
        point.rollback()
        assert COUNT.value(session, {}) == 1
        assert connection_of(session) is session.connection()
    assert COUNT.value(db.session(), {}) == 1


def test_an_error_of_the_driver_is_raised_as_sqlalchemy_would() -> None:
    with transaction():
        add("once")
    with pytest.raises(IntegrityError) as refused, transaction():
        add("once")
    assert "prepared_frame" in str(refused.value.statement)
    assert COUNT.value(db.session(), {}) == 1


def test_a_connection_that_is_lost_is_used_no_more(app: Flask) -> None:
    """The server went away: the error says so, and the next unit of work has another connection."""
    if not on_postgresql():
        pytest.skip("SQLite is in the process; there is no connection to lose")
    gone = backend_that_was_ended()
    with transaction() as session:
        assert session.execute(sa.text("SELECT pg_backend_pid()")).scalar_one() != gone
        assert COUNT.value(session, {}) == 0


def test_it_refuses_what_only_sqlalchemy_can_fill_in() -> None:
    """A list in an IN, written as a list, would have another shape for each length."""
    statement = Prepared(sa.select(sa.literal(1)).where(sa.literal("a").in_(["a", "b"])))
    with pytest.raises(TypeError, match="SQLAlchemy"):
        statement.first(db.session(), {})
