"""What keeps a member from bidding: blocks, bars from a sale, spending limits, ties to a seller (D5, D9)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core.crypto import Encrypted
from gallery.core.db import Base
from gallery.core.personal import Basis, Category, Erase, Keep, Purpose, by_staff, personal, plain

_moderation = personal(
    category=Category.MODERATION, purpose=Purpose.SAFETY, basis=Basis.INTEREST, keep=Keep.HOLD, erase=Erase.KEEP
)
_looked_at = personal(category=Category.SECURITY, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGAL, keep=Keep.AUDIT)
_inner = personal(
    category=Category.STAFF_WORK,
    purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.INTEREST,
    keep=Keep.AUDIT,
    export=False,
)
_noted = personal(category=Category.MODERATION, purpose=Purpose.SAFETY, basis=Basis.INTEREST)


class Block(Base):
    """A member may not bid, for a time or for good; the reason is one that he is told."""

    __tablename__ = "block"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), index=True, info=_moderation)
    reason: Mapped[str] = mapped_column(info=_moderation)
    since: Mapped[datetime] = mapped_column(info=_moderation)
    until: Mapped[datetime | None] = mapped_column(info=_moderation)
    """None: until it is lifted."""
    lifted_at: Mapped[datetime | None] = mapped_column(info=_moderation)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"), info=by_staff)


class SaleBar(Base):
    """A member may not bid in one sale; he sees the reason (RULES "Who may bid")."""

    __tablename__ = "sale_bar"
    __table_args__ = (sa.UniqueConstraint("member_id", "sale_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), info=_moderation)
    sale_id: Mapped[int] = mapped_column(sa.ForeignKey("sale.id", ondelete="CASCADE"), info=_moderation)
    reason: Mapped[str] = mapped_column(info=_moderation)
    since: Mapped[datetime] = mapped_column(info=_moderation)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"), info=by_staff)


class SpendingLimit(Base):
    """The most that a member's open leading bids may come to together; no row or 0 = no limit."""

    __tablename__ = "spending_limit"

    member_id: Mapped[int] = mapped_column(
        sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, info=_moderation
    )
    limit_minor: Mapped[int] = mapped_column(info=_moderation)
    currency: Mapped[str] = mapped_column(sa.String(3), info=_moderation)
    reason: Mapped[str | None] = mapped_column(info=_moderation)
    """One that the member is told; None where none was given."""


class AccountLink(Base):
    """Two accounts that belong together (household, payout account, card): neither bids on the other's lots (I8)."""

    __tablename__ = "account_link"

    member_id: Mapped[int] = mapped_column(
        sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, info=_moderation
    )
    linked_id: Mapped[int] = mapped_column(
        sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, info=_moderation
    )
    """Stored in both directions."""
    ground: Mapped[str] = mapped_column(info=_moderation)


class Look(Base):
    """Somebody of the staff looked at a member's data, in which role and why; the member can see it (L5, 14.2.6)."""

    __tablename__ = "look"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), index=True, info=_looked_at)
    """Whose data it was."""
    staff_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("member.id", ondelete="SET NULL"), index=True, info=by_staff
    )
    role: Mapped[str] = mapped_column(info=_looked_at)
    reason: Mapped[str] = mapped_column(info=_looked_at)
    """One of trust.rules.Reason; the member is told it."""
    words: Mapped[str] = mapped_column(Encrypted("look.words"), default="", info=_inner)
    """What staff wrote beside it, for those who check the looks."""
    what: Mapped[str] = mapped_column(info=_looked_at)
    """`page`, or the field that was shown in full: `bank.number`."""
    at: Mapped[datetime] = mapped_column(index=True, info=_looked_at)


class StaffNote(Base):
    """What staff wrote down about a member for one another."""

    __tablename__ = "staff_note"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), index=True, info=_noted)
    author_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("member.id", ondelete="SET NULL"), index=True, info=by_staff
    )
    words: Mapped[str] = mapped_column(Encrypted("staff_note.words"), info=_noted)
    at: Mapped[datetime] = mapped_column(info=_noted)
