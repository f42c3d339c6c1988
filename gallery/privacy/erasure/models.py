"""An erasure, what holds it up, by what banned people are known again, and who has to be told.

None of it leads to a person but over `member_id` and the keys of held rows, which end with the last hold.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core.crypto import Encrypted
from gallery.core.db import Base
from gallery.core.personal import Basis, Category, Erase, Keep, Purpose, personal, plain

_whose = personal(
    category=Category.ACCOUNT,
    purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGAL,
    keep=Keep.ACCOUNT,
    export=False,
    erase=Erase.KEEP,
)
_met = personal(category=Category.MODERATION, purpose=Purpose.SAFETY, basis=Basis.INTEREST, keep=Keep.HOLD)


class Erasure(Base):
    """One member's erasure: begun in one unit of work, carried out in many, each of which finds what is left to do."""

    __tablename__ = "erasure"
    __table_args__ = (
        sa.CheckConstraint("state IN ('begun', 'holding', 'done')", name="state"),
        sa.Index("ix_erasure_state_look", "state", "look_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    ref_digest: Mapped[str] = mapped_column(sa.String(64), unique=True, info=plain)
    """Of the unguessable address under which it is told how far it is; the account is gone by then."""
    member_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("member.id", ondelete="SET NULL"), unique=True, info=_whose
    )
    """None once it is done."""
    state: Mapped[str] = mapped_column(info=plain)
    asked_at: Mapped[datetime] = mapped_column(info=plain)
    done_at: Mapped[datetime | None] = mapped_column(info=plain)
    look_at: Mapped[datetime | None] = mapped_column(info=plain)
    """When something may be left to do; None: never more."""


class ErasureHold(Base):
    """A row that stays for now: written down when the erasure is carried out, ended when nothing needs it any more."""

    __tablename__ = "erasure_hold"
    __table_args__ = (sa.UniqueConstraint("erasure_id", "table_name", "row_key"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    erasure_id: Mapped[int] = mapped_column(sa.ForeignKey("erasure.id", ondelete="CASCADE"), info=plain)
    table_name: Mapped[str] = mapped_column(info=plain)
    row_key: Mapped[str] = mapped_column(info=plain)
    """core.holds.row_key."""
    ground: Mapped[str] = mapped_column(info=plain)
    why: Mapped[str] = mapped_column(info=plain)
    about: Mapped[str] = mapped_column(default="", info=plain)
    since: Mapped[datetime] = mapped_column(info=plain)
    until: Mapped[datetime | None] = mapped_column(info=plain)


class Ban(Base):
    """That somebody is banned who had himself erased: known again by fingerprints, under a key that ends with it."""

    __tablename__ = "ban"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    erasure_id: Mapped[int] = mapped_column(sa.ForeignKey("erasure.id", ondelete="CASCADE"), unique=True, info=plain)
    key: Mapped[str] = mapped_column(Encrypted("ban.key"), info=plain)
    """Random; without it the fingerprints say nothing, and it is nowhere else."""
    until: Mapped[datetime] = mapped_column(index=True, info=plain)


class Fingerprint(Base):
    """One mark of a banned person, under the key of his ban."""

    __tablename__ = "fingerprint"
    __table_args__ = (sa.UniqueConstraint("ban_id", "mark"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    ban_id: Mapped[int] = mapped_column(sa.ForeignKey("ban.id", ondelete="CASCADE"), info=plain)
    mark: Mapped[str] = mapped_column(info=plain)
    """One of rules.Mark."""
    digest: Mapped[str] = mapped_column(sa.String(64), info=plain)


class Encounter(Base):
    """A new account that bears a mark of a banned person, for the fraud desk to look at."""

    __tablename__ = "ban_encounter"
    __table_args__ = (sa.UniqueConstraint("member_id", "ban_id", "mark"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), info=_met)
    ban_id: Mapped[int] = mapped_column(sa.ForeignKey("ban.id", ondelete="CASCADE"), index=True, info=plain)
    mark: Mapped[str] = mapped_column(info=_met)
    found_at: Mapped[datetime] = mapped_column(info=_met)


class JournalEntry(Base):
    """That the row with this key is to be erased wherever it turns up again: a copy of the file (journal.py)."""

    __tablename__ = "erasure_journal"

    erasure_key: Mapped[str] = mapped_column(sa.String(32), primary_key=True, info=plain)


class Notification(Base):
    """That one who received data must be told of an act upon it (art. 19, P-42), and whether he was."""

    __tablename__ = "recipient_notice"
    __table_args__ = (sa.UniqueConstraint("act", "recipient"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    act: Mapped[str] = mapped_column(index=True, info=plain)
    """`erasure:5`: what was done; names no member."""
    recipient: Mapped[str] = mapped_column(info=plain)
    """One of recipients.Name."""
    by_hand: Mapped[bool] = mapped_column(info=plain)
    """Whether somebody of the staff has to do it: the recipient takes no messages from programs."""
    asked_at: Mapped[datetime] = mapped_column(info=plain)
    told_at: Mapped[datetime | None] = mapped_column(info=plain)
    receipt: Mapped[str] = mapped_column(default="", info=plain)
    """What the recipient answered, as a code."""
