"""Where a member is named besides his rows: waiting letters, the letterbox, counted tries, copies, SQLite's log.

The queue of wake-ups, the live net and the log hold nothing of members, and the search index only what lots say: that
is seen to by the canaries in the tests and not here.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import sqlalchemy as sa

from gallery.account.models import Company
from gallery.auth.address.models import AddressChange
from gallery.auth.models import Member
from gallery.auth.sessions.models import KnownDevice
from gallery.auth.throttle import attempts
from gallery.core import clock, crypto, mail, settings
from gallery.core.db import db, on_postgresql, transaction
from gallery.core.outbox import OutboxMessage
from gallery.core.outbox import State as Sent

KEPT_COPIES = "before-restore-*"
"""What a restore put aside. It holds the whole house, and serves for the days after the restore only."""
LEFT_OVER = (".backup-*", ".restore-*")
"""What a backup or a restore leaves when it is killed."""
LEFT_OVER_AFTER = timedelta(days=1)
"""No backup takes as long."""


@dataclass(frozen=True)
class Names:
    """By what the member is named outside of rows that refer to him."""

    addresses: frozenset[str]
    """E-mail addresses, in lower case."""
    counted: frozenset[str]
    """For what tries are counted: addresses, with and without a device; his number."""


def names_of(member_id: int) -> Names:
    """Read before anything is removed; what a run that was killed has removed already, it has also cleaned up."""
    session = db.session()
    found: set[str] = set()
    for column, whose in (
        (Member.email, Member.id),
        (AddressChange.new_email, AddressChange.member_id),
        (Company.email, Company.member_id),
    ):
        found.update(session.execute(sa.select(column).where(whose == member_id)).scalars())
    devices = session.execute(sa.select(KnownDevice.key_digest).where(KnownDevice.member_id == member_id)).scalars()
    typed = {one.lower() for one in found}
    with_device = {f"{who} {device}" for device in devices for who in (*typed, member_id)}
    mailboxes = {crypto.blind_index("mailbox", one) for one in typed}
    return Names(frozenset(typed), frozenset({*typed, *with_device, *mailboxes, f"{member_id} "}))


def forget(names: Names) -> None:
    """Remove the member from all places that name him otherwise than by his number."""
    attempts.forget_whose(names.counted)
    _take_back_letters(names.addresses)
    _empty_letterbox(names.addresses)


def _take_back_letters(addresses: Collection[str]) -> None:
    """Remove letters that wait for one of these addresses and name no member; each is opened, since all are sealed."""
    table = OutboxMessage.__table__.c
    query = sa.select(table.id, table.payload).where(table.member_id.is_(None), table.state != Sent.SENT)
    with transaction() as session:
        his = [
            row.id
            for row in session.execute(query)
            if row.payload.get("erasure") is None
            and any(str(said).lower() in addresses for said in row.payload.values())
        ]
        session.execute(sa.delete(OutboxMessage).where(OutboxMessage.id.in_(his)))


def _empty_letterbox(addresses: Collection[str]) -> None:
    """In the demonstration mails lie as files: remove those to the member, those that name an address of his, and those
    to an address that was his once and is nobody's now."""
    directory = mail.files_directory()
    if directory is None or not directory.is_dir():
        return
    letters = {path: _read(path) for path in directory.glob("*.eml")}
    his = {path for path, (to, said) in letters.items() if to in addresses or any(one in said for one in addresses)}
    former = {letters[path][0] for path in his} - set(_taken(letters[path][0] for path in his))
    for path, (to, _said) in letters.items():
        if path in his or to in former:
            path.unlink(missing_ok=True)


def _read(path: Path) -> tuple[str, str]:
    """To whom a letter is, and all that it says, in lower case."""
    try:
        letter = message_from_bytes(path.read_bytes(), policy=policy.default)
    except FileNotFoundError:
        return "", ""
    assert isinstance(letter, EmailMessage)  # noqa: S101  What this policy makes.
    parts = [part.get_content() for part in letter.walk() if part.get_content_maintype() == "text"]
    return str(letter["To"] or "").strip().lower(), "\n".join(map(str, parts)).lower()


def _taken(addresses: object) -> set[str]:
    wanted = [str(one) for one in addresses]  # type: ignore[attr-defined]
    return set(db.session().execute(sa.select(Member.email).where(Member.email.in_(wanted))).scalars())


def remove_copies() -> None:
    """Remove what restores put aside, and what killed backups left."""
    directory = settings.current().data_dir
    for path in directory.glob(KEPT_COPIES):
        shutil.rmtree(path, ignore_errors=True)
    oldest = clock.now().timestamp() - LEFT_OVER_AFTER.total_seconds()
    for pattern in LEFT_OVER:
        for path in directory.glob(pattern):
            if path.stat().st_mtime < oldest:
                shutil.rmtree(path, ignore_errors=True)


def empty_log() -> bool:
    """On SQLite, move the write-ahead log into the database, where what is deleted becomes zeros, and cut it.

    Tells whether it is empty; somebody who is still reading keeps it, and it is tried again. On PostgreSQL vacuuming
    and the archive of its log are the server's own (docs/deploy.md).
    """
    if on_postgresql():
        return True
    db.session().rollback()
    with db.engine.connect() as connection:
        # Not inside a transaction of SQLAlchemy's: the driver's own connection is asked.
        busy, _pages, _moved = connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
