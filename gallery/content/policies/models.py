"""Published versions, which nobody can change; the drafts of the next; and what members accepted."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core import immutable
from gallery.core.db import Base
from gallery.core.personal import Category, Purpose, by_staff, personal, plain

_agreed = personal(category=Category.ACCOUNT, purpose=Purpose.AGREEMENT)


class PolicyVersion(Base):
    """One version of a policy as it was published: the texts, and the tables as the program rendered them then.

    Who published it stands in the audit, whose rows may be cut from a person; these may not change.
    """

    __tablename__ = "policy_version"
    __table_args__ = (
        sa.UniqueConstraint("kind", "number"),
        sa.CheckConstraint("effective_from >= published_at", name="never_backdated"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    kind: Mapped[str] = mapped_column(info=plain)
    """A policies.rules.Kind."""
    number: Mapped[int] = mapped_column(info=plain)
    """From 1, per kind."""
    source_en: Mapped[str] = mapped_column(info=plain)
    """Markdown, as written; tables as `{{ table:name }}`."""
    source_fr: Mapped[str] = mapped_column(info=plain)
    html_en: Mapped[str] = mapped_column(info=plain)
    """As published, with its tables."""
    html_fr: Mapped[str] = mapped_column(info=plain)
    summary_en: Mapped[str] = mapped_column(default="", info=plain)
    """What changed, in plain sentences; empty for the first edition."""
    summary_fr: Mapped[str] = mapped_column(default="", info=plain)
    is_important: Mapped[bool] = mapped_column(info=plain)
    """Whether members are told by mail, and asked again at the next act that it governs."""
    published_at: Mapped[datetime] = mapped_column(info=plain)
    effective_from: Mapped[datetime] = mapped_column(info=plain)
    digest: Mapped[str] = mapped_column(sa.String(64), info=plain)
    """SHA-256 over all of the above (policies.publishing.digest_of)."""


class PolicyDraft(Base):
    """The next version of a policy in preparation: one at a time."""

    __tablename__ = "policy_draft"

    kind: Mapped[str] = mapped_column(primary_key=True, info=plain)
    source_en: Mapped[str] = mapped_column(info=plain)
    source_fr: Mapped[str] = mapped_column(info=plain)
    summary_en: Mapped[str] = mapped_column(default="", info=plain)
    summary_fr: Mapped[str] = mapped_column(default="", info=plain)
    is_important: Mapped[bool] = mapped_column(default=False, info=plain)
    effective_on: Mapped[date | None] = mapped_column(info=plain)
    """The day of the gallery's calendar from which it shall count; None: as soon as it may."""
    revision: Mapped[int] = mapped_column(info=plain)
    """Grows with each saving, so that nobody overwrites or publishes what he has not seen."""
    updated_at: Mapped[datetime] = mapped_column(info=plain)
    updated_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("member.id", ondelete="SET NULL"),
        info=by_staff,
    )


class PolicyAcceptance(Base):
    """That a member accepted a version, or was shown it, at an act which it governs (P-54)."""

    __tablename__ = "policy_acceptance"
    __table_args__ = (
        sa.UniqueConstraint("member_id", "kind", "number", "act"),
        sa.ForeignKeyConstraint(
            ["kind", "number"],
            ["policy_version.kind", "policy_version.number"],
            name="fk_policy_acceptance_version",
            ondelete="RESTRICT",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), info=_agreed)
    kind: Mapped[str] = mapped_column(info=_agreed)
    number: Mapped[int] = mapped_column(info=_agreed)
    act: Mapped[str] = mapped_column(info=_agreed)
    """A policies.rules.Act."""
    at: Mapped[datetime] = mapped_column(info=_agreed)


immutable.never_changes(PolicyVersion.__table__)
