"""A whole database as one file and back: SQLite by its own online copy, PostgreSQL by pg_dump and psql."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from gallery.core.settings import Settings

SQLITE = "gallery.db"
POSTGRESQL = "gallery.dump"


class ToolError(Exception):
    """A program that is needed is missing or failed; the message says which and how."""


def kind(settings: Settings) -> str:
    """`sqlite` or `postgresql`."""
    return "sqlite" if settings.on_sqlite else "postgresql"


def dump(settings: Settings, work: Path) -> Path:
    """Write one consistent state of the database into a file under `work`, while others write."""
    if settings.on_sqlite:
        copy = work / SQLITE
        with closing(sqlite3.connect(_sqlite_path(settings))) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)  # In one step: readers of a write-ahead log see one state and hold up nobody.
        return copy
    copy = work / POSTGRESQL
    _run(settings, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={copy}")
    return copy


def revision(settings: Settings, copy: Path) -> str | None:
    """At which migration a dump stands."""
    if settings.on_sqlite:
        with closing(sqlite3.connect(copy)) as connection:
            return _revision(connection)
    engine = sa.create_engine(_url(settings))
    try:
        with engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    finally:
        engine.dispose()


def load(settings: Settings, work: Path, kept: Path) -> None:
    """Put the dump under `work` in the database's place at one instant; what was there is left in `kept`."""
    if settings.on_sqlite:
        _load_sqlite(_sqlite_path(settings), work / SQLITE, kept)
        return
    if has_tables(settings):
        _run(settings, "pg_dump", "--format=custom", "--no-owner", f"--file={kept / POSTGRESQL}")
    script = work / "gallery.sql"
    _run(settings, "pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(work / POSTGRESQL), at=None)
    empty = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
    options = ("--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1")
    _run(settings, "psql", *options, f"--command={empty}", f"--file={script}")


def has_tables(settings: Settings) -> bool:
    """Whether there is a gallery in the database at all."""
    return _ask(settings, "SELECT count(*) FROM information_schema.tables WHERE table_name = 'member'") == 1


def column(settings: Settings, table: str, name: str) -> list[str]:
    """What a column of text holds, read without the application's connections; nothing where there is no such table."""
    if settings.on_sqlite and not _sqlite_path(settings).exists():
        return []
    engine = sa.create_engine(settings.database_url if settings.on_sqlite else _url(settings), poolclass=sa.NullPool)
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table(table):
            return []
        return list(connection.execute(sa.select(sa.column(name)).select_from(sa.table(table))).scalars())


def has_members(settings: Settings) -> bool:
    """Whether somebody has an account in the database."""
    if settings.on_sqlite:
        path = _sqlite_path(settings)
        if not path.exists():
            return False
        with closing(sqlite3.connect(path)) as connection:
            named = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'member'").fetchone()[0]
            return bool(named and connection.execute("SELECT count(*) FROM member").fetchone()[0])
    return has_tables(settings) and bool(_ask(settings, "SELECT count(*) FROM member"))


def others_connected(settings: Settings) -> bool:
    """Whether somebody else is connected to the database (on SQLite a file lock tells)."""
    if settings.on_sqlite:
        return False
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    return bool(_ask(settings, query))


def _load_sqlite(place: Path, new: Path, kept: Path) -> None:
    with closing(sqlite3.connect(new)) as connection:
        if connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise ToolError("The archive's database is damaged.")
        connection.execute("PRAGMA journal_mode=WAL")
    if place.exists():
        with closing(sqlite3.connect(place)) as connection:
            # Else the old write-ahead log would be read into the new file.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode=DELETE")
        os.link(place, kept / SQLITE)
    with new.open("rb") as file:
        os.fsync(file.fileno())
    new.replace(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _revision(connection: sqlite3.Connection) -> str | None:
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
        return None
    found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return found[0] if found else None


def _ask(settings: Settings, query: str) -> int:
    engine = sa.create_engine(_url(settings), poolclass=sa.NullPool)
    with engine.connect() as connection:
        found: int = connection.execute(sa.text(query)).scalar_one()
    return found


def _sqlite_path(settings: Settings) -> Path:
    return Path(sa.make_url(settings.database_url).database or "")


def _url(settings: Settings) -> sa.URL:
    return sa.make_url(settings.database_url).set(drivername="postgresql+psycopg")


def _run(settings: Settings, program: str, *arguments: str, at: str | None = "--dbname") -> None:
    path = shutil.which(program)
    if path is None:
        raise ToolError(f"{program} is not installed (Debian: apt-get install postgresql-client).")
    url = _url(settings).set(drivername="postgresql")
    where = [f"{at}={url.set(password=None).render_as_string(hide_password=False)}"] if at else []
    environ = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    done = subprocess.run([path, *where, *arguments], env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ToolError(f"{program} failed: {done.stderr.strip()[-500:]}")
