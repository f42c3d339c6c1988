"""What the clock drives: warning before the time of a breach is over."""

from __future__ import annotations

from gallery.core import clock
from gallery.privacy.breaches import letters


def warn_of_breaches() -> None:
    """Mail the staff while something is still to be done about a breach (P-52)."""
    letters.ring(clock.now())
