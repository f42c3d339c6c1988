"""Erasing what is not held, path by path of the data map (P-37, P-38).

Each function here is one step: it looks at what is there, in one unit of work, and takes what is free. A run that was
killed between two of them is simply run again from the start. The member's row is locked in each, after the lot's where
there is one, as a bid does: a bid that is under way is seen, or finds no bidder.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.auth.models import NOBODY, Member
from gallery.core import data_map, holds
from gallery.core.audit import AuditEntry
from gallery.core.data_map import Path
from gallery.core.db import db, transaction
from gallery.core.holds import Hold
from gallery.core.outbox import OutboxMessage, State
from gallery.core.personal import Erase
from gallery.lots.models import Lot
from gallery.privacy.erasure.models import Erasure

Held = dict[tuple[str, str], Hold]

OWN = frozenset({Erasure.__tablename__})
"""What says how far the erasure is: it forgets the member with his row."""
STAYS = frozenset({"bid.nonce"})
"""Text under a pseudonym that stays: random, and the lot's books open their public commitments with it (I6, D6)."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""What a stripped row says of when it was made: the same for all."""
STRIPPED: dict[str, Any] = {"active": False, "is_erased": True, "language": "fr", "registered_at": LONG_AGO}
REACHES = frozenset({"email", "language"})
"""What a hold on the member's row keeps of it: where to write to him, and how."""
NAMELESS = "member:erased"
"""What an entry of the audit is about when its member is erased."""

member, lot, audit_entry = Member.__table__, Lot.__table__, AuditEntry.__table__


class UnerasableError(TypeError):
    """The map asks of a column what it cannot do."""


def lots_of(member_id: int) -> list[int]:
    """The lots in which the member has a part under a pseudonym, in no order that tells anything."""
    found: set[int] = set()
    for path in _paths(Erase.PSEUDONYM):
        query = sa.select(lot_column(path.table)).where(path.edge == member_id).distinct()
        found.update(db.session().execute(query).scalars())
    shuffled = list(found)
    secrets.SystemRandom().shuffle(shuffled)
    return shuffled


def part_with(lot_id: int, member_id: int, asked_at: datetime, now: datetime) -> None:
    """One step: give the member's part in a lot to somebody who is nobody, and nobody anywhere else.

    Prices, aliases and the chain of receipts stay as they are. The stand-in is of this lot alone, with a number, an
    address and a date that say nothing, so that no two lots are known to be of one hand.
    """
    with transaction() as session:
        session.execute(sa.select(lot.c.id).where(lot.c.id == lot_id).with_for_update())
        held = _held(session, member_id, asked_at, now)
        stand_in: int | None = None
        for path in _paths(Erase.PSEUDONYM):
            table = path.table
            query = sa.select(*table.primary_key).where(path.edge == member_id, lot_column(table) == lot_id)
            for row in session.execute(query).mappings().all():
                if (table.name, holds.key_of(table, row)) in held:
                    continue
                stand_in = stand_in or _stand_in(session)
                changed: dict[str, Any] = {path.edge.name: stand_in} | {
                    line.column.name: secrets.token_hex(16) for line in path.lines if _is_told(line.column)
                }
                session.execute(sa.update(table).where(*_same(table, row)).values(changed))


def remove(path: Path, member_id: int, asked_at: datetime, now: datetime) -> None:
    """One step: delete or blank what a table holds of the member over a path and nothing holds."""
    if not _is_there(db.session(), path, member_id):
        return  # Most tables hold nothing of most members: who bids must not wait for that.
    with transaction() as session:
        held = _held(session, member_id, asked_at, now)
        free = [path.edge == member_id, *_not(path.table, held)]
        if path.table.name == OutboxMessage.__tablename__ and _row_is_held(member_id, held):
            # He is still told how the bids end that bind him.
            free.append(path.table.c.state.not_in((State.QUEUED, State.LEASED)))
        if fate(path) is Erase.BLANK:
            blank = {line.column.name: blank_of(line.column) for line in path.lines}
            session.execute(sa.update(path.table).where(*free).values(blank))
        else:
            session.execute(sa.delete(path.table).where(*free))


def forget_in_audit(member_id: int) -> None:
    """One step: what was done stays on record, to whom does not."""
    about = audit_entry.c.subject == f"member:{member_id}"
    beside = audit_entry.c.facts["other"].as_integer() == member_id
    with transaction() as session:
        session.execute(sa.update(audit_entry).where(about).values(subject=NAMELESS, facts={}))
        session.execute(
            sa.update(audit_entry)
            .where(audit_entry.c.action.in_(("member.linked", "member.unlinked")), beside)
            .values(facts={})
        )


