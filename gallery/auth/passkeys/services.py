"""What happens to passkeys, and to the challenges that they answer. Each public function is one unit of work."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from webauthn.helpers.structs import AuthenticationCredential

from gallery.auth import post
from gallery.auth.factors import services as factors
from gallery.auth.models import Member
from gallery.auth.passkeys import rules
from gallery.auth.passkeys.models import Challenge, Passkey
from gallery.auth.passkeys.rules import Aim, Place, Refused
from gallery.core import audit
from gallery.core.db import transaction
from gallery.core.errors import Missing

log = logging.getLogger(__name__)

MOST_CHALLENGES = 20_000
"""Rows that wait for an answer, whoever asks; beyond it the oldest goes. Two megabytes, and minutes of a rush."""


class ShelfFull(Exception):
    """The member has as many passkeys as anybody needs."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of an answer before it is judged."""

    aim: Aim
    challenge: bytes
    """The one that this browser was given last."""
    member_id: int | None = None
    """Who is to answer; None: whoever has the key."""


@dataclass(frozen=True, slots=True)
class Added:
    """A passkey that was kept."""

    passkey_id: int
    recovery_codes: tuple[str, ...]
    """If it is the member's first factor; shown once."""


@dataclass(frozen=True, slots=True)
class Used:
    """A passkey that was believed."""

    passkey_id: int
    member_id: int
    is_verified: bool
    """The device made sure of its owner."""


def ask(aim: Aim, *, now: datetime, member_id: int | None = None) -> bytes:
    """A new challenge: answered once, for this aim, by this member if one is named, within five minutes."""
    challenge = secrets.token_bytes(32)
    with transaction() as session:
        row = Challenge(nonce=challenge, aim=aim, member_id=member_id, made_at=now)
        session.add(row)
        session.flush()
        # By the number, not by counting: nobody waits for it, however many strangers ask.
        session.execute(sa.delete(Challenge).where(Challenge.id <= row.id - MOST_CHALLENGES))
    return challenge


def add(asked: Asked, answer: str, *, session_id: int, name: str, where: Place, now: datetime) -> Added:
    """Keep the passkey that a member's browser has made, in this session. Raises Refused, or ShelfFull."""
    found = rules.new_passkey(answer)
    try:
        with transaction() as session:
            added = _add(session, asked, rules.check_new(found, asked.challenge, where), session_id, name, now)
    except IntegrityError:
        added = None  # Somebody has it, were it another member: whoever shows it must name one (WebAuthn 7.1).
    if added is None:
        raise Refused("not asked for, or known")
    return added


def show(asked: Asked, answer: str, *, where: Place, now: datetime) -> Used:
    """Believe a passkey that answers what was asked, once; raises Refused.

    A challenge is used up also by a wrong answer.
    """
    found = rules.signature(answer)
    with transaction() as session:
        used = _show(session, asked, found, where, now) if _take(session, asked, now) else None
    if used is None:
        raise Refused
    return used


def rename(member_id: int, passkey_id: int, name: str) -> None:
    """Call a passkey otherwise; raises Missing if the member has no such one."""
    with transaction() as session:
        mine = sa.update(Passkey).where(Passkey.id == passkey_id, Passkey.member_id == member_id)
        if not session.execute(mine.values(name=name)).rowcount:  # type: ignore[attr-defined]
            raise Missing


def remove(member_id: int, passkey_id: int, *, now: datetime) -> None:
    """Forget a passkey: it opens nothing from now on.

    Raises Missing if the member has no such one, and factors.LastFactor for staff who have no other factor.
    """
    with transaction() as session:
        mine = sa.delete(Passkey).where(Passkey.id == passkey_id, Passkey.member_id == member_id)
        name = session.execute(mine.returning(Passkey.name)).scalar()
        if name is None:
            raise Missing
        factors.after_removal(member_id)
        audit.record("passkey.removed", f"member:{member_id}", actor_id=member_id, passkey=passkey_id)
        _tell(session, member_id, "passkey_removed", name, now)


def forget_old(now: datetime) -> None:
    """Remove challenges that nobody may answer any more (Keep.DAY)."""
    with transaction() as session:
        session.execute(sa.delete(Challenge).where(Challenge.made_at <= now - rules.CHALLENGE_LASTS))


def _add(session: Session, asked: Asked, made: rules.Made, session_id: int, name: str, now: datetime) -> Added | None:
    if not _take(session, asked, now) or asked.member_id is None:
        return None
    is_first = factors.before_adding(asked.member_id, session_id)
    mine = sa.select(sa.func.count()).where(Passkey.member_id == asked.member_id)
    if session.execute(mine).scalar_one() >= rules.MOST_PASSKEYS:
        raise ShelfFull
    row = Passkey(
        member_id=asked.member_id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        transports=made.transports,
        name=name,
        is_synced=made.is_synced,
        added_at=now,
    )
    session.add(row)
    session.flush()
    audit.record("passkey.added", f"member:{row.member_id}", actor_id=row.member_id, passkey=row.id)
    _tell(session, row.member_id, "passkey_added", name, now, is_first=is_first)
    return Added(row.id, factors.first_codes(row.member_id, now=now))


def _show(session: Session, asked: Asked, found: AuthenticationCredential, where: Place, now: datetime) -> Used | None:
    known = session.execute(
        sa.select(Passkey.id, Passkey.member_id, Passkey.public_key, Passkey.sign_count)
        .join(Member)
        .where(Passkey.credential_id == found.raw_id, Member.active)
        .with_for_update(of=Passkey)
    ).first()
    if known is None or not _names(found, known.member_id, asked.member_id):
        return None
    alone = asked.aim is Aim.SIGN_IN
    try:
        shown = rules.check_shown(found, asked.challenge, where, known.public_key, must_be_verified=alone)
    except Refused as why:
        log.info("a passkey was refused: %s", why)
        return None
    if not rules.counts_on(known.sign_count, shown.sign_count):
        audit.record("passkey.counted_backwards", f"member:{known.member_id}", passkey=known.id)
        return None
    session.execute(
        sa.update(Passkey)
        .where(Passkey.id == known.id)
        .values(sign_count=shown.sign_count, is_synced=shown.is_synced, last_used_at=now)
    )
    return Used(known.id, known.member_id, shown.is_verified)


def _names(found: AuthenticationCredential, owner_id: int, asked_id: int | None) -> bool:
    """Whether the passkey is the asked one's and its device says so too; who named nobody must be named by it."""
    said = found.response.user_handle
    if asked_id is None:
        return said == rules.handle(owner_id)
    return asked_id == owner_id and said in (None, b"", rules.handle(owner_id))


def _take(session: Session, asked: Asked, now: datetime) -> bool:
    """Use up the challenge; whether it was there, for this aim and this member, and young enough."""
    whose = Challenge.member_id.is_(None) if asked.member_id is None else Challenge.member_id == asked.member_id
    taken = session.execute(
        sa.delete(Challenge).where(
            Challenge.nonce == asked.challenge,
            Challenge.aim == asked.aim,
            Challenge.made_at > now - rules.CHALLENGE_LASTS,
            whose,
        )
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def _tell(session: Session, member_id: int, letter: str, name: str, now: datetime, **more: bool) -> None:
    member = session.get_one(Member, member_id)
    post.write(letter, member.email, member.language, name=name, at=now.isoformat(), **more)
