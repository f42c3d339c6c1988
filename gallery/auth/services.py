"""What happens to accounts. Each public function is one unit of work.

What a stranger may ask for (registering, a new link, a reset) does the same work whoever's the address is: the same
statements, and one message to the queue. Only the worker that writes the mail looks who it is for (6.3.8).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gallery.auth import passwords, post, queries, said, tokens
from gallery.auth.address.models import AddressChange
from gallery.auth.models import Member, Role, RoleName, member_role
from gallery.auth.sessions import services as session_services
from gallery.auth.sessions.models import DeviceSession
from gallery.auth.tokens import Aim, Claim, StaleLink
from gallery.core import audit, clock
from gallery.core.db import db, on_postgresql, transaction
from gallery.core.errors import Missing

Opened = Callable[[int, datetime], object]
_OPENED = "account_opened"


class AddressTaken(Exception):
    """The command line asked for an account that there is already."""


def on_opened(app: Flask, note: Opened) -> None:
    """Have `note(member_id, now)` called, in the unit of work, when somebody's account opens: its mailbox is his."""
    app.extensions.setdefault(_OPENED, []).append(note)


def tell_opened(member_id: int, now: datetime) -> None:
    """Call them, inside the unit of work that opens an account."""
    for note in current_app.extensions.get(_OPENED, ()):
        note(member_id, now)


def register(
    email: str,
    password_hash: str | None,
    language: str,
    *,
    next_path: str | None,
    now: datetime,
    provider: str | None = None,
) -> str:
    """Note a stranger's wish for an account, have its mailbox asked, and give the trace for the asking browser.

    Without a password it is one that a `provider` is to open.

    An address that nobody has confirmed yet is given anew to whoever asks last, and the earlier
    links to it die: who holds the mailbox decides, not who came first. A confirmed account stays
    as it is; its owner gets a mail that says so, and the trace is one of nothing.
    """
    insert = (postgresql.insert if on_postgresql() else sqlite.insert)(Member)
    seal = secrets.token_urlsafe(32)
    fresh = {"password": password_hash, "fs_uniquifier": seal, "language": language}
    with transaction() as session:
        session.execute(
            insert.values(email=email, active=True, registered_at=now, **fresh).on_conflict_do_update(
                index_elements=["email"], set_=fresh, where=Member.confirmed_at.is_(None) & Member.active
            )
        )
        post.write("confirm_with" if provider else "confirm", email, language, next=next_path, provider=provider)
    return tokens.trace(seal)


def ask_confirmation(email: str, language: str) -> None:
    """Have the link that confirms an address sent again, if there is something to confirm."""
    with transaction():
        post.write("confirm", email, language)


def ask_reset(email: str, language: str) -> None:
    """Have a link sent that sets a new password, if there is an account."""
    with transaction():
        post.write("reset", email, language)


def named(claim: Claim, aim: Aim) -> Member:
    """Whom a link names, if it still works; raises StaleLink. To act on it is a unit of work that looks again."""
    member = queries.member(claim.member_id)
    if member is None or not member.active or not tokens.fits(claim, aim, state(aim, member)):
        raise StaleLink
    return member


def trace_in(traces: Iterable[str], member: Member) -> str | None:
    """The one of a browser's traces that is of this very registration: then its password is the reader's own."""
    made = tokens.trace(member.fs_uniquifier)
    return made if made in traces else None


def confirm(claim: Claim, *, traces: Iterable[str], password_hash: str | None, now: datetime) -> Member:
    """Note that the member holds the mailbox; raises StaleLink. Once only.

    Who registered an address need not hold its mailbox. So the password of the registration stays only if the browser
    with these `traces` made it; else `password_hash` takes its place and whatever session there is ends (I8).
    """
    with transaction() as session:
        member = held(session, claim.member_id)
        if not member.active or not tokens.fits(claim, Aim.CONFIRM, state(Aim.CONFIRM, member)):
            raise StaleLink
        if password_hash is not None:
            member.password = password_hash
            sign_out_everywhere(member)
        elif trace_in(traces, member) is None:
            raise StaleLink
        member.confirmed_at = now
        tell_opened(member.id, now)
        audit.record("member.confirmed", f"member:{member.id}", actor_id=member.id, elsewhere=password_hash is not None)
        session.flush()
        said.heard(member.id, now)
    return member


def reset_password(claim: Claim, password_hash: str, *, now: datetime) -> Member:
    """Set a new password and end all sessions; raises StaleLink. Holding the mailbox also confirms it."""
    with transaction() as session:
        member = held(session, claim.member_id)
        if not member.active or not tokens.fits(claim, Aim.RESET, state(Aim.RESET, member)):
            raise StaleLink
        if member.confirmed_at is None:
            member.confirmed_at = now
            tell_opened(member.id, now)
            session.flush()
            said.heard(member.id, now)
        _set_password(member, password_hash)
        audit.record("member.password_reset", f"member:{member.id}", actor_id=member.id)
    return member


def change_password(member_id: int, password_hash: str, *, session_id: int) -> Member:
    """Set a new password and end all sessions, also the one that asked; only its browser stays known."""
    with transaction() as session:
        member = held(session, member_id)
        _set_password(member, password_hash, but_known=session_id)
        audit.record("member.password_changed", f"member:{member.id}", actor_id=member.id)
    return member


