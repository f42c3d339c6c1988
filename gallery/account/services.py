"""What a member can do with his own data. Each public function is one unit of work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gallery.account import indexes
from gallery.account.models import Profile
from gallery.auth import said as heard_by
from gallery.auth.models import Member
from gallery.core import audit
from gallery.core.db import db, on_postgresql, transaction

FIELDS = ("full_name", "phone", "street", "landmark", "postal_code", "city", "country", "born_on")
"""What a member says of himself; nothing else can be written here (15.3.3)."""


@dataclass(frozen=True)
class Details:
    """A profile as it was typed and checked."""

    full_name: str
    phone: str
    """`+221…`"""
    street: str
    postal_code: str
    city: str
    country: str
    """ISO 3166-1 alpha-2"""
    landmark: str | None = None
    born_on: date | None = None
    """None: not asked for; what is known stays."""


def save_profile(member_id: int, details: Details, *, now: datetime) -> None:
    """Keep what the member tells of himself; the last word counts."""
    said = asdict(details)
    if details.born_on is None:
        del said["born_on"]
    save(member_id, said, now=now)


def save(
    member_id: int, said: Mapping[str, str | date | None], *, now: datetime, name_from: str | None = None
) -> list[str]:
    """Keep the named parts of a profile (FIELDS), checked before; which of them changed, sorted.

    What was said already is not written again. The entry in the audit names the fields and no value. `name_from` is the
    provider that told the name; None: the member did.
    """
    if not said.keys() <= set(FIELDS):
        raise ValueError(f"not of a profile: {sorted(said.keys() - set(FIELDS))}")
    columns = [Profile.__table__.c[name] for name in said]
    with transaction() as session:
        known = session.execute(sa.select(*columns).where(Profile.member_id == member_id)).mappings().first()
        changed = sorted(name for name in said if known is None or known[name] != said[name])
        if changed:
            written: dict[str, object] = {name: said[name] for name in changed}
            if "full_name" in changed:
                written["name_from"] = name_from
            _write(member_id, written, now)
            audit.record("profile.saved", f"member:{member_id}", actor_id=member_id, fields=changed)
            heard_by.heard(member_id, now)
    return changed


def _write(member_id: int, values: Mapping[str, object], now: datetime) -> None:
    insert = (postgresql.insert if on_postgresql() else sqlite.insert)(Profile)
    written = {**values, **indexes.of_profile(values), "updated_at": now}
    db.session().execute(
        insert.values(member_id=member_id, **written).on_conflict_do_update(
            index_elements=["member_id"], set_={name: insert.excluded[name] for name in written}
        )
    )


def prefer(member_id: int, *, language: str, currency: str | None) -> None:
    """Write to a member in this language, and show him amounts in this currency too (B4)."""
    with transaction() as session:
        session.execute(sa.update(Member).where(Member.id == member_id).values(language=language, currency=currency))
        audit.record("preferences.saved", f"member:{member_id}", actor_id=member_id)
