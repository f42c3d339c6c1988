"""Where a member is signed in, from which devices, and how it was tried (A4, 6.3.1, 7.4).

Keys are stored as keyed digests only: who reads the database cannot sign in with what he finds.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core.db import Base
from gallery.core.personal import Basis, Category, Keep, Purpose, personal, plain

_session = personal(category=Category.SECURITY, purpose=Purpose.SIGN_IN, keep=Keep.SESSION)
_session_key = personal(category=Category.SECURITY, purpose=Purpose.SIGN_IN, keep=Keep.SESSION, export=False)
_history = personal(category=Category.SECURITY, purpose=Purpose.SIGN_IN, basis=Basis.INTEREST, keep=Keep.SIGN_INS)
_device_key = personal(
    category=Category.SECURITY, purpose=Purpose.SIGN_IN, basis=Basis.INTEREST, keep=Keep.SIGN_INS, export=False
)


class How(StrEnum):
    """By what somebody showed who he is."""

    PASSWORD = "password"  # noqa: S105  The word itself.
    PASSKEY = "passkey"
    GOOGLE = "google"
    FACEBOOK = "facebook"
    CONFIRMATION = "confirmation"
    """The button of the mail that confirms an address, in the browser that registered it."""


class KnownDevice(Base):
    """A browser in which a member has signed in: it has tries of its own, so that strangers cannot use them up."""

    __tablename__ = "known_device"
    __table_args__ = (sa.UniqueConstraint("member_id", "key_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=_history)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), info=_history)
    key_digest: Mapped[str] = mapped_column(sa.String(64), index=True, info=_device_key)
    """Blind index of what its cookie `device` holds."""
    first_seen_at: Mapped[datetime] = mapped_column(info=_history)
    last_seen_at: Mapped[datetime] = mapped_column(index=True, info=_history)


class DeviceSession(Base):
    """One browser that is signed in. Removing the row signs it out, wherever its cookie is (7.4.1)."""

    __tablename__ = "device_session"

    id: Mapped[int] = mapped_column(primary_key=True, info=_session)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), index=True, info=_session)
    key_digest: Mapped[str] = mapped_column(sa.String(64), unique=True, info=_session_key)
    device_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("known_device.id", ondelete="SET NULL"), index=True, info=_session
    )
    how: Mapped[str] = mapped_column(info=_session)
    """One of How."""
    browser: Mapped[str] = mapped_column(info=_session)
    """As in "Firefox · Android": no version, no model."""
    network: Mapped[str] = mapped_column(info=_session)
    """The first three parts of an IPv4 address, the first 48 bits of an IPv6 one."""
    is_remembered: Mapped[bool] = mapped_column(info=_session)
    started_at: Mapped[datetime] = mapped_column(info=_session)
    last_seen_at: Mapped[datetime] = mapped_column(index=True, info=_session)
    """Within five minutes."""
    proved_at: Mapped[datetime] = mapped_column(info=_session)
    """When its member last showed who he is: for changes that ask for it again (7.5.1)."""
    second_step_at: Mapped[datetime | None] = mapped_column(info=_session)
    """When he last did it with a second factor; None: never in this session."""


class SignIn(Base):
    """One sign-in of the past, for the member to look through (A4)."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), index=True, info=_history)
    at: Mapped[datetime] = mapped_column(index=True, info=_history)
    how: Mapped[str] = mapped_column(info=_history)
    with_second_step: Mapped[bool] = mapped_column(info=_history)
    is_new_device: Mapped[bool] = mapped_column(info=_history)
    browser: Mapped[str] = mapped_column(info=_history)
    network: Mapped[str] = mapped_column(info=_history)


class Attempt(Base):
    """One try that counts against a limit, until it proved right or its time is over (auth.throttle)."""

    __tablename__ = "attempt"
    __table_args__ = (sa.Index("ix_attempt_scope_key_at", "scope", "key_digest", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    scope: Mapped[str] = mapped_column(info=plain)
    key_digest: Mapped[str] = mapped_column(sa.String(64), info=plain)
    """Blind index of a network, a typed address or a device; names nobody, and is gone within a day."""
    at: Mapped[datetime] = mapped_column(index=True, info=plain)
