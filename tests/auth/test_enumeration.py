"""Nobody learns whether an address is known: not from the status, not from the page, not from the time (6.3.8)."""

from __future__ import annotations

import gc
import re
import statistics
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gallery.auth import services
from gallery.auth.factors.models import Authenticator
from gallery.auth.federated.models import Identity
from gallery.auth.models import Member
from gallery.auth.sessions.models import Attempt
from gallery.core import clock, outbox
from gallery.core.clock import FrozenClock
from gallery.core.db import transaction
from tests import factories
from tests.auth.doors import OTHER_PASSWORD, PASSWORD, register, sign_in, token_of

SAMPLES = 200
"""Per kind of address, in turns, so that what else the machine does falls on all alike."""
WARMING = 10
ROUNDS = 4
"""Five comparisons at two standard errors fail by chance in one of five rounds, all of four in one of 600."""
KINDS = ("unknown", "confirmed", "unconfirmed", "inactive", "twofactor", "elsewhere")
CHANGING = re.compile(r'name="csrf_token" value="[^"]*"|nonce="[^"]*"')


@pytest.fixture
def people(app: Flask) -> dict[str, str]:
    """One address of each kind, all equally long."""
    factories.member("confirmed00")
    factories.member("unconfirmed", confirmed=False)
    factories.member("inactive000", active=False)
    with_code, without_password = factories.member("twofactor00"), factories.member("elsewhere00")
    with transaction() as session:
        now = clock.now()
        session.add(Authenticator(member_id=with_code.id, secret="JBSWY3DPEHPK3PXP", proved_at=now))
        session.execute(sa.update(Member).where(Member.id == without_password.id).values(password=None))
        session.add(
            Identity(member_id=without_password.id, provider="google", issuer="https://it", subject="7", linked_at=now)
        )
    return {kind: f"{kind.ljust(11, '0')}@example.org" for kind in KINDS}


DOORS: dict[str, Callable[[str], dict[str, str]]] = {
    "/auth/login": lambda email: {"email": email, "password": "not the right one at all"},
    "/auth/register": lambda email: {"email": email, "password": OTHER_PASSWORD},
    "/auth/reset": lambda email: {"email": email},
    "/auth/confirm": lambda email: {"email": email},
}


def seen(client: FlaskClient, door: str, email: str) -> tuple[object, ...]:
    """Everything that an answer and the page after it show, but for what is random each time."""
    client.delete_cookie("session")
    token = token_of(client.get(door).text)
    answer = client.post(door, data={"csrf_token": token, **DOORS[door](email)})
    after = client.get(answer.location).text if answer.location else ""
    headers = sorted({name for name, _value in answer.headers})
    text = CHANGING.sub("", answer.text + after).replace(email, "<address>")
    return answer.status_code, answer.location, headers, text


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("door", DOORS)
def test_status_headers_and_page_are_the_same_for_everybody(
    client: FlaskClient, people: dict[str, str], door: str, language: str
) -> None:
    client.get(f"{door}?lang={language}")
    answers = {kind: seen(client, door, email) for kind, email in people.items()}
    assert len(set(map(repr, answers.values()))) == 1, answers


def test_the_right_password_of_an_unconfirmed_account_says_no_more(client: FlaskClient) -> None:
    """Or whoever registers an address with a password of his own could try it and learn whether it was free."""
    factories.member("taken")
    for name in ("taken", "free"):
        register(client, f"{name}@example.org", PASSWORD + " and more")
    answers = []
    for name in ("taken", "free"):
        fields = {"email": f"{name}@example.org", "password": PASSWORD + " and more"}
        token = token_of(client.get("/auth/login").text)
        answer = client.post("/auth/login", data={"csrf_token": token, **fields})
        answers.append((answer.status_code, CHANGING.sub("", answer.text).replace(fields["email"], "")))
    assert answers[0] == answers[1]


def test_a_refusal_for_too_many_tries_is_the_same_for_everybody(
    app: Flask, client: FlaskClient, people: dict[str, str]
) -> None:
    app.extensions["clock"] = FrozenClock(factories.NOON)
    client.get("/auth/login?lang=en")
    heard = []
    for email in people.values():
        forget_tries()
        heard.append([seen(client, "/auth/login", email) for _ in range(9)])
        assert [answer[0] for answer in heard[-1]] == [422] * 8 + [429]
    assert len(set(map(repr, heard))) == 1


