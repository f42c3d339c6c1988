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
