"""What editors do with texts. Each public function is one unit of work and leaves a trace in the audit (M1)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.content import markup
from gallery.content.pages import queries
from gallery.content.pages.models import Content, ContentDecision, ContentPicture, ContentVersion
from gallery.content.pages.rules import Draft, Kind, in_force
from gallery.core import audit
from gallery.core.db import transaction
from gallery.core.pictures import Stored


class Taken(ValueError):
    """There is a text of this kind with this slug already."""


class Overtaken(Exception):
    """Somebody saved a newer version since: nothing was written, so that nothing of it is lost."""

    def __init__(self, newest: ContentVersion) -> None:
        super().__init__(f"version {newest.number} is newer")
        self.newest = newest


def create(
    kind: Kind, slug: str, draft: Draft, *, author_id: int | None, now: datetime, note: str = "", is_ours: bool = False
) -> int:
    """Begin a text with its first version, which is public to nobody; the text's number. Raises Taken."""
    with transaction() as session:
        if queries.content_called(kind, slug) is not None:
            raise Taken
        made = Content(kind=kind, slug=slug, made_at=now)
        session.add(made)
        session.flush()
        _append(session, made.id, 1, draft, author_id, now, note=note, is_ours=is_ours)
        return made.id


def save(
    content_id: int,
    draft: Draft,
    *,
    based_on: int,
    author_id: int | None,
    now: datetime,
    note: str = "",
    is_ours: bool = False,
) -> int:
    """Add a version to a text and tell its number; what is the same as the newest adds none.

    `based_on` is the number of the version that the editor began with. Raises Overtaken.
    """
    with transaction() as session:
        newest = _newest(session, content_id, based_on)
        if Draft.of(newest) == draft:
            return newest.number
        return _append(session, content_id, newest.number + 1, draft, author_id, now, note=note, is_ours=is_ours)


def restore(content_id: int, number: int, *, based_on: int, author_id: int | None, now: datetime) -> int:
    """Bring an old version back as a new one; tells its number. Raises Overtaken and Missing."""
    with transaction() as session:
        newest = _newest(session, content_id, based_on)
        draft = Draft.of(queries.version(content_id, number))
        return _append(session, content_id, newest.number + 1, draft, author_id, now, restores=number)


def publish(
    content_id: int, number: int, *, from_at: datetime, by_id: int | None, now: datetime, is_ours: bool = False
) -> None:
    """Make a version public from a time on: at once if that has come. Raises Missing."""
    with transaction() as session:
        version = queries.version(content_id, number)
        session.add(_decision(content_id, version.id, max(from_at, now), by_id, now, is_ours=is_ours))
        act = "content.scheduled" if from_at > now else "content.published"
        audit.record(act, f"content:{content_id}", actor_id=by_id, version=number, at=max(from_at, now).isoformat())


def withdraw(content_id: int, *, by_id: int | None, now: datetime) -> None:
    """Take a text from the public, and off the schedule."""
    with transaction() as session:
        session.add(_decision(queries.content(content_id).id, None, now, by_id, now))
        audit.record("content.withdrawn", f"content:{content_id}", actor_id=by_id)


def cancel(content_id: int, *, by_id: int | None, now: datetime) -> None:
    """Take what waits off the schedule: what is public stays so, by a decision that is newer than the schedule's."""
    with transaction() as session:
        holds = in_force(queries.decisions(content_id), now)
        session.add(_decision(content_id, holds.version_id if holds else None, now, by_id, now))
        audit.record("content.unscheduled", f"content:{content_id}", actor_id=by_id)


def add_picture(stored: Stored, *, alt_fr: str, alt_en: str, author_id: int | None, now: datetime) -> int:
    """Keep a picture whose variants are made already, for texts to show; its number."""
    with transaction() as session:
        made = ContentPicture(
            file=stored.file,
            width=stored.width,
            height=stored.height,
            widths=",".join(map(str, stored.widths)),
            preview=stored.preview,
            alt_fr=alt_fr,
            alt_en=alt_en,
            author_id=author_id,
            added_at=now,
        )
        session.add(made)
        session.flush()
        audit.record("content_picture.added", f"content_picture:{made.id}", actor_id=author_id)
        return made.id


def rendered(body: str, language: str, prefix: str = "") -> str:
    """A text of the editors as HTML, with its pictures."""
    pictures = queries.shown_pictures(markup.picture_numbers(body), language)
    return markup.render(body, pictures=pictures, prefix=prefix)


def _newest(session: Session, content_id: int, based_on: int) -> ContentVersion:
    """The newest version, with the text locked against another editor; raises Overtaken."""
    session.get_one(Content, content_id, with_for_update=True)
    newest = session.execute(
        sa.select(ContentVersion)
        .where(ContentVersion.content_id == content_id)
        .order_by(ContentVersion.number.desc())
        .limit(1)
    ).scalar_one()
    if newest.number != based_on:
        raise Overtaken(newest)
    return newest


def _append(
    session: Session,
    content_id: int,
    number: int,
    draft: Draft,
    author_id: int | None,
    now: datetime,
    *,
    note: str = "",
    restores: int | None = None,
    is_ours: bool = False,
) -> int:
    session.add(
        ContentVersion(
            content_id=content_id,
            number=number,
            **asdict(draft),
            html_fr=rendered(draft.body_fr, "fr"),
            html_en=rendered(draft.body_en, "en"),
            note=note,
            restores=restores,
            is_ours=is_ours,
            author_id=author_id,
            saved_at=now,
        )
    )
    session.flush()
    act = "content.restored" if restores else "content.saved"
    audit.record(act, f"content:{content_id}", actor_id=author_id, version=number, restores=restores)
    return number


def _decision(
    content_id: int,
    version_id: int | None,
    from_at: datetime,
    by_id: int | None,
    now: datetime,
    *,
    is_ours: bool = False,
) -> ContentDecision:
    return ContentDecision(
        content_id=content_id,
        version_id=version_id,
        from_at=from_at,
        is_ours=is_ours,
        by_id=by_id,
        decided_at=now,
    )
