"""What the tests of second steps share: an app whose secret they know, and the forms that take its codes."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gallery.auth.factors import rules as factor_rules
from gallery.auth.factors import services as factors
from gallery.auth.factors.services import CodeRefused
from gallery.auth.models import Member
from gallery.core import clock
from gallery.core.db import db, transaction
from tests import factories
from tests.auth.doors import fill_in, mailbox, token_of

ANA = "ana@example.org"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ASK, PROVE = "/auth/second-step", "/auth/prove"
SETTINGS = "/account/security/second-step"
TOO_LATE = "Please begin again"
_MAILED = re.compile(r"\b(\d{4} \d{4})\b")


def freeze(app: Flask) -> clock.FrozenClock:
    """Let the house's clock stand at noon."""
    frozen = app.extensions["clock"] = clock.FrozenClock(factories.NOON)
    return frozen


def with_app(name: str, secret: str = SECRET, **facts: object) -> Member:
    """A member who has an authenticator app, none of whose codes was used."""
    made = factories.member(name, **facts)  # type: ignore[arg-type]
    factors.place_app(made.id, secret, step=-1, now=clock.now())
    return made


def without_password(name: str) -> Member:
    """A member who came with Google and has nothing else."""
    made = factories.member(name)
    with transaction() as session:
        session.execute(sa.update(Member).where(Member.id == made.id).values(password=None))
    return made


def code(steps: int = 0, secret: str = SECRET) -> str:
    """What the app shows now, or showed and will show some half minutes off."""
    return factor_rules.app_code(secret, factor_rules.step_at(clock.now()) + steps)


def wrong_code() -> str:
    """Six digits that the app does not show about now."""
    return next(tried for tried in ("000000", "111111", "222222", "333333") if not fits(tried))


def fits(typed: str) -> bool:
    return factor_rules.step_of(SECRET, typed, clock.now()) is not None


def answer(client: FlaskClient, typed: str, by: str = "app", at: str = ASK, **more: str) -> TestResponse:
    """Open the page that asks for a second step and type a code."""
    page = at + "?by=" + by
    return fill_in(client, page, code=typed, by=by, **more)


def later(frozen: clock.FrozenClock, **amount: float) -> None:
    frozen.at += timedelta(**amount)


def at_once(app: Flask, act: Callable[[], object], times: int) -> list[str]:
    """What `act` comes to when it is done by many at the same moment: "taken", or why not."""
    db.session.rollback()
    ready = Barrier(times)

    def one(_place: int) -> str:
        with app.app_context():
            ready.wait()
            try:
                act()
            except CodeRefused as refused:
                return str(refused.why)
            finally:
                db.session.remove()
            return "taken"

    with ThreadPoolExecutor(times) as threads:
        return sorted(threads.map(one, range(times)))


def subjects(email: str = ANA) -> set[str]:
    """What was mailed; letters of one moment come in no order."""
    return {one.subject for one in mailbox(email)}


def send_code(client: FlaskClient, **fields: str) -> TestResponse:
    """Press the button that sends a code."""
    return client.post(f"{PROVE}/mail", data={"csrf_token": token_of(client.get(PROVE).text), **fields})


def mailed(*known: str) -> str:
    """The digits that came by mail to Gus, but for those that are known."""
    texts = [one.text for one in mailbox("gus@example.org") if one.subject == "Your code"]
    (digits,) = {found[1] for text in texts if (found := _MAILED.search(text))} - set(known)
    return digits
