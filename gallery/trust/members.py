"""What the desk is told of members. Contact details leave this module masked; in full only trust.looks gives them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gallery.account import phones
from gallery.account.models import BankAccount, Company, Profile
from gallery.account.rules import folded
from gallery.auth.models import Member, Role, member_role
from gallery.core.crypto import blind_index
from gallery.core.db import db
from gallery.core.errors import Missing
from gallery.trust import rules

PHONE_INDEX, NAME_INDEX = "profile.phone", "profile.name"


@dataclass(frozen=True)
class Found:
    """A member in a list, or at the head of his page: nothing here needs a reason."""

    id: int
    email: str
    """Masked."""
    initials: str
    state: str
    """`closed`, `confirmed` or `unconfirmed`."""
    roles: tuple[str, ...]
    registered_at: datetime
    is_restricted: bool
    """Whether he wants his data used for nothing that he does not himself ask for."""


@dataclass(frozen=True)
class Details:
    """What a look opens. Contact details are masked; what is empty is not stored."""

    email: str
    name: str
    phone: str
    place: str
    """City and country: the street is behind a look of its own."""
    has_address: bool
    has_birth: bool
    sells_as: str
    language: str
    confirmed_at: datetime | None
    company: Company | None
    """Public anyway (C9)."""
    bank: Bank | None


@dataclass(frozen=True)
class Bank:
    """A bank account without its number."""

    kind: str
    country: str
    number: str
    """Masked."""
    updated_at: datetime


def search(typed: str, limit: int, before: int | None = None) -> list[Found]:
    """Members by number, address or a part of it, phone, or whole name; the newest first.

    Phone and name are compared by their blind indexes, so both must be whole.
    """
    asked = _asked(typed)
    if not asked:
        return []
    # What a hold keeps of who is erased serves its ground only, and restricted data is kept and not used: nobody comes
    # upon either by looking around (P-38, P-41). A number is no looking around: a lot, a bid or a request names it.
    is_used = sa.or_(Member.restricted_at.is_(None), Member.id == rules.number_in(typed))
    query = _found().where(sa.or_(*asked), ~Member.is_erased, is_used).order_by(Member.id.desc()).limit(limit)
    return _listed(query if before is None else query.where(Member.id < before))


def head(member_id: int) -> Found:
    """What staff see of a member before they said why they look; raises Missing."""
    found = _listed(_found().where(Member.id == member_id))
    if not found:
        raise Missing
    return found[0]


def details(member_id: int) -> Details:
    """What staff see of a member once they said why; raises Missing."""
    session = db.session()
    member = session.get(Member, member_id)
    if member is None:
        raise Missing
    profile = session.get(Profile, member_id)
    bank = session.get(BankAccount, member_id)
    return Details(
        email=rules.masked_email(member.email),
        name=profile.full_name if profile else "",
        phone=rules.masked_tail(profile.phone) if profile else "",
        place=", ".join(part for part in (profile.city, profile.country) if part) if profile else "",
        has_address=bool(profile and (profile.street or profile.landmark)),
        has_birth=bool(profile and profile.born_on),
        sells_as=profile.sells_as if profile else "",
        language=member.language,
        confirmed_at=member.confirmed_at,
        company=session.get(Company, member_id),
        bank=Bank(bank.kind, bank.country, rules.masked_tail(bank.number, 4), bank.updated_at) if bank else None,
    )


def _asked(typed: str) -> list[sa.ColumnElement[bool]]:
    """Every way in which what was typed may be meant."""
    asked: list[sa.ColumnElement[bool]] = []
    number = rules.number_in(typed)
    if number is not None:
        asked.append(Member.id == number)
    if rules.looks_like_phone(typed):
        with suppress(phones.NotAPhone):
            asked.append(Profile.phone_index == blind_index(PHONE_INDEX, phones.international(typed, None)))
    elif number is None:
        if len(typed) >= rules.SHORTEST_PART and " " not in typed:
            asked.append(Member.email.contains(typed.lower(), autoescape=True))
        if name := folded(typed):
            asked.append(Profile.name_index == blind_index(NAME_INDEX, name))
    return asked


_Rows = sa.Select[int, str, bool, datetime | None, datetime, datetime | None, str]


def _found() -> _Rows:
    of_member = (Member.id, Member.email, Member.active, Member.confirmed_at, Member.registered_at)
    query = sa.select(*of_member, Member.restricted_at, Profile.full_name)
    return query.outerjoin(Profile, Profile.member_id == Member.id)


def _listed(query: _Rows) -> list[Found]:
    rows = db.session().execute(query).all()
    roles = _roles([row.id for row in rows])
    return [
        Found(
            id=row.id,
            email=rules.masked_email(row.email),
            initials=rules.initials(row.full_name or ""),
            state="closed" if not row.active else "confirmed" if row.confirmed_at else "unconfirmed",
            roles=tuple(sorted(roles.get(row.id, ()))),
            registered_at=row.registered_at,
            is_restricted=row.restricted_at is not None,
        )
        for row in rows
    ]


def _roles(member_ids: list[int]) -> dict[int, list[str]]:
    query = (
        sa.select(member_role.c.member_id, Role.name)
        .join(Role, Role.id == member_role.c.role_id)
        .where(member_role.c.member_id.in_(member_ids))
    )
    found: dict[int, list[str]] = {}
    for member_id, name in db.session().execute(query):
        found.setdefault(member_id, []).append(name)
    return found
