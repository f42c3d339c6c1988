"""Who a member is: for the session of each request, and for those who write to him."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from flask_security import UserMixin

from gallery.auth.models import STAFF, Member, Role, RoleName, member_role
from gallery.auth.sessions import rules as session_rules
from gallery.auth.sessions.models import DeviceSession
from gallery.core.crypto import blind_index
from gallery.core.db import db
from gallery.core.prepared import Prepared

_member = Member.__table__.c
_session = DeviceSession.__table__.c


@dataclass(frozen=True, eq=False)
class SignedIn(UserMixin):  # type: ignore[misc]
    """The member behind a request and his session, as plain values: one statement, no entity (hot path)."""

    id: int
    email: str
    active: bool
    fs_uniquifier: str
    confirmed_at: datetime | None
    language: str
    currency: str | None
    restricted_at: datetime | None
    session_id: int
    started_at: datetime
    last_seen_at: datetime
    proved_at: datetime
    second_step_at: datetime | None
    is_remembered: bool
    key: str = field(repr=False)
    """What the session's cookie holds."""
    roles: frozenset[str]  # type: ignore[assignment]
    """The names of the roles."""

    def get_id(self) -> str:
        """What Flask-Login puts into the cookie."""
        return self.key

    def has_role(self, role: Any) -> bool:
        """Whether the member has the role of this name."""
        # A RoleName is a text, and its `name` is not the role's.
        return str(role if isinstance(role, str) else role.name) in self.roles

    @property
    def is_staff(self) -> bool:
        """Whether the member has a role that runs the house."""
        return bool(self.roles & STAFF)

    @property
    def has_second_step(self) -> bool:
        """Whether a second factor was shown in this session (A5)."""
        return self.second_step_at is not None

    def has_recent_second_step(self, now: datetime) -> bool:
        """Whether a second factor was shown shortly before `now`: a session may be ninety days old (7.5.1)."""
        return self.second_step_at is not None and now - self.second_step_at < session_rules.PROOF_LASTS

    @property
    def session_ends_at(self) -> datetime:
        """When the session ends if it is not used any more, in UTC."""
        allowed = session_rules.limits(is_staff=self.is_staff, is_remembered=self.is_remembered)
        return session_rules.ends_at(self.started_at, self.last_seen_at, allowed)

    @property
    def can_stay(self) -> bool:
        """Whether using the session puts its end off; near the latest end that there is, nothing does."""
        allowed = session_rules.limits(is_staff=self.is_staff, is_remembered=self.is_remembered)
        return self.session_ends_at < self.started_at + allowed.whole

    def is_proved(self, now: datetime) -> bool:
        """Whether the member has shown who he is shortly before `now` (7.5.1)."""
        return now - self.proved_at < session_rules.PROOF_LASTS


@dataclass(frozen=True)
class Account:
    """What signing in needs to know of an address, before anybody is believed."""

    id: int
    password: str | None
    active: bool
    confirmed_at: datetime | None


_SIGNED_IN = Prepared(
    sa.select(
        _member.id,
        _member.email,
        _member.active,
        _member.fs_uniquifier,
        _member.confirmed_at,
        _member.language,
        _member.currency,
        _member.restricted_at,
        _session.id.label("session_id"),
        _session.started_at,
        _session.last_seen_at,
        _session.proved_at,
        _session.second_step_at,
        _session.is_remembered,
        Role.__table__.c.name,
    )
    .select_from(
        DeviceSession.__table__.join(Member.__table__).outerjoin(member_role).outerjoin(Role.__table__),
    )
    .where(_session.key_digest == sa.bindparam("digest"))
)

_MEMBER_OF = attrgetter(*(name for name in SignedIn.__dataclass_fields__ if name not in {"key", "roles"}))

_ACCOUNT = Prepared(
    sa.select(_member.id, _member.password, _member.active, _member.confirmed_at).where(
        _member.email == sa.bindparam("email")
    )
)


def signed_in(key: str, now: datetime) -> SignedIn | None:
    """The active member whose session has this key at `now` (UTC), with his roles; None also if it has ended."""
    rows = _SIGNED_IN.rows(db.session(), {"digest": blind_index("device_session.key", key)})
    if not rows or not rows[0].active:
        return None
    found = SignedIn(*(*_MEMBER_OF(rows[0]), key, frozenset(row.name for row in rows if row.name)))
    return found if now < found.session_ends_at else None


def account(email: str) -> Account | None:
    """The account of an address in its normal form."""
    row = _ACCOUNT.first(db.session(), {"email": email})
    return Account(*row) if row else None


def password_hash(member_id: int) -> str | None:
    """The hash of a member's password; None if he has none."""
    found: str | None = db.session().execute(sa.select(Member.password).where(Member.id == member_id)).scalar()
    return found


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


def staff(*roles: RoleName) -> list[int]:
    """The numbers of those who hold one of the roles and may sign in, in their order."""
    query = sa.select(Member.id).where(Member.active, Member.roles.any(Role.name.in_(roles)))
    return list(db.session().scalars(query.order_by(Member.id)))
