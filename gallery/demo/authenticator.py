"""The phone that the demonstration's staff don't have: the page shows what their authenticator app would (A5).

Only where the house is run as a demonstration, and only for the staff that `people` brought in: neither in
production nor in the tests is there such a thing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Flask

from gallery.auth import queries
from gallery.auth.factors import queries as factor_queries
from gallery.auth.factors import rules as factor_rules
from gallery.auth.factors import services as factors
from gallery.auth.models import STAFF
from gallery.core import clock
from gallery.core.settings import Env, Settings
from gallery.demo import people

EXTENSION = "authenticator_stand_in"


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands on the screen of somebody's app."""

    email: str
    code: str


def init_app(app: Flask, settings: Settings) -> None:
    """Let the pages that ask for a code show it."""
    if settings.env is Env.DEMO:
        app.extensions[EXTENSION] = shown


def give(cast: dict[str, int]) -> None:
    """Have an app set up for all of the staff; `cast`: numbers by name. Whoever has a second step keeps it."""
    for person in people.CAST:
        member_id = cast[person.name]
        if STAFF.intersection(person.roles) and not factor_queries.has_second_step(member_id):
            factors.place_app(member_id, factor_rules.new_secret(), step=-1, now=clock.now())


def shown(member_id: int, now: datetime) -> Shown | None:
    """The code that opens next, for one of the demonstration's staff; None for anybody else.

    An app would show a code that was used already until its half minute is over; this one goes on to the next, so
    that who signs in twice need not wait.
    """
    member, app = queries.member(member_id), factor_queries.app(member_id)
    names = {f"{person.name}@{people.DOMAIN}" for person in people.CAST if STAFF.intersection(person.roles)}
    if member is None or app is None or member.email not in names:
        return None
    present = factor_rules.step_at(now)
    step = min(max(present, app.last_counter + 1), present + 1)
    return Shown(member.email, factor_rules.grouped(factor_rules.app_code(app.secret, step), by=3))
