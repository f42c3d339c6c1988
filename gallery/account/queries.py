"""What a member has told of himself. Asked by the member himself, or for him by the package that acts for him."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gallery.account.models import Profile
from gallery.account.rules import Gap, gaps
from gallery.core import settings
from gallery.core.db import db

_PROFILE = sa.select(Profile.__table__).where(Profile.member_id == sa.bindparam("member_id"))
_COUNTRY = sa.select(Profile.country).where(Profile.member_id == sa.bindparam("member_id"))


def profile(member_id: int) -> sa.RowMapping | None:
    """The member's own profile."""
    return db.session().connection().execute(_PROFILE, {"member_id": member_id}).mappings().first()


def profile_gaps(member_id: int, today: date) -> list[Gap]:
    """What the profile lacks for bidding; [] if nothing. `today` by the gallery's calendar."""
    return gaps(cast("Mapping[str, object] | None", profile(member_id)), today)


def country(member_id: int) -> str | None:
    """ISO code of where the member lives, for the honest total."""
    found: str | None = db.session().connection().execute(_COUNTRY, {"member_id": member_id}).scalar()
    return found


def today(now: datetime) -> date:
    """The date at `now` by the gallery's calendar: Dakar's, which is UTC's all year."""
    return now.astimezone(ZoneInfo(settings.current().time_zone)).date()
