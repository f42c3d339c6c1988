"""What must reach the world: written with the change that caused it, delivered afterwards (I2).

A row is queued in the causing transaction, leased by one worker, handed to the deliverer of its kind outside of any
transaction, and marked sent. A worker that dies leaves a lease that runs out, and the row is taken again: every
message is delivered at least once, and deliverers send under an identity that does not change between attempts.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.core import clock, crypto, jobs
from gallery.core.db import after_commit, db, in_transaction, on_postgresql, transaction
from gallery.core.outbox_table import INSERT, MARK_WITHDRAWN, OVERWRITE, REMOVE_WITHDRAWN, WITHDRAWN
from gallery.core.outbox_table import Message as Message
from gallery.core.outbox_table import OutboxMessage as OutboxMessage
from gallery.core.outbox_table import State as State

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long a worker may take for one message; after that another takes it again."""
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
MOST_ATTEMPTS = 14
"""About eight hours with the pauses above: a mail server's night."""
TOPIC_PAUSE = timedelta(seconds=60)
"""Between two messages on one topic; what happens meanwhile overwrites the one that waits."""
WAKE_PAUSE = 0.2
"""Seconds for which one wake-up of the workers counts."""

_hand = threading.Lock()
"""A worker has two threads that deliver, the one that is woken and the sweep; with it, one message in its hands."""

_outbox = OutboxMessage.__table__
_other = _outbox.alias("other")


Deliverer = Callable[[Message], object]
_deliverers: dict[str, Deliverer] = {}


class UndeliverableError(Exception):
    """Trying again is no use (the address was refused for good): the message is parked at once."""


class UnknownKindError(Exception):
    """No deliverer is registered for the message's kind."""


def handler(kind: str) -> Callable[[Deliverer], Deliverer]:
    """Register the function that delivers messages of `kind`; whatever it raises is a failed attempt."""

    def register(deliverer: Deliverer) -> Deliverer:
        _deliverers[kind] = deliverer
        return deliverer

    return register


def put(
    kind: str,
    key: str,
    payload: dict[str, Any],
    member_id: int | None = None,
    not_before: datetime | None = None,
    topic: str | None = None,
) -> None:
    """Queue a message in the running unit of work.

    The same `kind` and `key` again does nothing. With a `topic`, a message of that kind and topic
    which still waits is overwritten and keeps its time, so that many events make one message.
    """
    if not in_transaction():
        raise RuntimeError("a message is queued in the unit of work that causes it")
    now = clock.now()
    values = {
        "new_kind": kind,
        "new_key": key,
        "new_topic": topic,
        "new_payload": payload,
        "new_member": member_id,
        "new_time": not_before or now,
        "now": now,
    }
    if topic is not None and OVERWRITE.change(db.session(), values):
        return
    INSERT[db.engine.dialect.name].change(db.session(), values)
    if not_before is None or not_before <= now:
        after_commit(_wake)


def withdraw(kind: str, topic: str) -> None:
    """In the running unit of work, take back what still waits on a topic because it is no longer true.

    What a worker has in its hands at this moment may still go; if it fails, it is not tried again.
    """
    which = {"of_kind": kind, "of_topic": topic}
    # Marked first, and so held: nothing can be leased, or queued again, between the two statements.
    if MARK_WITHDRAWN.change(db.session(), which):
        REMOVE_WITHDRAWN.change(db.session(), which)


@jobs.job
def deliver_soon() -> None:
    """Deliver what is due when the wake-up's pause is over, so that what came within it is taken along."""
    time.sleep(WAKE_PAUSE)
    sweep()


def sweep() -> None:
    """Deliver what is due, however it came to be late: a lost wake-up, a dead worker, a failed attempt."""
    with _hand:
        deliver_due(stop=jobs.stopping)


