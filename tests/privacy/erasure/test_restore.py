"""A backup from before an erasure brings nobody back: the journal is replayed before anybody is served (P-40, case 28).

Twenty drills here, five hundred in `make soak`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from gallery import create_app
from gallery.auth.models import Member
from gallery.core import backup, clock
from gallery.core.db import db
from gallery.core.settings import Settings
from gallery.privacy.erasure import drill, journal, services
from gallery.privacy.requests import services as requests
from gallery.privacy.requests.models import PrivacyRequest
from gallery.privacy.requests.rules import Channel, Kind
from tests import factories
from tests.bidding.books import faults
from tests.core.test_backup import leave
from tests.privacy.erasure.cast import erase, member_row, sold_lot
from tests.services import postgresql

ROOT = Path(__file__).parents[3]
DRILLS = 20


@pytest.fixture(autouse=True)
def postgresql_s_programs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """pg_dump and psql of the server's own release come first."""
    if request.getfixturevalue("database_kind") == "postgresql":
        programs = postgresql.find_programs(tmp_path, None)
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


def addresses() -> set[str]:
    db.session.rollback()
    return set(db.session.execute(sa.select(Member.email)).scalars())


def brought_back(app: Flask, archive: Path) -> None:
    """Restore an archive into the house that is running here."""
    leave(app)
    backup.restore(archive, force=True)


@pytest.mark.database
def test_a_restored_backup_forgets_again_who_was_erased_after_it(app: Flask, tmp_path: Path) -> None:
    sol, ana, ben = (factories.member(name) for name in ("sol", "ana", "ben"))
    lot_id = sold_lot(sol.id, ana.id, ben.id)
    archive = tmp_path / "backup.tar.gz"
    backup.back_up(archive)
    ben_id = ben.id
    erase(ben_id)
    brought_back(app, archive)
    assert member_row(ben_id) is None
    assert "ben@example.org" not in addresses()
    assert "ana@example.org" in addresses()
    assert faults(lot_id) == []


@pytest.mark.database
def test_a_replayed_erasure_takes_along_what_was_asked_from_the_mailbox(app: Flask) -> None:
    """P-39, P-40: a backup also brings back a request that somebody made without signing in."""
    ben = factories.member("ben")
    asked = {"words": "What do you know of me?", "language": "en", "now": clock.now()}
    mine = requests.open_request(Kind.ACCESS, Channel.EMAIL, email=ben.email, **asked)
    other = requests.open_request(Kind.ACCESS, Channel.EMAIL, email="awa@example.org", **asked)
    key = db.session.execute(sa.select(Member.erasure_key).where(Member.id == ben.id)).scalar_one()
    db.session.rollback()
    assert services.replay({key}, clock.now()) == 1
    left = list(db.session.scalars(sa.select(PrivacyRequest.ref)))
    assert (mine in left, other in left) == (False, True)


@pytest.mark.slow
@pytest.mark.sqlite
def test_twenty_drills(app: Flask, tmp_path: Path) -> None:
    """Each time another member is erased, and another backup from before it is put back."""
    assert drills(app, tmp_path / "backup.tar.gz", DRILLS) == []
    assert len(journal.read()) == DRILLS


def drills(app: Flask, archive: Path, number: int) -> list[str]:
    """So many drills, one after another in the same house; what was wrong."""
    wrong = []
    sol, ana = factories.member("sol").id, factories.member("ana").id
    lots = []
    for turn in range(number):
        name = f"drilled{turn}"
        gone = factories.member(name).id
        if turn < 3:
            lots.append(sold_lot(sol, ana, gone))
        backup.back_up(archive)
        erase(gone)
        brought_back(app, archive)
        wrong += [f"drill {turn}: {one} is back" for one in addresses() if one.startswith("drilled")]
    return wrong + [fault for lot in lots for fault in faults(lot)]


