"""The texts that were served, the receipts of what was chosen, and the chain that seals them (K2, P-14, ADR 30).

Texts and links are never changed or removed, receipts never changed: triggers refuse it. A receipt can be removed,
with its member or when its time is over; the link that stays says nothing about anybody.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core.db import Base
from gallery.core.personal import Basis, Category, Keep, Purpose, personal, plain

_choice = personal(category=Category.CONSENT, purpose=Purpose.CONSENT, basis=Basis.LEGAL, keep=Keep.CONSENT)

PROTECTED = {"consent_text": ("UPDATE", "DELETE"), "consent_link": ("UPDATE", "DELETE"), "consent_receipt": ("UPDATE",)}
"""What the database refuses, by table."""
_FUNCTION = (
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_OP || ' of ' || TG_TABLE_NAME || ': append-only'; END $$"
)


class ConsentText(Base):
    """One text that asks for a choice, as it was rendered; known by its content."""

    __tablename__ = "consent_text"

    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True, info=plain)
    """SHA-256, hexadecimal, over component, language, version and body (texts.digest_of)."""
    component: Mapped[str] = mapped_column(info=plain)
    """Where it stood: `first-layer`, or the purpose whose toggle it belongs to."""
    language: Mapped[str] = mapped_column(sa.String(2), info=plain)
    version: Mapped[int] = mapped_column(info=plain)
    body: Mapped[str] = mapped_column(info=plain)
    """HTML."""
    first_used_at: Mapped[datetime] = mapped_column(info=plain)


class ConsentLink(Base):
    """One link of the chain over all receipts. It stays when its receipt goes."""

    __tablename__ = "consent_link"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=plain)
    """From 0, without gaps."""
    commitment: Mapped[str] = mapped_column(sa.String(64), info=plain)
    """To the receipt, under its salt: without the salt nobody can tell of what."""
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True, info=plain)
    """SHA-256 over the digest before and the commitment."""


class ConsentReceipt(Base):
    """One choice of one member, or of whoever uses one browser."""

    __tablename__ = "consent_receipt"
    __table_args__ = (
        sa.CheckConstraint("(member_id IS NULL) <> (device IS NULL)", name="one_subject"),
        sa.Index("ix_consent_receipt_member_id_purpose_seq", "member_id", "purpose", "seq"),
        sa.Index("ix_consent_receipt_device_purpose_seq", "device", "purpose", "seq"),
    )

    seq: Mapped[int] = mapped_column(
        sa.ForeignKey("consent_link.seq"), primary_key=True, autoincrement=False, info=_choice
    )
    ref: Mapped[str] = mapped_column(sa.String(22), unique=True, info=_choice)
    """By which its owner asks for it."""
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), info=_choice)
    device: Mapped[str | None] = mapped_column(sa.String(22), info=_choice)
    """Random, made with the first choice in a browser and known to nothing but its cookie."""
    purpose: Mapped[str] = mapped_column(info=_choice)
    """One of rules.Purpose."""
    result: Mapped[str] = mapped_column(info=_choice)
    """One of rules.Result."""
    version: Mapped[int] = mapped_column(info=_choice)
    """Of what the purpose meant (rules.VERSIONS)."""
    mechanism: Mapped[str] = mapped_column(info=_choice)
    """One of rules.Mechanism."""
    signal: Mapped[str | None] = mapped_column(info=_choice)
    """One of rules.Signal."""
    text_digest: Mapped[str] = mapped_column(sa.ForeignKey("consent_text.digest"), index=True, info=_choice)
    at: Mapped[datetime] = mapped_column(index=True, info=_choice)
    salt: Mapped[str] = mapped_column(sa.String(32), info=_choice)
    """128 random bits, hexadecimal; gone with the receipt."""


def protect(connection: sa.Connection) -> None:
    """Make the triggers over the three tables, which must be there."""
    on_postgresql = connection.dialect.name == "postgresql"
    if on_postgresql:
        connection.exec_driver_sql(_FUNCTION)
    for table, acts in PROTECTED.items():
        for act in acts:
            refusal = (
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
                if on_postgresql
                else f"BEGIN SELECT RAISE(ABORT, '{act} of {table}: append-only'); END"
            )
            connection.exec_driver_sql(f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} {refusal}")


def unprotect(connection: sa.Connection) -> None:
    """Remove what `protect` made, but for the triggers, which go with their tables."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS refuse_change() CASCADE")


@event.listens_for(ConsentReceipt.__table__, "after_create")
def _protect(_table: Any, connection: sa.Connection, **_more: Any) -> None:
    protect(connection)
