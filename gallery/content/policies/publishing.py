"""Preparing and publishing versions (M2, P-54). Each public function is one unit of work."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from gallery.content.policies import checks, notice, queries, rendering, rules
from gallery.content.policies.checks import Found
from gallery.content.policies.models import PolicyDraft, PolicyVersion
from gallery.content.policies.rules import ALWAYS_TOLD, Kind
from gallery.core import audit, settings
from gallery.core.db import transaction
from gallery.core.errors import Missing
from gallery.core.i18n import zone

FIRST_EDITION = Path(__file__).parent / "first_edition"


class PublicationRefused(Exception):
    """The draft cannot be published as it is; `found` says why."""

    def __init__(self, found: list[Found]) -> None:
        super().__init__(found)
        self.found = found


class ChangedMeanwhile(Exception):
    """Somebody else saved the draft since this page was made."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What an editor writes of the next version."""

    source_en: str
    source_fr: str
    summary_en: str = ""
    summary_fr: str = ""
    is_important: bool = False
    effective_on: date | None = None
    """A day of the gallery's calendar; None: as soon as it may."""


def save_draft(kind: Kind, texts: Texts, revision: int, *, by_id: int, now: datetime) -> int:
    """Keep what was written and give the draft's new revision.

    `revision` is that of the draft which the editor saw, 0 if there was none; raises ChangedMeanwhile.
    """
    with transaction() as session:
        draft = _held(session, kind, revision)
        if draft is None:
            draft = PolicyDraft(kind=kind.value, revision=0)
            session.add(draft)
        for name, value in asdict(texts).items():
            setattr(draft, name, value)
        draft.revision += 1
        draft.updated_at, draft.updated_by_id = now, by_id
        audit.record("policy.draft_saved", f"policy:{kind}", actor_id=by_id, revision=draft.revision)
        return draft.revision


def discard_draft(kind: Kind, revision: int, *, by_id: int) -> None:
    """Throw away what is in preparation; raises ChangedMeanwhile, or Missing if there is nothing."""
    with transaction() as session:
        draft = _held(session, kind, revision)
        if draft is None:
            raise Missing
        session.delete(draft)
        audit.record("policy.draft_discarded", f"policy:{kind}", actor_id=by_id, revision=revision)


def publish(kind: Kind, revision: int, *, by_id: int, now: datetime) -> int:
    """Publish exactly the draft that the editor saw, and give the number of the version.

    It counts from the draft's day on; the first edition of a policy at once. Of an important change all members are
    told by mail. Raises ChangedMeanwhile, Missing, or PublicationRefused.
    """
    with transaction() as session:
        draft = _held(session, kind, revision)
        if draft is None:
            raise Missing
        if found := checks.problems(draft, now):
            raise PublicationRefused(found)
        version = _append(session, draft, now)
        session.delete(draft)
        audit.record(
            "policy.published",
            f"policy:{kind}",
            actor_id=by_id,
            number=version.number,
            digest=version.digest,
            effective_from=version.effective_from.isoformat(),
        )
        return version.number


def seed(now: datetime) -> list[Kind]:
    """Publish the first edition of every policy that has none; gives those that it published."""
    published = []
    for kind in Kind:
        with transaction() as session:
            if queries.newest(kind) is not None:
                continue
            draft = PolicyDraft(kind=kind.value, source_en=_first(kind, "en"), source_fr=_first(kind, "fr"))
            draft.summary_en = draft.summary_fr = ""
            draft.is_important, draft.effective_on = False, None
            if found := checks.problems(draft, now):
                raise PublicationRefused(found)
            version = _append(session, draft, now)
            audit.record("policy.published", f"policy:{kind}", number=version.number, digest=version.digest)
            published.append(kind)
    return published


def digest_of(version: PolicyVersion) -> str:
    """SHA-256, hexadecimal, over all that was published of a version, in canonical JSON."""
    said: dict[str, Any] = {
        column.name: getattr(version, column.name)
        for column in PolicyVersion.__table__.columns
        if column.name not in {"id", "digest"}
    }
    for name in ("published_at", "effective_from"):
        said[name] = said[name].isoformat()
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _append(session: Session, draft: PolicyDraft, now: datetime) -> PolicyVersion:
    kind = Kind(draft.kind)
    before = queries.newest(kind)
    texts = rendering.both({"en": draft.source_en, "fr": draft.source_fr})
    version = PolicyVersion(
        kind=kind.value,
        number=before.number + 1 if before else 1,
        source_en=draft.source_en,
        source_fr=draft.source_fr,
        html_en=str(texts["en"]),
        html_fr=str(texts["fr"]),
        summary_en=draft.summary_en,
        summary_fr=draft.summary_fr,
        is_important=before is not None and (draft.is_important or kind in ALWAYS_TOLD),
        published_at=now,
        effective_from=_effect(draft, before, now),
    )
    version.digest = digest_of(version)
    session.add(version)
    session.flush()
    if version.is_important:
        notice.begin(version)
    return version


def _effect(draft: PolicyDraft, before: PolicyVersion | None, now: datetime) -> datetime:
    if before is None:
        return now
    earliest = rules.earliest_day(now, settings.current().policy_notice_days, zone())
    # Never before a version that was published earlier: they count in the order of their numbers.
    return max(rules.starts_at(draft.effective_on or earliest, zone()), before.effective_from)


def _held(session: Session, kind: Kind, revision: int) -> PolicyDraft | None:
    """The draft, kept from others until the unit of work ends, if it still is the one that was seen."""
    draft = session.get(PolicyDraft, kind.value, with_for_update=True, populate_existing=True)
    if (draft.revision if draft else 0) != revision:
        raise ChangedMeanwhile
    return draft


def _first(kind: Kind, language: str) -> str:
    return (FIRST_EDITION / f"{kind}.{language}.md").read_text(encoding="utf-8")
