"""Handing out the archive: who took it and when is kept, and the member is told."""

from __future__ import annotations

from datetime import datetime

from gallery.auth import post
from gallery.auth.models import Member
from gallery.auth.throttle import attempts
from gallery.auth.throttle.attempts import Scope
from gallery.auth.throttle.rules import HOUR, Limit
from gallery.core import audit
from gallery.core.db import transaction
from gallery.privacy.export import archive

LIMITS = (Limit(5, HOUR),)
"""Archives of one member: making one reads all that there is of him."""
LETTER = "export_made"


def take(member_id: int, *, now: datetime) -> archive.Archive:
    """The archive for the member himself, who is mailed that it was made; raises attempts.TooMany."""
    attempts.reserve(Scope("export", str(member_id), LIMITS), now=now)
    made = archive.make(member_id, now)
    with transaction() as session:
        member = session.get_one(Member, member_id)
        audit.record("export.made", f"member:{member_id}", actor_id=member_id)
        post.write(LETTER, member.email, member.language, at=now.isoformat())
    return made


def take_for(member_id: int, *, now: datetime) -> archive.Archive:
    """The archive for an answer that the house sends by another way: noted as the operator's act, without a mail."""
    made = archive.make(member_id, now)
    with transaction():
        audit.record("export.made", f"member:{member_id}")
    return made
