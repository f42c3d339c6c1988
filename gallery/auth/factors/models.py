"""What a member shows besides or in place of a password: codes of an app, codes on paper, codes by mail."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core.crypto import Encrypted
from gallery.core.db import Base
from gallery.core.personal import Category, Keep, Purpose, personal, plain

_factor = personal(category=Category.SECURITY, purpose=Purpose.SIGN_IN)
_secret = personal(category=Category.SECURITY, purpose=Purpose.SIGN_IN, export=False)
_passing = personal(category=Category.SECURITY, purpose=Purpose.SIGN_IN, keep=Keep.DAY)
_passing_secret = personal(category=Category.SECURITY, purpose=Purpose.SIGN_IN, keep=Keep.DAY, export=False)


class Authenticator(Base):
    """The app that shows a member's codes (TOTP, RFC 6238); it is here once a first code has proved it."""

    __tablename__ = "authenticator"

    member_id: Mapped[int] = mapped_column(
        sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, info=_factor
    )
    secret: Mapped[str] = mapped_column(Encrypted("authenticator.secret"), info=_secret)
    proved_at: Mapped[datetime] = mapped_column(info=_factor)
    """When its first code came; until then its secret is in its member's browser only, sealed."""
    last_counter: Mapped[int] = mapped_column(default=-1, info=_factor)
    """The time step of the last code that was taken; no code of it or before is taken again (6.5.1)."""


class RecoveryCode(Base):
    """One of the codes on paper, each good for one sign-in without the other factors."""

    __tablename__ = "recovery_code"
    __table_args__ = (sa.UniqueConstraint("member_id", "code_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), info=_factor)
    code_digest: Mapped[str] = mapped_column(sa.String(64), info=_secret)
    made_at: Mapped[datetime] = mapped_column(info=_factor)
    used_at: Mapped[datetime | None] = mapped_column(info=_factor)


class MailedCode(Base):
    """A code by mail, for members who have neither password nor second factor; a session has one, and it ends with it.

    The code itself is stored nowhere: whoever writes the letter and whoever checks it make it of the nonce.
    """

    __tablename__ = "mailed_code"

    session_id: Mapped[int] = mapped_column(
        sa.ForeignKey("device_session.id", ondelete="CASCADE"), primary_key=True, info=_passing
    )
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), index=True, info=_passing)
    nonce: Mapped[str] = mapped_column(info=_passing_secret)
    made_at: Mapped[datetime] = mapped_column(index=True, info=_passing)
    tries_left: Mapped[int] = mapped_column(info=_passing)
