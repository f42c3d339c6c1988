"""Backup and restore: one archive with the database, the files, and a manifest of checksums (Q3, P-51).

A backup is taken while the house runs. The keys are left out unless asked for: an archive that is found by somebody
then opens no encrypted column. The manifest names the keys it needs by a fingerprint.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from alembic.util import CommandError
from flask import Flask, current_app
from flask_migrate import upgrade
from sqlalchemy import event

from gallery.core import clock, dumps, health, settings
from gallery.core.db import db
from gallery.core.settings import Settings

FORMAT = 1
MANIFEST = "manifest.json"
FOLDERS = ("files",)
"""Folders of the data directory that a backup holds."""
KEYS = "keys"


Carrier = Callable[[Settings], Callable[[], object]]
"""Called before a restore replaces anything; what it gives is called once the restored database stands."""
CARRIERS: list[Carrier] = []
"""What must outlive a restore although no backup holds it: the floors above add to it."""


class RestoreRefusedError(Exception):
    """The archive is not restored; the message says why, and nothing was changed."""


@dataclass(frozen=True)
class Manifest:
    """What an archive says of itself."""

    format: int
    made_at: str
    database: str
    """`sqlite` or `postgresql`: an archive goes back into the kind it came from."""
    revision: str | None
    keys: list[str]
    """Fingerprints of the encryption keys that were in use."""
    checksums: dict[str, str]
    """SHA-256 of each member of the archive."""


def init_app(app: Flask, settings: Settings) -> None:
    """Let a process that uses the database be seen by `restore`."""
    # The list and not the application: an engine that knew its application would keep it alive for ever.
    shown: list[IO[bytes]] = []
    app.extensions["in_use"] = shown
    with app.app_context():
        event.listen(db.engine, "connect", lambda *_connection: _show_use(shown, settings))


def back_up(target: Path, *, with_keys: bool = False) -> Manifest:
    """Write an archive to `target`, readable by its owner only; it is there as a whole or not at all."""
    current = settings.current()
    with tempfile.TemporaryDirectory(dir=current.data_dir, prefix=".backup-") as made:
        work = Path(made)
        dump = dumps.dump(current, work)
        revision = dumps.revision(current, dump)
        paths = {dump.name: dump}
        for folder in (*FOLDERS, *((KEYS,) if with_keys else ())):
            paths |= _below(current.data_dir, folder)
        beside = target.with_name(f".{target.name}.partial")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz") as archive:
                # The database first and files after it: a file is there before the row that names it.
                checksums = {name: _add(archive, name, path) for name, path in paths.items()}
                manifest = Manifest(
                    FORMAT, clock.now().isoformat(), dumps.kind(current), revision, fingerprints(current), checksums
                )
                written = work / MANIFEST
                written.write_text(json.dumps(asdict(manifest), indent=1))
                archive.add(written, MANIFEST)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    return manifest


def restore(source: Path, *, force: bool = False) -> Manifest:
    """Put an archive in the place of what is there, and bring it to this release's schema.

    Raises RestoreRefusedError for an archive that is damaged or not for this house, while the house
    runs, and for a house that has members unless `force`. What was there is kept in `before-restore`.
    """
    current = settings.current()
    with tempfile.TemporaryDirectory(dir=current.data_dir, prefix=".restore-") as made, _alone(current):
        work = Path(made)
        manifest = _unpacked(source, work)
        _check_fits(manifest, current, force=force)
        if not force and dumps.has_members(current):
            raise RestoreRefusedError("This house has members. To replace them by those of the archive, use --force.")
        carried = [carrier(current) for carrier in CARRIERS]
        kept = current.data_dir / f"before-restore-{clock.now():%Y%m%dT%H%M%S}"
        kept.mkdir(mode=0o700)
        dumps.load(current, work, kept)
        for folder in (*FOLDERS, KEYS):
            _swap(work / folder, current.data_dir / folder, kept / folder)
    upgrade(directory=current_app.extensions["migrate"].directory)
    for settle in carried:
        settle()
    return manifest


def fingerprints(current: Settings) -> list[str]:
    """What names the encryption keys without telling them; the keys are random, so a digest gives nothing away."""
    return [hashlib.sha256(key.encode()).hexdigest()[:16] for key in current.encryption_keys]


def _below(root: Path, folder: str) -> dict[str, Path]:
    return {str(path.relative_to(root)): path for path in sorted((root / folder).rglob("*")) if path.is_file()}


def _add(archive: tarfile.TarFile, name: str, path: Path) -> str:
    archive.add(path, name, recursive=False)
    return _digest(path)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unpacked(source: Path, work: Path) -> Manifest:
    try:
        with tarfile.open(source, "r:gz") as archive:
            archive.extractall(work, filter="data")
        manifest = Manifest(**json.loads((work / MANIFEST).read_text()))
    except (tarfile.TarError, EOFError, OSError, ValueError, TypeError) as wrong:
        raise RestoreRefusedError(f"This is not a whole backup of a gallery ({type(wrong).__name__}).") from wrong
    found = {str(path.relative_to(work)): path for path in work.rglob("*") if path.is_file()}
    del found[MANIFEST]
    if {name: _digest(path) for name, path in found.items()} != manifest.checksums:
        raise RestoreRefusedError("The archive is damaged: its contents do not match its checksums.")
    return manifest


def _check_fits(manifest: Manifest, current: Settings, *, force: bool) -> None:
    if manifest.format != FORMAT or manifest.database != dumps.kind(current):
        raise RestoreRefusedError(f"The archive is of a house on {manifest.database}; this one is not, or it is newer.")
    if manifest.revision is None or not _known(manifest.revision):
        raise RestoreRefusedError(f"This release does not know the archive's schema ({manifest.revision}).")
    brings_keys = any(name.startswith(f"{KEYS}/") for name in manifest.checksums)
    if not force and not brings_keys and not set(manifest.keys) & set(fingerprints(current)):
        raise RestoreRefusedError(
            "None of GALLERY_ENCRYPTION_KEYS opens what the archive holds encrypted. Set the keys it was made with,"
            " or use --force to go on without what they protect."
        )


def _known(revision: str) -> bool:
    try:
        return health.scripts().get_revision(revision) is not None
    except CommandError:
        return False


def _swap(new: Path, place: Path, kept: Path) -> None:
    if not new.is_dir():
        return
    if place.exists():
        place.rename(kept)
    new.rename(place)


def _show_use(shown: list[IO[bytes]], current: Settings) -> None:
    """Hold a shared lock as long as the process lives; the kernel frees it, however the process ends."""
    if not shown:
        file = _use_file(current)
        fcntl.flock(file, fcntl.LOCK_SH)
        shown.append(file)


@contextmanager
def _alone(current: Settings) -> Iterator[None]:
    running = RestoreRefusedError("The gallery is running. Stop the web server and the workers first.")
    with _use_file(current) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise running from None
        if dumps.others_connected(current):
            raise running
        yield


def _use_file(current: Settings) -> IO[bytes]:
    path = current.data_dir / "run" / "in-use.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("ab")
