"""What can be done with erasures. `begin` and `preview` are the member's; `carry_on` is the worker's.

Beginning is one unit of work: from then on nobody signs in, and the request cannot be lost. Carrying on takes many,
each of which looks at what is left, so that it may be killed anywhere, run twice, and run by two at once (case 9).
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.auth.models import Member
from gallery.auth.services import held, sign_out_everywhere
from gallery.core import audit, clock, holds, jobs
from gallery.core.db import db, transaction
from gallery.core.holds import Hold
from gallery.privacy.erasure import answers, bans, engine, journal, letters, places, recipients, rules
from gallery.privacy.erasure.models import Ban, Erasure, ErasureHold
from gallery.privacy.erasure.rules import State
from gallery.privacy.requests import erased
from gallery.privacy.requests.rules import Channel

log = logging.getLogger(__name__)

AT_ONCE = 50
"""Erasures that one run of the worker carries on."""


class WorksHere(Exception):
    """He works for the house: his roles are taken from him first, by another administrator."""


class Begun(Exception):
    """His erasure has begun already."""


@dataclass(frozen=True)
class Asked:
    """An erasure that has begun."""

    id: int
    ref: str
    """The unguessable part of the address that tells how far it is; stored as a digest only."""


def preview(member_id: int, now: datetime) -> list[rules.Kept]:
    """What would stay if the member had himself erased now, why, and until when (P-31, P-38)."""
    return rules.summary(holds.of(member_id, now, now).values())


def begin(member_id: int, *, now: datetime, by_id: int | None = None, channel: Channel = Channel.ACCOUNT) -> Asked:
    """Begin a member's erasure: sessions end, nobody signs in any more, and who must know is going to be told.

    `by_id`: who of the staff does it for him. `channel`: by which way he asked, unless a request of his says it.
    Raises Missing, Begun or WorksHere.
    """
    ref = secrets.token_urlsafe(24)
    with transaction() as session:
        member = held(session, member_id)
        if member.is_erased:
            raise Begun
        if member.is_staff:
            raise WorksHere
        made = Erasure(ref_digest=digest(ref), member_id=member_id, state=State.BEGUN, asked_at=now, look_at=now)
        session.add(made)
        session.flush()
        letters.say_goodbye(made.id, member.email, member.language, ref)
        recipients.note(session, recipients.Act.ERASURE, made.id, member_id, now)
        bans.remember(session, made.id, member_id, now)
        sign_out_everywhere(member)
        member.active, member.is_erased, member.password = False, True, None
        journal.record([member.erasure_key])
        held_rows = holds.of(member_id, now, now).values()
        _write_holds(session, made.id, held_rows)
        answers.note(member_id, rules.summary(held_rows), channel, now, by_id)
        audit.record("erasure.begun", f"erasure:{made.id}", actor_id=by_id)
        jobs.later(carry_on_due)
        return Asked(made.id, ref)


def carry_on(erasure_id: int, now: datetime) -> State:
    """Remove what is free by now, step by step; where the erasure is afterwards."""
    session = db.session()
    found = session.execute(sa.select(Erasure).where(Erasure.id == erasure_id)).scalar_one()
    member_id, asked_at, is_first = found.member_id, found.asked_at, found.state == State.BEGUN
    if member_id is not None:
        # Before the first row goes: a restore must know of it.
        journal.append(session.execute(sa.select(Member.erasure_key).where(Member.id == member_id)).scalars())
        names = places.names_of(member_id)
        for lot_id in engine.lots_of(member_id):
            engine.part_with(lot_id, member_id, asked_at, now)
        if is_first or not engine.needs_address(member_id, asked_at, now):
            places.forget(names)  # As long as he is written to, what waits for him stays.
        for path in engine.removals():
            engine.remove(path, member_id, asked_at, now)
        engine.forget_in_audit(member_id)
    remaining = engine.let_go(member_id, asked_at, now) if member_id is not None else []
    if is_first:
        places.remove_copies()
    return _settle(erasure_id, remaining, now, is_clean=places.empty_log())


def carry_on_due(now: datetime | None = None) -> int:
    """Carry on every erasure of which something may be left to do; how many were."""
    at = now or clock.now()
    bans.forget_old(at)
    due = sa.select(Erasure.id).where(Erasure.state != State.DONE, Erasure.look_at <= at).order_by(Erasure.look_at)
    ids = db.session().execute(due.limit(AT_ONCE)).scalars().all()
    for erasure_id in ids:
        try:
            carry_on(erasure_id, at)
        except Exception:
            # What is wrong with one must not keep the others; the next run begins it anew.
            log.exception("an erasure came to a stop", extra={"erasure_id": erasure_id})
            db.session().rollback()
            _look_again(erasure_id, at)
    return len(ids)


def replay(keys: set[str], now: datetime) -> int:
    """Erase whom a backup has brought back: all those whom these keys of the journal name; how many there were."""
    journal.record(keys)
    again = journal.unapplied(keys)
    for member_id in again:
        try:
            carry_on(begin_again(member_id, now), now)
        except Begun:
            continue  # By another process, just now.
    return len(again)


def begin_again(member_id: int, now: datetime) -> int:
    """Begin an erasure that was asked for before the backup was restored that knows nothing of it; its number.

    Nobody is written to: that was done the first time.
    """
    with transaction() as session:
        member = held(session, member_id)
        if member.is_erased:
            raise Begun
        made = Erasure(
            ref_digest=digest(secrets.token_urlsafe(24)),
            member_id=member_id,
            state=State.BEGUN,
            asked_at=now,
            look_at=now,
        )
        session.add(made)
        session.flush()
        bans.remember(session, made.id, member_id, now)
        sign_out_everywhere(member)
        member.active, member.is_erased, member.password = False, True, None
        erased.adopt(member_id)
        audit.record("erasure.replayed", f"erasure:{made.id}")
        return made.id


def digest(ref: str) -> str:
    """What the database keeps of an erasure's address; of 192 random bits, so that no key is needed to hide it."""
    return hashlib.sha256(ref.encode()).hexdigest()


