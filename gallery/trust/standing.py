"""How a member stands: what restricts him, how he signs in, and what was done lately. Nothing of it is secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gallery.auth.factors.models import Authenticator, RecoveryCode
from gallery.auth.federated.models import Identity
from gallery.auth.passkeys.models import Passkey
from gallery.auth.sessions.models import DeviceSession
from gallery.core.audit import AuditEntry
from gallery.core.db import db
from gallery.trust.models import AccountLink, Block, SaleBar, SpendingLimit, StaffNote

LATEST = 20
"""Entries of the audit, and notes, that a page shows."""


@dataclass(frozen=True)
class Restrictions:
    """What keeps a member from bidding, with the reasons that he is told."""

    blocks: Sequence[Block]
    """Those that run, and the latest that are over."""
    bars: Sequence[SaleBar]
    limit: SpendingLimit | None
    links: Sequence[AccountLink]


@dataclass(frozen=True)
class SignIn:
    """By what a member signs in; no secret, no key, no name of a device."""

    has_app: bool
    recovery_codes: int
    passkeys: int
    providers: tuple[str, ...]
    sessions: int

    @property
    def has_second_step(self) -> bool:
        """Whether a second step is asked for."""
        return self.has_app or self.passkeys > 0


def restrictions(member_id: int) -> Restrictions:
    """Blocks, bars, the spending limit and linked accounts."""
    session = db.session()
    limit = session.get(SpendingLimit, member_id)
    return Restrictions(
        blocks=session.scalars(
            sa.select(Block).where(Block.member_id == member_id).order_by(Block.id.desc()).limit(LATEST)
        ).all(),
        bars=session.scalars(sa.select(SaleBar).where(SaleBar.member_id == member_id).order_by(SaleBar.id)).all(),
        limit=limit if limit is not None and limit.limit_minor > 0 else None,
        links=session.scalars(
            sa.select(AccountLink).where(AccountLink.member_id == member_id).order_by(AccountLink.linked_id)
        ).all(),
    )


def is_running(block: Block, now: datetime) -> bool:
    """Whether a block keeps its member from bidding at `now`."""
    return block.lifted_at is None and (block.until is None or block.until > now)


def sign_in(member_id: int) -> SignIn:
    """How a member signs in, as figures."""
    session = db.session()

    def count(column: sa.orm.InstrumentedAttribute[int], *more: sa.ColumnElement[bool]) -> int:
        return session.execute(sa.select(sa.func.count()).where(column == member_id, *more)).scalar_one()

    providers = sa.select(Identity.provider).where(Identity.member_id == member_id).distinct()
    return SignIn(
        has_app=count(Authenticator.member_id, Authenticator.proved_at.is_not(None)) > 0,
        recovery_codes=count(RecoveryCode.member_id, RecoveryCode.used_at.is_(None)),
        passkeys=count(Passkey.member_id),
        providers=tuple(sorted(session.scalars(providers))),
        sessions=count(DeviceSession.member_id),
    )


def acts(member_id: int) -> Sequence[AuditEntry]:
    """What was done lately with the account, the newest first."""
    about = AuditEntry.subject == f"member:{member_id}"
    return db.session().scalars(sa.select(AuditEntry).where(about).order_by(AuditEntry.id.desc()).limit(LATEST)).all()


def notes(member_id: int) -> Sequence[StaffNote]:
    """What staff wrote down, the newest first."""
    query = sa.select(StaffNote).where(StaffNote.member_id == member_id).order_by(StaffNote.id.desc()).limit(LATEST)
    return db.session().scalars(query).all()
