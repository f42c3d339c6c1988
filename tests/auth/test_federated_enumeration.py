"""Whoever comes with an account elsewhere learns nothing about addresses that he only claims (6.3.8)."""

from __future__ import annotations

import gc
import json
import time

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gallery.auth.federated.session import PENDING
from gallery.auth.models import Member
from gallery.core import clock, outbox
from gallery.core.clock import FrozenClock
from gallery.core.crypto import seal
from gallery.core.db import db, transaction
from tests import factories
from tests.auth.doors import token_of
from tests.auth.elsewhere import finish, go_with
from tests.auth.test_enumeration import CHANGING, ROUNDS, SAMPLES, WARMING, apart
from tests.services.graph import Graph
from tests.services.oidc import Liar

KINDS = ("unknown", "confirmed", "unconfirmed", "inactive", "elsewhere")


@pytest.fixture
def people(house: Flask) -> dict[str, str]:
    """One address of each kind, all equally long."""
    factories.member("confirmed00")
    factories.member("unconfirmed", confirmed=False)
    factories.member("inactive000", active=False)
    factories.member("elsewhere00")
    with transaction() as work:
        work.execute(sa.update(Member).where(Member.email.startswith("elsewhere")).values(password=None))
    return {kind: f"{kind.ljust(11, '0')}@example.org" for kind in KINDS}


def seen(client: FlaskClient, email: str) -> tuple[object, ...]:
    """Everything that the answer to "Open an account" and the page after it show, but for what is random."""
    answer = finish(client, email=email)
    after = client.get(answer.location).text if answer.location else ""
    headers = sorted({name for name, _value in answer.headers})
    text = CHANGING.sub("", answer.text + after).replace(email, "<address>")
    return answer.status_code, answer.location, headers, text


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("by", ["facebook", "facebook, typed", "google"])
def test_status_headers_and_page_are_the_same_for_everybody(
    ana: FlaskClient, graph: Graph, liar: Liar, people: dict[str, str], by: str, language: str
) -> None:
    answers = {}
    for number, (kind, email) in enumerate(people.items()):
        ana.delete_cookie("session")
        ana.get(f"/auth/login?lang={language}")
        if by == "google":
            liar.person = {"sub": f"{number}", "name": "Mallory", "email": email, "email_verified": False}
            go_with(ana, liar)
        else:
            graph.person = {"id": f"{number}", "name": "Mallory"} | ({} if "typed" in by else {"email": email})
            go_with(ana, graph)
        answers[kind] = seen(ana, email)
    assert len(set(map(repr, answers.values()))) == 1, answers


def waiting(email: str, number: int) -> str:
    """What a session holds of somebody who has come back from Facebook."""
    person = {"provider": "facebook", "issuer": "https://www.facebook.com", "subject": f"{number}", "name": "Mallory"}
    said = {"person": person | {"email": email, "owns_email": False}, "next_path": None, "remember": False}
    return seal(f"session.{PENDING}", json.dumps(said | {"trace": None, "at": clock.now().timestamp()}))


def open_account(client: FlaskClient, email: str, number: int, token: str) -> tuple[float, int]:
    """How long it takes to open an account for an address, and the status."""
    with client.session_transaction() as session:
        session[PENDING] = waiting(email, number)
        session.pop("registered", None)
    began = time.perf_counter()
    status = client.post("/auth/with/finish", data={"csrf_token": token, "email": email}).status_code
    return time.perf_counter() - began, status


def test_it_is_the_same_work_whoever_it_is_for(ana: FlaskClient, people: dict[str, str]) -> None:
    """The reason for the equal times: the same statements, and one message, whose reader only the worker looks up."""
    said: list[str] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda _c, _u, statement, *_rest: said.append(statement))
    token = token_of(ana.get("/auth/login").text)
    heard = []
    for number, email in enumerate(people.values()):
        before = outbox.counts().get("queued", 0)
        said.clear()
        _spent, status = open_account(ana, email, number, token)
        statements = tuple(said)
        heard.append((status, statements, outbox.counts().get("queued", 0) - before))
    assert len(set(heard)) == 1, heard
    assert heard[0][0] == 303
    assert heard[0][2] == 1


@pytest.mark.slow
def test_it_takes_the_same_time_for_everybody(house: Flask, ana: FlaskClient, people: dict[str, str]) -> None:
    """Less than two standard errors over 200 samples each; a difference that is none does not come back."""
    ana.inspects = False  # type: ignore[attr-defined]
    house.extensions["clock"] = frozen = FrozenClock(factories.NOON)
    rounds = []
    for number in range(ROUNDS):
        spent = time_spent(ana, people, number, frozen)
        rounds.append({kind: round(apart(spent["unknown"], spent[kind]), 2) for kind in KINDS[1:]})
        if max(rounds[-1].values()) < 2:
            return
    pytest.fail(f"standard errors apart: {rounds}")


def time_spent(client: FlaskClient, people: dict[str, str], mark: int, frozen: FrozenClock) -> dict[str, list[float]]:
    """Seconds per answer, by kind of address."""
    token = token_of(client.get("/auth/login").text)
    spent: dict[str, list[float]] = {kind: [] for kind in KINDS}
    gc.collect()
    gc.disable()
    try:
        for turn in range(SAMPLES + WARMING):
            for kind in KINDS if turn % 2 else reversed(KINDS):
                # This form makes an unknown address known.
                email = f"nobody{mark}{turn:04}@example.org" if kind == "unknown" else people[kind]
                frozen.tick(days=1)  # Or the throttle would answer.
                lasted, status = open_account(client, email, turn, token)
                assert status == 303
                if turn >= WARMING:
                    spent[kind].append(lasted)
    finally:
        gc.enable()
    return spent
