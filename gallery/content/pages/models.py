"""Texts in versions that are never changed, decisions about what is public, and the pictures in them (M1)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.core.db import Base
from gallery.core.personal import by_staff, plain


class Content(Base):
    """A thing that is written: a page, a help topic, a banner … It is what its versions say."""

    __tablename__ = "content"
    __table_args__ = (sa.UniqueConstraint("kind", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    kind: Mapped[str] = mapped_column(info=plain)
    """One of pages.rules.Kind."""
    slug: Mapped[str] = mapped_column(info=plain)
    """The end of its address; of a notice, its name."""
    made_at: Mapped[datetime] = mapped_column(info=plain)


class ContentVersion(Base):
    """What a text said at one time. A change, and a rollback too, is another row."""

    __tablename__ = "content_version"
    __table_args__ = (sa.UniqueConstraint("content_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    content_id: Mapped[int] = mapped_column(sa.ForeignKey("content.id", ondelete="CASCADE"), info=plain)
    number: Mapped[int] = mapped_column(info=plain)
    """1, 2, 3 … within the text."""
    title_fr: Mapped[str] = mapped_column(info=plain)
    title_en: Mapped[str] = mapped_column(info=plain)
    """Of a notice, the mail's subject."""
    body_fr: Mapped[str] = mapped_column(sa.Text, info=plain)
    body_en: Mapped[str] = mapped_column(sa.Text, info=plain)
    """Markdown."""
    html_fr: Mapped[str] = mapped_column(sa.Text, info=plain)
    html_en: Mapped[str] = mapped_column(sa.Text, info=plain)
    """The body as content.markup rendered it when it was saved."""
    rank: Mapped[int] = mapped_column(info=plain)
    """Its place in lists: low ones come first."""
    tone: Mapped[str] = mapped_column(info=plain)
    place: Mapped[str] = mapped_column(info=plain)
    link: Mapped[str] = mapped_column(info=plain)
    shown_from: Mapped[datetime | None] = mapped_column(info=plain)
    shown_until: Mapped[datetime | None] = mapped_column(info=plain)
    """These five are for banners."""
    note: Mapped[str] = mapped_column(info=plain)
    """What the editor says was changed."""
    restores: Mapped[int | None] = mapped_column(info=plain)
    """The number of the version that this one brings back."""
    is_ours: Mapped[bool] = mapped_column(info=plain)
    """It came with the program, not from an editor."""
    author_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("member.id", ondelete="SET NULL"), index=True, info=by_staff
    )
    saved_at: Mapped[datetime] = mapped_column(info=plain)

    content: Mapped[Content] = relationship()


class ContentDecision(Base):
    """From a time on a version is public, or none: the newest whose time has come holds. Never changed."""

    __tablename__ = "content_decision"
    __table_args__ = (sa.Index("ix_content_decision_content_id_from_at", "content_id", "from_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    content_id: Mapped[int] = mapped_column(sa.ForeignKey("content.id", ondelete="CASCADE"), info=plain)
    version_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("content_version.id", ondelete="CASCADE"), index=True, info=plain
    )
    """None: nothing is public."""
    from_at: Mapped[datetime] = mapped_column(info=plain)
    is_ours: Mapped[bool] = mapped_column(info=plain)
    by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("member.id", ondelete="SET NULL"), index=True, info=by_staff
    )
    decided_at: Mapped[datetime] = mapped_column(info=plain)


class ContentPicture(Base):
    """A picture that texts may show, stored in several widths and formats by core.pictures."""

    __tablename__ = "content_picture"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    file: Mapped[str] = mapped_column(info=plain)
    """The content's hash: the stem of its files in the store."""
    width: Mapped[int] = mapped_column(info=plain)
    height: Mapped[int] = mapped_column(info=plain)
    """Of the largest variant, in pixels."""
    widths: Mapped[str] = mapped_column(info=plain)
    """The widths made, ascending, separated by commas."""
    preview: Mapped[str] = mapped_column(info=plain)
    """A data: URI of a tiny WebP, about 110 characters."""
    alt_fr: Mapped[str] = mapped_column(info=plain)
    alt_en: Mapped[str] = mapped_column(info=plain)
    """What it shows, for whoever does not see it."""
    author_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("member.id", ondelete="SET NULL"), index=True, info=by_staff
    )
    added_at: Mapped[datetime] = mapped_column(info=plain)