def _settle(erasure_id: int, remaining: list[Hold], now: datetime, *, is_clean: bool) -> State:
    """Write down where the erasure is, what still stays, and when to look again."""
    with transaction() as session:
        erasure = session.get_one(Erasure, erasure_id, with_for_update=True, populate_existing=True)
        _write_holds(session, erasure_id, remaining)
        waits = not is_clean or letters.waits(session, erasure_id)
        ends: list[datetime | None] = [one.until for one in remaining]
        ends += session.execute(sa.select(Ban.until).where(Ban.erasure_id == erasure_id, Ban.until > now)).scalars()
        if not ends and not waits and erasure.member_id is None:
            state = State.DONE
        elif ends and not waits:
            state = State.HOLDING
        else:
            state = State(erasure.state)  # Something is not empty yet; the next run sees to it.
        if state is State.DONE and erasure.state != State.DONE:
            erasure.done_at = now
            audit.record("erasure.done", f"erasure:{erasure_id}")
        erasure.state = state
        erasure.look_at = (
            None if state is State.DONE else rules.next_look([*ends, None] if waits or not ends else ends, now)
        )
        return state


def _write_holds(session: Session, erasure_id: int, remaining: Iterable[Hold]) -> None:
    """Have the rows say what is held now, and nothing of what was."""
    session.execute(sa.delete(ErasureHold).where(ErasureHold.erasure_id == erasure_id))
    rows = [
        {
            "erasure_id": erasure_id,
            "table_name": one.table,
            "row_key": one.key,
            "ground": one.ground,
            "why": one.why,
            "about": one.about,
            "since": one.since,
            "until": one.until,
        }
        for one in remaining
    ]
    if rows:
        session.execute(sa.insert(ErasureHold), rows)


def _look_again(erasure_id: int, now: datetime) -> None:
    with transaction() as session:
        again = sa.update(Erasure).where(Erasure.id == erasure_id, Erasure.state != State.DONE)
        session.execute(again.values(look_at=now + rules.LOOK_AGAIN))


jobs.job(carry_on_due)
