"""What the clock drives: retention, once a day."""

from __future__ import annotations

from datetime import timedelta

from gallery.core import clock
from gallery.privacy.retention import queries, services

DAILY = timedelta(hours=23)
"""Since the latest run; a little less than a day, so that the hour does not move on."""


def remove_what_had_its_time() -> None:
    """Run retention if today's has not been; several workers may ask, and twice does no harm."""
    latest = queries.reports(limit=1)
    if not latest or latest[0].at <= clock.now() - DAILY:
        services.run()
