"""The one way in: whoever showed who he is comes through here, however he did it (6.3.4)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from flask import redirect, url_for
from werkzeug.wrappers import Response

from gallery.auth import passing, queries
from gallery.auth.factors import queries as factor_queries
from gallery.auth.factors.rules import HALF_WAY_LASTS
from gallery.auth.sessions import browser as sessions
from gallery.auth.sessions.models import How
from gallery.core import clock
from gallery.core.errors import Missing

HALF_WAY = "half_way"
"""Key in the session: a sign-in that waits for its second step."""


@dataclass(frozen=True, slots=True)
class HalfWay:
    """Who has shown the first step in this browser, and how."""

    member_id: int
    how: How
    remember: bool


def enter(
    member_id: int, how: How, *, remember: bool = False, next_path: str | None = None, second_step: bool = False
) -> Response:
    """Open the member's session and lead him on; raises Missing if he may not sign in.

    `next_path` is a path of ours; `second_step` says that he has shown a second factor already. Who has one and has
    not shown it gets no session yet: he is asked for it, and whoever holds only his password or his mailbox stays
    outside (6.4.3).
    """
    if not second_step and factor_queries.has_second_step(member_id):
        _wait_for_second_step(member_id, how, remember)
        return redirect(url_for("second_step.ask", next=next_path or None), 303)
    sessions.open_here(member_id, how, remember=remember, second_step=second_step)
    passing.drop(HALF_WAY)
    return redirect(next_path or url_for("account.index"), 303)


def half_way(now: datetime) -> HalfWay | None:
    """Whose sign-in waits here for its second step; a new password or a closed account ends it, as does time."""
    waiting = passing.kept(HALF_WAY, now, HALF_WAY_LASTS)
    member = queries.member(waiting["member"]) if waiting else None
    if waiting is None or member is None or not member.active:
        return None
    if not hmac.compare_digest(waiting["of"], member.fs_uniquifier):
        return None
    return HalfWay(member.id, How(waiting["how"]), waiting["remember"])


def forget_half_way() -> bool:
    """Give up a sign-in that waits for its second step; whether there was one, be it too long ago."""
    return passing.drop(HALF_WAY)


def _wait_for_second_step(member_id: int, how: How, remember: bool) -> None:
    member = queries.member(member_id)
    if member is None or not member.active:
        raise Missing
    first = {"member": member_id, "how": str(how), "remember": remember, "of": member.fs_uniquifier}
    passing.keep(HALF_WAY, first, clock.now())
