"""What a member shows besides or in place of a password: codes, passkeys, accounts elsewhere; and changes under way."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core.crypto import Encrypted
from gallery.core.db import Base
from gallery.core.personal import Basis, Category, Erase, Keep, Purpose, Recipient, personal, plain

_factor = personal(category=Category.SECURITY, purpose=Purpose.SIGN_IN)
_secret = personal(category=Category.SECURITY, purpose=Purpose.SIGN_IN, export=False)
_elsewhere = personal(category=Category.SECURITY, purpose=Purpose.SIGN_IN, to=(Recipient.LOGIN_PROVIDER,))
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


class Identity(Base):
    """An account elsewhere that opens this one: known by who says it and how they call the person (6.8.1)."""

    __tablename__ = "identity"
    __table_args__ = (sa.UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), index=True, info=_elsewhere)
    provider: Mapped[str] = mapped_column(info=_elsewhere)
    """`google` or `facebook`."""
    issuer: Mapped[str] = mapped_column(info=_elsewhere)
    subject: Mapped[str] = mapped_column(info=_elsewhere)
    linked_at: Mapped[datetime] = mapped_column(info=_elsewhere)
    last_used_at: Mapped[datetime | None] = mapped_column(info=_elsewhere)


class AddressChange(Base):
    """A new e-mail address that both mailboxes have to agree to (A3); one at a time, dead after a day."""

    __tablename__ = "address_change"

    member_id: Mapped[int] = mapped_column(
        sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, info=_passing
    )
    new_email: Mapped[str] = mapped_column(
        info=personal(category=Category.CONTACT, purpose=Purpose.ACCOUNT, keep=Keep.DAY, to=(Recipient.MAIL_PROVIDER,))
    )
    seal: Mapped[str] = mapped_column(info=_passing_secret)
    """New with each request: the links of an earlier one die."""
    asked_at: Mapped[datetime] = mapped_column(index=True, info=_passing)
    old_agreed_at: Mapped[datetime | None] = mapped_column(info=_passing)
    new_agreed_at: Mapped[datetime | None] = mapped_column(info=_passing)


class DeletionRequest(Base):
    """Facebook told us that somebody removed us there (P-47); the code opens a page that says what became of it."""

    __tablename__ = "deletion_request"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    code_digest: Mapped[str] = mapped_column(sa.String(64), unique=True, info=plain)
    member_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("member.id", ondelete="SET NULL"),
        index=True,
        info=personal(
            category=Category.SECURITY,
            purpose=Purpose.ACCOUNTABILITY,
            basis=Basis.LEGAL,
            keep=Keep.AUDIT,
            erase=Erase.BLANK,
        ),
    )
    asked_at: Mapped[datetime] = mapped_column(info=plain)
    outcome: Mapped[str] = mapped_column(info=plain)
    """`unlinked` or `unknown`."""
