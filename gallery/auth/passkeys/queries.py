"""Which passkeys a member has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gallery.auth.passkeys.models import Passkey
from gallery.core.db import db

_passkey = Passkey.__table__.c


@dataclass(frozen=True, slots=True)
class Shelved:
    """One passkey as its owner sees it."""

    id: int
    name: str
    added_at: datetime
    last_used_at: datetime | None
    is_synced: bool


@dataclass(frozen=True, slots=True)
class Known:
    """One passkey as browsers ask for it."""

    credential_id: bytes
    transports: str


_SHELVED = sa.select(_passkey.id, _passkey.name, _passkey.added_at, _passkey.last_used_at, _passkey.is_synced)


def passkeys(member_id: int) -> list[Shelved]:
    """A member's passkeys, the oldest first."""
    rows = db.session().execute(_SHELVED.where(_passkey.member_id == member_id).order_by(_passkey.id))
    return [Shelved(*row) for row in rows]


def passkey(member_id: int, passkey_id: int) -> Shelved | None:
    """One of a member's passkeys; None if he has no such one."""
    mine = _SHELVED.where(_passkey.member_id == member_id, _passkey.id == passkey_id)
    row = db.session().execute(mine).first()
    return Shelved(*row) if row else None


def known(member_id: int) -> Sequence[Known]:
    """What a browser is told of a member's passkeys, so that it offers these, or none of them again."""
    rows = db.session().execute(
        sa.select(_passkey.credential_id, _passkey.transports)
        .where(_passkey.member_id == member_id)
        .order_by(_passkey.id)
    )
    return [Known(*row) for row in rows]