def deliver_due(now: datetime | None = None, limit: int = 500, stop: Callable[[], bool] = lambda: False) -> int:
    """Deliver up to `limit` due messages and tell how many were sent.

    `stop` is asked between two messages. One short transaction per message marks the one before
    and leases the next, so that a worker that dies has at most one message in its hands.
    """
    sent = tried = 0
    settle: Callable[[Session], object] | None = None
    while settle is not None or _any_due(now or clock.now()):
        with transaction() as session:
            if settle is not None:
                settle(session)
            leased = None if stop() or tried >= limit else _lease_next(session, now or clock.now())
        if leased is None:
            break
        tried += 1
        delivered, settle = _attempt(leased)
        sent += delivered
    return sent


def dead_letters(limit: int = 200) -> list[sa.Row[Any]]:
    """The parked messages, newest first, without what they say."""
    table = _outbox.c
    columns = (table.id, table.kind, table.key, table.attempts, table.created_at, table.last_error)
    query = sa.select(*columns).where(table.state == State.DEAD).order_by(table.id.desc()).limit(limit)
    return list(db.session().execute(query))


def is_given_up(kind: str, key: str) -> bool:
    """Whether a message was parked: its address was refused for good, or it was tried for a night."""
    here = _outbox.c.kind == kind, _outbox.c.key == key, _outbox.c.state == State.DEAD
    return bool(db.session().execute(sa.select(sa.exists().where(*here))).scalar_one())


def counts() -> dict[str, int]:
    """How many messages there are in each state."""
    query = sa.select(_outbox.c.state, sa.func.count()).group_by(_outbox.c.state)
    return dict(db.session().execute(query).all())


def oldest_due(now: datetime) -> datetime | None:
    """Since when the oldest message that may leave is waiting."""
    waits = _outbox.c.state == State.QUEUED, _outbox.c.not_before <= now
    oldest: datetime | None = db.session().scalar(sa.select(sa.func.min(_outbox.c.not_before)).where(*waits))
    return oldest


def retry(message_id: int | None = None) -> int:
    """In the running unit of work, queue a parked message again (or all of them); tells how many."""
    which = _outbox.c.state == State.DEAD
    if message_id is not None:
        which &= _outbox.c.id == message_id
    change = sa.update(_outbox).where(which).values(state=State.QUEUED, attempts=0, not_before=clock.now())
    after_commit(_wake)
    return _changed(db.session(), change)


def forget_delivered(before: datetime) -> int:
    """Remove what was delivered before a time (P-01: ninety days); tells how many rows."""
    with transaction() as session:
        gone = sa.delete(_outbox).where(_outbox.c.state == State.SENT, _outbox.c.sent_at < before)
        return _changed(session, gone)


def _changed(session: Session, statement: sa.Update | sa.Delete) -> int:
    """How many rows a statement touched."""
    return cast("sa.CursorResult[Any]", session.execute(statement)).rowcount


def _wake() -> None:
    jobs.nudge(deliver_soon, WAKE_PAUSE)


def _due(now: datetime) -> sa.ColumnElement[bool]:
    table = _outbox.c
    spoken = sa.exists().where(
        _other.c.topic == table.topic,
        _other.c.id != table.id,
        sa.or_(
            sa.and_(_other.c.state == State.SENT, _other.c.sent_at > now - TOPIC_PAUSE),
            sa.and_(_other.c.state == State.LEASED, _other.c.locked_until > now),
        ),
    )
    return sa.or_(
        sa.and_(table.state == State.QUEUED, table.not_before <= now, sa.or_(table.topic.is_(None), ~spoken)),
        sa.and_(table.state == State.LEASED, table.locked_until <= now),
    )


def _outdated() -> sa.ColumnElement[bool]:
    """Whether a message would be tried again although it was taken back, or a newer one on its topic was written."""
    table = _outbox.c
    newer = sa.exists().where(_other.c.kind == table.kind, _other.c.topic == table.topic, _other.c.id > table.id)
    return sa.or_(sa.and_(table.state == State.LEASED, table.last_error == WITHDRAWN), newer).label("outdated")


