"""What the register of breaches holds, for tests to look at."""

from __future__ import annotations

import sqlalchemy as sa

from gallery.core.db import db
from gallery.privacy.breaches.models import BreachMember


def members_of(breach_id: int) -> list[int]:
    """Whom a breach touched, by number."""
    query = sa.select(BreachMember.member_id).where(BreachMember.breach_id == breach_id)
    return list(db.session().scalars(query.order_by(BreachMember.member_id)))
