"""Disclosures as the desk and as their member read them."""

from __future__ import annotations

import sqlalchemy as sa

from gallery.core.db import db
from gallery.core.errors import Missing
from gallery.privacy.disclosures.models import Disclosure


def latest(limit: int, before: int | None = None) -> list[Disclosure]:
    """The register, the newest entry first; `before` is the number of the last one that was shown."""
    query = sa.select(Disclosure).order_by(Disclosure.id.desc()).limit(limit)
    return list(db.session().scalars(query.where(Disclosure.id < before) if before else query))


def disclosure(disclosure_id: int) -> Disclosure:
    """One of them; raises Missing."""
    one = db.session().get(Disclosure, disclosure_id)
    if one is None:
        raise Missing
    return one


def of_member(member_id: int) -> list[Disclosure]:
    """What was given away of a member, the newest first."""
    query = sa.select(Disclosure).where(Disclosure.member_id == member_id)
    return list(db.session().scalars(query.order_by(Disclosure.given_at.desc(), Disclosure.id.desc())))
