"""Who may do what: a mark on every view, and permissions as a table of small predicates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any

from flask import Flask, current_app
from flask_login import current_user

from gallery.core import clock
from gallery.core.errors import Forbidden


class Who(StrEnum):
    """For whom a view is."""

    PUBLIC = "public"
    MEMBER = "member"
    STAFF = "staff"
    MACHINE = "machine"


class Proof(StrEnum):
    """What a view asks of a member besides a session."""

    SESSION = "session"
    RECENT = "recent"
    SECOND_STEP = "second step"


@dataclass(frozen=True)
class Mark:
    """What a view says of itself: for whom it is and, for staff, in which roles."""

    who: Who
    roles: tuple[str, ...] = ()
    proof: Proof = Proof.SESSION


View = Callable[..., Any]


@dataclass(frozen=True)
class Ways:
    """Where those are led who have to show more of themselves; each comes back from there."""

    prove: Callable[[], Any]
    second_step: Callable[[], Any]


def show_ways(app: Flask, ways: Ways) -> None:
    """Say where the ways are; `auth.setup` does."""
    app.extensions["access_ways"] = ways


def ways() -> Ways:
    """The ways of the running application."""
    found: Ways = current_app.extensions["access_ways"]
    return found


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


def proved(view: View) -> View:
    """For members who have shown shortly before who they are: changes that a borrowed phone must not make (7.5.1)."""

    @wraps(view)
    def entered(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
        return view(*args, **kwargs) if current_user.is_proved(clock.now()) else ways().prove()

    entered.access = Mark(Who.MEMBER, proof=Proof.RECENT)  # type: ignore[attr-defined]
    return entered


def secured(view: View) -> View:
    """Like `proved`, and shown with a second factor: for where money goes (6.3.3). Who has none is led to one."""

    @wraps(view)
    def entered(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
        if not current_user.has_second_step:
            return ways().second_step()
        now = clock.now()
        is_shown = current_user.is_proved(now) and current_user.has_recent_second_step(now)
        return view(*args, **kwargs) if is_shown else ways().prove()

    entered.access = Mark(Who.MEMBER, proof=Proof.SECOND_STEP)  # type: ignore[attr-defined]
    return entered


def mark_of(endpoint: str) -> Mark:
    """What the view of an endpoint says of itself."""
    found: Mark = getattr(current_app.view_functions[endpoint], "access")  # noqa: B009  Typed nowhere.
    return found


def has_role_for(mark: Mark) -> bool:
    """Whether whoever is here has one of the roles that a staff's view asks for; `admin` has all."""
    if not current_user.is_authenticated:
        return False
    return any(current_user.has_role(role) for role in (*mark.roles, "admin"))


def staff(*roles: str) -> Callable[[View], View]:
    """For staff in one of the roles, with a second step in this session (A5); `admin` may enter everywhere."""

    asked = Mark(Who.STAFF, roles, Proof.SECOND_STEP)

    def mark(view: View) -> View:
        @wraps(view)
        def entered(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
            if not has_role_for(asked):
                raise Forbidden
            if not current_user.has_second_step:
                return ways().second_step()
            return view(*args, **kwargs)

        entered.access = asked  # type: ignore[attr-defined]
        return entered

    return mark