@pytest.mark.sqlite
def test_the_house_serves_nobody_before_the_journal_is_replayed(
    app: Flask, settings: Settings, environ: dict[str, str], tmp_path: Path
) -> None:
    """Somebody copied the old database back by hand: the first request of the next process sees to it."""
    ana = factories.member("ana").id
    db.session.remove()
    db.session.connection().exec_driver_sql("SELECT 1")
    backup.back_up(tmp_path / "backup.tar.gz")
    erase(ana)
    leave(app)
    shutil.unpack_archive(tmp_path / "backup.tar.gz", tmp_path / "old")
    for name in ("gallery.db-wal", "gallery.db-shm"):
        (settings.data_dir / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "old" / "gallery.db", settings.data_dir / "gallery.db")
    again = create_app(Settings.from_environ(environ))
    with again.app_context():
        assert "ana@example.org" in addresses()
        assert again.test_client().get("/healthz").status_code == 200
        assert "ana@example.org" not in addresses()
        db.session.remove()
        db.engine.dispose()


@pytest.mark.sqlite
def test_nobody_is_served_while_the_journal_cannot_be_replayed(
    app: Flask, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.member("ana")
    journal.append(["0" * 32])
    monkeypatch.setattr(services.journal, "unapplied", lambda _keys: 1 / 0)
    again = create_app(Settings.from_environ(environ))
    again.testing = again.config["TESTING"] = False
    again.config["PROPAGATE_EXCEPTIONS"] = False
    for _ in range(2):
        assert again.test_client().get("/healthz").status_code == 500


def test_the_journal_holds_random_keys_and_survives_a_cut_line(app: Flask) -> None:
    """P-40: nothing in it is of a member, and what a power cut left unfinished costs no other line."""
    ana, ben = factories.member("ana"), factories.member("ben")
    keys = [ana.erasure_key, ben.erasure_key]
    erase(ana.id)
    with journal.path().open("a") as file:
        file.write("0123456789abcdef")
    erase(ben.id)
    assert journal.read() == journal.recorded() == set(keys)
    assert set(journal.path().read_text().split()) - set(keys) == {"0123456789abcdef"}
    assert journal.path().stat().st_mode & 0o077 == 0


def test_each_box_has_the_journal(app: Flask) -> None:
    """An erasure that began on another box reaches this box's file within a run of the worker."""
    journal.record(["a" * 32])
    assert journal.read() == set()
    journal.keep_up()
    assert journal.read() == {"a" * 32}


def test_what_a_restore_put_aside_goes_with_the_next_erasure(app: Flask, settings: Settings) -> None:
    """It is a copy of the whole house in its own data directory."""
    kept = settings.data_dir / "before-restore-20260101T000000"
    kept.mkdir()
    (kept / "gallery.db").write_bytes(b"ana@example.org")
    erase(factories.member("ana").id)
    assert not kept.exists()


@pytest.mark.slow
def test_the_quarterly_drill_as_the_operator_runs_it(
    request: pytest.FixtureRequest, database_kind: str, app: Flask, environ: dict[str, str], tmp_path: Path
) -> None:
    """P-51: one command, in a place of its own; a house in which a chain is cut does not pass."""
    sol, ana, ben = (factories.member(name) for name in ("sol", "ana", "ben"))
    sold_lot(sol.id, ana.id, ben.id)
    archive = tmp_path / "backup.tar.gz"
    backup.back_up(archive)
    erase(ben.id)
    db.session.remove()
    argv = [sys.executable, "-m", "flask", "--app", str(ROOT / "wsgi.py"), "drill", "run", str(archive)]
    if database_kind == "postgresql":
        argv += ["--database", request.getfixturevalue("empty_postgres_url")]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GALLERY_")}
    done = subprocess.run(argv, env=kept | environ, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "came back whole" in done.stdout
    assert drill.check().faults == ()
    db.session.execute(sa.text("DELETE FROM receipt WHERE seq = 1"))
    db.session.commit()
    assert drill.check().faults == ("chain of lot 1",)
