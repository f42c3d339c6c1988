"""What lots ask of their seller: that a trader stays one while buyers rely on it (C-02, C-07)."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from gallery.account import company_services
from gallery.core.db import db
from gallery.core.settings import Settings
from gallery.lots.models import Lot
from gallery.lots.rules import Phase


def init_app(_app: Flask, _settings: Settings) -> None:
    """Have it asked before a trader becomes a private person."""
    company_services.tie(sells_at_auction)


def sells_at_auction(member_id: int) -> bool:
    """Whether the member has lots that are announced or open, or whose end is not written down yet."""
    there = sa.exists().where(Lot.seller_id == member_id, Lot.state.in_((Phase.UPCOMING, Phase.OPEN)))
    return bool(db.session().execute(sa.select(there)).scalar_one())
