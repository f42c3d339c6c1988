"""The database: its base class, the one way to write, and what must wait for the commit.

SQLite runs with WAL and `synchronous=FULL`, so an acknowledged commit survives a power cut (I3). Its writers
queue at one lock for the whole box before `BEGIN IMMEDIATE`: SQLite's own busy wait is unfair and lets a bidder
starve for over a second (docs/decisions/0002). PostgreSQL locks rows instead.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolEmpty
from sqlalchemy.orm import DeclarativeBase, Session, registry

from gallery.core.errors import Unavailable
from gallery.core.settings import Settings
from gallery.core.writelock import WriteLock

log = logging.getLogger(__name__)

BUSY_SECONDS = 5
"""How long anything waits: for a connection, for the write lock, for a locked row. Then: 503, "not recorded"."""
SERVER_PATIENCE = {
    "lock_timeout": BUSY_SECONDS * 1000,
    "idle_in_transaction_session_timeout": 15_000,
    "tcp_user_timeout": 2 * BUSY_SECONDS * 1000,
}
"""Milliseconds, told to PostgreSQL at the start of each session."""
AFTER_COMMIT = "after_commit"
WRITER = "writer"
CONNECTION = "connection"


class UTCDateTime(sa.TypeDecorator[datetime]):
    """An aware UTC datetime in Python and in the database; a naive one is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime: say in which zone it is")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of all tables."""

    __table__: ClassVar[sa.Table]

    registry = registry(
        type_annotation_map={datetime: UTCDateTime, int: sa.BigInteger().with_variant(sa.Integer, "sqlite")},
        metadata=sa.MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


def init_app(app: Flask, settings: Settings) -> None:
    """Bind the database of the settings to the application."""
    address = app.config["SQLALCHEMY_DATABASE_URI"] = _with_driver(settings.database_url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_timeout": BUSY_SECONDS} | (
        {"connect_args": {"timeout": BUSY_SECONDS}, "pool_size": 64, "max_overflow": 64}
        if settings.on_sqlite
        else {"connect_args": _patience(address), "pool_pre_ping": True, "pool_size": 32, "max_overflow": 32}
    )
    db.init_app(app)
    if settings.on_sqlite:
        lock_dir = settings.data_dir / "run"
        lock_dir.mkdir(parents=True, exist_ok=True)
        app.extensions["write_lock"] = WriteLock(lock_dir / "write.lock", BUSY_SECONDS)
        with app.app_context():
            event.listen(db.engine, "connect", _open_sqlite)
            event.listen(db.engine, "begin", _begin_sqlite)


@contextmanager
def transaction() -> Iterator[Session]:
    """Run one unit of work: all of it is stored, or none of it.

    A unit opened inside another joins it. What `after_commit` collected runs once the rows are
    durable; if one of those callbacks fails, it is logged and the work stays done.
    Raises Unavailable when its turn does not come in time: nothing was written then.
    """
    session = db.session()
    if in_transaction():
        yield session
        return
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("unsaved changes were made outside of a unit of work")
    session.rollback()  # Ends the reading before it: a snapshot can't become a writer in SQLite.
    waiting: list[Callable[[], object]] = []
    try:
        _become_writer(session)
        session.info[AFTER_COMMIT] = waiting
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop(AFTER_COMMIT, None)
    for callback in waiting:
        try:
            callback()
        except Exception:
            log.exception("a callback failed after its commit")


def in_transaction() -> bool:
    """Whether a unit of work is open."""
    return AFTER_COMMIT in db.session().info


def after_commit(callback: Callable[[], object]) -> None:
    """Have `callback` run once the running unit of work is durable, or never."""
    db.session().info[AFTER_COMMIT].append(callback)


def connection_of(session: Session) -> Connection:
    """The connection of the session's transaction, which begins if none runs.

    What `session.connection()` gives; it looks for the engine anew each time, and a bid has some twenty statements.
    """
    running: Connection | None = session.info.get(CONNECTION)
    return running or session.connection()


def driver_failed(connection: Connection, cursor: Any, sql: str, parameters: Any, failed: Any) -> Exception:
    """What SQLAlchemy would raise for an error of the driver; a connection that is lost is used no more."""
    dialect, lost = connection.dialect, False
    if cursor is not None:
        cursor.close()
        driver: Any = connection.connection.dbapi_connection
        lost = dialect.is_disconnect(failed, driver, cursor)
    if lost:
        connection.invalidate(failed)
    hidden = connection.engine.hide_parameters
    wrapped: Any = DBAPIError.instance(sql, parameters, failed, dialect.loaded_dbapi.Error, hidden, lost, dialect)
    raised: Exception = wrapped
    return raised


def on_postgresql() -> bool:
    """Whether the house runs on PostgreSQL (else: SQLite)."""
    return db.engine.dialect.name == "postgresql"


def _with_driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1) if url.startswith("postgresql://") else url


def _patience(address: str) -> dict[str, str | int]:
    """How long PostgreSQL and its connections wait; what the operator wrote into the address overrules it.

    A session that holds a row and says nothing more, or whose box is gone, is ended by the server.
    """
    asked = make_url(address).query
    options = [f"-c {name}={milliseconds}" for name, milliseconds in SERVER_PATIENCE.items()]
    written = asked.get("options", ())
    options += [written] if isinstance(written, str) else written  # The last one counts.
    ours: dict[str, str | int] = {"connect_timeout": BUSY_SECONDS, "tcp_user_timeout": 2 * BUSY_SECONDS * 1000}
    return {name: value for name, value in ours.items() if name not in asked} | {"options": " ".join(options)}


def _open_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin by itself: it would do so too late, and never IMMEDIATE.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "mmap_size=268435456",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITER)
    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"
    # On the driver's own connection: SQLAlchemy takes longer over one word than SQLite over a bid's statement.
    driver: Any = connection.connection.driver_connection
    try:
        for heard in connection.engine.dispatch.before_cursor_execute:
            heard(connection, None, begin, (), None, False)
        driver.execute(begin)
    except sqlite3.Error as failed:
        raise driver_failed(connection, None, begin, (), failed) from failed


def _become_writer(session: Session) -> None:
    try:
        if on_postgresql():
            session.connection()
            return
        _take_lock(session)
        session.connection(execution_options={WRITER: True})
    except PoolEmpty as empty:
        raise Unavailable from empty


def _take_lock(session: Session) -> None:
    lock: WriteLock = current_app.extensions["write_lock"]
    lock.acquire()
    session.info[WRITER] = lock


@event.listens_for(Session, "before_flush")
def _let_libraries_write(session: Session, _context: Any, _instances: Any) -> None:
    """A library that writes through the session by itself (sign-in) queues like everyone else.

    Its reading ends here and its writing begins, since a reader that turns writer is refused by
    SQLite when anybody wrote in between.
    """
    if WRITER in session.info or not _is_sqlite(session.get_bind()):
        return
    connection = session.connection()
    _take_lock(session)
    connection.exec_driver_sql("COMMIT")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@event.listens_for(Session, "after_begin")
def _note(session: Session, _transaction: Any, connection: Connection) -> None:
    session.info[CONNECTION] = connection


@event.listens_for(Session, "after_transaction_create")
@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, _transaction: Any) -> None:
    # Within a savepoint too, whose first use of the connection is what sets it.
    session.info.pop(CONNECTION, None)


@event.listens_for(Session, "after_transaction_end")
def _release(session: Session, transaction: Any) -> None:
    if transaction.parent is None and (lock := session.info.pop(WRITER, None)):
        lock.release()


def _is_sqlite(bind: Engine | Connection) -> bool:
    return bind.dialect.name == "sqlite"
