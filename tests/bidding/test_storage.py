"""A full disk, a locked or a broken database: said honestly, nothing recorded, and the same form works later (D4).

The faults are real: a database file that may not grow, a lock that another process holds, a lost server.
"""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from gallery.core import writelock
from gallery.core.access import public
from gallery.core.db import SERVER_PATIENCE, db, transaction
from gallery.core.errors import Unavailable
from tests import factories
from tests.bidding.books import everything, faults, rows
from tests.bidding.test_bid_views import Browser, value_of

HOLDER = """
import fcntl, sys
with open(sys.argv[1], "r+") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
"""
ROW_HOLDER = """
import sys, psycopg
with psycopg.connect(sys.argv[1]) as connection:
    connection.execute("SELECT id FROM lot FOR UPDATE")
    print("held", flush=True)
    sys.stdin.read()
"""
SQLITE_HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def lot(app, cast):
    return factories.open_lot(seller=cast["sol"], opening_minor=100_00)


@pytest.fixture
def ana(client, cast, lot):
    factories.sign_in(client, cast["ana"])
    return Browser(client, lot)


@pytest.fixture
def holder():
    """Start a process that holds a lock until it is let go: `holder(program, argument)`."""
    started = []

    def start(program, argument):
        process = subprocess.Popen(
            [sys.executable, "-c", program, argument], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout.readline() == "held\n"

        def let_go():
            process.communicate("")

        return let_go

    yield start
    for process in started:
        process.kill()
        process.communicate()


def assert_not_recorded(ana, before, htmx=False):
    answer = ana.confirm("250", htmx=htmx)
    assert answer.status_code == 503
    assert "not recorded" in answer.text
    assert 'data-reason="unavailable"' in answer.text
    assert (value_of(answer.text, "amount"), value_of(answer.text, "key")) == ("250", "a-key-of-hers")
    assert everything() == before


def assert_recorded_once(ana, lot):
    assert ana.confirm("250").status_code == 303
    assert ana.confirm("250").status_code == 303
    assert [row.maximum_minor for row in rows("bid")] == [250_00]
    assert faults(lot) == []


@pytest.mark.parametrize("htmx", [False, True])
def test_while_another_process_writes_for_too_long_a_bid_is_not_recorded(
    app, ana, lot, holder, monkeypatch, settings, htmx
):
    monkeypatch.setattr(app.extensions["write_lock"], "_seconds", 0.5)
    before = everything()
    let_go = holder(HOLDER, str(settings.data_dir / "run" / "write.lock"))
    assert_not_recorded(ana, before, htmx)
    let_go()
    assert_recorded_once(ana, lot)


def test_while_a_foreign_program_locks_the_database_a_bid_is_not_recorded(app, ana, lot, holder, settings, monkeypatch):
    """Somebody has opened the file with a tool that knows nothing of our queue."""
    before = everything()
    db.session.remove()
    db.engine.dispose()
    from sqlalchemy import event

    event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=300"))
    let_go = holder(SQLITE_HOLDER, str(settings.data_dir / "gallery.db"))
    assert_not_recorded(ana, before)
    let_go()
    assert_recorded_once(ana, lot)


def test_on_a_full_disk_a_bid_is_not_recorded(app, ana, lot):
    """The file may not grow by a page: SQLite answers as it does on a disk without space."""
    before = everything()
    db.session.remove()
    db.engine.dispose()
    from sqlalchemy import event

    def full(connection, _record):
        connection.execute("PRAGMA max_page_count=1")  # Not below what there is: exactly what there is.

    event.listen(db.engine, "connect", full)
    told = 0
    for turn in range(200):  # Until the pages that there are have no room left.
        answer = ana.confirm(str(250 + turn), key=f"a-key-of-hers-{turn}", again=str(250 + turn))
        if answer.status_code == 303:
            continue
        assert (answer.status_code, "not recorded" in answer.text) == (503, True)
        assert value_of(answer.text, "amount") == str(250 + turn)
        told += 1
        key = f"a-key-of-hers-{turn}"
        break
    assert told == 1
    assert before is not None
    assert key not in {row.key for row in rows("bid")}
    assert faults(lot) == []
    event.remove(db.engine, "connect", full)
    db.session.remove()
    db.engine.dispose()
    assert ana.confirm(str(250 + turn), key=key, again=str(250 + turn)).status_code == 303
    assert rows("bid")[-1].key == key
    assert faults(lot) == []


@pytest.mark.parametrize("statement", range(1, 12))
def test_an_error_at_any_statement_of_a_bid_leaves_nothing(app, ana, lot, statement):
    """The 1st, 2nd, 3rd … statement after the lock fails, as on a bad disk, until a bid runs clean (case 10)."""
    from sqlalchemy import event

    from gallery.core.db import in_transaction

    before = everything()
    seen = 0

    def fail(connection, cursor, text, parameters, context, many):
        nonlocal seen
        if in_transaction():
            seen += 1
            if seen == statement:
                raise context.dialect.dbapi.OperationalError("disk I/O error")

    event.listen(db.engine, "before_cursor_execute", fail)
    try:
        answer = ana.confirm("250")
    finally:
        event.remove(db.engine, "before_cursor_execute", fail)
    if seen < statement:
        assert answer.status_code == 303
        return
    assert answer.status_code in (503, 500)
    assert "not recorded" in answer.text
    assert everything() == before
    assert_recorded_once(ana, lot)


def test_the_wait_for_a_lock_has_an_end(app):
    assert 1 <= app.extensions["write_lock"]._seconds <= 10
    assert isinstance(app.extensions["write_lock"], writelock.WriteLock)


@pytest.mark.database
def test_whoever_holds_a_lot_a_bid_is_answered_within_seconds(ana, lot, holder, settings):
    """Somebody has left a session open over the lot's row; on SQLite, another process does not stop writing."""
    before = everything()
    db.session.remove()
    if settings.on_sqlite:
        let_go = holder(HOLDER, str(settings.data_dir / "run" / "write.lock"))
    else:
        let_go = holder(ROW_HOLDER, settings.database_url.replace("+psycopg", ""))
    asked = time.monotonic()
    answer = ana.confirm("250")
    assert time.monotonic() - asked < 7
    assert (answer.status_code, 'data-reason="unavailable"' in answer.text) == (503, True)
    assert value_of(answer.text, "key") == "a-key-of-hers"
    assert everything() == before
    let_go()
    assert_recorded_once(ana, lot)


@pytest.fixture
def no_connection_free(app, ana):
    """All connections are in use. Those who wait for one give up soon."""
    db.session.remove()
    pool = db.engine.pool
    pool._timeout = 0.3
    taken = [db.engine.connect() for _ in range(pool.size() + pool._max_overflow)]

    def let_go():
        while taken:
            taken.pop().close()

    yield let_go
    let_go()


@pytest.mark.database
@pytest.mark.parametrize("address", ["/lots/", "/"])
def test_without_a_free_connection_a_page_says_when_to_come_back(client, no_connection_free, address):
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


@pytest.mark.database
def test_without_a_free_connection_nothing_is_recorded(ana, lot, no_connection_free):
    assert ana.confirm("250").status_code == 503
    with pytest.raises(Unavailable), transaction():
        pytest.fail("there was no connection to write with")
    no_connection_free()
    assert rows("bid") == []
    assert_recorded_once(ana, lot)


@pytest.mark.database
def test_the_server_is_told_how_long_to_wait(app, settings):
    if settings.on_sqlite:
        assert db.session.execute(sa.text("PRAGMA busy_timeout")).scalar_one() == 5000
        return
    told = {name: db.session.execute(sa.text(f"SHOW {name}")).scalar_one() for name in SERVER_PATIENCE}
    assert told["lock_timeout"] == "5s"
    assert told["idle_in_transaction_session_timeout"] == "15s"
    assert db.engine.pool._timeout == 5


@pytest.mark.database
def test_a_session_that_the_server_has_ended_is_no_error_of_ours(app, settings, client):
    """Idle in a transaction for too long: the request that finds its session gone is asked to come again."""
    if settings.on_sqlite:
        return

    @public
    def sleeps():
        db.session.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 200"))
        time.sleep(0.6)
        return str(db.session.execute(sa.text("SELECT 1")).scalar_one())

    app.add_url_rule("/test/sleeps", "sleeps", sleeps)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    assert client.get("/test/sleeps").status_code == 503
    assert client.get("/lots/").status_code == 200
