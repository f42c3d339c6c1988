"""What can be said of erasures: to the member, by the address that he has; to the staff; to the fraud desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gallery.core.db import db
from gallery.core.holds import Ground, Hold
from gallery.privacy.erasure import rules
from gallery.privacy.erasure.models import Ban, Encounter, Erasure, ErasureHold, Notification
from gallery.privacy.erasure.recipients import Act
from gallery.privacy.erasure.services import digest
from gallery.privacy.requests.models import PrivacyRequest

LATEST = 100
"""Lines on a page of the desk."""


@dataclass(frozen=True)
class Status:
    """How far an erasure is."""

    id: int
    state: rules.State
    asked_at: datetime
    done_at: datetime | None
    kept: list[rules.Kept]
    ban_until: datetime | None
    notices: Sequence[Notification]


def status(ref: str) -> Status | None:
    """What the address of an erasure shows; None for one that there is not."""
    session = db.session()
    found = session.execute(sa.select(Erasure).where(Erasure.ref_digest == digest(ref))).scalar()
    if found is None:
        return None
    return Status(
        found.id,
        rules.State(found.state),
        found.asked_at,
        found.done_at,
        rules.summary(_holds(found.id)),
        session.execute(sa.select(Ban.until).where(Ban.erasure_id == found.id)).scalar(),
        notices_of(f"erasure:{found.id}"),
    )


def notices_of(act: str) -> Sequence[Notification]:
    """Who was told of an act, or is going to be."""
    return db.session().scalars(sa.select(Notification).where(Notification.act == act).order_by(Notification.id)).all()


def tasks() -> Sequence[sa.Row[Notification, str | None]]:
    """Recipients whom somebody of the staff has still to tell, the oldest first, each with the request that it follows.

    None of an erasure, which names nobody, and where the request is gone with its member.
    """
    number = sa.cast(PrivacyRequest.id, sa.String)
    follows = Notification.act.in_([f"{Act.RECTIFICATION}:" + number, f"{Act.RESTRICTION}:" + number])
    waiting = sa.select(Notification, PrivacyRequest.ref).outerjoin(PrivacyRequest, follows)
    found = waiting.where(Notification.by_hand, Notification.told_at.is_(None)).order_by(Notification.id)
    return db.session().execute(found.limit(LATEST)).all()


def encounters() -> Sequence[sa.Row[int, str, datetime, datetime]]:
    """New accounts that bear marks of banned people, the newest first: member, mark, when, and the ban's end."""
    query = sa.select(Encounter.member_id, Encounter.mark, Encounter.found_at, Ban.until).join(Ban)
    return db.session().execute(query.order_by(Encounter.id.desc()).limit(LATEST)).all()


def _holds(erasure_id: int) -> list[Hold]:
    rows = db.session().scalars(sa.select(ErasureHold).where(ErasureHold.erasure_id == erasure_id))
    return [
        Hold(row.table_name, row.row_key, Ground(row.ground), row.why, row.since, row.until, row.about) for row in rows
    ]
