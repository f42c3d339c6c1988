"""What was done, by whom, to what: written in the transaction of the act, never changed (Q3, N3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core import clock
from gallery.core.db import Base, db
from gallery.core.personal import by_staff, plain


class AuditEntry(Base):
    """One act. `facts` holds identifiers and figures, never texts or contact details of people."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    at: Mapped[datetime] = mapped_column(index=True, info=plain)
    action: Mapped[str] = mapped_column(info=plain)
    """`thing.past`, as in `lot.closed`."""
    subject: Mapped[str] = mapped_column(index=True, info=plain)
    """`thing:id`, as in `lot:7`."""
    actor_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("member.id", ondelete="SET NULL"),
        index=True,
        info=by_staff,
    )
    facts: Mapped[dict[str, Any]] = mapped_column(sa.JSON, info=plain)


def record(action: str, subject: str, *, actor_id: int | None = None, **facts: Any) -> None:
    """Note an act in the running unit of work.

    `action` reads `thing.past`, `subject` `thing:id`; facts must fit JSON and hold no personal text.
    """
    db.session().execute(
        sa.insert(AuditEntry).values(at=clock.now(), action=action, subject=subject, actor_id=actor_id, facts=facts)
    )
