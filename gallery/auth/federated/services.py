"""What happens to accounts elsewhere that open ours (A2). Each public function is one unit of work.

An identity is attached in three ways only: by a member who is signed in; with a new account whose mailbox the
provider itself keeps; or when the mail of a new account is confirmed in the browser that asked for it. Nothing is
ever joined because two addresses are alike (6.8.1, the five hijacks).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gallery.auth import post, said, services, tokens
from gallery.auth.address.models import AddressChange
from gallery.auth.federated import queries as federated_queries
from gallery.auth.federated.models import Identity
from gallery.auth.federated.providers import Person
from gallery.auth.federated.session import Pending
from gallery.auth.models import Member
from gallery.auth.sessions.models import DeviceSession
from gallery.auth.tokens import Claim
from gallery.core import audit
from gallery.core.db import on_postgresql, transaction
from gallery.core.errors import Missing

TakesName = Callable[[int, Person, datetime], None]
_EXTENSION = "takes_name"


class LinkedElsewhere(Exception):
    """This account elsewhere opens another account here already."""


class LinkedAlready(Exception):
    """The member has linked an account of this provider already."""


class OnlyWayIn(Exception):
    """Without this link the member could not sign in any more."""


def takes_name(app: Flask, take: TakesName) -> None:
    """Have `take(member_id, person, now)` called, in the unit of work, when a new account brings a name along."""
    app.extensions.setdefault(_EXTENSION, []).append(take)


def note_use(identity_id: int, now: datetime) -> None:
    """Note that somebody signed in with it."""
    with transaction() as work:
        work.execute(sa.update(Identity).where(Identity.id == identity_id).values(last_used_at=now))


def open_account(person: Person, language: str, *, now: datetime) -> int | None:
    """Open a confirmed account at once, for somebody whose provider keeps his mailbox; None if the address has one.

    An account that nobody has confirmed is no account: he gets it, and whatever was under way in it ends. Raises
    LinkedElsewhere if the identity has an account by now.
    """
    if not person.owns_email:
        raise ValueError("only who keeps the mailbox can say whose it is")
    insert = (postgresql.insert if on_postgresql() else sqlite.insert)(Member)
    fresh = {
        "password": None,
        "fs_uniquifier": secrets.token_urlsafe(32),
        "language": language,
        "confirmed_at": now,
        "registered_at": now,
    }
    with transaction() as work:
        member_id: int | None = work.execute(
            insert.values(email=person.email, active=True, **fresh)
            .on_conflict_do_update(
                index_elements=["email"], set_=fresh, where=Member.confirmed_at.is_(None) & Member.active
            )
            .returning(Member.id)
        ).scalar()
        if member_id is None:
            return None
        for table in (DeviceSession, AddressChange, Identity):
            work.execute(sa.delete(table).where(table.member_id == member_id))
        audit.record("member.confirmed", f"member:{member_id}", actor_id=member_id, by=person.provider)
        if not _attach(work, member_id, person, now):
            raise LinkedElsewhere
        _take_name(member_id, person, now)
        services.tell_opened(member_id, now)
        said.heard(member_id, now)
    return member_id


def register(person: Person, email: str, language: str, *, next_path: str | None, now: datetime) -> str:
    """Note a stranger's wish for an account, have its mailbox asked, and give the trace for the asking browser.

    The same statements as services.register, whoever's the address is; without a password.
    """
    return services.register(email, None, language, next_path=next_path, now=now, provider=person.provider)


def confirm(
    claim: Claim, *, traces: Iterable[str], password_hash: str | None, pending: Pending | None, now: datetime
) -> Member:
    """Confirm an address like services.confirm, and link what this browser registered with; raises StaleLink.

    `pending` counts only if it is of this very registration: its trace fits the member as he is (I8).
    """
    with transaction() as work:
        member = services.confirm(claim, traces=traces, password_hash=password_hash, now=now)
        if password_hash is not None:
            work.execute(sa.delete(Identity).where(Identity.member_id == member.id))  # Whoever planted one: not his.
        elif pending and pending.trace == tokens.trace(member.fs_uniquifier):
            _attach(work, member.id, pending.person, now)  # Or it opens another account by now: then not this one.
            _take_name(member.id, pending.person, now)
    return member


def link(member_id: int, person: Person, *, now: datetime) -> None:
    """Let this account elsewhere open the member's; raises LinkedElsewhere or LinkedAlready."""
    with transaction() as work:
        _hold(work, member_id)
        known = federated_queries.known(person)
        if known is not None:
            raise LinkedAlready if known.member_id == member_id else LinkedElsewhere
        if any(one.provider == person.provider for one in federated_queries.linked(member_id)):
            raise LinkedAlready
        if not _attach(work, member_id, person, now):
            raise LinkedElsewhere


def unlink(member_id: int, identity_id: int, *, configured: frozenset[str]) -> str:
    """Take a link away and tell the member; gives the provider's name. Raises Missing or OnlyWayIn."""
    with transaction() as work:
        _hold(work, member_id)  # Two unlinkings at once would each leave the other's as the last way in.
        ways = federated_queries.ways(member_id)
        found = next((one for one in ways.elsewhere if one.id == identity_id), None)
        if found is None:
            raise Missing
        if not ways.without(identity_id, configured):
            raise OnlyWayIn
        detach(work, member_id, identity_id, found.provider, by_id=member_id)
    return found.provider


def detach(work: Session, member_id: int, identity_id: int, provider: str, *, by_id: int | None) -> None:
    """Remove a link and tell the member, inside a unit of work."""
    work.execute(sa.delete(Identity).where(Identity.id == identity_id))
    member = work.get_one(Member, member_id)
    audit.record("identity.unlinked", f"member:{member_id}", actor_id=by_id, provider=provider)
    post.write("unlinked", member.email, member.language, provider=provider)


def _hold(work: Session, member_id: int) -> None:
    """One change of his ways in at a time."""
    if work.get(Member, member_id, with_for_update=True, populate_existing=True) is None:
        raise Missing


def _attach(work: Session, member_id: int, person: Person, now: datetime) -> bool:
    """Link, and tell the member; False if the identity opens an account already."""
    insert = (postgresql.insert if on_postgresql() else sqlite.insert)(Identity)
    made = work.execute(
        insert.values(
            member_id=member_id, provider=person.provider, issuer=person.issuer, subject=person.subject, linked_at=now
        )
        .on_conflict_do_nothing(index_elements=["issuer", "subject"])
        .returning(Identity.id)
    ).scalar()
    if made is None:
        return False
    member = work.get_one(Member, member_id)
    audit.record("identity.linked", f"member:{member_id}", actor_id=member_id, provider=person.provider)
    post.write("linked", member.email, member.language, provider=person.provider)
    return True


def _take_name(member_id: int, person: Person, now: datetime) -> None:
    if person.name:
        for take in current_app.extensions.get(_EXTENSION, ()):
            take(member_id, person, now)
