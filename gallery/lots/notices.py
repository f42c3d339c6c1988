"""What the notices say of a lot."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from gallery.core.db import db
from gallery.core.settings import Settings
from gallery.lots.models import Lot
from gallery.notices import letters


def init_app(app: Flask, _settings: Settings) -> None:
    """Tell the notices what a lot is called."""
    letters.know_lots(app, subject_of)


def subject_of(lot_id: int) -> letters.Lot | None:
    """The lot's titles and its end as they are now; None if there is no such lot."""
    found = db.session().execute(sa.select(Lot.title_fr, Lot.title_en, Lot.ends_at).where(Lot.id == lot_id)).first()
    return letters.Lot(*found) if found else None
