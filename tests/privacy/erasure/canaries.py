"""A word that stands in everything a member gives, the shapes in which it may be written, and where to look for it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import quopri
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from gallery.auth.throttle.attempts import Scope
from gallery.core import crypto, data_map, holds
from gallery.core.data_map import Path as Way
from gallery.core.db import Base, UTCDateTime, db, on_postgresql, transaction
from gallery.core.personal import Erase
from gallery.core.settings import Settings
from gallery.privacy.erasure import engine
from gallery.privacy.erasure.models import ErasureHold

STEM = "Zkuckuck7f3a9Wq"
"""Nobody else is called so; letters and figures only, so that nothing has to write it otherwise."""
FIXED: dict[str, Any] = {"consent_receipt.device": None, "outbox_message.state": "dead", "outbox_message.kind": "test"}
INDEXES = ("profile.name", "profile.phone", "bank_account.number", "mailbox", "known_device.key", "device_session.key")


def sow(member_id: int, other_id: int) -> set[str]:
    """A row that names the member over every path of the map, the stem in each text; the values that were sown."""
    values: set[str] = set()
    with transaction() as session:
        for way in data_map.paths():
            if way.table.name in {"member", "ban_encounter", *engine.OWN} or engine.fate(way) is Erase.PSEUDONYM:
                continue
            if way.edge.primary_key:
                session.execute(sa.delete(way.table).where(way.edge == member_id))
            row = {column.name: _value(column, way, member_id, other_id) for column in way.table.columns}
            row = {name: value for name, value in row.items() if value is not Ellipsis}
            session.execute(sa.insert(way.table).values(row))
            values |= {text for value in row.values() for text in _texts(value)}
    return values


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str) and STEM in value:
        yield value
    elif isinstance(value, dict):
        yield from (str(one) for one in value.values())


def _value(column: sa.Column[Any], way: Way, member_id: int, other_id: int) -> Any:
    """What to put into a column; Ellipsis: leave it to the database."""
    if str(column) in FIXED:
        return FIXED[str(column)]
    if data_map.names_member(column):
        return member_id if column is way.edge else None if column.nullable else other_id
    if column.foreign_keys:
        return _referred(next(iter(column.foreign_keys)).column, nullable=bool(column.nullable))
    if column.primary_key and isinstance(column.type, sa.Integer):
        return ...
    # What stays when its row becomes nobody's is of the house's own making: a random name, a state, a time.
    stays = {Erase.KEEP} if engine.fate(way) is Erase.BLANK else set()
    his = any(line.column is column and line.entry.erase not in stays for line in way.lines)
    return _one_of(column) or _made(column, f"{column.table.name}.{column.name}.{way.edge.name}", his=his)


def _referred(column: sa.Column[Any], *, nullable: bool) -> Any:
    found = db.session().execute(sa.select(column).order_by(column).limit(1)).scalar()
    if found is None and not nullable:
        table = column.table
        row = {one.name: _made(one, str(one)) for one in table.columns if not one.nullable}
        db.session().execute(sa.insert(table).values(row))
        found = row[column.name]
    return found


def _one_of(column: sa.Column[Any]) -> str | None:
    for check in column.table.constraints:
        if isinstance(check, sa.CheckConstraint):
            found = re.search(rf"\b{column.name} in \('([^']+)'", str(check.sqltext), re.IGNORECASE)
            if found:
                return found[1]
    return None


def _made(column: sa.Column[Any], name: str, *, his: bool = False) -> Any:
    kind, word = column.type, STEM if his else "nobody"
    if isinstance(kind, UTCDateTime | sa.DateTime):
        return datetime(2026, 11, 20, tzinfo=UTC)
    if isinstance(kind, crypto.EncryptedDate | sa.Date):
        return date(1987, 3, 14)
    if isinstance(kind, crypto.EncryptedJSON | sa.JSON):
        return {"said": f"{word} {name}"}
    if isinstance(kind, sa.LargeBinary):
        return f"{word}{name}".encode()
    if isinstance(kind, sa.Boolean):
        return False
    if isinstance(kind, sa.Integer):
        return 7
    length = getattr(kind, "length", None)
    return f"{word}.{name}"[:length] if not length or length > len(STEM) else {2: "SN", 3: "EUR"}.get(length, "x")


def shapes() -> dict[str, bytes]:
    """The stem in every usual writing."""
    found: dict[str, bytes] = {}
    for name, text in (("", STEM), ("lower ", STEM.lower()), ("upper ", STEM.upper()), ("reversed ", STEM[::-1])):
        plain = text.encode()
        found |= {
            f"{name}utf-8": plain,
            f"{name}utf-16": text.encode("utf-16-le"),
            f"{name}utf-16 be": text.encode("utf-16-be"),
            f"{name}hex": plain.hex().encode(),
            f"{name}HEX": plain.hex().upper().encode(),
            f"{name}percent": "".join(f"%{one:02X}" for one in plain).encode(),
            f"{name}quoted": quote(text).encode(),
            f"{name}quoted-printable": quopri.encodestring(plain),
            f"{name}JSON": "".join(f"\\u{one:04x}" for one in plain).encode(),
        }
        for shift in range(3):
            # What of it stands in base64 whatever stands around it.
            inner = base64.b64encode(b"\0" * shift + plain)
            found[f"{name}base64 {shift}"] = inner[4 if shift else 0 : -4]
    return found


def digests(values: set[str], settings: Settings, member_id: int) -> set[str]:
    """The common hashes of what a member gave, plain and under every key that the house has."""
    keys = [settings.secret_key.encode(), *(key.encode() for key in settings.encryption_keys)]
    kinds = ("sign-in, address", "letter, reset", "letter, register", "sign-in, own", "code, elsewhere")
    found: set[str] = set()
    for value in {shape for one in values for shape in (one, one.lower(), one.upper())} | {str(member_id)}:
        plain = value.encode()
        found |= {hashlib.new(name, plain).hexdigest() for name in ("md5", "sha1", "sha256", "sha512", "blake2b")}
        found |= {hmac.new(key, plain, name).hexdigest() for key in keys for name in ("md5", "sha1", "sha256")}
        found |= {crypto.blind_index(column, value) for column in INDEXES}
        found |= {Scope(kind, value, ()).digest for kind in kinds}
    return found


def bytes_of(directory: Path) -> bytes:
    """Everything in the data directory but for the style sheets; on PostgreSQL also all rows as they stand."""
    files = [path for path in sorted(directory.rglob("*")) if path.is_file() and "static" not in path.parts]
    found = [path.name.encode() + b"\n" + path.read_bytes() for path in files if "keys" not in path.parts]
    if on_postgresql():
        db.session.rollback()
        for table in sa.inspect(db.engine).get_table_names():
            rows = db.session.execute(sa.text(f'SELECT t::text FROM "{table}" t'))  # noqa: S608
            found += [str(row[0]).encode() for row in rows]
        db.session.rollback()
    return b"\n".join(found)


def sung_in(found: bytes) -> list[str]:
    """In which writings the stem stands there."""
    return [name for name, shape in shapes().items() if shape in found]


def hashed_in(found: bytes, values: set[str], settings: Settings, member_id: int) -> set[str]:
    """Which hashes of the values stand there."""
    wanted = digests(values, settings, member_id)
    lengths = {len(one) for one in wanted}
    # A date may follow a digest without a gap: each run of figures is looked at from every place in it.
    return {
        part
        for run in re.findall(rb"[0-9A-Fa-f]{32,}", found)
        for start in range(len(run) - 31)
        for length in lengths
        if (part := run[start : start + length].lower().decode()) in wanted
    }


def opened(*, held: bool = False, word: str = STEM) -> dict[str, list[str]]:
    """Every row of every table in which the word stands once all is decrypted; rows under a hold only if asked for."""
    db.session.rollback()
    kept = {(row.table_name, row.row_key) for row in db.session.scalars(sa.select(ErasureHold))}
    found: dict[str, list[str]] = {}
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(sa.select(table)).mappings():
            if not held and table.primary_key and (table.name, _key(table, row)) in kept:
                continue
            said = json.dumps({name: _shown(value) for name, value in row.items()})
            if word.lower() in said.lower():
                found.setdefault(table.name, []).append(said)
    db.session.rollback()
    return found


def _key(table: sa.Table, row: sa.RowMapping) -> str:
    try:
        return holds.key_of(table, row)
    except TypeError:
        return ""  # A key of bytes or times: nothing holds such a row.


def _shown(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
