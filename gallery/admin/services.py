"""What staff do at the desk; each function is one unit of work."""

from __future__ import annotations

from gallery.core import audit, outbox
from gallery.core.db import transaction


def note_look_up(action: str, subject: str, actor_id: int) -> None:
    """Note that somebody of the staff looked at personal data (14.2.6)."""
    with transaction():
        audit.record(action, subject, actor_id=actor_id)


def retry(message_id: int, actor_id: int) -> bool:
    """Queue a parked message again; False if there is no such message."""
    with transaction():
        if not outbox.retry(message_id):
            return False
        audit.record("outbox.retried", f"outbox:{message_id}", actor_id=actor_id)
    return True
