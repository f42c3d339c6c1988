"""That a member accepts a version: noted at the act it governs (P-54). Each public function is one unit of work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite

from gallery.content.policies import queries
from gallery.content.policies.models import PolicyAcceptance
from gallery.content.policies.rules import AT_REGISTRATION, Act, Kind
from gallery.core.db import on_postgresql, transaction


class AnotherInForce(Exception):
    """The member agreed to a version that is not, or no longer, the one in force: he has to see the one that is."""


def accept(member_id: int, kind: Kind, number: int, act: Act, *, now: datetime) -> None:
    """Note that a member accepted the version in force, which he was shown as `number`; twice does nothing more.

    Raises AnotherInForce if it took effect or ended since the page was made.
    """
    with transaction():
        current = queries.in_force(kind, now)
        if current is None or current.number != number:
            raise AnotherInForce
        _note(member_id, kind, number, act, now)


def note_opened(member_id: int, now: datetime) -> None:
    """Note with a new account what was shown where it was opened, in whatever way (`auth.services.on_opened`)."""
    with transaction():
        for kind in AT_REGISTRATION:
            current = queries.in_force(kind, now)
            if current is not None:
                _note(member_id, kind, current.number, Act.REGISTRATION, now)


def _note(member_id: int, kind: Kind, number: int, act: Act, now: datetime) -> None:
    insert = (postgresql.insert if on_postgresql() else sqlite.insert)(PolicyAcceptance)
    values = {"member_id": member_id, "kind": kind.value, "number": number, "act": act.value, "at": now}
    with transaction() as session:
        session.execute(insert.values(**values).on_conflict_do_nothing())
