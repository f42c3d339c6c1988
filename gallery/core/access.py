"""Who may do what: a mark on every view, and permissions as a table of small predicates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any

from flask import current_app
from flask_login import current_user

from gallery.core.errors import Forbidden


class Who(StrEnum):
    """For whom a view is."""

    PUBLIC = "public"
    MEMBER = "member"
    STAFF = "staff"
    MACHINE = "machine"


@dataclass(frozen=True)
class Mark:
    """What a view says of itself: for whom it is and, for staff, in which roles."""

    who: Who
    roles: tuple[str, ...] = ()


View = Callable[..., Any]


def public(view: View) -> View:
    """For everyone."""
    view.access = Mark(Who.PUBLIC)  # type: ignore[attr-defined]
    return view


def machine(view: View) -> View:
    """For programs: no session, no CSRF token; the view authenticates by itself or tells nothing."""
    view.access = Mark(Who.MACHINE)  # type: ignore[attr-defined]
    return view


def member(view: View) -> View:
    """For members who are signed in; others are led to sign in and back."""
    return member_or(lambda **_place: current_app.login_manager.unauthorized())(view)  # type: ignore[attr-defined]


def member_or(otherwise: View) -> Callable[[View], View]:
    """For members who are signed in; for others `otherwise(**view_args)` answers, so that nothing typed is lost."""

    def mark(view: View) -> View:
        @wraps(view)
        def entered(*args: Any, **kwargs: Any) -> Any:
            return view(*args, **kwargs) if current_user.is_authenticated else otherwise(*args, **kwargs)

        entered.access = Mark(Who.MEMBER)  # type: ignore[attr-defined]
        return entered

    return mark


def staff(*roles: str) -> Callable[[View], View]:
    """For staff in one of the roles; `admin` may enter everywhere."""

    def mark(view: View) -> View:
        @wraps(view)
        def entered(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
            if not any(current_user.has_role(role) for role in (*roles, "admin")):
                raise Forbidden
            return view(*args, **kwargs)

        entered.access = Mark(Who.STAFF, roles)  # type: ignore[attr-defined]
        return entered

    return mark
