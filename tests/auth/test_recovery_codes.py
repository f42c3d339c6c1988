"""Recovery codes: each opens an account once in place of the second step, and its use is told (A5, 6.5.1, 6.5.2)."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from gallery.auth.factors import rules as factor_rules
from gallery.auth.factors import services as factors
from gallery.auth.models import Member
from gallery.core import clock
from gallery.core.clock import FrozenClock
from tests.auth.doors import is_signed_in, mailbox, sign_in, sign_out
from tests.auth.second_steps import ANA, ASK, answer, at_once, freeze, later, with_app

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def ana(frozen: FrozenClock) -> Member:
    return with_app("ana")


@pytest.fixture
def codes(ana: Member) -> tuple[str, ...]:
    return factors.new_recovery_codes(ana.id, now=clock.now())


def test_a_code_opens_once_and_the_member_is_told(client: FlaskClient, codes: tuple[str, ...]) -> None:
    sign_in(client, ANA, next="/lots/")
    assert answer(client, codes[0], "recovery", next="/lots/").location == "/lots/"
    sign_out(client)
    sign_in(client, ANA)
    again = answer(client, codes[0], "recovery")
    assert again.status_code == 422
    assert "Each works once" in again.text
    assert not is_signed_in(client)
    told = next(one for one in mailbox(ANA) if one.subject == "A recovery code was used")
    assert "9 codes are left." in told.text
    assert codes[0] not in told.text
    assert answer(client, codes[1], "recovery").status_code == 303


@pytest.mark.database
def test_of_eight_who_bring_the_same_code_at_once_one_is_let_in(app: Flask) -> None:
    now, member_id = freeze(app).at, with_app("ana").id
    typed = factors.new_recovery_codes(member_id, now=now)[0]
    assert at_once(app, lambda: factors.take_recovery_code(member_id, typed, now=now), 8) == ["taken"] + ["used"] * 7


def test_it_is_offered_only_while_there_is_one(client: FlaskClient, ana: Member) -> None:
    sign_in(client, ANA)
    assert "recovery code" not in client.get(ASK).text
    (*used, last) = factors.new_recovery_codes(ana.id, now=clock.now())
    for one in used:
        factors.take_recovery_code(ana.id, one, now=clock.now())
    assert "recovery code" in client.get(ASK).text
    assert answer(client, last, "recovery").status_code == 303
    assert "your last recovery code" in client.get("/account/").text


def test_another_s_code_opens_nothing(client: FlaskClient, codes: tuple[str, ...]) -> None:
    ben = with_app("ben")
    factors.new_recovery_codes(ben.id, now=clock.now())
    sign_in(client, "ben@example.org")
    assert answer(client, codes[0], "recovery").status_code == 422


@pytest.mark.parametrize(
    "write",
    [str.upper, lambda code: factor_rules.grouped(code, between="-"), lambda code: f"  {code} \t",
     lambda code: code.replace("1", "l").replace("0", "O"),
     lambda code: "".join(chr(ord(letter) + 0xFEE0) for letter in code)],
    ids=["capitals", "groups", "spaces", "misread", "full-width"],
)  # fmt: skip
def test_a_code_is_taken_however_it_is_copied(client: FlaskClient, codes: tuple[str, ...], write) -> None:
    sign_in(client, ANA)
    assert answer(client, write(codes[0]), "recovery").status_code == 303


@pytest.mark.parametrize("typed", ["", "abcd", "u" * 16, "é" * 16, "123456", "🗝" * 16, "a" * 17, "=1+1" * 4])
def test_what_is_no_code_is_refused_in_words(client: FlaskClient, codes: tuple[str, ...], typed: str) -> None:
    sign_in(client, ANA)
    refused = answer(client, typed, "recovery")
    assert refused.status_code == 422
    assert "sixteen letters and digits" in refused.text or "type the code" in refused.text


def test_guesses_are_counted_with_those_at_the_app_s_codes(
    client: FlaskClient, codes: tuple[str, ...], frozen: FrozenClock
) -> None:
    sign_in(client, ANA)
    for _ in range(5):
        answer(client, "0" * 16, "recovery")
    assert answer(client, codes[0], "recovery").status_code == 429
    later(frozen, minutes=10)
    sign_in(client, ANA)
    assert answer(client, codes[0], "recovery").status_code == 303


@given(st.binary(min_size=10, max_size=10))
def test_every_code_survives_being_copied(random: bytes) -> None:
    code = factor_rules.recovery_code(random)
    assert len(code) == 16
    assert factor_rules.recovery_of(factor_rules.grouped(code.upper(), between=" - ")) == code


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_code_or_is_not(typed: str) -> None:
    for found in (factor_rules.digits_of(typed, 6), factor_rules.recovery_of(typed)):
        assert found is None or (found.isascii() and found.isalnum())
