"""The people of the demonstration. All share one password, which the README names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from gallery.account import company_services
from gallery.account import services as account
from gallery.auth import passwords
from gallery.auth import services as auth
from gallery.auth.models import Member, RoleName
from gallery.core import clock, settings
from gallery.core.db import db, transaction

DOMAIN = "example.org"
BATCH = 20
"""Bidders who are made in one transaction."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demonstration; `lives` is city and country (ISO)."""

    name: str
    full_name: str
    language: str
    lives: tuple[str, str]
    roles: tuple[RoleName, ...] = ()


CAST = (
    Person("ana", "Ana Diop", "fr", ("Dakar", "SN")),
    Person("ben", "Ben Adler", "en", ("Paris", "FR")),
    Person("sol", "Sol Ndiaye", "fr", ("Saint-Louis", "SN"), (RoleName.SELLER,)),
    Person("eli", "Eli Sarr", "fr", ("Dakar", "SN"), (RoleName.EXPERT,)),
    Person("sue", "Sue Fall", "en", ("Dakar", "SN"), (RoleName.SUPPORT,)),
    Person("fay", "Fay Sow", "fr", ("Dakar", "SN"), (RoleName.FRAUD,)),
    Person("edi", "Edi Ba", "fr", ("Dakar", "SN"), (RoleName.EDITOR,)),
    Person("ada", "Ada Gueye", "fr", ("Dakar", "SN"), (RoleName.ADMIN,)),
)
REGULARS = (
    Person("noor", "Noor Traoré", "fr", ("Bamako", "ML")),
    Person("kim", "Kim Lindqvist", "en", ("Lyon", "FR")),
    Person("teo", "Teo Mensah", "fr", ("Abidjan", "CI")),
    Person("iris", "Iris Keller", "en", ("Genève", "CH")),
)
"""Who has bid before the visitor came."""


def settle() -> dict[str, int]:
    """Have the whole cast in the house, those who are missing made; their numbers by name."""
    hashed = passwords.hashed(settings.current().demo_password)
    return {person.name: known(person.name) or _enter(person, hashed) for person in (*CAST, *REGULARS)}


def add_bidders(number: int) -> int:
    """Have bidder001 … bidder<number> in the house, ready to bid; how many of them were made.

    A few in one transaction: the bids of a house that runs meanwhile wait no longer than that takes.
    """
    missing = _missing([f"bidder{place:03}" for place in range(1, number + 1)])
    hashed = passwords.hashed(settings.current().demo_password) if missing else ""
    for start in range(0, len(missing), BATCH):
        with transaction():
            for name in missing[start : start + BATCH]:
                _enter(Person(name, name.replace("bidder", "Bidder "), "en", ("Dakar", "SN")), hashed)
    return len(missing)


def _missing(names: list[str]) -> list[str]:
    """Those of the names that nobody of the house has."""
    asked = sa.select(Member.email).where(Member.email.startswith("bidder"), Member.email.endswith(f"@{DOMAIN}"))
    there = set(db.session().execute(asked).scalars())
    return [name for name in names if f"{name}@{DOMAIN}" not in there]


def known(name: str) -> int | None:
    """The number of somebody of the demonstration, None if he is not there."""
    return db.session().execute(sa.select(Member.id).where(Member.email == f"{name}@{DOMAIN}")).scalar_one_or_none()


def _enter(person: Person, password_hash: str) -> int:
    with transaction():
        member_id = auth.register_member(
            f"{person.name}@{DOMAIN}",
            "",
            person.language,
            confirmed=True,
            roles=person.roles,
            password_hash=password_hash,
        )
        city, country = person.lives
        details = account.Details(
            full_name=person.full_name,
            phone="+221338643007",
            street="Villa 4, derrière la pharmacie",
            postal_code="",
            city=city,
            country=country,
            born_on=date(1984, 3, 9),
        )
        account.save_profile(member_id, details, now=clock.now())
        if RoleName.SELLER in person.roles:
            company_services.become_private(member_id, now=clock.now())
    return member_id
