"""A stream ends with the session that opened it, within five seconds; a visitor's goes on (H-08, 7.4)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from gallery.auth import services
from gallery.auth.models import Member
from gallery.auth.sessions import queries as session_queries
from gallery.auth.sessions import services as session_services
from gallery.auth.sessions.models import DeviceSession
from gallery.auth.sessions.queries import Living
from gallery.bidding.services import place_bid
from gallery.core.db import db
from tests import factories
from tests.live.reader import EventReader, eventually
from tests.services.house import LiveHouse

SECONDS = 5.0


def cookie_of(app: Flask, who: Member) -> dict[str, str]:
    client = app.test_client()
    factories.sign_in(client, who)
    found = client.get_cookie("session")
    assert found is not None
    return {"Cookie": f"session={found.value}"}


def test_a_stream_ends_with_its_session_and_others_go_on(app: Flask, live_server: Callable[..., LiveHouse]) -> None:
    ana, ben, cem = (factories.member(name) for name in ("ana", "ben", "cem"))
    lot = factories.open_lot()
    house = live_server(workers=2, threads=24)
    address = f"{house.url}/lots/{lot}/live?since=0"
    readers = {who: EventReader(address, cookie_of(app, who)) for who in (ana, ben, cem)}
    visitor = EventReader(address)
    everybody = [*readers.values(), visitor]
    assert [reader.status for reader in everybody] == [200] * 4
    time.sleep(SECONDS)
    assert [reader.ended_at for reader in everybody] == [None] * 4, "who may watch is not cut off"

    began = time.monotonic()
    session_services.end_all(ana.id)
    services.deactivate(ben.id)
    for who in (ana, ben):
        assert eventually(lambda who=who: readers[who].ended_at, seconds=SECONDS)
        assert (readers[who].ended_at or 0) - began < SECONDS
    db.session.rollback()
    place_bid(lot, cem.id, 100_00, "key-of-the-first-bid")
    for reader in (readers[cem], visitor):
        assert reader.reaches(1, seconds=SECONDS)
    assert readers[ana].versions == readers[ben].versions == []
    again = EventReader(address, cookie_of(app, ana))
    assert again.reaches(1), "who comes back watches as everybody may"
    for reader in (*everybody, again):
        reader.close()


def test_a_thousand_watchers_cost_the_database_one_question(app: Flask) -> None:
    ana = factories.member("ana")
    for _ in range(30):
        factories.session_key(ana)
    numbers = list(db.session.execute(sa.select(DeviceSession.id)).scalars())
    for number in numbers:
        assert session_queries.is_alive(number)
    said: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _u, statement, *_rest: said.append(statement))
    time.sleep(session_queries.FRESH_SECONDS)
    began = time.monotonic()
    for number in numbers * 40:
        assert session_queries.is_alive(number)
    lasted = time.monotonic() - began
    asked = [one for one in said if "device_session" in one]
    assert len(asked) <= 1 + lasted / session_queries.FRESH_SECONDS


@pytest.mark.database
def test_what_ended_is_dead_a_quarter_of_a_second_later(app: Flask) -> None:
    ana, ada = factories.member("ana"), factories.member("ada", roles=["admin"])
    for who in (ana, ana, ada):
        factories.session_key(who)
    mine, kept, hers = db.session.execute(sa.select(DeviceSession.id).order_by(DeviceSession.id)).scalars()
    living = Living()
    assert [living.has(number) for number in (mine, kept, hers, 999)] == [True, True, True, False]
    session_services.end(ana.id, mine)
    services.deactivate(ada.id)
    time.sleep(session_queries.FRESH_SECONDS)
    assert [living.has(number) for number in (mine, kept, hers)] == [False, True, False]


def test_streams_in_many_threads_ask_together(app: Flask) -> None:
    ana = factories.member("ana")
    factories.session_key(ana)
    number = db.session.execute(sa.select(DeviceSession.id)).scalar_one()
    living, answers = Living(), []

    def ask() -> None:
        with app.app_context():
            answers.append(living.has(number))

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert answers == [True] * 20
