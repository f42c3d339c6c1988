"""Identity tokens that do not hold, and answers that belong to somebody else: none is taken, and nothing is written."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gallery.core import clock
from gallery.core.db import db
from tests.auth.doors import is_signed_in
from tests.auth.elsewhere import come_back, go_with, identities, leave, said
from tests.auth.forgeries import FORGED, Claims, Forge, changed, now, without
from tests.services.oidc import CLIENT_ID, Liar, signed

TABLES = ("member", "identity", "device_session", "outbox_message")


def books() -> dict[str, int]:
    """How many rows there are of what signing in could write."""
    db.session.rollback()
    return {name: db.session.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar_one() for name in TABLES}  # noqa: S608


def assert_refused(client: FlaskClient, answer: Any, before: dict[str, int]) -> str:
    assert answer.status_code == 303
    assert answer.location.startswith("/auth/login"), answer.location
    page = said(client, answer)
    assert "e-mail address" in page or "begin anew" in page
    assert not is_signed_in(client)
    assert client.get("/auth/with/finish").status_code == 303, "nobody waits for an account"
    assert books() == before
    assert identities() == []
    return page


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_forged_token_opens_nothing(ana: FlaskClient, liar: Liar, forge: Forge) -> None:
    before = books()
    liar.sign = forge
    assert_refused(ana, go_with(ana, liar), before)


def test_there_are_more_than_twenty_five() -> None:
    assert len(FORGED) > 25


@pytest.mark.parametrize(
    "more",
    [{}, {"aud": [CLIENT_ID]}, {"nbf": now(-5)}, {"iat": now(20)}, {"exp": now(-20), "iat": now(-3600)}],
    ids=["as it is", "a list of us", "nbf", "from a clock ahead", "by a clock behind"],
)
def test_an_honest_token_does(ana: FlaskClient, liar: Liar, more: Claims) -> None:
    """Also a list of us alone, and by a clock that is a little ahead or behind: or the tests above prove nothing."""
    liar.sign = changed(**more)
    assert go_with(ana, liar).location == "/auth/with/finish"


@pytest.mark.parametrize("name", ["azp", "at_hash", "email", "name", "email_verified"])
def test_what_a_token_need_not_say_may_be_missing(ana: FlaskClient, liar: Liar, name: str) -> None:
    liar.sign = without(name)
    assert go_with(ana, liar).location == "/auth/with/finish"


def test_a_new_key_is_fetched_once_and_taken(ana: FlaskClient, liar: Liar, house: Flask) -> None:
    """Providers change keys; an unknown one makes us ask again, but not as often as somebody likes."""
    go_with(ana, liar)
    assert liar.asked.count("/keys") == 1
    liar.keys.append(liar.ec_key)
    liar.sign = lambda claims, one: signed(claims, one.ec_key, "ES256", kid="ec")
    assert go_with(ana, liar).location.startswith("/auth/login"), "within a minute we do not ask again"
    assert liar.asked.count("/keys") == 1
    google = house.extensions["providers"]["google"]
    google._keys = (clock.now() - timedelta(minutes=2), google._keys[1])
    assert go_with(ana, liar).location == "/auth/with/finish"
    assert liar.asked.count("/keys") == 2
    assert liar.asked.count("/.well-known/openid-configuration") == 1


# What was made for somebody else


def test_a_callback_that_is_sent_again_opens_nothing(ana: FlaskClient, liar: Liar) -> None:
    code, state = liar.visit(leave(ana, "google").location)
    assert come_back(ana, "google", code=code, state=state).location == "/auth/with/finish"
    again = come_back(ana, "google", code=code, state=state)
    assert again.location.startswith("/auth/login")
    assert liar.asked.count("/token") == 1


def test_the_state_of_another_browser_opens_nothing(ana: FlaskClient, mallory: FlaskClient, liar: Liar) -> None:
    """Mallory lets Ana's browser end what he began, so that she would use his account (CVE-2025-68158)."""
    before = books()
    code, state = liar.visit(leave(mallory, "google").location)
    assert_refused(ana, come_back(ana, "google", code=code, state=state), before)
    leave(ana, "google")
    assert_refused(ana, come_back(ana, "google", code=code, state=state), before)
    assert "/token" not in liar.asked, "the code is not even tried"


def test_the_code_of_another_browser_opens_nothing(ana: FlaskClient, mallory: FlaskClient, liar: Liar) -> None:
    """Mallory has caught Ana's code: behind his own state it lacks her verifier and her nonce."""
    before = books()
    anas, _state = liar.visit(leave(ana, "google").location)
    _code, mallorys = liar.visit(leave(mallory, "google").location)
    assert_refused(mallory, come_back(mallory, "google", code=anas, state=mallorys), before)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"code": "x"},
        {"state": ""},
        {"state": "x", "code": "x"},
        {"state": "\u0661", "code": "x"},
        {"state": "x" * 5_000, "code": "x"},
        {"error": "access_denied"},
    ],
    ids=repr,
)
def test_a_callback_without_a_state_of_ours_opens_nothing(ana: FlaskClient, liar: Liar, query: dict[str, str]) -> None:
    before = books()
    leave(ana, "google")
    assert_refused(ana, come_back(ana, "google", **query), before)
    assert "/token" not in liar.asked


@pytest.mark.parametrize(
    "query",
    [{}, {"code": ""}, {"code": "x" * 5_000}, {"code": "unknown"}, {"code": "it", "iss": "https://evil.example"}],
)
def test_a_state_of_ours_with_a_code_of_nobody_opens_nothing(
    ana: FlaskClient, liar: Liar, query: dict[str, str]
) -> None:
    before = books()
    _code, state = liar.visit(leave(ana, "google").location)
    assert_refused(ana, come_back(ana, "google", state=state, **query), before)


def test_a_state_is_of_one_provider(ana: FlaskClient, liar: Liar, graph: Any) -> None:
    """The callback of another provider is no place to bring it (mix-up, 10.2.2)."""
    before = books()
    code, state = liar.visit(leave(ana, "google").location)
    assert_refused(ana, come_back(ana, "facebook", code=code, state=state), before)


def test_a_state_is_too_old_after_a_quarter_of_an_hour(ana: FlaskClient, liar: Liar) -> None:
    before = books()
    code, state = liar.visit(leave(ana, "google").location)
    with ana.session_transaction() as session:
        session["with"] = [[*kept[:4], kept[4] - 901, *kept[5:]] for kept in session["with"]]
    assert_refused(ana, come_back(ana, "google", code=code, state=state), before)


def test_a_person_whom_nobody_brought_back_has_no_page(ana: FlaskClient, mallory: FlaskClient, liar: Liar) -> None:
    """What waits in a session cannot be moved into another field of it, nor read from it."""
    go_with(ana, liar)
    with ana.session_transaction() as session:
        sealed = session["pending"]
    for forged in (sealed[:-4], "", "x", sealed[::-1]):
        with mallory.session_transaction() as session:
            session["pending"] = forged
        assert mallory.get("/auth/with/finish").status_code == 303


def test_three_tabs_may_hesitate_and_the_cookie_does_not_grow(ana: FlaskClient, liar: Liar) -> None:
    visits = [liar.visit(leave(ana, "google", next="/lots/" + "x" * 480).location) for _ in range(6)]
    cookie = ana.get_cookie("session")
    assert cookie is not None
    assert len(cookie.value) < 3_500
    code, state = visits[0]
    assert come_back(ana, "google", code=code, state=state).location.startswith("/auth/login")
    code, state = visits[3]
    assert come_back(ana, "google", code=code, state=state).location == "/auth/with/finish"
