"""What of the registers is public (L7)."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from gallery.core import access
from gallery.privacy.registers import tables

bp = Blueprint("registers", __name__, url_prefix="/privacy")


@bp.get("/processors")
@access.public
def processors() -> ResponseReturnValue:
    """Who receives data, what goes to another country, and how long what is kept."""
    return render_template(
        "privacy/registers/processors.html",
        processors=tables.processors(),
        transfers=tables.transfers(),
        times=tables.times(),
    )