def let_go(member_id: int, asked_at: datetime, now: datetime) -> list[Hold]:
    """One step: remove the member's row, or strip it if something still leans on it; what is held, is told."""
    with transaction() as session:
        held = _held(session, member_id, asked_at, now)
        if held or _is_leant_on(session, member_id):
            _strip(session, member_id, keeps_address=_row_is_held(member_id, held))
        else:
            session.execute(sa.delete(member).where(member.c.id == member_id))
        return list(held.values())


def _strip(session: Session, member_id: int, *, keeps_address: bool) -> None:
    """Leave of the member's row what a hold needs: a number, and perhaps an address. A row that is bare stays so."""
    here = [member.c.id == member_id]
    here.append(member.c.registered_at != LONG_AGO if keeps_address else member.c.email.not_like(f"%@{NOBODY}"))
    token = secrets.token_hex(16)
    values: dict[str, Any] = {column.name: None for column in member.c if column.nullable}
    values |= STRIPPED | {"fs_uniquifier": token}
    if keeps_address:
        values = {name: value for name, value in values.items() if name not in REACHES}
    else:
        values["email"] = f"{token}@{NOBODY}"
    session.execute(sa.update(member).where(*here).values(values))


def removals() -> Iterator[Path]:
    """The paths that `remove` takes, those first on which no other table leans."""
    for path in reversed(data_map.paths()):
        if path.table is not member and path.table.name not in OWN and fate(path) is not Erase.PSEUDONYM:
            yield path


def blank_of(column: sa.Column[Any]) -> Any:
    """What a column holds that says nothing; raises UnerasableError."""
    if column.nullable:
        return None
    if isinstance(column.type, sa.String | sa.Text):
        return ""
    raise UnerasableError(f"{column} can be neither empty nor null: let its row be deleted")


def lot_column(table: sa.Table) -> sa.Column[int]:
    """The column that says in which lot a pseudonym stands; raises UnerasableError."""
    if table is lot:
        return table.c.id
    if "lot_id" not in table.c:
        raise UnerasableError(f"{table.name} is of no lot: a pseudonym would be one person's everywhere")
    return table.c.lot_id


def needs_address(member_id: int, asked_at: datetime, now: datetime) -> bool:
    """Whether the member has still to be reached."""
    return _row_is_held(member_id, holds.of(member_id, asked_at, now))


def _held(session: Session, member_id: int, asked_at: datetime, now: datetime) -> Held:
    """Lock the member's row, and say what is needed of him: nobody can come to need more until this ends."""
    session.execute(sa.select(member.c.id).where(member.c.id == member_id).with_for_update())
    return holds.of(member_id, asked_at, now)


def _row_is_held(member_id: int, held: Held) -> bool:
    return (Member.__tablename__, holds.row_key([member_id])) in held


def _is_leant_on(session: Session, member_id: int) -> bool:
    """Whether a row is left that the member's must not leave: one that came meanwhile is the next run's."""
    return any(_is_there(session, path, member_id) for path in _paths(Erase.PSEUDONYM))


def _is_there(session: Session, path: Path, member_id: int) -> bool:
    return bool(session.execute(sa.select(sa.exists().where(path.edge == member_id))).scalar_one())


def _paths(what: Erase) -> list[Path]:
    return [path for path in data_map.paths() if path.table is not member and fate(path) is what]


def fate(path: Path) -> Erase:
    """What becomes of rows over a path: what is declared of the column that names the member.

    What is kept under a hold goes with the hold.
    """
    for line in path.lines:
        if line.column is path.edge:
            return Erase.DELETE_ROW if line.entry.erase is Erase.KEEP else line.entry.erase
    raise UnerasableError(f"{path}: the column that names the member is not in the map")


def _is_told(column: sa.Column[Any]) -> bool:
    """Whether a column holds text of the member's own making or choosing."""
    return isinstance(column.type, sa.String | sa.Text) and str(column) not in STAYS


def _stand_in(session: Session) -> int:
    """Somebody who is nobody. Numbers below zero are drawn, not counted: two that were made together look unrelated."""
    number = -1 - secrets.randbelow(2**53 - 1)
    token = secrets.token_hex(16)
    made = {"id": number, "email": f"{token}@{NOBODY}", "fs_uniquifier": token, **STRIPPED}
    session.execute(sa.insert(member).values(made))
    return number


def _same(table: sa.Table, row: sa.RowMapping) -> list[sa.ColumnElement[bool]]:
    return [column == row[column.name] for column in table.primary_key]


def _not(table: sa.Table, held: Held) -> list[sa.ColumnElement[bool]]:
    """The condition that leaves held rows out."""
    keys = [holds.values_of(key) for name, key in held if name == table.name]
    columns = list(table.primary_key)
    if not keys:
        return []
    if len(columns) == 1:
        return [columns[0].not_in([key[0] for key in keys])]
    return [sa.tuple_(*columns).not_in([tuple(key) for key in keys])]
