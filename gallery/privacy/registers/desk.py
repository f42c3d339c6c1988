"""The desk's way to the registers, and the record of processing as it stands (P-03)."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from gallery.core import access
from gallery.privacy.registers import record

bp = Blueprint("registers_desk", __name__, url_prefix="/admin/registers")


@bp.get("/")
@access.staff("support")
def index() -> ResponseReturnValue:
    """Where the registers are."""
    return render_template("privacy/registers/index.html")


@bp.get("/processing")
@access.staff("support")
def processing() -> ResponseReturnValue:
    """The record of processing (GDPR art. 30), from the data map."""
    return render_template("privacy/registers/processing.html", activities=record.activities())
