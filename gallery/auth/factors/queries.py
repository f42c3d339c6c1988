"""What a member has to show who he is with, besides being believed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gallery.auth.factors.models import Authenticator, MailedCode, RecoveryCode
from gallery.auth.factors.rules import MAILED_LASTS, Held
from gallery.auth.models import Member
from gallery.auth.passkeys.models import Passkey
from gallery.core.db import db
from gallery.core.prepared import Prepared


@dataclass(frozen=True, slots=True)
class App:
    """A member's authenticator."""

    secret: str
    proved_at: datetime
    last_counter: int

    def __repr__(self) -> str:
        return f"App(proved_at={self.proved_at})"


_HAS_SECOND_STEP = Prepared(
    sa.select(
        sa.or_(
            sa.exists().where(Authenticator.__table__.c.member_id == sa.bindparam("member_id")),
            sa.exists().where(Passkey.__table__.c.member_id == sa.bindparam("member_id")),
        )
    )
)


def has_second_step(member_id: int) -> bool:
    """Whether the member's sign-in asks for a second step: he has an app or a passkey."""
    return bool(_HAS_SECOND_STEP.value(db.session(), {"member_id": member_id}))


def held(member_id: int) -> Held:
    """What the member has, in one statement."""
    counted = sa.select(
        _count(Authenticator.member_id, Authenticator.member_id == member_id),
        _count(Passkey.id, Passkey.member_id == member_id),
        _count(RecoveryCode.id, RecoveryCode.member_id == member_id, RecoveryCode.used_at.is_(None)),
        _count(Member.id, Member.id == member_id, Member.password.is_not(None)),
    )
    apps, passkeys, codes, passwords = db.session().execute(counted).one()
    return Held(apps > 0, passkeys, codes, passwords > 0)


def app(member_id: int) -> App | None:
    """The member's authenticator, its secret included."""
    row = (
        db.session()
        .execute(
            sa.select(Authenticator.secret, Authenticator.proved_at, Authenticator.last_counter).where(
                Authenticator.member_id == member_id
            )
        )
        .first()
    )
    return App(*row) if row else None


def mailed_code(session_id: int, now: datetime) -> MailedCode | None:
    """The code that was mailed for a session and may still be typed."""
    found = db.session().get(MailedCode, session_id, populate_existing=True)
    return found if found and found.tries_left > 0 and now - found.made_at < MAILED_LASTS else None


def _count(column: sa.orm.InstrumentedAttribute[int], *where: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count(column)).where(*where).scalar_subquery()
