"""Passkeys, of which only the public half is here, and the challenges that they answer."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core.db import Base
from gallery.core.personal import Category, Keep, Purpose, personal, plain

_factor = personal(category=Category.SECURITY, purpose=Purpose.SIGN_IN)
_secret = personal(category=Category.SECURITY, purpose=Purpose.SIGN_IN, export=False)
_passing = personal(category=Category.SECURITY, purpose=Purpose.SIGN_IN, keep=Keep.DAY)


class Passkey(Base):
    """A key that lives in a device or in a password manager (WebAuthn); only its public half is here."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), index=True, info=_factor)
    credential_id: Mapped[bytes] = mapped_column(sa.LargeBinary, unique=True, info=_secret)
    public_key: Mapped[bytes] = mapped_column(sa.LargeBinary, info=_secret)
    sign_count: Mapped[int] = mapped_column(info=_factor)
    transports: Mapped[str] = mapped_column(default="", info=_factor)
    """`internal,hybrid`: how a browser reaches it."""
    name: Mapped[str] = mapped_column(info=_factor)
    """What the member calls it."""
    is_synced: Mapped[bool] = mapped_column(info=_factor)
    added_at: Mapped[datetime] = mapped_column(info=_factor)
    last_used_at: Mapped[datetime | None] = mapped_column(info=_factor)


class Challenge(Base):
    """A question that a passkey has to sign: asked once, answered once, within five minutes."""

    __tablename__ = "challenge"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    nonce: Mapped[bytes] = mapped_column(sa.LargeBinary, unique=True, info=plain)
    aim: Mapped[str] = mapped_column(info=plain)
    """`add`, `sign_in`, `second_step` or `prove`."""
    member_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("member.id", ondelete="CASCADE"), index=True, info=_passing
    )
    """None: whoever has the key."""
    made_at: Mapped[datetime] = mapped_column(index=True, info=plain)
