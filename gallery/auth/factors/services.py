"""What happens to second factors. Each public function is one unit of work, or joins the caller's.

Every change is mailed to the member (6.3.7). A code is taken by one statement that says what it must find, so that
of two requests that bring the same code exactly one is let in (6.5.1).
"""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.auth import post
from gallery.auth.factors import queries as factor_queries
from gallery.auth.factors import rules as factor_rules
from gallery.auth.factors.models import Authenticator, RecoveryCode
from gallery.auth.models import Member
from gallery.auth.passkeys.models import Passkey
from gallery.auth.sessions import services as session_services
from gallery.auth.sessions.models import DeviceSession
from gallery.core import audit
from gallery.core.crypto import blind_index
from gallery.core.db import transaction
from gallery.core.errors import Missing


class Wrong(StrEnum):
    """Why a code was not taken."""

    UNKNOWN = "unknown"
    USED = "used"


class CodeRefused(Exception):
    """The code opens nothing; `why` says why not."""

    def __init__(self, why: Wrong) -> None:
        super().__init__(why)
        self.why = why


class LastFactor(Exception):
    """Staff keep a second factor: this one goes when another is there (A5)."""


def add_app(member_id: int, secret: str, code: str, *, session_id: int, now: datetime) -> tuple[str, ...]:
    """Store an authenticator, in place of an earlier one, once it shows a right code; raises CodeRefused.

    `session_id`: the session that asks. Gives recovery codes if these are the member's first.
    """
    step = factor_rules.step_of(secret, code, now)
    if step is None:
        raise CodeRefused(Wrong.UNKNOWN)
    with transaction() as session:
        is_first = before_adding(member_id, session_id)
        place_app(member_id, secret, step=step, now=now)
        audit.record("app.added", _subject(member_id), actor_id=member_id)
        _tell(session, member_id, "app_added", is_first=is_first)
        return first_codes(member_id, now=now)


def place_app(member_id: int, secret: str, *, step: int, now: datetime) -> None:
    """Store an authenticator whose code of the time step `step` was used, in place of an earlier one."""
    with transaction() as session:
        _held(session, member_id)
        session.execute(sa.delete(Authenticator).where(Authenticator.member_id == member_id))
        session.execute(
            sa.insert(Authenticator).values(member_id=member_id, secret=secret, proved_at=now, last_counter=step)
        )


def take_app_code(member_id: int, code: str, *, now: datetime) -> None:
    """Use up a code of the member's app; raises CodeRefused if it is wrong or was used before."""
    with transaction() as session:
        app = factor_queries.app(member_id)
        step = factor_rules.step_of(app.secret, code, now) if app else None
        if step is None:
            raise CodeRefused(Wrong.UNKNOWN)
        taken = session.execute(
            sa.update(Authenticator)
            .where(Authenticator.member_id == member_id, Authenticator.last_counter < step)
            .values(last_counter=step)
        )
        if not _one(taken):
            raise CodeRefused(Wrong.USED)


def take_recovery_code(member_id: int, code: str, *, now: datetime) -> int:
    """Use up one of the codes on paper; how many are left. Raises CodeRefused."""
    digest = _digest(member_id, code)
    with transaction() as session:
        mine = (RecoveryCode.member_id == member_id, RecoveryCode.code_digest == digest)
        taken = session.execute(
            sa.update(RecoveryCode).where(*mine, RecoveryCode.used_at.is_(None)).values(used_at=now)
        )
        if not _one(taken):
            was_one = session.execute(sa.select(RecoveryCode.id).where(*mine)).first()
            raise CodeRefused(Wrong.USED if was_one else Wrong.UNKNOWN)
        left = factor_queries.held(member_id).codes_left
        audit.record("recovery_code.used", _subject(member_id), actor_id=member_id, left=left)
        _tell(session, member_id, "recovery_code_used", left=left)
    return left


