"""The real services that the other tests lean on do start, answer and forget."""

from __future__ import annotations

import smtplib
import socket
import urllib.request
from collections.abc import Callable

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page

from gallery.core.db import db
from tests.services.house import LiveHouse
from tests.services.postgresql import Postgres, shape
from tests.services.process import listens
from tests.services.smtp import Postbox


@pytest.mark.database
def test_the_house_stands_on_a_database_of_its_own(app: Flask, database_kind: str) -> None:
    assert db.engine.dialect.name == database_kind
    assert sa.inspect(db.engine).get_table_names()


@pytest.mark.parametrize("_turn", range(2))
def test_each_test_gets_an_empty_postgresql(empty_postgres_url: str, _turn: int) -> None:
    with psycopg.connect(empty_postgres_url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE kept (id int)")


def test_a_postgresql_that_is_lent_again_is_as_it_was_made(postgres: Postgres, postgres_template: str) -> None:
    """Rows are gone, numbers start anew, no old connection leads into it."""
    lent = postgres.lend(postgres_template)
    with psycopg.connect(plain(postgres, lent)) as fresh:
        as_made = contents(fresh)
    with psycopg.connect(plain(postgres, lent), autocommit=True) as left_open:
        for _ in range(2):
            left_open.execute("INSERT INTO role (name) VALUES (gen_random_uuid())")
        left_open.execute("BEGIN; SELECT * FROM role FOR UPDATE")
        assert contents(left_open) != as_made
        postgres.give_back(lent, postgres_template)
        again = postgres.lend(postgres_template)
        with pytest.raises(psycopg.OperationalError):
            left_open.execute("SELECT 1")
    assert again != lent
    with psycopg.connect(plain(postgres, again)) as connection:
        assert contents(connection) == as_made
        connection.execute("INSERT INTO role (name) VALUES ('first')")
        assert connection.execute("SELECT id FROM role").fetchall() == [(1,)]
        connection.rollback()
    postgres.give_back(again, postgres_template)


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE kept (id int)",
        "ALTER TABLE role ADD COLUMN kept int",
        "ALTER TABLE member DISABLE TRIGGER ALL",
        "DROP TABLE role CASCADE",
    ],
)
def test_a_postgresql_whose_tables_were_changed_is_lent_to_nobody(
    postgres: Postgres, postgres_template: str, change: str
) -> None:
    lent = postgres.lend(postgres_template)
    with psycopg.connect(plain(postgres, lent)) as connection:
        shape_as_made = shape(connection)
        connection.execute(change)
    postgres.give_back(lent, postgres_template)
    with psycopg.connect(plain(postgres, next_one := postgres.lend(postgres_template))) as connection:
        assert shape(connection) == shape_as_made
    postgres.give_back(next_one, postgres_template)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(plain(postgres, lent))


def plain(postgres: Postgres, name: str) -> str:
    return postgres.url(name).replace("+psycopg", "")


def contents(connection: psycopg.Connection) -> dict[str, object]:
    """How many rows each table has, and where each sequence stands."""
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    rows = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone() for (name,) in tables}  # noqa: S608  Of the schema.
    numbers = connection.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1").fetchall()
    return {"rows": rows, "numbers": numbers}


@pytest.mark.parametrize("_turn", range(2))
def test_each_test_gets_an_empty_redis(redis_url: str, _turn: int) -> None:
    from redis import Redis

    with Redis.from_url(redis_url) as redis:
        assert redis.dbsize() == 0
        redis.set("kept", "no")


def test_the_postbox_keeps_what_is_sent(smtp: Postbox) -> None:
    host, port = smtp.url.removeprefix("smtp://").split(":")
    with smtplib.SMTP(host, int(port)) as server:
        server.sendmail("sol@example.org", "ana@example.org", "To: ana@example.org\nSubject: sold\n\nYes.")
    assert [message["Subject"] for message in smtp.to("ana@example.org")] == ["sold"]


def test_the_browser_draws_a_page(page: Page) -> None:
    page.set_content("<h1>Les peintures</h1>")
    assert page.get_by_role("heading").text_content() == "Les peintures"


def test_no_test_reaches_the_world() -> None:
    with pytest.raises(PermissionError), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))
    with pytest.raises(PermissionError):
        socket.getaddrinfo("example.org", 80)


@pytest.mark.database
def test_the_house_itself_runs_on_the_same_database(app: Flask, live_server: Callable[..., LiveHouse]) -> None:
    house = live_server(workers=2)
    with urllib.request.urlopen(f"{house.url}/healthz") as answer:
        assert answer.status == 200
    house.kill()
    assert not listens(house.port)
    house.start()
    assert listens(house.port)