def _any_due(now: datetime) -> bool:
    # A sweep that finds nothing must not queue for the write lock.
    return bool(db.session().execute(sa.select(sa.exists().where(_due(now)))).scalar_one())


def _lease_next(session: Session, now: datetime) -> sa.Row[Any] | None:
    """Take one due message, or None. Counting the attempt now counts also those that kill the worker."""
    table = _outbox.c
    query = sa.select(table.id, table.state, table.attempts, _outdated()).where(_due(now))
    query = query.order_by(table.not_before, table.id)
    if on_postgresql():
        query = query.with_for_update(skip_locked=True, of=_outbox)
    while found := session.execute(query.limit(1)).first():
        if found.outdated:
            session.execute(sa.delete(_outbox).where(table.id == found.id))
            continue
        if found.state == State.LEASED and found.attempts >= MOST_ATTEMPTS:
            log.error("a message kills its workers", extra={"message_id": found.id})
            dead = {"state": State.DEAD, "last_error": "WorkerDied", "locked_until": None}
            session.execute(sa.update(_outbox).where(table.id == found.id).values(dead))
            continue
        change = (
            sa.update(_outbox)
            .where(table.id == found.id, table.state == found.state, table.attempts == found.attempts)
            .values(state=State.LEASED, attempts=found.attempts + 1, locked_until=now + LEASE)
        )
        payload = sa.type_coerce(table.payload, sa.Text).label("sealed")
        taken = change.returning(
            table.id, table.kind, table.key, payload, table.member_id, table.created_at, table.attempts
        )
        return session.execute(taken).first()
    return None


def _attempt(leased: sa.Row[Any]) -> tuple[bool, Callable[[Session], object]]:
    """Deliver one message; tells whether it went, and gives what to note in the next transaction."""
    mine = sa.and_(_outbox.c.id == leased.id, _outbox.c.state == State.LEASED, _outbox.c.attempts == leased.attempts)
    try:
        _deliver(leased)
    except Exception as error:
        name = type(error).__name__
        dead = isinstance(error, UndeliverableError) or leased.attempts >= MOST_ATTEMPTS
        facts = {"message_id": leased.id, "kind": leased.kind, "attempts": leased.attempts, "error": name}
        log.log(logging.ERROR if dead else logging.WARNING, "a message did not leave", extra=facts)
        pause = pause_after(leased.attempts)
        values: dict[str, Any] = {"last_error": name, "locked_until": None}
        values |= {"state": State.DEAD} if dead else {"state": State.QUEUED, "not_before": clock.now() + pause}
        return False, lambda session: _settle_failed(session, mine, values)
    done = {"state": State.SENT, "sent_at": clock.now(), "locked_until": None, "last_error": None, "payload": {}}
    return True, lambda session: session.execute(sa.update(_outbox).where(mine).values(done))


def _settle_failed(session: Session, mine: sa.ColumnElement[bool], values: dict[str, Any]) -> None:
    kept = sa.func.coalesce(_outbox.c.last_error, "") != WITHDRAWN
    if not _changed(session, sa.update(_outbox).where(mine, kept).values(values)):
        session.execute(sa.delete(_outbox).where(mine))  # Taken back meanwhile, or another worker's by now.


def _deliver(leased: sa.Row[Any]) -> None:
    deliverer = _deliverers.get(leased.kind)
    if deliverer is None:
        raise UnknownKindError(leased.kind)
    fields = dict(leased._mapping)
    fields["payload"] = crypto.opened_json("outbox_message.payload", fields.pop("sealed"))
    deliverer(Message(**fields))


def pause_after(attempts: int) -> timedelta:
    """How long to wait after the given number of attempts: doubling, with up to a quarter more at random."""
    pause: timedelta = min(FIRST_PAUSE * 2 ** min(attempts - 1, 20), LONGEST_PAUSE)
    return pause * random.SystemRandom().uniform(1.0, 1.25)
