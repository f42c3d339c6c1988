"""Whether the house lives and is ready to serve, for machines; and whom to write to about a hole in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app
from sqlalchemy.exc import SQLAlchemyError

from gallery.core import clock, jobs, outbox, settings
from gallery.core.access import machine
from gallery.core.db import db

bp = Blueprint("health", __name__)

REPORTS_FOR = timedelta(days=180)


@bp.get("/healthz")
@machine
def alive() -> dict[str, Any]:
    """The process answers; nothing else is asked, so that a slow database restarts nobody."""
    return {"alive": True}


@bp.get("/readyz")
@machine
def ready() -> tuple[dict[str, Any], int]:
    """Whether requests may be sent here: 200 or 503, with what is wrong.

    The worker and the outbox are told but do not count: bids are taken without them.
    """
    found = {"database": _database(), "clock": not jumped_seconds()}
    worker = jobs.beat_age()
    told: dict[str, Any] = {
        **found,
        "clock_jumped_seconds": round(jumped_seconds(), 3),
        "worker_seconds": None if worker is None else round(worker, 1),
        "outbox_waiting_seconds": _outbox_waits() if found["database"] == "ready" else None,
    }
    ok = found == {"database": "ready", "clock": True}
    return {"ready": ok, **told}, 200 if ok else 503


@bp.get("/.well-known/security.txt")
@machine
def security_txt() -> Response:
    """RFC 9116."""
    current = settings.current()
    lines = (
        f"Contact: mailto:{current.site_email}",
        f"Expires: {clock.now() + REPORTS_FOR:%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages: fr, en",
        f"Canonical: {current.base_url}/.well-known/security.txt",
    )
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


def jumped_seconds() -> float:
    """How far the system's clock is from the house's after a jump; 0 if it is not."""
    clock.now()  # Looks at the system's clock.
    return float(getattr(current_app.extensions["clock"], "jumped_seconds", 0.0))


def current_revision(connection: sa.Connection) -> str | None:
    """The migration at which a database stands; None if it never saw one."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """The migration at which a database should stand."""
    known: dict[str, str | None] = current_app.extensions.setdefault("newest_revision", {})
    if "head" not in known:
        known["head"] = scripts().get_current_head()
    return known["head"]


def scripts() -> ScriptDirectory:
    """The migrations of this release."""
    return ScriptDirectory(current_app.extensions["migrate"].directory)


def _database() -> str:
    """`ready`, `not migrated`, or `unreachable`."""
    try:
        with db.engine.connect() as connection:
            found, wanted = current_revision(connection), newest_revision()
            return "ready" if found is not None and found == wanted else "not migrated"
    except SQLAlchemyError:
        return "unreachable"


def _outbox_waits() -> float:
    now = clock.now()
    since = outbox.oldest_due(now)
    db.session().rollback()
    return round((now - since).total_seconds(), 1) if since else 0.0
