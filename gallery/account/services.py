"""What a member can do with his own data. Each public function is one unit of work."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy.dialects import postgresql, sqlite

from gallery.account.models import Profile
from gallery.core import audit
from gallery.core.db import on_postgresql, transaction


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
    born_on: date


def save_profile(member_id: int, details: Details, *, now: datetime) -> None:
    """Keep what the member tells of himself; the last word counts."""
    insert = (postgresql.insert if on_postgresql() else sqlite.insert)(Profile)
    values = asdict(details) | {"updated_at": now}
    with transaction() as session:
        session.execute(
            insert.values(member_id=member_id, **values).on_conflict_do_update(
                index_elements=["member_id"], set_={name: insert.excluded[name] for name in values}
            )
        )
        audit.record("profile.saved", f"member:{member_id}", actor_id=member_id)
