"""A member of the house, and the roles of those who run it."""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from flask_security.core import RoleMixin, UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.core import clock
from gallery.core.db import Base
from gallery.core.personal import Basis, Category, Purpose, Recipient, personal, plain


class RoleName(StrEnum):
    """What a member may be besides a bidder."""

    SELLER = "seller"
    EDITOR = "editor"
    EXPERT = "expert"
    SUPPORT = "support"
    FRAUD = "fraud"
    ADMIN = "admin"


STAFF = frozenset({RoleName.EDITOR, RoleName.EXPERT, RoleName.SUPPORT, RoleName.FRAUD, RoleName.ADMIN})
"""The roles that run the house; nobody who has one may bid (RULES "Who may bid", I8)."""

NOBODY = "erased.invalid"
"""The domain of addresses that reach nobody: of members who are erased (RFC 2606)."""

_account = personal(category=Category.ACCOUNT, purpose=Purpose.ACCOUNT)
_sign_in = personal(category=Category.SECURITY, purpose=Purpose.SIGN_IN, export=False)

member_role = sa.Table(
    "member_role",
    Base.metadata,
    sa.Column("member_id", sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, info=_account),
    sa.Column("role_id", sa.ForeignKey("role.id", ondelete="CASCADE"), primary_key=True, info=plain),
)


class Role(Base, RoleMixin):
    """One of the roles of RoleName, as a row."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain)
    name: Mapped[str] = mapped_column(unique=True, info=plain)
    description: Mapped[str | None] = mapped_column(info=plain)


class Member(Base, UserMixin):
    """Somebody with an account."""

    __tablename__ = "member"

    id: Mapped[int] = mapped_column(primary_key=True, info=_account)
    email: Mapped[str] = mapped_column(
        unique=True,
        info=personal(category=Category.CONTACT, purpose=Purpose.ACCOUNT, to=(Recipient.MAIL_PROVIDER,)),
    )
    """Normalised; compared without regard to case."""
    password: Mapped[str | None] = mapped_column(info=_sign_in)
    """Argon2id hash."""
    active: Mapped[bool] = mapped_column(default=True, info=_account)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True, info=_sign_in)
    """What a session names; changing it ends all sessions."""
    confirmed_at: Mapped[datetime | None] = mapped_column(info=_account)
    registered_at: Mapped[datetime] = mapped_column(default=clock.now, info=_account)
    language: Mapped[str] = mapped_column(
        default="fr",
        info=personal(category=Category.ACCOUNT, purpose=Purpose.NOTICES, basis=Basis.CONTRACT),
    )
    """`fr` or `en`: in which language mails are written."""

    currency: Mapped[str | None] = mapped_column(sa.String(3), info=_account)
    """In which currency amounts are shown beside the sale's own; None: the sale's only (B4)."""

    is_erased: Mapped[bool] = mapped_column(default=False, server_default=sa.false(), info=_account)
    """Whether his erasure has begun: what is left of the row serves what still needs it, and nobody signs in (L3)."""
    restricted_at: Mapped[datetime | None] = mapped_column(
        info=personal(category=Category.REQUESTS, purpose=Purpose.RIGHTS, basis=Basis.LEGAL)
    )
    """Since when he wants his data kept and used for nothing that he does not himself ask for (art. 18 GDPR, P-41)."""
    erasure_key: Mapped[str] = mapped_column(
        index=True, unique=True, default=lambda: secrets.token_hex(16), info=_sign_in
    )
    """Random: by it the journal of erasures finds the row again in an older backup, and nobody anything else (P-40)."""

    roles: Mapped[list[Role]] = relationship(  # type: ignore[assignment]
        secondary=member_role, lazy="selectin"
    )

    @property
    def is_staff(self) -> bool:
        """Whether the member has a role that runs the house."""
        return any(role.name in STAFF for role in self.roles)
