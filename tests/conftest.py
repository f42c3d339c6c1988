"""Fixtures for the whole suite: an application on a fresh database, a client that inspects pages, real services.

`app` stands on SQLite, or on PostgreSQL with `--database=postgresql` (or GALLERY_TEST_DATABASE). Tests marked
`database` run on both unless one is asked for; `--database=both` runs every test that touches the database twice.
"""

from __future__ import annotations

import gc
import ipaddress
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from playwright.sync_api import BrowserContext

from gallery import create_app
from gallery.core import health, mail
from gallery.core.clock import FrozenClock
from gallery.core.db import db
from gallery.core.settings import Settings
from tests import factories
from tests.inspection import InspectingClient
from tests.services import chromium, house, once, postgresql, redis, smtp
from tests.services.log import Lines
from tests.services.missing import tests_by_missing_part
from tests.services.smtp import Postbox

DATABASES = ("sqlite", "postgresql")
# Fixed, so that every process of a test reads what another wrote.
KEYS = {
    "GALLERY_ENV": "test",
    "GALLERY_SECRET_KEY": "of-the-tests-and-of-nothing-else-0123456789",
    "GALLERY_ENCRYPTION_KEYS": "dGhlLXRlc3RzLW9mLXRoZS1nYWxsZXJ5LW9ubHkhISE=",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=[*DATABASES, "both"],
        default=os.environ.get("GALLERY_TEST_DATABASE") or None,
        help="run on this database (default: SQLite, and both for tests marked `database`)",
    )


def pytest_configure() -> None:
    hypothesis.settings.register_profile("house", deadline=None)  # On a busy machine, slow is not wrong.
    hypothesis.settings.load_profile("house")
    sys.addaudithook(refuse_the_world)
    once.install()


def pytest_collection_finish() -> None:
    """Keep what was imported and collected out of every later search for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" not in metafunc.fixturenames:
        return
    marked = metafunc.definition.get_closest_marker
    wanted = metafunc.config.getoption("--database")
    if marked("sqlite"):
        wanted = "sqlite"
    elif wanted is None:
        wanted = "both" if marked("database") else "sqlite"
    kinds = DATABASES if wanted == "both" else (wanted,)
    if kinds != ("sqlite",):
        metafunc.parametrize("database_kind", kinds, indirect=True)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = tests_by_missing_part(terminalreporter.stats.get("skipped", []))
    for part, names in skipped.items():
        terminalreporter.write_line(f"Skipped for want of {part}: {len(names)} tests", yellow=True)
        for name in names:
            terminalreporter.write_line(f"  {name}")


def refuse_the_world(event: str, arguments: tuple[Any, ...]) -> None:
    """Let no test reach beyond this machine: nothing here may depend on, or trouble, a stranger's server."""
    if event in {"socket.connect", "socket.sendto"} and isinstance(arguments[1], tuple):
        host = str(arguments[1][0])
    elif event == "socket.getaddrinfo" and arguments[0]:
        host = arguments[0].decode() if isinstance(arguments[0], bytes) else str(arguments[0])
    else:
        return
    if host not in {"localhost", "0.0.0.0", "::"} and not is_loopback(host):  # noqa: S104  Nothing is bound here.
        raise PermissionError(f"a test reached for {host}")


def is_loopback(host: str) -> bool:
    """Whether a literal address is of this machine."""
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


