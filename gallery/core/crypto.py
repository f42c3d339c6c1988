"""Values that are stored encrypted: what they are bound to, and how their keys change (P-51, 13.3.4).

Fernet (AES-128-CBC with HMAC) under the first key of GALLERY_ENCRYPTION_KEYS; the others still open what they closed,
so a key is changed without a pause: put the new one first, `keys rotate`, drop the old one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import date
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import Flask, current_app
from sqlalchemy.orm import Session

from gallery.core.settings import Settings, current

_EXTENSION = "encryption"


class UnreadableError(Exception):
    """A stored value does not open under any key, or it belongs to another column."""


class Encrypted(sa.TypeDecorator[str]):
    """Text that is stored encrypted.

    `column` is `table.column`; it is sealed in with the value, so that a value which somebody
    moved into another column (a note into a bank account) is refused instead of shown.
    """

    impl = sa.Text
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def process_bind_param(self, value: Any, _dialect: sa.Dialect) -> str | None:
        return None if value is None else seal(self.column, self._to_text(value))

    def process_result_value(self, value: Any, _dialect: sa.Dialect) -> Any:
        return None if value is None else self._from_text(unseal(self.column, value))

    def _to_text(self, value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError(f"{self.column} holds text, not {type(value).__name__}")
        return value

    def _from_text(self, text: str) -> Any:
        return text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.column!r})"


class EncryptedDate(Encrypted):
    """A calendar day (a birthday) that is stored encrypted."""

    cache_ok = True

    def _to_text(self, value: Any) -> str:
        if not isinstance(value, date):
            raise TypeError(f"{self.column} holds a date, not {type(value).__name__}")
        return value.isoformat()

    def _from_text(self, text: str) -> date:
        return date.fromisoformat(text)


class EncryptedJSON(Encrypted):
    """A JSON object that is stored encrypted as a whole; changing it in place is not noticed."""

    cache_ok = True

    def _to_text(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def _from_text(self, text: str) -> Any:
        return json.loads(text)


def init_app(app: Flask, settings: Settings) -> None:
    """Give the application its keys."""
    app.extensions[_EXTENSION] = MultiFernet([Fernet(key) for key in settings.encryption_keys])


def seal(column: str, text: str) -> str:
    """Encrypt `text` for `column` (`table.column`) under the newest key."""
    return _keys().encrypt(f"{column}\0{text}".encode()).decode("ascii")


def unseal(column: str, token: str) -> str:
    """Decrypt what `seal` made for the same column; raises UnreadableError."""
    try:
        bound_to, _, text = _keys().decrypt(token).decode().partition("\0")
    except InvalidToken:
        raise UnreadableError(f"{column}: no key opens the value") from None
    if bound_to != column:
        raise UnreadableError(f"{column}: the value belongs to {bound_to}")
    return text


def opened_json(column: str, token: str) -> Any:
    """What an EncryptedJSON column holds, from its stored form; raises UnreadableError."""
    return json.loads(unseal(column, token))


def resealed(token: str) -> str:
    """The same value under the newest key; raises UnreadableError."""
    try:
        return _keys().rotate(token).decode("ascii")
    except InvalidToken:
        raise UnreadableError("no key opens the value") from None


def rotate(session: Session, column: sa.Column[Any], after: tuple[Any, ...] | None, batch: int) -> tuple[int, Any]:
    """In the running unit of work, put up to `batch` values of a column under the newest key.

    `after` is the primary key up to which it is done; tells how many values there were and the key
    of the last. A value that somebody changed meanwhile is left: it is under the newest key already.
    """
    table = column.table
    keys = list(table.primary_key.columns)
    stored = sa.type_coerce(column, sa.Text)
    query = sa.select(*keys, stored.label("stored")).where(stored.is_not(None)).order_by(*keys).limit(batch)
    if after is not None:
        query = query.where(
            sa.tuple_(*keys) > sa.tuple_(*(sa.literal(v, k.type) for v, k in zip(after, keys, strict=True)))
        )
    rows = session.execute(query).all()
    for *key, token in rows:
        same = [k == v for k, v in zip(keys, key, strict=True)]
        change = sa.update(table).where(*same, stored == token)
        session.execute(change.values({column: sa.literal(resealed(token), sa.Text)}))
    return len(rows), tuple(rows[-1][:-1]) if rows else None


def encrypted_columns(metadata: sa.MetaData) -> list[sa.Column[Any]]:
    """All columns that are stored encrypted."""
    return [
        column for table in metadata.sorted_tables for column in table.columns if isinstance(column.type, Encrypted)
    ]


def blind_index(column: str, value: str) -> str:
    """A keyed digest by which equal values of an encrypted column are found, and nothing else.

    It hangs on GALLERY_SECRET_KEY, so that rotating the encryption keys leaves it as it is.
    """
    key = hashlib.sha256(f"blind index\0{column}\0{current().secret_key}".encode()).digest()
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


def _keys() -> MultiFernet:
    keys: MultiFernet = current_app.extensions[_EXTENSION]
    return keys
