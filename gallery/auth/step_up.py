"""Showing again who one is, before a change that a borrowed phone must not make (7.5.1)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask_login import current_user

from gallery.auth.factors import queries as factor_queries
from gallery.core import access, clock

View = Callable[..., Any]


def owes_factor() -> bool:
    """Whether the member has a second factor that this session has not seen lately."""
    is_shown = current_user.has_recent_second_step(clock.now())
    return not is_shown and factor_queries.has_second_step(current_user.id)


def shows_factor(view: View) -> View:
    """For members; who has a second factor has shown it lately. The view asks by itself for what else it takes."""

    @wraps(view)
    def entered(*args: Any, **kwargs: Any) -> Any:
        return access.ways().second_step() if owes_factor() else view(*args, **kwargs)

    return access.member(entered)


def changes_sign_in(view: View) -> View:
    """A mark for views that change how a member signs in.

    As access.proved; and who has a second factor has shown it as lately, so that a password alone cannot replace what
    is there to protect from its loss.
    """
    return access.proved(shows_factor(view))
