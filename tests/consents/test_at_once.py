"""Two choices at one moment: both count, each once, and the chain takes them one after the other (P-14, 15.4.2)."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask

from gallery.consents import chain, queries, services, texts
from gallery.consents.queries import Subject
from gallery.consents.rules import ON_SITE, Mechanism, Purpose
from gallery.core.db import db
from tests import factories
from tests.consents.conftest import history

pytestmark = pytest.mark.database


def at_once(app: Flask, *acts: Callable[[], object]) -> None:
    """Do all of it in threads that begin together."""
    gate, failures = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        with app.app_context():
            try:
                gate.wait(10)
                act()
            except Exception as failure:  # Told below, where the test sees it.
                failures.append(failure)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    db.session.rollback()  # What the test reads after this, it reads anew.


def chooses(subject: Subject, purpose: Purpose, allowed: bool = True) -> Callable[[], object]:
    def act() -> None:
        text = texts.text(purpose, "fr")
        services.record(subject, {purpose: allowed}, text=text, mechanism=Mechanism.PAGE, now=factories.NOON)

    return act


def test_two_switches_pressed_at_once_both_count(app: Flask) -> None:
    browser = Subject(device="d" * 22)
    at_once(app, *(chooses(browser, purpose) for purpose in ON_SITE))
    assert set(queries.choices(browser)) == set(ON_SITE)
    assert chain.verify() == chain.Verdict(len(ON_SITE), 0, ())


def test_one_switch_pressed_six_times_at_once_is_noted_once(app: Flask) -> None:
    ana = Subject(member_id=factories.member("ana").id)
    at_once(app, *[chooses(ana, Purpose.ADS)] * 6)
    assert len(history(ana)) == 1
    assert chain.verify().broken == ()


def test_the_choices_of_several_people_are_sealed_one_after_another(app: Flask) -> None:
    people = [Subject(device=letter * 22) for letter in "abcdefgh"]
    at_once(app, *(chooses(one, Purpose.AUDIENCE, number % 2 == 0) for number, one in enumerate(people)))
    assert chain.verify() == chain.Verdict(len(people), 0, ())


def test_signing_in_twice_at_once_carries_over_once(app: Flask) -> None:
    ana = factories.member("ana").id
    chooses(Subject(device="d" * 22), Purpose.ADS, False)()
    at_once(app, *[lambda: services.carry(ana, "d" * 22, now=factories.NOON)] * 4)
    assert len(history(Subject(member_id=ana))) == 1
