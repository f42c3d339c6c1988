"""What the clock drives: erasures that are not done, and the journal's copy on this box."""

from __future__ import annotations

from gallery.privacy.erasure import journal, services


def carry_on_erasures() -> None:
    """Carry on what was begun, and what a hold that has ended lets go (P-38)."""
    journal.keep_up()
    services.carry_on_due()
