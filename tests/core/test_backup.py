"""A backup that is taken under writes comes back whole, and nothing is restored that should not be (Q3, P-51)."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from gallery import create_app
from gallery.account.models import Profile
from gallery.auth.models import Member
from gallery.core import backup, dumps, outbox
from gallery.core.db import db, transaction
from gallery.core.settings import Settings
from tests import factories
from tests.services import postgresql

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def postgresql_s_programs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """pg_dump and psql of the server's own release come first."""
    if request.getfixturevalue("database_kind") == "postgresql":
        programs = postgresql.find_programs(tmp_path, None)
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


def by_command(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command as the operator does."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GALLERY_")}
    argv = [sys.executable, "-m", "flask", "--app", str(ROOT / "wsgi.py"), *arguments]
    return subprocess.run(argv, env=kept | environ, capture_output=True, text=True, cwd=ROOT, timeout=60)


def restore(environ: dict[str, str], archive: Path, *, force: bool = False) -> backup.Manifest:
    """Put an archive into the house of these variables, as a process of its own would."""
    app = create_app(Settings.from_environ(environ))
    with app.app_context():
        try:
            return backup.restore(archive, force=force)
        finally:
            leave(app)


def leave(app: Flask) -> None:
    """End what the process holds of the house's database."""
    db.session.remove()
    db.engine.dispose()
    shown = app.extensions["in_use"]
    while shown:
        shown.pop().close()


@pytest.fixture
def elsewhere(
    request: pytest.FixtureRequest, database_kind: str, environ: dict[str, str], tmp_path: Path
) -> dict[str, str]:
    """The variables of a second house with nothing in it."""
    (tmp_path / "second").mkdir()
    variables = environ | {"GALLERY_DATA_DIR": str(tmp_path / "second")}
    if database_kind == "postgresql":
        variables["GALLERY_DATABASE_URL"] = request.getfixturevalue("empty_postgres_url")
    return variables


def contents(environ: dict[str, str]) -> tuple[int, list[str], list[str]]:
    """How many members a house has, its messages' keys, and its members' phones."""
    app = create_app(Settings.from_environ(environ))
    with app.app_context():
        members = db.session.execute(sa.select(sa.func.count(Member.id))).scalar_one()
        keys = sorted(db.session.execute(sa.select(outbox.OutboxMessage.key)).scalars())
        phones = list(db.session.execute(sa.select(Profile.phone)).scalars())
        leave(app)
    return members, keys, phones


@pytest.mark.database
def test_a_backup_under_writes_is_consistent_and_comes_back(
    app: Flask, environ: dict[str, str], elsewhere: dict[str, str], settings: Settings, tmp_path: Path
) -> None:
    factories.member("ana")
    (settings.data_dir / "files").mkdir()
    (settings.data_dir / "files" / "wave.jpg").write_bytes(b"a wave")
    stop = threading.Event()

    def write() -> None:
        # Two rows a transaction: a backup that splits one is not consistent.
        number = 0
        with app.app_context():
            while not stop.is_set():
                with transaction():
                    outbox.put("test", f"{number}:a", {})
                    outbox.put("test", f"{number}:b", {})
                number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        manifests = [backup.back_up(tmp_path / f"{number}.tar.gz") for number in range(3)]
    finally:
        stop.set()
        writer.join()
    assert manifests[0].keys == backup.fingerprints(settings)
    assert (tmp_path / "2.tar.gz").stat().st_mode & 0o077 == 0
    with tarfile.open(tmp_path / "2.tar.gz") as archive:
        assert not [name for name in archive.getnames() if name.startswith("keys")]

    restore(elsewhere, tmp_path / "2.tar.gz")
    members, keys, phones = contents(elsewhere)
    assert (members, phones) == (1, ["+221338643007"])
    assert keys
    assert len(keys) % 2 == 0
    assert Path(elsewhere["GALLERY_DATA_DIR"], "files", "wave.jpg").read_bytes() == b"a wave"


