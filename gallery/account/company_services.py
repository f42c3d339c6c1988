"""How a member sells: as a private person or as a trader, and who the trader is (C9, C-02, C-07).

Each public function is one unit of work.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gallery.account.models import Company, Profile
from gallery.account.rules import TRADER
from gallery.core import audit
from gallery.core.db import on_postgresql, transaction

PRIVATE = "private"
REF_BYTES = 6
"""Too many to try, and few on the page of each lot, which must stay light (P2)."""

_ties: list[Callable[[int], bool]] = []


class StillTrading(Exception):
    """Something that is not over yet relies on the member being a trader."""


@dataclass(frozen=True)
class Identity:
    """A company as it was typed and checked."""

    name: str
    country: str
    """ISO 3166-1 alpha-2"""
    register_kind: str
    register_number: str
    vat_number: str
    street: str
    postal_code: str
    city: str
    phone: str
    """`+221…`"""
    email: str


def tie(holds: Callable[[int], bool]) -> Callable[[int], bool]:
    """Declare what keeps a trader from becoming private: `holds(member_id)`, asked in the unit of work."""
    if holds not in _ties:
        _ties.append(holds)
    return holds


def become_trader(member_id: int, identity: Identity, *, now: datetime) -> str:
    """Keep who the trader is, as certified at `now`, and give the reference of the public page (C-07)."""
    insert = _insert(Company)
    said = asdict(identity) | {"certified_at": now, "updated_at": now}
    with transaction() as session:
        # The reference stays while the company does: links to the page live as long.
        kept = insert.values(member_id=member_id, ref=secrets.token_urlsafe(REF_BYTES), **said).on_conflict_do_update(
            index_elements=["member_id"], set_={name: insert.excluded[name] for name in said}
        )
        ref: str = session.execute(kept.returning(Company.ref)).scalar_one()
        _declare(session, member_id, TRADER, now)
        audit.record("company.saved", f"member:{member_id}", actor_id=member_id, register=identity.register_kind)
    return ref


def become_private(member_id: int, *, now: datetime) -> None:
    """Note that the member sells as a private person; his company is forgotten. Raises StillTrading.

    What relied on the company has its snapshot.
    """
    with transaction() as session:
        said = session.execute(sa.select(Profile.sells_as).where(Profile.member_id == member_id)).scalar()
        if said == TRADER and any(holds(member_id) for holds in _ties):
            raise StillTrading
        gone = session.execute(sa.delete(Company).where(Company.member_id == member_id).returning(Company.ref)).first()
        _declare(session, member_id, PRIVATE, now)
        if gone:
            audit.record("company.removed", f"member:{member_id}", actor_id=member_id)


def _declare(session: Session, member_id: int, sells_as: str, now: datetime) -> None:
    """Write the declaration into the profile, which need not be there yet; nothing if it says so already."""
    said = {"sells_as": sells_as, "updated_at": now}
    declared = session.execute(
        _insert(Profile)
        .values(member_id=member_id, **said)
        .on_conflict_do_update(index_elements=["member_id"], set_=said, where=Profile.sells_as != sells_as)
        .returning(Profile.member_id)
    )
    if declared.first():
        audit.record("seller.declared", f"member:{member_id}", actor_id=member_id, sells_as=sells_as)


def _insert(table: Any) -> Any:
    return (postgresql.insert if on_postgresql() else sqlite.insert)(table)
