"""What a member sees of his sessions and sign-ins, and which sessions still live."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import Flask, current_app

from gallery.auth.factors.models import Authenticator
from gallery.auth.federated.models import Identity
from gallery.auth.models import STAFF, Member, Role, member_role
from gallery.auth.passkeys.models import Passkey
from gallery.auth.sessions import rules as session_rules
from gallery.auth.sessions.models import DeviceSession, SignIn
from gallery.core import clock
from gallery.core.db import db
from gallery.core.prepared import Prepared
from gallery.core.settings import Settings

FRESH_SECONDS = 0.25
"""For so long one answer serves all streams. The hub asks for all of them in one go (core.hub.CHECK_SECONDS)."""
FORGOTTEN_SECONDS = 60.0
"""A session for which no stream has asked in this time is no longer asked for."""
KEY = "living_sessions"

_session = DeviceSession.__table__.c
_sign_in = SignIn.__table__.c
_LATEST_IS_NEW = Prepared(
    sa.select(_sign_in.is_new_device)
    .where(_sign_in.member_id == sa.bindparam("member_id"))
    .order_by(_sign_in.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A browser in which a member is signed in."""

    id: int
    how: str
    browser: str
    network: str
    started_at: datetime
    last_seen_at: datetime
    second_step_at: datetime | None


@dataclass(frozen=True, slots=True)
class Safety:
    """How an account is secured."""

    has_password: bool
    has_authenticator: bool
    passkeys: int
    elsewhere: tuple[str, ...]
    """`google`, `facebook`."""
    sessions: int


def init_app(app: Flask, _settings: Settings) -> None:
    """Give the application what its streams ask."""
    app.extensions[KEY] = Living()


def open_sessions(member_id: int, now: datetime) -> list[OpenSession]:
    """The sessions of a member that live at `now` (UTC), the one used last first."""
    rows = _with_limits(_session.member_id == member_id)
    kept = [row for row in rows if _lives(row, now)]
    names = OpenSession.__dataclass_fields__
    found = [OpenSession(**{name: row._mapping[name] for name in names}) for row in kept]
    return sorted(found, key=lambda one: (one.last_seen_at, one.id), reverse=True)


def elsewhere(member_id: int, session_id: int, now: datetime) -> int:
    """On how many devices but this one the member is signed in: each change of a factor offers to end them (7.4.3)."""
    return sum(one.id != session_id for one in open_sessions(member_id, now))


def sign_ins(member_id: int, limit: int, *, before: int | None = None) -> list[SignIn]:
    """The sign-ins of a member, the latest first, from the one before the number `before` on."""
    query = sa.select(SignIn).where(SignIn.member_id == member_id).order_by(SignIn.id.desc()).limit(limit)
    if before is not None:
        query = query.where(SignIn.id < before)
    return list(db.session().execute(query).scalars())


def entered_on_new_device(member_id: int) -> bool:
    """Whether the member's latest sign-in was on a device that he had not used before."""
    return bool(_LATEST_IS_NEW.value(db.session(), {"member_id": member_id}))


def safety(member_id: int, now: datetime) -> Safety:
    """How a member's account is secured."""
    session = db.session()
    password, proved_at = session.execute(
        sa.select(Member.password, Authenticator.proved_at)
        .outerjoin(Authenticator, Authenticator.member_id == Member.id)
        .where(Member.id == member_id)
    ).one()
    passkeys = session.execute(sa.select(sa.func.count()).where(Passkey.member_id == member_id)).scalar_one()
    elsewhere = session.execute(
        sa.select(Identity.provider).where(Identity.member_id == member_id).order_by(Identity.provider).distinct()
    ).scalars()
    sessions = len(open_sessions(member_id, now))
    return Safety(password is not None, proved_at is not None, passkeys, tuple(elsewhere), sessions)


def is_alive(session_id: int) -> bool:
    """Whether a session still lives. For streams: a thousand of them ask, and the database is asked once."""
    living: Living = current_app.extensions[KEY]
    return living.has(session_id)


class Living:
    """Which sessions live, asked together for all that have asked lately."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted: dict[int, float] = {}
        self._alive: set[int] = set()
        self._asked_at = float("-inf")

    def has(self, session_id: int) -> bool:
        """Whether a session lived FRESH_SECONDS ago."""
        with self._lock:
            asked_at = time.monotonic()
            is_new = session_id not in self._wanted
            self._wanted[session_id] = asked_at
            if asked_at - self._asked_at >= FRESH_SECONDS:
                oldest = asked_at - FORGOTTEN_SECONDS
                self._wanted = {one: at for one, at in self._wanted.items() if at > oldest}
                self._alive = _alive_of(self._wanted)
                self._asked_at = asked_at
            elif is_new:
                self._alive |= _alive_of([session_id])
            return session_id in self._alive


def _alive_of(session_ids: Collection[int]) -> set[int]:
    now = clock.now()
    return {row.id for row in _with_limits(_session.id.in_(session_ids)) if row.active and _lives(row, now)}


def _with_limits(which: sa.ColumnElement[bool]) -> list[sa.Row[tuple[object, ...]]]:
    is_staff = (
        sa.select(member_role.c.member_id)
        .join(Role, Role.id == member_role.c.role_id)
        .where(member_role.c.member_id == _session.member_id, Role.name.in_(STAFF))
        .exists()
    )
    query = sa.select(*_session, Member.active, is_staff.label("is_staff")).join(
        Member, Member.id == _session.member_id
    )
    return list(db.session().execute(query.where(which)))


def _lives(row: sa.Row[tuple[object, ...]], now: datetime) -> bool:
    allowed = session_rules.limits(is_staff=row.is_staff, is_remembered=row.is_remembered)
    return now < session_rules.ends_at(row.started_at, row.last_seen_at, allowed)
