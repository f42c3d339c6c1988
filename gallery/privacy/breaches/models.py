"""The register of breaches: facts, effects, what was done, who was told (art. 33(5) GDPR). It names no member."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core.crypto import Encrypted
from gallery.core.db import Base
from gallery.core.personal import Basis, Category, Keep, Purpose, Recipient, by_staff, personal, plain

_touched = personal(
    category=Category.SECURITY,
    purpose=Purpose.RIGHTS,
    basis=Basis.LEGAL,
    keep=Keep.AUDIT,
    to=(Recipient.MAIL_PROVIDER,),
)


class Breach(Base):
    """One breach. What is not known at first is filled in as it comes to be known (art. 33(4))."""

    __tablename__ = "breach"
    __table_args__ = (sa.CheckConstraint("risk IN ('unlikely', 'risk', 'high')", name="risk"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    aware_at: Mapped[datetime] = mapped_column(info=plain)
    """When the house came to know of it: the clock runs from here."""
    began_at: Mapped[datetime | None] = mapped_column(info=plain)
    ended_at: Mapped[datetime | None] = mapped_column(info=plain)
    kinds: Mapped[list[str]] = mapped_column(sa.JSON, default=list, info=plain)
    categories: Mapped[list[str]] = mapped_column(sa.JSON, default=list, info=plain)
    """Of personal data, as the data map has them."""
    people: Mapped[int | None] = mapped_column(info=plain)
    """About how many, where the list of those touched does not say it."""
    facts: Mapped[str] = mapped_column(Encrypted("breach.facts"), info=plain)
    """Encrypted, since it may say how to do it again."""
    effects: Mapped[str] = mapped_column(Encrypted("breach.effects"), default="", info=plain)
    measures: Mapped[str] = mapped_column(Encrypted("breach.measures"), default="", info=plain)
    risk: Mapped[str | None] = mapped_column(info=plain)
    """None: nobody has judged it yet."""
    risk_reason: Mapped[str] = mapped_column(Encrypted("breach.risk_reason"), default="", info=plain)
    words_fr: Mapped[str] = mapped_column(default="", info=plain)
    """What those touched are told; empty until that is decided, and from then on the same for all of them."""
    words_en: Mapped[str] = mapped_column(default="", info=plain)
    touched: Mapped[int] = mapped_column(default=0, server_default="0", info=plain)
    """How many members were put into the list, of whom some may have left it since by being erased."""
    told: Mapped[int] = mapped_column(default=0, server_default="0", info=plain)
    """How many of them were mailed."""
    alarms: Mapped[int] = mapped_column(default=0, info=plain)
    """How many alarms of `rules.ALARMS` have rung; counted anew when the risk is judged otherwise."""
    closed_at: Mapped[datetime | None] = mapped_column(info=plain)
    by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("member.id", ondelete="SET NULL"), index=True, info=by_staff
    )
    """Who entered it."""


class BreachNotice(Base):
    """That somebody outside was told."""

    __tablename__ = "breach_notice"
    __table_args__ = (sa.CheckConstraint("told IN ('cdp', 'cnil', 'other', 'public')", name="told"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    breach_id: Mapped[int] = mapped_column(sa.ForeignKey("breach.id", ondelete="CASCADE"), index=True, info=plain)
    told: Mapped[str] = mapped_column(info=plain)
    told_at: Mapped[datetime] = mapped_column(info=plain)
    words: Mapped[str] = mapped_column(default="", info=plain)
    """Who exactly, by which way, under which number."""
    late_reason: Mapped[str] = mapped_column(default="", info=plain)
    by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("member.id", ondelete="SET NULL"), index=True, info=by_staff
    )


class BreachMember(Base):
    """A member whom a breach touched, and when he was told."""

    __tablename__ = "breach_member"
    __table_args__ = (sa.UniqueConstraint("breach_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    breach_id: Mapped[int] = mapped_column(sa.ForeignKey("breach.id", ondelete="CASCADE"), info=plain)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), index=True, info=_touched)
    noted_at: Mapped[datetime] = mapped_column(info=_touched)
    is_asked: Mapped[bool] = mapped_column(default=False, info=plain)
    """Whether his mail is queued or sent."""
    told_at: Mapped[datetime | None] = mapped_column(info=_touched)
    """When his mail left."""
