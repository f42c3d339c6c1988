"""The table of what must reach the world, and how a row gets into it; `gallery.core.outbox` says how it gets there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core.crypto import EncryptedJSON
from gallery.core.db import Base
from gallery.core.personal import Category, Keep, Purpose, Recipient, personal, plain
from gallery.core.prepared import Prepared, among

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
    key: Mapped[str] = mapped_column(info=_message)
    """What it is about, from identifiers only (`outbid:lot:7:bid:12`); the same key twice is one message."""
    topic: Mapped[str | None] = mapped_column(info=_message)
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


@dataclass(frozen=True)
class Message:
    """What a deliverer is given. `id` stays the same between attempts."""

    id: int
    kind: str
    key: str
    payload: dict[str, Any]
    member_id: int | None
    created_at: datetime
    attempts: int


_outbox = OutboxMessage.__table__
_other = _outbox.alias("other")

WITHDRAWN = "Withdrawn"
"""The `last_error` of a message that a worker had in its hands when it was taken back."""

# Built once: a bid waits for these.
_on_topic = sa.and_(_outbox.c.kind == sa.bindparam("of_kind"), _outbox.c.topic == sa.bindparam("of_topic"))
MARK_WITHDRAWN = Prepared(
    sa.update(_outbox)
    .where(_on_topic, _outbox.c.state.in_(among(State.QUEUED, State.LEASED)))
    .values(last_error=WITHDRAWN)
)
REMOVE_WITHDRAWN = Prepared(sa.delete(_outbox).where(_on_topic, _outbox.c.state == State.QUEUED.value))
OVERWRITE = Prepared(
    sa.update(_outbox)
    .where(
        _outbox.c.kind == sa.bindparam("new_kind"),
        _outbox.c.topic == sa.bindparam("new_topic"),
        _outbox.c.state == State.QUEUED.value,
        # The newest alone, where a failure or an operator has queued another again: a key is there once.
        _outbox.c.id
        == sa.select(sa.func.max(_other.c.id))
        .where(
            _other.c.kind == sa.bindparam("new_kind"),
            _other.c.topic == sa.bindparam("new_topic"),
            _other.c.state == State.QUEUED.value,
        )
        .scalar_subquery(),
        ~sa.exists().where(_other.c.kind == sa.bindparam("new_kind"), _other.c.key == sa.bindparam("new_key")),
    )
    .values(key=sa.bindparam("new_key"), payload=sa.bindparam("new_payload"), member_id=sa.bindparam("new_member"))
)
INSERT = {
    dialect.__name__.rpartition(".")[2]: Prepared(
        dialect.insert(_outbox)
        .values(
            kind=sa.bindparam("new_kind"),
            key=sa.bindparam("new_key"),
            topic=sa.bindparam("new_topic"),
            payload=sa.bindparam("new_payload"),
            member_id=sa.bindparam("new_member"),
            not_before=sa.bindparam("new_time"),
            created_at=sa.bindparam("now"),
            state=State.QUEUED.value,
            attempts=0,
        )
        .on_conflict_do_nothing(index_elements=["kind", "key"])
    )
    for dialect in (postgresql, sqlite)
}