@pytest.mark.database
def test_a_house_with_members_is_replaced_only_by_force_and_kept(
    app: Flask, environ: dict[str, str], tmp_path: Path
) -> None:
    factories.member("ana")
    archive = tmp_path / "backup.tar.gz"
    backup.back_up(archive)
    factories.member("ben")
    leave(app)
    with pytest.raises(backup.RestoreRefusedError, match="has members"):
        restore(environ, archive)
    assert contents(environ)[0] == 2
    restore(environ, archive, force=True)
    assert contents(environ)[0] == 1
    (kept,) = Path(environ["GALLERY_DATA_DIR"]).glob("before-restore-*")
    assert (kept / (dumps.POSTGRESQL if "GALLERY_DATABASE_URL" in environ else dumps.SQLITE)).exists()


@pytest.mark.database
def test_a_running_house_is_never_replaced(app: Flask, environ: dict[str, str], tmp_path: Path) -> None:
    factories.member("ana")
    archive = tmp_path / "backup.tar.gz"
    backup.back_up(archive)
    db.session.execute(sa.select(Member.id)).all()
    with pytest.raises(backup.RestoreRefusedError, match="running"):
        restore(environ, archive, force=True)


@pytest.mark.sqlite
def test_what_a_house_wrote_before_it_died_does_not_leak_into_the_restored_one(
    app: Flask, environ: dict[str, str], tmp_path: Path
) -> None:
    factories.member("ana")
    archive = tmp_path / "backup.tar.gz"
    backup.back_up(archive)
    factories.member("ben")
    log = Path(environ["GALLERY_DATA_DIR"], "gallery.db-wal")
    left = log.read_bytes()
    leave(app)
    log.write_bytes(left)  # As a killed process leaves it.
    restore(environ, archive, force=True)
    assert contents(environ)[0] == 1


@pytest.mark.sqlite
def test_a_damaged_archive_is_refused(
    app: Flask, environ: dict[str, str], elsewhere: dict[str, str], tmp_path: Path
) -> None:
    factories.member("ana")
    archive = tmp_path / "backup.tar.gz"
    backup.back_up(archive)
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(archive.read_bytes()[:-200])
    other = tmp_path / "other.tar.gz"
    with tarfile.open(archive) as whole:
        whole.extractall(tmp_path / "out", filter="data")
    with (tmp_path / "out" / dumps.SQLITE).open("r+b") as file:
        file.seek(5000)
        file.write(b"x" * 100)
    with tarfile.open(other, "w:gz") as changed:
        for path in (tmp_path / "out").iterdir():
            changed.add(path, path.name)
    for one, why in ((cut, "not a whole backup"), (other, "damaged"), (Path(__file__), "not a whole backup")):
        with pytest.raises(backup.RestoreRefusedError, match=why):
            restore(elsewhere, one, force=True)
    assert not Path(elsewhere["GALLERY_DATA_DIR"], dumps.SQLITE).exists()


def test_an_archive_whose_keys_are_missing_is_refused(app: Flask, elsewhere: dict[str, str], tmp_path: Path) -> None:
    factories.member("ana")
    backup.back_up(tmp_path / "backup.tar.gz")
    stranger = elsewhere | {"GALLERY_ENCRYPTION_KEYS": "c29tZS1vdGhlci1rZXktb2YtdGhpcnR5LXR3by1ieXQ="}
    with pytest.raises(backup.RestoreRefusedError, match="GALLERY_ENCRYPTION_KEYS"):
        restore(stranger, tmp_path / "backup.tar.gz")


def test_the_operator_s_two_commands(
    app: Flask, environ: dict[str, str], elsewhere: dict[str, str], tmp_path: Path
) -> None:
    factories.member("ana")
    archive = str(tmp_path / "backup.tar.gz")
    made = by_command(environ, "backup", archive)
    assert made.returncode == 0, made.stderr
    done = by_command(elsewhere, "restore", archive)
    assert done.returncode == 0, done.stderr
    assert contents(elsewhere)[0] == 1


def test_the_keys_come_along_only_when_asked_for(app: Flask, settings: Settings, tmp_path: Path) -> None:
    (settings.data_dir / "keys").mkdir(exist_ok=True)
    (settings.data_dir / "keys" / "encryption_keys").write_text("k")
    assert "keys/encryption_keys" not in backup.back_up(tmp_path / "1.tar.gz").checksums
    assert "keys/encryption_keys" in backup.back_up(tmp_path / "2.tar.gz", with_keys=True).checksums
