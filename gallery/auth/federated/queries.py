"""Which accounts elsewhere open an account here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gallery.auth.federated.models import Identity
from gallery.auth.federated.providers import Person
from gallery.auth.models import Member
from gallery.auth.passkeys.models import Passkey
from gallery.core.db import db


@dataclass(frozen=True, slots=True)
class Known:
    """Whom an identity opens."""

    identity_id: int
    member_id: int
    active: bool


@dataclass(frozen=True, slots=True)
class Linked:
    """One account elsewhere, as its owner sees it."""

    id: int
    provider: str
    linked_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ways:
    """By what a member can sign in."""

    has_password: bool
    passkeys: int
    elsewhere: tuple[Linked, ...]

    def without(self, identity_id: int, configured: frozenset[str]) -> bool:
        """Whether there is still a way in without this identity; a provider that is not configured is none."""
        others = any(one.id != identity_id and one.provider in configured for one in self.elsewhere)
        return self.has_password or self.passkeys > 0 or others


_KNOWN = (
    sa.select(Identity.id, Identity.member_id, Member.active)
    .join(Member, Member.id == Identity.member_id)
    .where(Identity.issuer == sa.bindparam("issuer"), Identity.subject == sa.bindparam("subject"))
)


def known(person: Person) -> Known | None:
    """Whose account this person opens: by issuer and subject, never by the address (6.8.1)."""
    row = db.session().execute(_KNOWN, {"issuer": person.issuer, "subject": person.subject}).first()
    return Known(*row) if row else None


def linked(member_id: int) -> Sequence[Linked]:
    """The accounts elsewhere that open this one, in the order in which they were linked."""
    columns = (Identity.id, Identity.provider, Identity.linked_at, Identity.last_used_at)
    rows = db.session().execute(sa.select(*columns).where(Identity.member_id == member_id).order_by(Identity.id))
    return [Linked(*row) for row in rows]


def ways(member_id: int) -> Ways:
    """By what the member can sign in."""
    work = db.session()
    password = work.execute(sa.select(Member.password).where(Member.id == member_id)).scalar()
    passkeys = work.execute(sa.select(sa.func.count()).where(Passkey.member_id == member_id)).scalar_one()
    return Ways(password is not None, passkeys, tuple(linked(member_id)))
