"""The one way in: whoever showed who he is comes through here, however he did it (6.3.4)."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from gallery.auth import sessions
from gallery.auth.device_models import How


def enter(
    member_id: int, how: How, *, remember: bool = False, next_path: str | None = None, second_step: bool = False
) -> Response:
    """Open the member's session and lead him on; raises Missing if he may not sign in.

    `next_path` is a path of ours; `second_step` says that he has shown a second factor already.
    """
    sessions.open_here(member_id, how, remember=remember, second_step=second_step)
    return redirect(next_path or url_for("account.index"), 303)
