"""The desk's look at retention: what the latest runs removed, and what the next one would (L4)."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from gallery.core import access, clock
from gallery.privacy.retention import labels, queries, services

bp = Blueprint("retention_desk", __name__, url_prefix="/admin/privacy/retention")


@bp.get("/")
@access.staff("support")
def index() -> ResponseReturnValue:
    """Counts by rule and run; nothing about anybody."""
    return render_template(
        "privacy/retention.html", reports=queries.reports(), due=services.due(clock.now()), labels=labels
    )
