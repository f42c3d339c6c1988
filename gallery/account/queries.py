"""What a member has told of himself. Asked by the member himself, or for him by the package that acts for him."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gallery.account.models import BankAccount, Company, Profile
from gallery.account.rules import For, Gap, gaps
from gallery.auth.factors.models import Authenticator
from gallery.auth.models import Member
from gallery.auth.passkeys.models import Passkey
from gallery.content.policies import queries as policies
from gallery.content.policies.rules import Kind
from gallery.core import settings
from gallery.core.db import db
from gallery.core.prepared import Prepared

_profile, _member = Profile.__table__.c, Member.__table__.c
_PROFILE = sa.select(Profile.__table__).where(_profile.member_id == sa.bindparam("member_id"))
_COUNTRY = sa.select(_profile.country).where(_profile.member_id == sa.bindparam("member_id"))

_PERSON = (
    _profile.full_name,
    _profile.phone,
    _profile.street,
    _profile.landmark,
    _profile.city,
    _profile.country,
    _profile.born_on,
)
"""What bidding needs; each column more is one more to decrypt at each bid."""
_FOR_BIDDING = sa.select(*_PERSON).where(_profile.member_id == sa.bindparam("member_id"))


def _there(table: sa.FromClause) -> sa.Exists:
    return sa.exists().where(table.c.member_id == _member.id)


_has_second_step = sa.or_(_there(Authenticator.__table__), _there(Passkey.__table__))
_FOR_SELLING = (
    sa.select(
        *_PERSON,
        _profile.sells_as,
        _there(Company.__table__).label("has_company"),
        _there(BankAccount.__table__).label("has_bank"),
        _has_second_step.label("has_second_step"),
    )
    .select_from(Member.__table__.outerjoin(Profile.__table__))
    .where(_member.id == sa.bindparam("member_id"))
)
_STATEMENTS = {For.BIDDING: Prepared(_FOR_BIDDING), For.SELLING: Prepared(_FOR_SELLING)}


def profile(member_id: int) -> sa.RowMapping | None:
    """The member's own profile."""
    return db.session().connection().execute(_PROFILE, {"member_id": member_id}).mappings().first()


def missing(member_id: int, what_for: For, now: datetime) -> list[Gap]:
    """What a member still has to say or do for something at `now` (UTC), [] if nothing."""
    known = _known(member_id, what_for)
    if what_for is For.SELLING:
        known["owes_terms"] = policies.owed(member_id, Kind.SELLER_TERMS, now) is not None
    return gaps(known, today(now), what_for)


def profile_gaps(member_id: int, today: date) -> list[Gap]:
    """`missing` for bidding, `today` by the gallery's calendar: one statement in each bid (hot path)."""
    return gaps(_known(member_id, For.BIDDING), today, For.BIDDING)


def _known(member_id: int, what_for: For) -> dict[str, object]:
    found = _STATEMENTS[what_for].first(db.session(), {"member_id": member_id})
    return found._asdict() if found else {}


def country(member_id: int) -> str | None:
    """ISO code of where the member lives, for the honest total; None while he has not said."""
    found: str | None = db.session().connection().execute(_COUNTRY, {"member_id": member_id}).scalar()
    return found or None


def today(now: datetime) -> date:
    """The date at `now` by the gallery's calendar: Dakar's, which is UTC's all year."""
    return now.astimezone(ZoneInfo(settings.current().time_zone)).date()
