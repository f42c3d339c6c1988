"""The journal of erasures: which rows are to be erased again if an older backup brings them back (P-40).

One random key a line, appended and synchronised before the first row is removed. The file lies beside the database and
is in no backup, so that a restore finds it; the table of the same keys is in the database, from which each box copies
it, so that one that is lost takes nothing along. Neither names a member: the key is in his row alone.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gallery.auth.models import Member
from gallery.core import settings
from gallery.core.db import db, on_postgresql, transaction
from gallery.privacy.erasure.models import JournalEntry

NAME = "erasures.journal"
AT_ONCE = 500
_KEY = re.compile(r"[0-9a-f]{32}")


def path() -> Path:
    """Where the file lies."""
    return settings.current().data_dir / NAME


def read() -> set[str]:
    """The keys in the file. A last line that a power cut left unfinished is no key: nothing was removed for it."""
    try:
        text = path().read_text()
    except FileNotFoundError:
        return set()
    return {line for line in text.splitlines() if _KEY.fullmatch(line)}


def append(keys: Iterable[str]) -> None:
    """Write keys into the file, those that are not in it; they are on the disk when this returns."""
    handle = os.open(path(), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        missing = sorted(set(keys) - read())
        if missing:
            # Begins with a line feed: a line that was cut off stays a line of its own.
            file.write("".join(f"\n{key}" for key in missing) + "\n")
            file.flush()
            os.fsync(file.fileno())
    folder = os.open(path().parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # The name itself, the first time.
    finally:
        os.close(folder)


def recorded() -> set[str]:
    """The keys in the database."""
    return set(db.session().execute(sa.select(JournalEntry.erasure_key)).scalars())


def record(keys: Iterable[str]) -> None:
    """Write keys into the database, those that are not in it."""
    insert = (postgresql.insert if on_postgresql() else sqlite.insert)(JournalEntry)
    with transaction() as session:
        for key in sorted(keys):
            session.execute(insert.values(erasure_key=key).on_conflict_do_nothing(index_elements=["erasure_key"]))


def keep_up() -> None:
    """Have the file of this box say what the database says: erasures may have begun on another."""
    if missing := recorded() - read():
        append(missing)


def unapplied(keys: Iterable[str]) -> list[int]:
    """The members whom a backup has brought back although they are erased."""
    found: list[int] = []
    wanted = sorted(keys)
    for place in range(0, len(wanted), AT_ONCE):
        some = wanted[place : place + AT_ONCE]
        query = sa.select(Member.id).where(Member.erasure_key.in_(some), ~Member.is_erased)
        found += db.session().execute(query).scalars()
    return found
