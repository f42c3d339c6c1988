"""Under which terms a bid is made: what the review names, and what its bidder agreed to before (P-54)."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from gallery.bidding.models import Bid
from gallery.content.policies import queries as policies
from gallery.content.policies.queries import Edition
from gallery.content.policies.rules import Kind
from gallery.core import clock
from gallery.core.db import db

_bid = Bid.__table__.c
_NEWEST = sa.select(sa.func.max(_bid.terms_version)).where(_bid.bidder_id == sa.bindparam("bidder_id"))


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms in force, for the line beside the button that obliges."""

    edition: Edition
    is_new: bool
    """Whether they changed in an important way since this bidder agreed to any."""


def shown_to(bidder_id: int) -> Terms | None:
    """What a bidder is told of the terms before his bid counts; None in a house without any.

    He accepted a version with his account or with a bid that was made under it.
    """
    now = clock.database_now(db.session())
    current = policies.in_force(Kind.TERMS, now)
    if current is None:
        return None
    before = max(policies.accepted(bidder_id, Kind.TERMS) or 0, _newest_bid(bidder_id) or 0)
    return Terms(current, bool(before) and policies.owed(bidder_id, Kind.TERMS, now, otherwise=before) is not None)


def is_outdated(named: str | None) -> bool:
    """Whether a review named other terms than those that count now: it is shown again then.

    A form that names none is one of an older page or of a program; what it accepts stands in its bid all the same.
    """
    if named is None:
        return False
    current = policies.number_in_force(Kind.TERMS, clock.database_now(db.session()))
    return named != str(current)


def _newest_bid(bidder_id: int) -> int | None:
    found: int | None = db.session().connection().execute(_NEWEST, {"bidder_id": bidder_id}).scalar()
    return found
