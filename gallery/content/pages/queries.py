"""Reading texts: what the public sees at a time, and what the desk sees always."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from gallery.content import markup
from gallery.content.pages import rules
from gallery.content.pages.models import Content, ContentDecision, ContentPicture, ContentVersion
from gallery.content.pages.rules import Kind
from gallery.core import pictures
from gallery.core.db import UTCDateTime, db
from gallery.core.errors import Missing

_now = sa.bindparam("now", type_=UTCDateTime)
_standing = (
    # Of the decisions whose time has come the newest: rules.in_force, in SQL.
    sa.select(sa.func.max(ContentDecision.id))
    .where(ContentDecision.from_at <= _now)
    .group_by(ContentDecision.content_id)
)
_PUBLISHED = (
    sa.select(ContentVersion, Content.slug, ContentDecision.from_at)
    .join(ContentDecision, ContentDecision.version_id == ContentVersion.id)
    .join(Content, Content.id == ContentVersion.content_id)
    .where(ContentDecision.id.in_(_standing))
)


@dataclass(frozen=True)
class Published:
    """A text as the public reads it."""

    slug: str
    version: ContentVersion
    since: datetime
    """Since when this version is public (UTC)."""


def published(kind: Kind, slug: str, now: datetime) -> Published | None:
    """The public version of a text, if it has one."""
    query = _PUBLISHED.where(Content.kind == kind, Content.slug == slug)
    row = db.session().execute(query, {"now": now}).first()
    return Published(row[1], row[0], row[2]) if row else None


def all_published(kind: Kind, now: datetime) -> list[Published]:
    """The public versions of all texts of a kind, in their order."""
    query = _PUBLISHED.where(Content.kind == kind).order_by(ContentVersion.rank, Content.slug)
    return [Published(row[1], row[0], row[2]) for row in db.session().execute(query, {"now": now})]


def banners(now: datetime) -> list[ContentVersion]:
    """The public banners whose time it is, the one that began last first."""
    query = (
        _PUBLISHED.where(Content.kind == Kind.BANNER)
        .where(sa.or_(ContentVersion.shown_from.is_(None), ContentVersion.shown_from <= _now))
        .where(sa.or_(ContentVersion.shown_until.is_(None), ContentVersion.shown_until > _now))
        .order_by(ContentVersion.rank, ContentDecision.from_at.desc())
    )
    return list(db.session().execute(query, {"now": now}).scalars())


# The desk


@dataclass(frozen=True)
class Line:
    """A text in the desk's list."""

    content: Content
    newest: ContentVersion
    public: int | None
    """The number of the version that is public now."""
    next_at: datetime | None
    """When a decision that waits takes effect."""


def lines(now: datetime) -> list[Line]:
    """All texts with their newest versions, by kind and order."""
    newer = aliased(ContentVersion)
    newest = sa.select(sa.func.max(newer.number)).where(newer.content_id == Content.id).scalar_subquery()
    query = (
        sa.select(Content, ContentVersion)
        .join(ContentVersion, sa.and_(ContentVersion.content_id == Content.id, ContentVersion.number == newest))
        .order_by(Content.kind, ContentVersion.rank, Content.slug)
    )
    found = db.session().execute(query).all()
    pairs = db.session().execute(sa.select(ContentVersion.id, ContentVersion.number))
    numbers = {row.id: row.number for row in pairs}
    decided: dict[int, list[ContentDecision]] = {}
    for decision in db.session().execute(sa.select(ContentDecision)).scalars():
        decided.setdefault(decision.content_id, []).append(decision)
    return [_line(content, version, decided.get(content.id, []), numbers, now) for content, version in found]


def _line(
    content: Content,
    newest: ContentVersion,
    decided: list[ContentDecision],
    numbers: dict[int, int],
    now: datetime,
) -> Line:
    holds, waiting = rules.in_force(decided, now), rules.to_come(decided, now)
    public = numbers[holds.version_id] if holds and holds.version_id else None
    return Line(content, newest, public, waiting[0].from_at if waiting else None)


def content(content_id: int) -> Content:
    """A text; raises Missing."""
    found = db.session().get(Content, content_id)
    if found is None:
        raise Missing
    return found


def content_called(kind: Kind, slug: str) -> Content | None:
    """A text by its kind and slug."""
    query = sa.select(Content).where(Content.kind == kind, Content.slug == slug)
    return db.session().execute(query).scalar_one_or_none()


def version(content_id: int, number: int) -> ContentVersion:
    """One version of a text; raises Missing."""
    query = sa.select(ContentVersion).where(ContentVersion.content_id == content_id, ContentVersion.number == number)
    found = db.session().execute(query).scalar_one_or_none()
    if found is None:
        raise Missing
    return found


def versions(content_id: int) -> list[ContentVersion]:
    """All versions of a text, the newest first; a text without one is none."""
    query = (
        sa.select(ContentVersion).where(ContentVersion.content_id == content_id).order_by(ContentVersion.number.desc())
    )
    return list(db.session().execute(query).scalars())


def decisions(content_id: int) -> list[ContentDecision]:
    """What was decided about a text, in that order."""
    query = sa.select(ContentDecision).where(ContentDecision.content_id == content_id).order_by(ContentDecision.id)
    return list(db.session().execute(query).scalars())


# Pictures


def all_pictures() -> list[ContentPicture]:
    """The pictures that texts may show, the newest first."""
    return list(db.session().execute(sa.select(ContentPicture).order_by(ContentPicture.id.desc())).scalars())


def picture_numbers() -> frozenset[int]:
    """The numbers of all pictures."""
    return frozenset(db.session().execute(sa.select(ContentPicture.id)).scalars())


def shown_pictures(numbers: Iterable[int], language: str) -> dict[int, markup.Picture]:
    """The pictures with these numbers, as a text in that language shows them."""
    query = sa.select(ContentPicture).where(ContentPicture.id.in_(set(numbers)))
    return {row.id: _shown(row, language) for row in db.session().execute(query).scalars()}


def _shown(row: ContentPicture, language: str) -> markup.Picture:
    widths = row.widths.split(",")
    return markup.Picture(
        src=pictures.address(row.file, widths[len(widths) // 2], "jpg"),
        srcset=", ".join(f"{pictures.address(row.file, width, 'webp')} {width}w" for width in widths),
        width=row.width,
        height=row.height,
        alternative=row.alt_fr if language == "fr" else row.alt_en,
    )