def test_a_device_that_somebody_else_uses_tells_no_more(app: Flask, people: dict[str, str]) -> None:
    """Whoever signs in to an account of his own keeps a device's cookie; with it he asks about others."""
    factories.member("curious")
    curious = app.test_client()
    curious.get("/auth/login?lang=en")
    sign_in(curious, "curious@example.org", factories.PASSWORD)
    heard = []
    for email in people.values():
        forget_tries()
        heard.append([seen(curious, "/auth/login", email) for _ in range(9)])
    assert curious.get_cookie("device") is not None
    assert len(set(map(repr, heard))) == 1


@pytest.mark.slow
@pytest.mark.parametrize("door", DOORS)
def test_it_takes_the_same_time_for_everybody(
    app: Flask, client: FlaskClient, people: dict[str, str], door: str
) -> None:
    """Less than two standard errors over 200 samples each; a difference that is none does not come back."""
    client.inspects = False  # type: ignore[attr-defined]
    app.extensions["clock"] = frozen = FrozenClock(factories.NOON)
    rounds = []
    for number in range(ROUNDS):
        spent = time_spent(client, people, door, f"{number}", frozen)
        rounds.append({kind: round(apart(spent["unknown"], spent[kind]), 2) for kind in KINDS[1:]})
        if max(rounds[-1].values()) < 2:
            return
    pytest.fail(f"standard errors apart: {rounds}")


def time_spent(
    client: FlaskClient, people: dict[str, str], door: str, mark: str, frozen: FrozenClock
) -> dict[str, list[float]]:
    """Seconds per answer, by kind of address."""
    token = token_of(client.get(door).text)
    spent: dict[str, list[float]] = {kind: [] for kind in KINDS}
    gc.collect()
    gc.disable()
    try:
        for turn in range(SAMPLES + WARMING):
            for kind in KINDS if turn % 2 else reversed(KINDS):
                email = people[kind]
                if kind == "unknown" and door == "/auth/register":
                    email = f"nobody{mark}{turn:04}@example.org"  # That form makes it known.
                fields = {"csrf_token": token, **DOORS[door](email)}
                frozen.tick(days=1)  # Or the throttle would answer.
                began = time.perf_counter()
                status = client.post(door, data=fields).status_code
                lasted = time.perf_counter() - began
                assert status in (303, 422)
                if turn >= WARMING:
                    spent[kind].append(lasted)
    finally:
        gc.enable()
    return spent


def forget_tries() -> None:
    """Forget what has failed so far, or the throttle would answer."""
    with transaction() as session:
        session.execute(sa.delete(Attempt))


def trimmed(values: list[float]) -> list[float]:
    # What interrupts the machine is not what an attacker reads.
    return sorted(values)[: int(len(values) * 0.8)]


def difference(one: list[float], other: list[float]) -> float:
    """Of the means, in seconds."""
    return abs(statistics.fmean(trimmed(one)) - statistics.fmean(trimmed(other)))


def apart(one: list[float], other: list[float]) -> float:
    """The difference of the means, in standard errors."""
    a, b = trimmed(one), trimmed(other)
    error = (statistics.variance(a) / len(a) + statistics.variance(b) / len(b)) ** 0.5
    return difference(one, other) / error


def test_what_strangers_ask_for_is_the_same_work_whoever_it_is_for(client: FlaskClient, people: dict[str, str]) -> None:
    """The reason for the equal times: the same statements, and one message, whose reader only the worker looks up."""
    from sqlalchemy import event

    from gallery.core.db import db

    said: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _u, statement, *_rest: said.append(statement))
    for door in DOORS:
        token = token_of(client.get(door).text)
        heard = []
        for email in people.values():
            forget_tries()
            before = outbox.counts().get("queued", 0)
            said.clear()
            client.post(door, data={"csrf_token": token, **DOORS[door](email)})
            statements = tuple(said)
            heard.append((statements, outbox.counts().get("queued", 0) - before))
        assert len(set(heard)) == 1, (door, heard)
        assert heard[0][1] == (door != "/auth/login")


def test_the_letter_is_the_only_place_that_tells(client: FlaskClient, people: dict[str, str]) -> None:
    from tests.auth.doors import mailbox

    client.get("/auth/register?lang=en")
    for email in people.values():
        services.ask_reset(email, "en")
    subjects = {kind: [letter.subject for letter in mailbox(email)] for kind, email in people.items()}
    assert subjects == {
        "unknown": [],
        "confirmed": ["Choose a new password"],
        "unconfirmed": ["Choose a new password"],
        "inactive": ["Your account is closed"],
        "twofactor": ["Choose a new password"],
        "elsewhere": ["Choose a new password"],
    }
