"""What happens to sessions. Each public function is one unit of work, or joins the caller's."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from gallery.auth import post
from gallery.auth.address.models import AddressChange
from gallery.auth.models import Member
from gallery.auth.sessions import devices
from gallery.auth.sessions.models import DeviceSession, How, KnownDevice, SignIn
from gallery.auth.sessions.rules import REMEMBERED, TOUCH_AFTER
from gallery.core import audit
from gallery.core.crypto import blind_index
from gallery.core.db import transaction
from gallery.core.errors import Missing
from gallery.core.prepared import Prepared

FORGET_DEVICES_AFTER = timedelta(days=365)
"""Keep.SIGN_INS of the data map."""
FIRST_DAY = timedelta(days=1)
"""After its address was confirmed an account is new for so long: the first device of all is no news then."""
FORGET_CHANGES_AFTER = timedelta(days=1)
"""Keep.DAY of the data map."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a browser shows of itself when somebody signs in."""

    browser: str
    network: str
    device_keys: tuple[str, ...] = ()
    """What its cookie `device` holds: a key for each member who has signed in there, the latest first."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was opened: what its browser is given, and nobody else ever sees."""

    key: str
    device_key: str
    is_new_device: bool


# Prepared: who bids waits while a session is opened, and putting these together took most of that time.
_device = KnownDevice.__table__.c
_MEMBER = Prepared(
    sa.select(
        Member.__table__.c.email,
        Member.__table__.c.language,
        Member.__table__.c.active,
        Member.__table__.c.confirmed_at,
        sa.exists().where(SignIn.__table__.c.member_id == sa.bindparam("member_id")).label("was_here_before"),
    ).where(Member.__table__.c.id == sa.bindparam("member_id"))
)
_KNOWN_DEVICE = Prepared(
    sa.select(_device.id, _device.key_digest).where(_device.member_id == sa.bindparam("member_id"), devices.HAS_ONE_OF)
)
_SEE_DEVICE = Prepared(
    sa.update(KnownDevice.__table__)
    .where(_device.id == sa.bindparam("device_id"))
    .values(last_seen_at=sa.bindparam("now"))
)
_ADD_DEVICE = Prepared(sa.insert(KnownDevice.__table__).returning(_device.id))
_OPEN = Prepared(sa.insert(DeviceSession.__table__))
_NOTE = Prepared(sa.insert(SignIn.__table__))


def open_session(
    member_id: int, how: How, seen: Seen, *, now: datetime, remember: bool = False, second_step: bool = False
) -> Opened:
    """Open a session for a member who has shown who he is; raises Missing if he may not sign in.

    `second_step` says that he did it with a second factor. Joins the caller's unit of work.
    """
    key, new_device_key = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    device_keys = {devices.digest(one): one for one in seen.device_keys}
    row = {"member_id": member_id, "how": how, "browser": seen.browser, "network": seen.network}
    opened = row | {"key_digest": digest(key), "started_at": now, "last_seen_at": now, "proved_at": now}
    opened |= {"is_remembered": remember, "second_step_at": now if second_step else None}
    with transaction() as session:
        session.flush()  # The statements below know nothing of what waits to be written.
        member = _MEMBER.first(session, {"member_id": member_id})
        if member is None or not member.active:
            raise Missing
        known = _KNOWN_DEVICE.first(session, devices.places(device_keys) | {"member_id": member_id})
        # A key that he does not know is never made his: somebody could have planted it.
        device_key = device_keys[known.key_digest] if known else new_device_key
        if known:
            device_id = known.id
            _SEE_DEVICE.change(session, {"device_id": device_id, "now": now})
        else:
            device = {"member_id": member_id, "key_digest": devices.digest(device_key)}
            device_id = _ADD_DEVICE.value(session, device | {"first_seen_at": now, "last_seen_at": now})
        # Sign-ins are forgotten after a year: who comes back later is not on the first device of all either.
        is_old = member.confirmed_at is not None and now - member.confirmed_at > FIRST_DAY
        is_new = known is None and bool(member.was_here_before or is_old)
        _OPEN.change(session, opened | {"device_id": device_id})
        _NOTE.change(session, row | {"at": now, "with_second_step": second_step, "is_new_device": is_new})
        if is_new:
            post.write(
                "new_device",
                member.email,
                member.language,
                at=now.isoformat(),
                browser=seen.browser,
                network=seen.network,
            )
    return Opened(key, device_key, is_new)


