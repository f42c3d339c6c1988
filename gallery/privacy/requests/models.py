"""A request about personal data: who asks, for what, by when it must be answered, and what was answered."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core.crypto import Encrypted, EncryptedJSON
from gallery.core.db import Base
from gallery.core.personal import Basis, Category, Erase, Keep, Purpose, Recipient, personal, plain
from gallery.privacy.requests.rules import Channel, Kind, State

_request = personal(category=Category.REQUESTS, purpose=Purpose.RIGHTS, basis=Basis.LEGAL, keep=Keep.REQUEST)
"""Goes with its person when he is erased: the reference in our mail would lead from him to the row (P-37)."""
_contact = personal(
    category=Category.CONTACT,
    purpose=Purpose.RIGHTS,
    basis=Basis.LEGAL,
    keep=Keep.REQUEST,
    to=(Recipient.MAIL_PROVIDER,),
)
_secret = personal(
    category=Category.SECURITY,
    purpose=Purpose.RIGHTS,
    basis=Basis.LEGAL,
    keep=Keep.REQUEST,
    export=False,
)
_proposed = personal(
    category=Category.STAFF_WORK,
    purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.INTEREST,
    keep=Keep.REQUEST,
    export=False,
    erase=Erase.BLANK,
    via="proposed_by_id",
)


def _one_of(column: str, known: type[StrEnum]) -> sa.CheckConstraint:
    """A row of a kind that nobody made would stop whoever closes it, an erasure among them."""
    words = ", ".join(f"'{one}'" for one in known)
    return sa.CheckConstraint(f"{column} IN ({words})", name=column)


class PrivacyRequest(Base):
    """One thing that one person asks for. It is kept for years, to show that it was answered, unless he is erased."""

    __tablename__ = "privacy_request"
    __table_args__ = (
        _one_of("state", State),
        _one_of("kind", Kind),
        _one_of("channel", Channel),
        sa.Index("ix_privacy_request_state_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    ref: Mapped[str] = mapped_column(unique=True, info=_request)
    """Unguessable: whoever has it from our mail sees how far the request is, and nothing else."""
    member_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("member.id", ondelete="SET NULL"), index=True, info=_request
    )
    email: Mapped[str | None] = mapped_column(Encrypted("privacy_request.email"), info=_contact)
    """Of people without an account; a member is written to at his own."""
    email_index: Mapped[str | None] = mapped_column(index=True, info=_contact)
    """Blind index."""
    language: Mapped[str] = mapped_column(info=_request)
    kind: Mapped[str] = mapped_column(info=_request)
    channel: Mapped[str] = mapped_column(info=_request)
    words: Mapped[str] = mapped_column(Encrypted("privacy_request.words"), default="", info=_request)
    """What was asked, in the person's words or in those of the staff who took it down."""
    state: Mapped[str] = mapped_column(default=State.RECEIVED, info=_request)
    received_at: Mapped[datetime] = mapped_column(info=_request)
    due_at: Mapped[datetime] = mapped_column(info=_request)
    """By when it must be answered; moved by an extension."""
    extended_until: Mapped[datetime | None] = mapped_column(info=_request)
    extension_reason: Mapped[str] = mapped_column(
        Encrypted("privacy_request.extension_reason"), default="", info=_request
    )
    proved_at: Mapped[datetime | None] = mapped_column(info=_request)
    """When it was shown that the person is who he says."""
    alarmed_at: Mapped[datetime | None] = mapped_column(info=plain)
    """When the staff was told that time runs out; emptied when the end moves."""
    closed_at: Mapped[datetime | None] = mapped_column(index=True, info=_request)
    answer: Mapped[str] = mapped_column(Encrypted("privacy_request.answer"), default="", info=_request)
    """What the person was told beside the words that go with every answer of its kind."""
    kept: Mapped[list[dict[str, Any]]] = mapped_column(
        EncryptedJSON("privacy_request.kept"), default=list, info=_request
    )
    """What was refused: `rules.Kept`, as JSON."""

    code_nonce: Mapped[str | None] = mapped_column(info=_secret)
    code_made_at: Mapped[datetime | None] = mapped_column(info=plain)
    code_tries_left: Mapped[int] = mapped_column(default=0, info=plain)
    codes_made: Mapped[int] = mapped_column(default=0, server_default="0", info=plain)
    """How many codes it has had; the public page gives no more than `rules.MOST_CODES`."""

    proposed_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("member.id", ondelete="SET NULL"), index=True, info=_proposed
    )
    """Who of the staff proposes to refuse an erasure, or to close it as withdrawn; another confirms it."""
    proposed_at: Mapped[datetime | None] = mapped_column(info=_proposed)
    proposed: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJSON("privacy_request.proposed"), info=_proposed)
    """`kept`, `words`, `partly`; or that it is `withdrawn`."""
