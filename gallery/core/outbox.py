"""What must reach the world: written with the change that caused it, delivered afterwards (I2).

A row is queued in the causing transaction, leased by one worker, handed to the deliverer of its kind outside of any
transaction, and marked sent. A worker that dies leaves a lease that runs out, and the row is taken again: every
message is delivered at least once, and deliverers send under an identity that does not change between attempts.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core import clock
from gallery.core.crypto import EncryptedJSON
from gallery.core.db import Base, db, in_transaction, on_postgresql
from gallery.core.personal import Category, Keep, Purpose, Recipient, personal, plain

_message = personal(
    category=Category.MESSAGES,
    purpose=Purpose.NOTICES,
    keep=Keep.DELIVERY,
    to=(Recipient.MAIL_PROVIDER,),
    export=False,
)


class State(StrEnum):
    """Where a message is on its way."""

    QUEUED = "queued"
    LEASED = "leased"
    SENT = "sent"
    DEAD = "dead"


class OutboxMessage(Base):
    """One thing that must reach the world."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        sa.UniqueConstraint("kind", "key"),
        sa.CheckConstraint("state IN ('queued', 'leased', 'sent', 'dead')", name="state"),
        sa.Index("ix_outbox_message_due", "state", "not_before"),
        sa.Index("ix_outbox_message_topic", "topic", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    kind: Mapped[str] = mapped_column(info=plain)
    """Which deliverer takes it: `notice`, `mail`."""
    key: Mapped[str] = mapped_column(info=plain)
    """What it is about, from identifiers only (`outbid:lot:7:bid:12`); the same key twice is one message."""
    topic: Mapped[str | None] = mapped_column(info=plain)
    """Of several queued messages on one topic only the newest is left."""
    payload: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON("outbox_message.payload"), info=_message)
    """What the deliverer needs; it may hold an address or a token, and is emptied once delivered."""
    member_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("member.id", ondelete="CASCADE"), index=True, info=_message
    )
    state: Mapped[str] = mapped_column(default=State.QUEUED, info=plain)
    attempts: Mapped[int] = mapped_column(default=0, info=plain)
    not_before: Mapped[datetime] = mapped_column(info=plain)
    locked_until: Mapped[datetime | None] = mapped_column(info=plain)
    created_at: Mapped[datetime] = mapped_column(info=plain)
    sent_at: Mapped[datetime | None] = mapped_column(info=plain)
    last_error: Mapped[str | None] = mapped_column(info=plain)
    """The name of the error's class; never its text, which may quote the message."""


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
        "kind": kind,
        "key": key,
        "topic": topic,
        "payload": payload,
        "member_id": member_id,
        "not_before": not_before or now,
        "created_at": now,
    }
    if topic is not None and _overwrite_waiting(values):
        return
    dialect = postgresql if on_postgresql() else sqlite
    db.session().execute(
        dialect.insert(OutboxMessage).on_conflict_do_nothing(index_elements=["kind", "key"]),
        {**values, "state": State.QUEUED, "attempts": 0},
    )


def _overwrite_waiting(values: dict[str, Any]) -> bool:
    known = sa.exists().where(_other.c.kind == values["kind"], _other.c.key == values["key"])
    result = db.session().execute(
        sa.update(OutboxMessage)
        .where(
            OutboxMessage.kind == values["kind"],
            OutboxMessage.topic == values["topic"],
            OutboxMessage.state == State.QUEUED,
            ~known,
        )
        .values(key=values["key"], payload=values["payload"], member_id=values["member_id"])
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)


_other = OutboxMessage.__table__.alias("other")