# The application and its database


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite` or `postgresql`."""
    kind: str = getattr(request, "param", "sqlite")
    return kind


def make_tables() -> None:
    """Make all tables at once, and say that they are what the migrations make, which tests/house proves."""
    db.create_all()
    stamp()


def stamp() -> None:
    """Say that the tables are those of the newest migration."""
    with db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
        connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{health.newest_revision()}')")  # noqa: S608


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty gallery's SQLite file, made once and copied for each test."""
    directory = tmp_path_factory.mktemp("template")
    with create_app(Settings.from_environ(KEYS | {"GALLERY_DATA_DIR": str(directory)})).app_context():
        make_tables()
        # Empties the write-ahead log into the file that is going to be copied.
        db.session.connection().exec_driver_sql("COMMIT")
        db.session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.session.remove()
        db.engine.dispose()
    return directory / "gallery.db"


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgresql.Postgres]:
    """A PostgreSQL server for the session."""
    with postgresql.running() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: postgresql.Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of an empty gallery's database, made once and copied for tests."""
    name = postgres.create()
    environ = KEYS | {
        "GALLERY_DATA_DIR": str(tmp_path_factory.mktemp("template")),
        "GALLERY_DATABASE_URL": postgres.url(name),
    }
    with create_app(Settings.from_environ(environ)).app_context():
        make_tables()
        db.session.remove()
        db.engine.dispose()
    return name


@pytest.fixture
def postgres_url(postgres: postgresql.Postgres, postgres_template: str) -> Iterator[str]:
    """A fresh PostgreSQL database with the gallery's tables, in SQLAlchemy's notation."""
    name = postgres.lend(postgres_template)
    yield postgres.url(name)
    postgres.give_back(name, postgres_template)


@pytest.fixture
def empty_postgres_url(postgres: postgresql.Postgres) -> Iterator[str]:
    """A fresh PostgreSQL database with nothing in it, for migrations."""
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def environ(
    request: pytest.FixtureRequest, tmp_path: Path, database_kind: str, sqlite_template: Path
) -> dict[str, str]:
    """The `GALLERY_*` variables of a house with an empty database: for `app` here and for a server's process."""
    directory = tmp_path / "gallery"
    directory.mkdir()
    (directory / "static").symlink_to(sqlite_template.with_name("static"))  # Compressed once, not for each test.
    variables = KEYS | {"GALLERY_DATA_DIR": str(directory)}
    if database_kind == "postgresql":
        return variables | {"GALLERY_DATABASE_URL": request.getfixturevalue("postgres_url")}
    shutil.copy(sqlite_template, directory / "gallery.db")
    return variables


@pytest.fixture
def settings(environ: dict[str, str]) -> Settings:
    """The settings of the house under test."""
    return Settings.from_environ(environ)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application with an empty database, and its context open: factories and services can be called at once."""
    made = create_app(settings)
    made.test_client_class = InspectingClient
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> InspectingClient:
    """A visitor's browser without JavaScript, which inspects every page it gets."""
    made = app.test_client()
    assert isinstance(made, InspectingClient)
    return made


@pytest.fixture
def stopped(app: Flask) -> FrozenClock:
    """The house's clock, at noon until a test moves it."""
    clock = app.extensions["clock"] = FrozenClock(factories.NOON)
    return clock


@pytest.fixture
def live_server(environ: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., house.LiveHouse]]:
    """Start gunicorn on the same database as `app`: `live_server(workers=2, threads=8, **more_environment)`.

    With `worker=True` also the worker that delivers messages.
    """
    started: list[house.LiveHouse] = []

    def start(*, workers: int = 1, threads: int = 16, worker: bool = False, **variables: str) -> house.LiveHouse:
        log = tmp_path / f"house-{len(started)}.log"
        started.append(house.LiveHouse(environ | variables, log, workers=workers, threads=threads))
        started[-1].start(with_worker=worker)
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def log() -> Iterator[Lines]:
    """The log, from before the first line."""
    handler = Lines()
    logging.root.addHandler(handler)
    yield handler
    logging.root.removeHandler(handler)


# Services


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis server for the session."""
    with redis.running(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The address of an empty Redis."""
    from redis import Redis

    with Redis.from_url(redis_server) as connection:
        connection.flushall()
    return redis_server


@pytest.fixture(scope="session")
def smtp_server() -> Iterator[smtp.Postbox]:
    """An SMTP server for the session."""
    with smtp.running() as postbox:
        yield postbox


@pytest.fixture(name="smtp")
def empty_smtp(smtp_server: smtp.Postbox) -> smtp.Postbox:
    """An SMTP server with an empty postbox: `smtp.url`, `smtp.messages`, `smtp.to(address)`."""
    smtp_server.clear()
    return smtp_server


@pytest.fixture
def by_smtp(app: Flask, settings: Settings, smtp: Postbox) -> Postbox:
    """The house of `app` sends its mails to the server `smtp`, and not into files."""
    mail.init_app(app, replace(settings, mail_url=smtp.url))
    return smtp


# Browser: pytest-playwright's `page`, `context` and `browser` with Debian's Chromium


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return browser_type_launch_args | chromium.launch_options()


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args | {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}}


@pytest.fixture
def context(context: BrowserContext) -> BrowserContext:
    """A browser's context with little patience: a page that takes ten seconds is broken."""
    context.set_default_timeout(10_000)
    return context
