"""Which version counts, which counted, and which comes next. For everybody: published texts are public.

`in_force(kind, at)` is what a consent, a bid or an order refers to (P-54).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from gallery.content.policies import rules
from gallery.content.policies.models import PolicyAcceptance, PolicyDraft, PolicyVersion
from gallery.content.policies.rules import Kind
from gallery.core.db import db

_version = PolicyVersion.__table__.c
_acceptance = PolicyAcceptance.__table__.c

TRUSTED_FOR = timedelta(days=1)
"""For how long a process believes what it read: a new version is published two weeks before it counts, at the least."""
_EXTENSION = "policies.in_force"


@dataclass(frozen=True, slots=True)
class Edition:
    """A version without its texts."""

    id: int
    kind: Kind
    number: int
    summary_en: str
    summary_fr: str
    is_important: bool
    published_at: datetime
    effective_from: datetime
    digest: str


_EDITION = sa.select(
    *(_version[name] for name in Edition.__dataclass_fields__),
)
_EDITIONS = _EDITION.where(_version.kind == sa.bindparam("kind")).order_by(_version.number)
_ALL = _EDITION.order_by(_version.number)


def editions(kind: Kind) -> list[Edition]:
    """All versions of a policy, the oldest first."""
    rows = db.session().connection().execute(_EDITIONS, {"kind": kind.value})
    return [_edition(row) for row in rows]


def by_kind() -> dict[Kind, list[Edition]]:
    """All versions of all policies, the oldest first."""
    found: dict[Kind, list[Edition]] = {kind: [] for kind in Kind}
    for row in db.session().connection().execute(_ALL):
        edition = _edition(row)
        found[edition.kind].append(edition)
    return found


def in_force(kind: Kind, at: datetime) -> Edition | None:
    """The version that counts at a moment (UTC); None before the first."""
    return rules.in_force(editions(kind), at)


def upcoming(kind: Kind, at: datetime) -> Edition | None:
    """The version that is published and counts later."""
    return rules.upcoming(editions(kind), at)


def version(kind: Kind, number: int) -> PolicyVersion | None:
    """A version with its texts."""
    query = sa.select(PolicyVersion).where(PolicyVersion.kind == kind.value, PolicyVersion.number == number)
    return db.session().execute(query).scalars().one_or_none()


def newest(kind: Kind) -> PolicyVersion | None:
    """The version that was published last, whether it counts yet or not."""
    query = sa.select(PolicyVersion).where(PolicyVersion.kind == kind.value).order_by(PolicyVersion.number.desc())
    return db.session().execute(query.limit(1)).scalars().first()


def draft(kind: Kind) -> PolicyDraft | None:
    """What is in preparation."""
    return db.session().get(PolicyDraft, kind.value)


def drafts() -> dict[Kind, PolicyDraft]:
    """Everything that is in preparation."""
    return {Kind(one.kind): one for one in db.session().execute(sa.select(PolicyDraft)).scalars()}


@dataclass(frozen=True, slots=True)
class _Believed:
    """The number of a version, and in which time it is the right answer."""

    number: int
    since: datetime
    until: datetime


def number_in_force(kind: Kind, at: datetime) -> int | None:
    """The number of the version that counts at a moment: for the hot paths, seldom more than a look into memory.

    What is remembered ends when the next version takes effect. That one was published before it was read, or comes
    later than the memory lasts, in whatever process it is published.
    """
    believed: dict[Kind, _Believed] = current_app.extensions.setdefault(_EXTENSION, {})
    held = believed.get(kind)
    if held is not None and held.since <= at < held.until:
        return held.number
    versions = editions(kind)
    current = rules.in_force(versions, at)
    if current is None:
        return None
    starts = (one.effective_from for one in versions if one.effective_from > at)
    until = min((*starts, at + TRUSTED_FOR))
    believed[kind] = _Believed(current.number, current.effective_from, until)
    return current.number


def accepted(member_id: int, kind: Kind) -> int | None:
    """The newest version of a policy that a member has accepted, at whatever act that is noted by itself."""
    query = sa.select(sa.func.max(_acceptance.number)).where(
        _acceptance.member_id == member_id, _acceptance.kind == kind.value
    )
    found: int | None = db.session().connection().execute(query).scalar()
    return found


def owed(member_id: int, kind: Kind, at: datetime, *, otherwise: int | None = None) -> Edition | None:
    """The version that a member has yet to accept before an act which it governs; None if there is none.

    `otherwise` is the newest version that he accepted in another way, as with a bid.
    """
    known = max(accepted(member_id, kind) or 0, otherwise or 0) or None
    return rules.owes(editions(kind), known, at)


def _edition(row: sa.Row[tuple[object, ...]]) -> Edition:
    facts = dict(row._mapping)
    return Edition(**facts | {"kind": Kind(facts["kind"])})
