"""Rows for tests, each with sensible values for whatever the test does not name.

The cast: Ana and Ben bid, Sol sells, Ada administers, Vic only visits. `member("ana")` is ready to bid.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from gallery.account.models import Profile
from gallery.auth import passwords
from gallery.auth.models import Member, Role
from gallery.auth.sessions.models import DeviceSession, How
from gallery.auth.sessions.rules import PROOF_LASTS
from gallery.auth.sessions.services import Seen, digest, open_session
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.lots import services as lots
from gallery.lots.models import Sale

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PASSWORD = "seven grey herons at low tide"
USUAL_STEP_TABLE = {"EUR": "eur", "XOF": "xof", "USD": "ebay"}


@lru_cache
def password_hash() -> str:
    """The hash of PASSWORD, made once: hashing takes a quarter of a second."""
    return passwords.hashed(PASSWORD)


def member(
    name: str = "ana",
    *,
    roles: Iterable[str] = (),
    confirmed: bool = True,
    profile: bool = True,
    active: bool = True,
    language: str = "en",
    born_on: date = date(1990, 5, 17),
    country: str = "SN",
) -> Member:
    """A member `<name>@example.org` with PASSWORD, ready to bid unless said otherwise."""
    password = password_hash()
    with transaction() as session:
        made = Member(
            email=f"{name}@example.org",
            password=password,
            fs_uniquifier=secrets.token_hex(16),
            confirmed_at=clock.now() if confirmed else None,
            active=active,
            language=language,
            registered_at=clock.now(),
        )
        made.roles = [role(one) for one in roles]
        session.add(made)
        session.flush()
        if profile:
            session.add(
                Profile(
                    member_id=made.id,
                    full_name=f"{name.title()} Diop",
                    phone="+221338643007",
                    street="Fann Mermoz, Villa 4",
                    postal_code="",
                    city="Dakar",
                    country=country,
                    born_on=born_on,
                    updated_at=clock.now(),
                )
            )
    return made


def role(name: str) -> Role:
    """The role of that name, made if it is not there. Inside a unit of work."""
    session = db.session()
    found = session.query(Role).filter_by(name=name).one_or_none()
    if found is None:
        found = Role(name=name)
        session.add(found)
        session.flush()
    return found


def sale(
    *, currency: str = "EUR", opens_at: datetime | None = None, ends_at: datetime | None = None, **values: Any
) -> int:
    """A published sale that opened an hour ago and whose first lot ends in an hour."""
    now = clock.now()
    return lots.create_sale(
        lots.Words("Seas and shores", "Mers et rivages"),
        opens_at=opens_at or now - timedelta(hours=1),
        first_ends_at=ends_at or now + timedelta(hours=1),
        currency=currency,
        increment_table=values.pop("increment_table", USUAL_STEP_TABLE[currency]),
        premium_fixed_minor=values.pop("premium_fixed_minor", 2_000 if currency == "XOF" else 3_00),
        **values,
    )


def open_lot(
    *,
    seller: Member | None = None,
    opening_minor: int = 100_00,
    reserve_minor: int | None = None,
    currency: str = "EUR",
    ends_at: datetime | None = None,
    opens_at: datetime | None = None,
    sale_id: int | None = None,
    soft_close_seconds: int = 180,
    **values: Any,
) -> int:
    """The number of a lot that takes bids; amounts in minor units, the end in an hour."""
    seller_id = seller.id if seller else (_seller_of_the_house())
    return lots.create_lot(
        sale_id or sale(currency=currency, opens_at=opens_at, ends_at=ends_at, soft_close_seconds=soft_close_seconds),
        lots.NewLot(
            title=values.pop("title", lots.Words("The Great Wave", "La Grande Vague")),
            seller_id=seller_id,
            opening_minor=opening_minor,
            reserve_minor=reserve_minor,
            shipping_minor=values.pop("shipping_minor", {"collection": 0, "senegal": 10_00, "europe": 45_00}),
            **values,
        ),
    )


def hide(sale_id: int) -> None:
    """Take a sale back into preparation: its lots are nobody's business."""
    with transaction() as session:
        session.get_one(Sale, sale_id).is_published = False


def sign_in(client: FlaskClient, who: Member, *, second_step: bool = True, proved: bool = True) -> None:
    """Make the client a session of a member, without the form; in it he has shown who he is, as it says."""
    with client.session_transaction() as session:
        session["_user_id"] = session_key(who, second_step=second_step, proved=proved)
        session["_fresh"] = True


def session_key(who: Member, *, second_step: bool = True, proved: bool = True) -> str:
    """The key of a session that was opened for a member just now."""
    now = clock.now()
    opened = open_session(who.id, How.PASSWORD, Seen("Firefox · Linux", "127.0.0.…"), now=now, second_step=second_step)
    if not proved:
        with transaction() as session:
            session.execute(
                sa.update(DeviceSession)
                .where(DeviceSession.key_digest == digest(opened.key))
                .values(proved_at=now - PROOF_LASTS)
            )
    return opened.key


def _seller_of_the_house() -> int:
    found = db.session().query(Member.id).filter_by(email="sol@example.org").scalar()
    return found or member("sol", roles=["seller"]).id
