"""What the runs of retention removed: counts, and nothing about anybody (L4)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from gallery.core.db import Base
from gallery.core.personal import plain


class RetentionReport(Base):
    """How much one rule removed in one run; a run that found nothing leaves one line, `nothing`."""

    __tablename__ = "retention_report"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    at: Mapped[datetime] = mapped_column(index=True, info=plain)
    """When the run began; the same in all its lines."""
    rule: Mapped[str] = mapped_column(info=plain)
    """The path of the rule (`look.member_id`), or the name of what was removed."""
    removed: Mapped[int] = mapped_column(info=plain)
