"""Accounts elsewhere that open ours, and what became of those that were removed there."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core.db import Base
from gallery.core.personal import Basis, Category, Erase, Keep, Purpose, Recipient, personal, plain

_elsewhere = personal(category=Category.SECURITY, purpose=Purpose.SIGN_IN, to=(Recipient.LOGIN_PROVIDER,))


class Identity(Base):
    """An account elsewhere that opens this one: known by who says it and how they call the person (6.8.1)."""

    __tablename__ = "identity"
    __table_args__ = (sa.UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), index=True, info=_elsewhere)
    provider: Mapped[str] = mapped_column(info=_elsewhere)
    """`google` or `facebook`."""
    issuer: Mapped[str] = mapped_column(info=_elsewhere)
    subject: Mapped[str] = mapped_column(info=_elsewhere)
    linked_at: Mapped[datetime] = mapped_column(info=_elsewhere)
    last_used_at: Mapped[datetime | None] = mapped_column(info=_elsewhere)


class DeletionRequest(Base):
    """Facebook told us that somebody removed us there (P-47); the code opens a page that says what became of it."""

    __tablename__ = "deletion_request"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    code_digest: Mapped[str] = mapped_column(sa.String(64), unique=True, info=plain)
    member_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("member.id", ondelete="SET NULL"),
        index=True,
        info=personal(
            category=Category.SECURITY,
            purpose=Purpose.ACCOUNTABILITY,
            basis=Basis.LEGAL,
            keep=Keep.AUDIT,
            erase=Erase.BLANK,
        ),
    )
    asked_at: Mapped[datetime] = mapped_column(info=plain)
    outcome: Mapped[str] = mapped_column(info=plain)
    """`unlinked` or `unknown`."""
