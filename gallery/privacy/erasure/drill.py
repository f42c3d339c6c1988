"""The restore drill: whether the latest backup comes back whole, with nobody in it who was erased since (P-51, P-40).

It does what an operator would do on a new machine, with the same command and in a place of its own, and then looks at
what stands there. A backup that nobody has ever restored is a hope.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from gallery.auth.models import Member
from gallery.bidding import queries as bidding
from gallery.bidding import receipts
from gallery.core import health, settings
from gallery.core.db import db, on_postgresql
from gallery.lots.models import Lot
from gallery.privacy.erasure import journal


class DrillError(Exception):
    """The backup did not come back; the message says what the operator must look at."""


@dataclass(frozen=True)
class Found:
    """What stands in a restored house."""

    members: int
    lots: int
    faults: tuple[str, ...]
    """What is wrong, as codes; nothing names a member."""


def run(archive: Path, database_url: str | None) -> str:
    """Restore an archive into a place of its own and check it there; what the check says. Raises DrillError."""
    current = settings.current()
    if not current.on_sqlite and database_url is None:
        raise DrillError("On PostgreSQL name an empty database of its own: --database postgresql://…")
    with tempfile.TemporaryDirectory(prefix="drill-") as made:
        place = Path(made)
        keys = ",".join(current.encryption_keys)
        environ = os.environ | {
            "GALLERY_DATA_DIR": made,
            "GALLERY_DATABASE_URL": database_url or "",
            "GALLERY_SECRET_KEY": current.secret_key,
            "GALLERY_ENCRYPTION_KEYS": keys,
        }
        # On a new machine too the journal comes from where the old one kept it, or from another box.
        if journal.path().exists():
            shutil.copy(journal.path(), place / journal.NAME)
        _flask(environ, "restore", str(archive), *(("--force",) if database_url else ()))
        return _flask(environ, "drill", "check")


def check() -> Found:
    """Look at the house in which this runs: schema, references, chains of receipts, and who should not be there."""
    session = db.session()
    faults = []
    with db.engine.connect() as connection:
        if health.current_revision(connection) != health.newest_revision():
            faults.append("schema")
        if not on_postgresql() and connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
            faults.append("references")
    if journal.unapplied(journal.read() | journal.recorded()):
        faults.append("erased members are back")
    lots = session.execute(sa.select(Lot.id, Lot.version).order_by(Lot.id)).all()
    for lot_id, version in lots:
        chain = bidding.chain(lot_id)
        whole = receipts.verify(((one.body, one.digest) for one in chain), lot=lot_id) is None
        if not whole or len(chain) != version:
            faults.append(f"chain of lot {lot_id}")
    members = session.execute(sa.select(sa.func.count()).select_from(Member)).scalar_one()
    return Found(members, len(lots), tuple(faults))


def _flask(environ: dict[str, str], *arguments: str) -> str:
    argv = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    done = subprocess.run(argv, env=environ, cwd=current_app.root_path, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DrillError(f"{arguments[0]} failed: {done.stderr.strip()[-500:]}")
    return done.stdout.strip()
