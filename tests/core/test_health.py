"""What machines are told about the house."""

from __future__ import annotations

import pytest
from flask import Flask

from gallery.core import jobs, outbox
from gallery.core.clock import FrozenClock
from gallery.core.db import db, transaction
from gallery.core.settings import Settings
from tests.factories import NOON
from tests.inspection import InspectingClient


def test_a_living_process_says_so_without_its_database(
    app: Flask, client: InspectingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:////nowhere/at/all.db"
    assert client.get("/healthz").json == {"alive": True}


@pytest.mark.database
def test_a_house_that_is_in_order_is_ready(client: InspectingClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["ready"], answer.get_json()["database"]) == (200, True, "ready")


@pytest.mark.database
def test_a_database_that_is_behind_is_not_ready(client: InspectingClient) -> None:
    with transaction() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["database"]) == (503, "not migrated")


@pytest.mark.sqlite
def test_a_database_that_cannot_be_reached_is_not_ready(
    app: Flask, client: InspectingClient, settings: Settings
) -> None:
    db.session.remove()
    db.engine.dispose()
    (settings.data_dir / "gallery.db").rename(settings.data_dir / "away")
    (settings.data_dir / "gallery.db").mkdir()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["database"]) == (503, "unreachable")


def test_a_clock_that_jumped_is_not_ready(app: Flask, client: InspectingClient) -> None:
    app.extensions["clock"].jumped_seconds = 3600.0
    app.extensions["clock"].now = lambda: NOON
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["clock_jumped_seconds"]) == (503, 3600.0)


def test_an_operator_accepts_the_new_time(app: Flask, client: InspectingClient) -> None:
    steady = app.extensions["clock"]
    steady._offset -= 3600
    before = steady.now()
    assert client.get("/readyz").status_code == 503
    said = app.test_cli_runner().invoke(args=["clock", "accept"]).output
    assert "3600" in said
    assert client.get("/readyz").status_code == 200
    assert (steady.now() - before).total_seconds() > 3590


def test_the_worker_and_the_outbox_are_told(app: Flask, client: InspectingClient) -> None:
    app.extensions["clock"] = FrozenClock(NOON)
    assert client.get("/readyz").get_json()["worker_seconds"] is None
    jobs.beat()
    with transaction():
        outbox.put("nobody", "1", {})
    app.extensions["clock"].tick(seconds=90)
    told = client.get("/readyz").get_json()
    assert (told["worker_seconds"], told["outbox_waiting_seconds"]) == (90.0, 90.0)


def test_who_finds_a_hole_learns_where_to_write(client: InspectingClient) -> None:
    text = client.get("/.well-known/security.txt").text
    assert "Contact: mailto:info@artgallery-ccips.com\n" in text
    assert "Expires: " in text