def digest(key: str) -> str:
    """What the database keeps of a session's key (queries.signed_in asks by it)."""
    return blind_index("device_session.key", key)


def touch(session_id: int, now: datetime) -> None:
    """Note that a session is in use."""
    with transaction() as session:
        session.execute(
            sa.update(DeviceSession)
            .where(DeviceSession.id == session_id, DeviceSession.last_seen_at <= now - TOUCH_AFTER)
            .values(last_seen_at=now)
        )


def prove(session_id: int, *, now: datetime, second_step: bool = False) -> None:
    """Note that the member has shown again who he is, in this session."""
    values = {"proved_at": now, "last_seen_at": now} | ({"second_step_at": now} if second_step else {})
    with transaction() as session:
        session.execute(sa.update(DeviceSession).where(DeviceSession.id == session_id).values(values))


def renew_key(session_id: int) -> str:
    """Give a session another key; a copy of the cookie from before is worthless (7.2.4). Raises Missing if it ended."""
    key = secrets.token_urlsafe(32)
    with transaction() as session:
        found = session.execute(
            sa.update(DeviceSession).where(DeviceSession.id == session_id).values(key_digest=digest(key))
        )
        if not found.rowcount:  # type: ignore[attr-defined]
            raise Missing
    return key


def end(member_id: int, session_id: int, *, forget_device: bool = False) -> None:
    """End one session of a member; raises Missing if he has no such session.

    `forget_device`: its browser is a stranger's from now on; a sign-in there is news.
    """
    with transaction() as session:
        gone = sa.delete(DeviceSession).where(DeviceSession.id == session_id, DeviceSession.member_id == member_id)
        found = session.execute(gone.returning(DeviceSession.device_id)).first()
        if found is None:
            raise Missing
        if forget_device:
            session.execute(sa.delete(KnownDevice).where(KnownDevice.id == found.device_id))
        audit.record("session.ended", f"member:{member_id}", actor_id=member_id)


def end_all(member_id: int, *, but: int | None = None, by_id: int | None = None) -> int:
    """End all sessions of a member, or all but the one with the number `but`; how many there were.

    The browsers are forgotten too: a thief's has no tries of its own any more, and a sign-in there is news.
    """
    with transaction() as session:
        forget_devices(member_id, but=but)
        gone = sa.delete(DeviceSession).where(DeviceSession.member_id == member_id)
        if but is not None:
            gone = gone.where(DeviceSession.id != but)
        ended = int(session.execute(gone).rowcount)  # type: ignore[attr-defined]
        audit.record("session.all_ended", f"member:{member_id}", actor_id=by_id, ended=ended)
    return ended


def forget_devices(member_id: int, *, but: int | None = None) -> None:
    """Have no browser known as the member's any more but that of the session with the number `but`."""
    forgotten = sa.delete(KnownDevice).where(KnownDevice.member_id == member_id)
    if but is not None:
        here = sa.select(DeviceSession.device_id).where(DeviceSession.id == but, DeviceSession.device_id.is_not(None))
        forgotten = forgotten.where(KnownDevice.id.not_in(here))
    with transaction() as session:
        session.execute(forgotten)


def forget_old(now: datetime) -> None:
    """Remove sessions and changes that have ended by themselves, and devices and sign-ins of over a year ago (P-53)."""
    with transaction() as session:
        session.execute(
            sa.delete(DeviceSession).where(
                sa.or_(
                    DeviceSession.last_seen_at < now - REMEMBERED.idle,
                    DeviceSession.started_at < now - REMEMBERED.whole,
                )
            )
        )
        session.execute(sa.delete(AddressChange).where(AddressChange.asked_at < now - FORGET_CHANGES_AFTER))
        session.execute(sa.delete(SignIn).where(SignIn.at < now - FORGET_DEVICES_AFTER))
        session.execute(sa.delete(KnownDevice).where(KnownDevice.last_seen_at < now - FORGET_DEVICES_AFTER))
