"""What staff decide about an account at the desk. Each public function is one unit of work, noted in the audit.

A restriction is told to its member with the reason, and with the way to contest it (N3).
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.auth import post
from gallery.auth import services as accounts
from gallery.auth.models import Member, Role, RoleName, member_role
from gallery.auth.sessions import services as session_services
from gallery.core import audit
from gallery.core.db import transaction
from gallery.core.errors import Missing
from gallery.trust import letters, services
from gallery.trust.models import StaffNote


class LastAdmin(Exception):
    """Nobody would be left who can give roles."""


def grant(member_id: int, role: RoleName, *, by_id: int) -> None:
    """Give a member a role."""
    with transaction():
        accounts.grant_role(member_id, role, by_id=by_id)


def revoke(member_id: int, role: RoleName, *, by_id: int) -> None:
    """Take a role from a member; raises LastAdmin. It counts from his next request on (8.3.2)."""
    with transaction() as session:
        if role is RoleName.ADMIN:
            _keep_an_admin(session, member_id)
        accounts.revoke_role(member_id, role, by_id=by_id)


def note(member_id: int, words: str, *, by_id: int, now: datetime) -> None:
    """Write something down about a member for the rest of the staff."""
    with transaction() as session:
        _written_to(session, member_id)
        session.add(StaffNote(member_id=member_id, author_id=by_id, words=words, at=now))
        audit.record("member.noted", f"member:{member_id}", actor_id=by_id)


def block(member_id: int, reason: str, *, until: datetime | None, by_id: int, now: datetime) -> None:
    """Keep a member from bidding, and tell him."""
    with transaction() as session:
        member = _written_to(session, member_id)
        services.block(member_id, reason, until=until, by_id=by_id, now=now)
        _tell(letters.BLOCKED, member, reason=reason, until=until.isoformat() if until else None)


def unblock(member_id: int, *, by_id: int, now: datetime) -> int:
    """Lift all blocks of a member, and tell him if there were any; how many there were."""
    with transaction() as session:
        member = _written_to(session, member_id)
        lifted = services.unblock(member_id, by_id=by_id, now=now)
        if lifted:
            _tell(letters.UNBLOCKED, member)
    return lifted


def limit(member_id: int, limit_minor: int, currency: str, reason: str, *, by_id: int) -> None:
    """Set what a member's open leading bids may come to, in minor units (0: no limit), and tell him."""
    with transaction() as session:
        member = _written_to(session, member_id)
        services.limit(member_id, limit_minor, currency, reason, by_id=by_id)
        _tell(letters.LIMITED, member, reason=reason, minor=limit_minor, currency=currency)


def close(member_id: int, reason: str, *, by_id: int) -> None:
    """Close an account to signing in, and tell its member; raises LastAdmin."""
    with transaction() as session:
        member = _written_to(session, member_id)
        _keep_an_admin(session, member_id)
        accounts.deactivate(member_id, by_id=by_id)
        _tell(letters.CLOSED, member, reason=reason)


def reopen(member_id: int, *, by_id: int) -> None:
    """Open an account again, and tell its member."""
    with transaction() as session:
        member = _written_to(session, member_id)
        accounts.reactivate(member_id, by_id=by_id)
        _tell(letters.REOPENED, member)


def end_sessions(member_id: int, *, by_id: int) -> int:
    """Sign a member out everywhere, and tell him; how many sessions there were."""
    with transaction() as session:
        member = _written_to(session, member_id)
        ended = session_services.end_all(member_id, by_id=by_id)
        _tell(letters.SIGNED_OUT, member)
    return ended


def _written_to(session: Session, member_id: int) -> Member:
    member = session.get(Member, member_id)
    if member is None:
        raise Missing
    return member


def _tell(letter: str, member: Member, **facts: object) -> None:
    post.write(letter, member.email, member.language, **facts)


def _keep_an_admin(session: Session, member_id: int) -> None:
    """Make sure that somebody else can give roles. Whoever does the same at this moment waits at the role's row."""
    session.execute(sa.select(Role.id).where(Role.name == RoleName.ADMIN).with_for_update())
    admins = (
        sa.select(Member.id)
        .join(member_role, member_role.c.member_id == Member.id)
        .join(Role, Role.id == member_role.c.role_id)
        .where(Role.name == RoleName.ADMIN, Member.active)
    )
    if set(session.scalars(admins)) == {member_id}:
        raise LastAdmin
