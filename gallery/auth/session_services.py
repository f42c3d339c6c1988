"""What happens to sessions. Each public function is one unit of work, or joins the caller's."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.auth import post
from gallery.auth.device_models import DeviceSession, How, KnownDevice, SignIn
from gallery.auth.factor_models import AddressChange
from gallery.auth.models import Member
from gallery.auth.session_rules import REMEMBERED, TOUCH_AFTER
from gallery.core import audit
from gallery.core.crypto import blind_index
from gallery.core.db import transaction
from gallery.core.errors import Missing

FORGET_DEVICES_AFTER = timedelta(days=365)
"""Keep.SIGN_INS of the data map."""
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


def open_session(
    member_id: int, how: How, seen: Seen, *, now: datetime, remember: bool = False, second_step: bool = False
) -> Opened:
    """Open a session for a member who has shown who he is; raises Missing if he may not sign in.

    `second_step` says that he did it with a second factor. Joins the caller's unit of work.
    """
    key = secrets.token_urlsafe(32)
    with transaction() as session:
        member = session.get(Member, member_id)
        if member is None or not member.active:
            raise Missing
        has_devices = session.execute(sa.select(KnownDevice.id).where(KnownDevice.member_id == member_id)).first()
        known = _known_device(session, member_id, seen.device_keys)
        # A key that he does not know is never made his: somebody could have planted it.
        device_key = known[1] if known else secrets.token_urlsafe(24)
        device_id = known[0] if known else _add_device(session, member_id, device_key, now)
        session.execute(sa.update(KnownDevice).where(KnownDevice.id == device_id).values(last_seen_at=now))
        is_new = has_devices is not None and known is None
        session.execute(
            sa.insert(DeviceSession).values(
                member_id=member_id,
                key_digest=digest(key),
                device_id=device_id,
                how=how,
                browser=seen.browser,
                network=seen.network,
                is_remembered=remember,
                started_at=now,
                last_seen_at=now,
                proved_at=now,
                second_step_at=now if second_step else None,
            )
        )
        session.execute(
            sa.insert(SignIn).values(
                member_id=member_id,
                at=now,
                how=how,
                with_second_step=second_step,
                is_new_device=is_new,
                browser=seen.browser,
                network=seen.network,
            )
        )
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


def device_digest(device_key: str) -> str:
    """What the database keeps of a device's key."""
    return blind_index("known_device.key", device_key)


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


def end(member_id: int, session_id: int) -> None:
    """End one session of a member; raises Missing if he has no such session."""
    with transaction() as session:
        found = session.execute(
            sa.delete(DeviceSession).where(DeviceSession.id == session_id, DeviceSession.member_id == member_id)
        )
        if not found.rowcount:  # type: ignore[attr-defined]
            raise Missing
        audit.record("session.ended", f"member:{member_id}", actor_id=member_id)


def end_all(member_id: int, *, but: int | None = None, by_id: int | None = None) -> int:
    """End all sessions of a member, or all but the one with the number `but`; how many there were."""
    with transaction() as session:
        gone = sa.delete(DeviceSession).where(DeviceSession.member_id == member_id)
        if but is not None:
            gone = gone.where(DeviceSession.id != but)
        ended = int(session.execute(gone).rowcount)  # type: ignore[attr-defined]
        audit.record("session.all_ended", f"member:{member_id}", actor_id=by_id, ended=ended)
    return ended


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


def _known_device(session: Session, member_id: int, keys: Iterable[str]) -> tuple[int, str] | None:
    """The number and the key of the device, if the member has signed in there before."""
    digests = {device_digest(key): key for key in keys}
    found = session.execute(
        sa.select(KnownDevice.id, KnownDevice.key_digest).where(
            KnownDevice.member_id == member_id, KnownDevice.key_digest.in_(digests)
        )
    ).first()
    return (found.id, digests[found.key_digest]) if found else None


def _add_device(session: Session, member_id: int, key: str, now: datetime) -> int:
    made = KnownDevice(member_id=member_id, key_digest=device_digest(key), first_seen_at=now, last_seen_at=now)
    session.add(made)
    session.flush()
    return made.id
