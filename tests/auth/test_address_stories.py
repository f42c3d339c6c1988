"""Stories of an e-mail change: the hijack that waits for its victim, and what an answer tells of others (I8, 6.3.8)."""

from __future__ import annotations

import gc
import re
import threading
import time
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from gallery.auth import queries, services, tokens
from gallery.auth.address import services as address_change
from gallery.auth.address.models import AddressChange
from gallery.auth.address.services import Outcome
from gallery.auth.models import Member
from gallery.auth.throttle import attempts
from gallery.auth.tokens import Aim, Claim
from gallery.core import clock, outbox
from gallery.core.db import db
from tests import factories
from tests.auth.doors import OTHER_PASSWORD, fill_in, is_signed_in, mailbox, token_of
from tests.auth.test_address_change import FORM, paths
from tests.auth.test_enumeration import CHANGING, KINDS, ROUNDS, SAMPLES, WARMING, apart

ANA, MALLORY = "ana@example.org", "mallory@example.com"


@pytest.fixture
def ana(app: Flask) -> Member:
    return factories.member("ana")


def asked_by_mallory(app: Flask, ana: Member) -> tuple[FlaskClient, str]:
    """Mallory had got into Ana's account, asked to move it to her own mailbox, and keeps the link that agrees."""
    mallory = app.test_client()
    factories.sign_in(mallory, ana)
    fill_in(mallory, FORM, email=MALLORY)
    return mallory, mailbox(MALLORY)[-1].path


def reset(app: Flask) -> None:
    fill_in(app.test_client(), "/auth/reset", email=ANA)
    fill_in(app.test_client(), mailbox(ANA)[-1].path, password=OTHER_PASSWORD)


def change(app: Flask) -> None:
    client = app.test_client()
    fill_in(client, "/auth/login", email=ANA, password=factories.PASSWORD)
    fill_in(client, "/auth/change", password=factories.PASSWORD, new_password=OTHER_PASSWORD)


@pytest.mark.database
@pytest.mark.parametrize("recover", [reset, change])
def test_unexpired_change_what_mallory_began_dies_with_the_new_password(
    app: Flask, ana: Member, recover: Callable[[Flask], None]
) -> None:
    """The fifth pre-hijack: Ana takes her account back, and Mallory completes later what she had begun."""
    mallory, hers = asked_by_mallory(app, ana)
    old_agrees, stop = paths(mailbox(ANA)[-1])
    recover(app)
    assert not is_signed_in(mallory)
    for link in (hers, old_agrees, stop):
        for browser in (mallory, app.test_client()):
            assert browser.get(link).status_code == 410
            token = token_of(browser.get("/auth/reset").text)
            assert browser.post(link, data={"csrf_token": token}).status_code == 410
    db.session.rollback()
    assert queries.member_by_email(MALLORY) is None
    assert queries.member_by_email(ANA).id == ana.id  # type: ignore[union-attr]


@pytest.mark.database
def test_unexpired_change_an_account_that_is_opened_again_has_none_under_way(app: Flask, ana: Member) -> None:
    _mallory, hers = asked_by_mallory(app, ana)
    services.deactivate(ana.id)
    services.reactivate(ana.id)
    assert app.test_client().get(hers).status_code == 410


def test_mallorys_mailbox_alone_changes_nothing(app: Flask, ana: Member) -> None:
    mallory, hers = asked_by_mallory(app, ana)
    fill_in(mallory, hers)
    db.session.rollback()
    assert queries.member_by_email(ANA).id == ana.id  # type: ignore[union-attr]


@pytest.mark.database
def test_of_two_members_who_take_the_same_address_at_once_one_gets_it(app: Flask) -> None:
    wanted, claims = "wanted@example.org", []
    for name in ("ana", "ben"):
        made = factories.member(name)
        address_change.ask(made.id, wanted, "en", now=clock.now())
        change = db.session.get_one(AddressChange, made.id)
        new, old = (
            tokens.read(aim, address_change.link(aim, made, change.seal, clock.now()) or "", clock.now())
            for aim in (Aim.ADDRESS_NEW, Aim.ADDRESS_OLD)
        )
        address_change.agree(new, Aim.ADDRESS_NEW, keep=None, now=clock.now())
        claims.append(old)
    db.session.rollback()
    together, outcomes = threading.Barrier(2), []

    def agree(claim: Claim) -> None:
        with app.app_context():
            together.wait(10)
            outcomes.append(address_change.agree(claim, Aim.ADDRESS_OLD, keep=None, now=clock.now()))

    threads = [threading.Thread(target=agree, args=[claim]) for claim in claims]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == [Outcome.DONE, Outcome.TAKEN]
    assert len(queries.members("wanted")) == 1


