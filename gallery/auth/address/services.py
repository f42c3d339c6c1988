"""Another e-mail address for an account: it counts once both mailboxes have agreed (A3, 7.5.1).

Each request has a seal of its own. Links are sealed with it, so that those of an earlier request die with a new one,
and no mail that was still on its way carries a link that agrees to something else than it says.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gallery.auth import post, services, tokens
from gallery.auth.address.models import AddressChange
from gallery.auth.models import Member
from gallery.auth.sessions import services as session_services
from gallery.auth.tokens import Aim, Claim, StaleLink
from gallery.core import audit
from gallery.core.db import db, on_postgresql, transaction

TO_OLD, TO_NEW = "address_old", "address_new"
"""The letters that ask the two mailboxes."""


class Outcome(StrEnum):
    """What an agreement led to."""

    WAITS = "waits"
    """The other mailbox has not agreed yet."""
    DONE = "done"
    TAKEN = "taken"
    """Somebody else has the address by now."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A change that is under way, for the member and for who opens one of its links."""

    new_email: str
    asked_at: datetime
    old_agreed: bool
    new_agreed: bool

    @property
    def until(self) -> datetime:
        """When it lapses, in UTC."""
        return self.asked_at + tokens.LIFETIME[Aim.ADDRESS_NEW]


def ask(member_id: int, new_email: str, language: str, *, now: datetime) -> None:
    """Ask both mailboxes; a change that was under way ends. The same work whoever has the new address (6.3.8)."""
    insert = (postgresql.insert if on_postgresql() else sqlite.insert)(AddressChange)
    seal = secrets.token_urlsafe(16)
    fresh = {
        "new_email": new_email,
        "seal": seal,
        "asked_at": now,
        "old_agreed_at": None,
        "new_agreed_at": None,
    }
    with transaction() as session:
        member = services.held(session, member_id)
        session.execute(
            insert.values(member_id=member_id, **fresh).on_conflict_do_update(index_elements=["member_id"], set_=fresh)
        )
        for letter, email in ((TO_OLD, member.email), (TO_NEW, new_email)):
            post.write(letter, email, language, mark=seal, member_id=member_id, request=seal)
        audit.record("member.address_change_asked", f"member:{member_id}", actor_id=member_id)


def cancel(member_id: int) -> None:
    """End the change that is under way, if there is one."""
    with transaction() as session:
        services.held(session, member_id)
        session.execute(sa.delete(AddressChange).where(AddressChange.member_id == member_id))
        audit.record("member.address_change_cancelled", f"member:{member_id}", actor_id=member_id)


def pending(member_id: int, now: datetime) -> Pending | None:
    """The change that is under way at `now` (UTC)."""
    found = db.session().get(AddressChange, member_id)
    shown = _shown(found) if found else None
    return shown if shown and now < shown.until else None


def unreached(member_id: int) -> list[str]:
    """The letters of the change under way that will not arrive, by name: TO_OLD, TO_NEW."""
    change = db.session().get(AddressChange, member_id)
    return [letter for letter in (TO_OLD, TO_NEW) if change and post.is_undelivered(letter, change.seal)]


def named(claim: Claim, aim: Aim, *, now: datetime) -> Pending:
    """The change that a link is about, if it still works; raises StaleLink. To act on it is a unit of work."""
    member = db.session().get(Member, claim.member_id)
    change = db.session().get(AddressChange, claim.member_id)
    return _shown(_fitting(claim, aim, member, change, now)[1])


def link(aim: Aim, member: Member, request: str, now: datetime) -> str | None:
    """The token for the mail about the request with this seal; None if it is no longer the one that counts."""
    change = db.session().get(AddressChange, member.id)
    if change is None or change.seal != request:
        return None
    return tokens.make(aim, member.id, _state(aim, member, change), now)


def agree(claim: Claim, aim: Aim, *, keep: int | None, now: datetime) -> Outcome:
    """Note that one mailbox agrees, and with the second one change the address; raises StaleLink.

    `keep` is the session of the member that goes on after it, if he is signed in where he agrees; all others end.
    """
    with transaction() as session:
        member, change = _locked(session, claim, aim, now)
        if aim is Aim.ADDRESS_OLD:
            change.old_agreed_at = now
        else:
            change.new_agreed_at = now
        audit.record("member.address_change_agreed", f"member:{member.id}", mailbox=str(aim))
        if change.old_agreed_at is None or change.new_agreed_at is None:
            return Outcome.WAITS
        old_email, new_email = member.email, change.new_email
        session.delete(change)
        session.flush()
        if not _move(session, member, new_email):
            post.write("address_taken", old_email, member.language)
            audit.record("member.address_change_failed", f"member:{member.id}")
            return Outcome.TAKEN
        member.confirmed_at = member.confirmed_at or now
        member.fs_uniquifier = secrets.token_urlsafe(32)  # What is under way in the member's name dies with it.
        session_services.end_all(member.id, but=keep)
        for letter, email in (("address_left", old_email), ("address_changed", new_email)):
            post.write(letter, email, member.language, member_id=member.id, at=now.isoformat())
        audit.record("member.address_changed", f"member:{member.id}")
        return Outcome.DONE


def stop(claim: Claim, *, now: datetime) -> None:
    """End a change that the old mailbox knows nothing of, and all sessions; a link for a new password goes there."""
    with transaction() as session:
        member, _change = _locked(session, claim, Aim.ADDRESS_STOP, now)
        services.sign_out_everywhere(member)
        post.write("reset", member.email, member.language)
        audit.record("member.address_change_stopped", f"member:{member.id}")


def _move(session: Session, member: Member, new_email: str) -> bool:
    """Whether the address could be given to the member: nobody has it, or only who never confirmed it."""
    unconfirmed = Member.confirmed_at.is_(None) & Member.active
    try:
        with session.begin_nested():
            # Who registered it never showed that he holds the mailbox; this member has.
            session.execute(sa.delete(Member).where(Member.email == new_email, unconfirmed))
            moved = session.execute(
                sa.update(Member).where(Member.id == member.id, Member.email == member.email).values(email=new_email)
            )
    except IntegrityError:
        return False
    return bool(moved.rowcount)  # type: ignore[attr-defined]


def _locked(session: Session, claim: Claim, aim: Aim, now: datetime) -> tuple[Member, AddressChange]:
    member = session.get(Member, claim.member_id, with_for_update=True, populate_existing=True)
    change = session.get(AddressChange, claim.member_id, with_for_update=True, populate_existing=True)
    return _fitting(claim, aim, member, change, now)


def _fitting(
    claim: Claim, aim: Aim, member: Member | None, change: AddressChange | None, now: datetime
) -> tuple[Member, AddressChange]:
    if member is None or not member.active or change is None or now >= _shown(change).until:
        raise StaleLink
    if not tokens.fits(claim, aim, _state(aim, member, change)):
        raise StaleLink
    return member, change


def _state(aim: Aim, member: Member, change: AddressChange) -> str:
    """What the use of a link changes: the seal of the link breaks with it."""
    agreed = {Aim.ADDRESS_OLD: change.old_agreed_at, Aim.ADDRESS_NEW: change.new_agreed_at}.get(aim)
    return f"{change.seal}\0{change.new_email}\0{member.email}\0{member.fs_uniquifier}\0{agreed is not None}"


def _shown(change: AddressChange) -> Pending:
    old, new = change.old_agreed_at is not None, change.new_agreed_at is not None
    return Pending(change.new_email, change.asked_at, old, new)
