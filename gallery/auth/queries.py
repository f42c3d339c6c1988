"""Who a member is: for the session of each request, and for those who write to him."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_security import UserMixin

from gallery.auth.models import STAFF, Member, Role, member_role
from gallery.core.db import db

_member = Member.__table__.c


@dataclass(frozen=True, eq=False)
class SignedIn(UserMixin):  # type: ignore[misc]
    """The member behind a request, as plain values: one statement, no entity (hot path)."""

    id: int
    email: str
    active: bool
    fs_uniquifier: str
    confirmed_at: datetime | None
    language: str
    roles: frozenset[str]  # type: ignore[assignment]
    """The names of the roles."""

    def has_role(self, role: Any) -> bool:
        """Whether the member has the role of this name."""
        # A RoleName is a text, and its `name` is not the role's.
        return str(role if isinstance(role, str) else role.name) in self.roles

    @property
    def is_staff(self) -> bool:
        """Whether the member has a role that runs the house."""
        return bool(self.roles & STAFF)


@dataclass(frozen=True)
class Account:
    """What signing in needs to know of an address, before anybody is believed."""

    id: int
    password: str | None
    active: bool
    confirmed_at: datetime | None


_SIGNED_IN = (
    sa.select(
        _member.id,
        _member.email,
        _member.active,
        _member.fs_uniquifier,
        _member.confirmed_at,
        _member.language,
        Role.__table__.c.name,
    )
    .select_from(Member.__table__.outerjoin(member_role).outerjoin(Role.__table__))
    .where(_member.fs_uniquifier == sa.bindparam("uniquifier"))
)

_ACCOUNT = sa.select(_member.id, _member.password, _member.active, _member.confirmed_at).where(
    _member.email == sa.bindparam("email")
)


def signed_in(uniquifier: str) -> SignedIn | None:
    """The active member whom a session names, with his roles."""
    rows = db.session().execute(_SIGNED_IN, {"uniquifier": uniquifier}).all()
    if not rows or not rows[0].active:
        return None
    return SignedIn(*rows[0][:6], roles=frozenset(row.name for row in rows if row.name))


def account(email: str) -> Account | None:
    """The account of an address in its normal form."""
    row = db.session().execute(_ACCOUNT, {"email": email}).first()
    return Account(*row) if row else None


def member(member_id: int) -> Member | None:
    """The member with this number."""
    return db.session().get(Member, member_id)


def member_by_email(email: str) -> Member | None:
    """The member with this address in its normal form."""
    return db.session().execute(sa.select(Member).where(Member.email == email)).scalars().one_or_none()


def members(email_part: str = "", limit: int = 100) -> Sequence[Member]:
    """Members in the order of registering, those whose address contains `email_part` (for the command line)."""
    query = sa.select(Member).order_by(Member.id).limit(limit)
    if email_part:
        query = query.where(Member.email.contains(email_part.lower(), autoescape=True))
    return db.session().execute(query).scalars().all()