# What an answer tells of others


@pytest.fixture
def people(app: Flask) -> dict[str, str]:
    """One address of each kind, all equally long."""
    factories.member("confirmed00")
    factories.member("unconfirmed", confirmed=False)
    factories.member("inactive000", active=False)
    return {kind: f"{kind.ljust(11, '0')}@example.org" for kind in KINDS}


@pytest.fixture
def uncounted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the limit, which these tests would reach."""
    monkeypatch.setattr(attempts, "reserve", lambda *_scopes, **_more: None)


@pytest.mark.usefixtures("uncounted")
@pytest.mark.parametrize("language", ["fr", "en"])
def test_status_headers_and_page_are_the_same_whoever_has_the_address(
    client: FlaskClient, ana: Member, people: dict[str, str], language: str
) -> None:
    client.get(f"/?lang={language}")
    factories.sign_in(client, ana)
    answers = set()
    for email in people.values():
        answer = fill_in(client, FORM, email=email)
        page = re.sub(r'datetime="[^"]*"[^<]*<', "<", CHANGING.sub("", client.get(answer.location).text))
        headers = sorted({name for name, _value in answer.headers})
        answers.add((answer.status_code, answer.location, str(headers), page.replace(email, "<address>")))
    assert len(answers) == 1, answers


@pytest.mark.usefixtures("uncounted")
def test_it_is_the_same_work_whoever_has_the_address(client: FlaskClient, ana: Member, people: dict[str, str]) -> None:
    factories.sign_in(client, ana)
    token = token_of(client.get(FORM).text)
    said: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _u, statement, *_rest: said.append(statement))
    heard = set()
    fill_in(client, FORM, email="first@example.org")
    for email in people.values():
        before = outbox.counts().get("queued", 0)
        said.clear()
        client.post(FORM, data={"csrf_token": token, "email": email})
        statements = tuple(said)
        heard.add((statements, outbox.counts()["queued"] - before))
    assert len(heard) == 1, heard
    assert next(iter(heard))[1] == 2, "one message to each mailbox"


@pytest.mark.slow
@pytest.mark.usefixtures("uncounted")
def test_it_takes_the_same_time_whoever_has_the_address(
    client: FlaskClient, ana: Member, people: dict[str, str]
) -> None:
    """Less than two standard errors over 200 samples each; a difference that is none does not come back."""
    client.inspects = False  # type: ignore[attr-defined]
    factories.sign_in(client, ana)
    rounds = []
    for number in range(ROUNDS):
        spent = time_spent(client, people, f"{number}")
        rounds.append({kind: round(apart(spent["unknown"], spent[kind]), 2) for kind in KINDS[1:]})
        if max(rounds[-1].values()) < 2:
            return
    pytest.fail(f"standard errors apart: {rounds}")


def time_spent(client: FlaskClient, people: dict[str, str], mark: str) -> dict[str, list[float]]:
    """Seconds per answer, by kind of address."""
    token = token_of(client.get(FORM).text)
    spent: dict[str, list[float]] = {kind: [] for kind in KINDS}
    gc.collect()
    gc.disable()
    try:
        for turn in range(SAMPLES + WARMING):
            for kind in KINDS if turn % 2 else reversed(KINDS):
                email = f"nobody{mark}{turn:04}@example.org" if kind == "unknown" else people[kind]
                began = time.perf_counter()
                status = client.post(FORM, data={"csrf_token": token, "email": email}).status_code
                lasted = time.perf_counter() - began
                assert status == 303
                if turn >= WARMING:
                    spent[kind].append(lasted)
    finally:
        gc.enable()
    return spent