def new_recovery_codes(member_id: int, *, now: datetime) -> tuple[str, ...]:
    """Make recovery codes, shown this once; those that there were are worth nothing any more."""
    with transaction() as session:
        _held(session, member_id)
        codes = _make_codes(session, member_id, now)
        audit.record("recovery_codes.made", _subject(member_id), actor_id=member_id)
        _tell(session, member_id, "recovery_codes_made")
    return codes


def remove_app(member_id: int) -> None:
    """Remove the member's authenticator; raises Missing, and LastFactor for staff who have no other."""
    with transaction() as session:
        if not _one(session.execute(sa.delete(Authenticator).where(Authenticator.member_id == member_id))):
            raise Missing
        after_removal(member_id)
        audit.record("app.removed", _subject(member_id), actor_id=member_id)
        _tell(session, member_id, "app_removed")


def before_adding(member_id: int, session_id: int) -> bool:
    """Where this unit of work adds the first factor, end all sessions but the one that asks: none has shown it (7.4.3).

    Whoever sits in one that was left open, or was stolen, would otherwise stay in behind the new lock. Whether it was
    the first.
    """
    with transaction() as session:
        _held(session, member_id)
        is_first = not factor_queries.has_second_step(member_id)
        if is_first:
            session_services.end_all(member_id, but=session_id, by_id=member_id)
        return is_first


def first_codes(member_id: int, *, now: datetime) -> tuple[str, ...]:
    """Recovery codes for a member who has a factor since this unit of work; none if some are left to him."""
    with transaction() as session:
        _held(session, member_id)
        if factor_queries.held(member_id).codes_left:
            return ()
        return _make_codes(session, member_id, now)


def after_removal(member_id: int) -> None:
    """Where this unit of work removed the last factor, end all that factors gave: recovery codes, and their use.

    Raises LastFactor for staff: then the caller's unit of work undoes the removal.
    """
    with transaction() as session:
        member = _held(session, member_id)
        if factor_queries.has_second_step(member_id):
            return
        if member.is_staff:
            raise LastFactor
        _forget_what_factors_gave(session, member_id)


def remove_all(member_id: int, *, by_id: int | None = None) -> None:
    """For a member who has lost them: remove all factors and codes, and end all sessions. Also for staff.

    Whoever does it has made sure who asks. `by_id`: who of the staff; None: the command line.
    """
    with transaction() as session:
        _held(session, member_id)
        for table in (Authenticator, Passkey):
            session.execute(sa.delete(table).where(table.member_id == member_id))
        _forget_what_factors_gave(session, member_id)
        session_services.end_all(member_id, by_id=by_id)
        audit.record("factor.all_removed", _subject(member_id), actor_id=by_id)
        _tell(session, member_id, "factors_removed")


def _held(session: Session, member_id: int) -> Member:
    """The member, whose factors nobody else changes until this unit of work is over; raises Missing."""
    member = session.get(Member, member_id, with_for_update=True, populate_existing=True)
    if member is None:
        raise Missing
    return member


def _forget_what_factors_gave(session: Session, member_id: int) -> None:
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.member_id == member_id))
    session.execute(sa.update(DeviceSession).where(DeviceSession.member_id == member_id).values(second_step_at=None))


def _make_codes(session: Session, member_id: int, now: datetime) -> tuple[str, ...]:
    codes = tuple(
        factor_rules.recovery_code(secrets.token_bytes(factor_rules.RECOVERY_BYTES))
        for _ in range(factor_rules.RECOVERY_CODES)
    )
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.member_id == member_id))
    session.execute(
        sa.insert(RecoveryCode),
        [{"member_id": member_id, "code_digest": _digest(member_id, code), "made_at": now} for code in codes],
    )
    return codes


def _digest(member_id: int, code: str) -> str:
    return blind_index("recovery_code.code", f"{member_id}\0{code}")


def _tell(session: Session, member_id: int, letter: str, **facts: str | int) -> None:
    member = session.get_one(Member, member_id)
    post.write(letter, member.email, member.language, **facts)


def _subject(member_id: int) -> str:
    return f"member:{member_id}"


def _one(result: sa.Result[tuple[()]]) -> bool:
    return bool(result.rowcount == 1)  # type: ignore[attr-defined]