def rehash(member_id: int, known: str, password_hash: str) -> None:
    """Replace a hash that was made with yesterday's parameters, unless the password changed meanwhile."""
    with transaction() as session:
        session.execute(
            sa.update(Member).where(Member.id == member_id, Member.password == known).values(password=password_hash)
        )


def register_member(
    email: str,
    password: str,
    language: str = "fr",
    *,
    confirmed: bool = False,
    roles: Iterable[str] = (),
    password_hash: str | None = None,
) -> int:
    """Make an account for the command line or the demonstration and give its number; raises AddressTaken.

    The password is not judged. With `password_hash` nothing is hashed: for many members at once.
    """
    hashed = password_hash or passwords.hashed(password)
    now = clock.now()
    with transaction() as session:
        if session.execute(sa.select(Member.id).where(Member.email == email)).first():
            raise AddressTaken(email)
        member = Member(
            email=email,
            password=hashed,
            active=True,
            fs_uniquifier=secrets.token_urlsafe(32),
            confirmed_at=now if confirmed else None,
            registered_at=now,
            language=language,
        )
        session.add(member)
        session.flush()  # The roles and the audit need its number.
        for role in roles:
            _give(session, member.id, RoleName(role))
        audit.record("member.registered", f"member:{member.id}")
        if not confirmed:
            post.write("confirm", email, language)
        return member.id


def confirm_by_staff(member_id: int, *, by_id: int | None, now: datetime) -> None:
    """Confirm an address without its mail."""
    with transaction() as session:
        member = held(session, member_id)
        if member.confirmed_at is None:
            member.confirmed_at = now
            session.flush()
            said.heard(member_id, now)
        audit.record("member.confirmed", f"member:{member_id}", actor_id=by_id, by="staff")


def grant_role(member_id: int, role: str, *, by_id: int | None = None) -> None:
    """Give a member a role of RoleName; twice does nothing more."""
    name = RoleName(role)
    with transaction() as session:
        held(session, member_id)
        _give(session, member_id, name)
        audit.record("member.role_granted", f"member:{member_id}", actor_id=by_id, role=str(name))


def revoke_role(member_id: int, role: str, *, by_id: int | None = None) -> None:
    """Take a role from a member."""
    name = RoleName(role)
    with transaction() as session:
        held(session, member_id)
        role_id = sa.select(Role.id).where(Role.name == name).scalar_subquery()
        session.execute(
            sa.delete(member_role).where(member_role.c.member_id == member_id, member_role.c.role_id == role_id)
        )
        audit.record("member.role_revoked", f"member:{member_id}", actor_id=by_id, role=str(name))


def deactivate(member_id: int, *, by_id: int | None = None) -> None:
    """Close the account to signing in, and end its sessions."""
    with transaction() as session:
        member = held(session, member_id)
        member.active = False
        sign_out_everywhere(member)
        audit.record("member.deactivated", f"member:{member_id}", actor_id=by_id)


def reactivate(member_id: int, *, by_id: int | None = None) -> None:
    """Open the account to signing in again; raises Missing where there is none left to open (L3)."""
    with transaction() as session:
        member = held(session, member_id)
        if member.is_erased:
            raise Missing
        member.active = True
        audit.record("member.reactivated", f"member:{member_id}", actor_id=by_id)


def held(session: Session, member_id: int) -> Member:
    """The member, kept from others until the unit of work ends; raises Missing."""
    member = session.get(Member, member_id, with_for_update=True, populate_existing=True)
    if member is None:
        raise Missing
    return member


def sign_out_everywhere(member: Member, *, but_known: int | None = None) -> None:
    """End all sessions, and with them whatever else is under way in the member's name (the five hijacks).

    No browser is known as his any more but that of the session with the number `but_known`.
    """
    session = db.session()
    session_services.forget_devices(member.id, but=but_known)
    member.fs_uniquifier = secrets.token_urlsafe(32)
    for table in (DeviceSession, AddressChange):
        session.execute(sa.delete(table).where(table.member_id == member.id))


def state(aim: Aim, member: Member) -> str:
    """What the use of a link changes: the seal of the link breaks with it."""
    if aim is Aim.CONFIRM:
        return f"{member.fs_uniquifier}\0{member.email}\0{member.confirmed_at}"
    return f"{member.fs_uniquifier}\0{member.email}\0{member.password}"


def _set_password(member: Member, password_hash: str, *, but_known: int | None = None) -> None:
    member.password = password_hash
    sign_out_everywhere(member, but_known=but_known)
    post.write("password_changed", member.email, member.language)


def _give(session: Session, member_id: int, name: RoleName) -> None:
    insert = postgresql.insert if on_postgresql() else sqlite.insert
    session.execute(insert(Role).values(name=name).on_conflict_do_nothing(index_elements=["name"]))
    role_id = session.execute(sa.select(Role.id).where(Role.name == name)).scalar_one()
    session.execute(insert(member_role).values(member_id=member_id, role_id=role_id).on_conflict_do_nothing())
