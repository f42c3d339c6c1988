"""Writing down that data was given away. Each function is one unit of work, and audited without the member's number."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from gallery.auth.models import Member
from gallery.core import audit
from gallery.core.db import transaction
from gallery.core.errors import Missing
from gallery.core.personal import Category
from gallery.privacy.disclosures.models import Disclosure
from gallery.privacy.disclosures.rules import Ground


@dataclass(frozen=True)
class Given:
    """What was given to whom, when, why."""

    recipient: str
    ground: Ground
    categories: Collection[Category]
    given_at: datetime
    member_id: int | None = None
    reference: str = ""
    words: str = ""
    silent_until: date | None = None


class Named(Exception):
    """The entry names its member already."""


def note(given: Given, *, by_id: int | None) -> int:
    """Write a disclosure down; its number. Raises Missing for an unknown member."""
    with transaction() as session:
        if given.member_id is not None and session.get(Member, given.member_id) is None:
            raise Missing
        one = Disclosure(
            member_id=given.member_id,
            recipient=given.recipient,
            ground=given.ground,
            categories=list(given.categories),
            given_at=given.given_at,
            silent_until=given.silent_until,
            reference=given.reference or None,
            words=given.words or None,
            by_id=by_id,
        )
        session.add(one)
        session.flush()
        audit.record("disclosure.noted", f"disclosure:{one.id}", actor_id=by_id, ground=given.ground)
        return one.id


def name_member(disclosure_id: int, member_id: int, *, by_id: int | None) -> None:
    """Say whose data it was, now that he may know. Raises Missing, or Named."""
    with transaction() as session:
        one = session.get(Disclosure, disclosure_id, with_for_update=True, populate_existing=True)
        if one is None or session.get(Member, member_id) is None:
            raise Missing
        if one.member_id is not None:
            raise Named
        one.member_id, one.silent_until = member_id, None
        audit.record("disclosure.named", f"disclosure:{one.id}", actor_id=by_id)
