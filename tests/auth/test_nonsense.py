"""Fifty and more wrong values for each field at the doors: a sentence beside it, nothing taken or counted (2.2.1)."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gallery.auth import queries
from gallery.auth.factors import queries as factor_queries
from gallery.auth.models import Member
from gallery.auth.passkeys import queries as passkey_queries
from gallery.core import outbox
from gallery.core.clock import FrozenClock
from tests import factories
from tests.auth import nonsense
from tests.auth.doors import OTHER_PASSWORD, fill_in, mailbox, sign_in, token_of
from tests.auth.passkey_doors import with_passkey
from tests.auth.second_steps import (
    ANA,
    ASK,
    PROVE,
    SETTINGS,
    answer,
    code,
    mailed,
    send_code,
    with_app,
    without_password,
)

ENOUGH = 50
LISTS = [name for name in vars(nonsense) if name.startswith("NO")]

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def ana(app: Flask) -> Member:
    return factories.member("ana")


def refuse_all(client: FlaskClient, address: str, field: str, values: list[str], **fields: str) -> TestResponse:
    """Send each value: all come back as a page with a sentence beside the field. Gives the last page."""
    token = token_of(client.get(address).text)
    for value in dict.fromkeys(values):
        refused = client.post(address, data={"csrf_token": token} | fields | {field: value})
        assert refused.status_code == 422, value[:60]
        assert f'id="{field}-error"' in refused.text, value[:60]
        assert refused.text.count('class="error"') == 1, value[:60]
    return refused


@pytest.mark.parametrize("name", LISTS)
def test_each_list_is_long_enough(name: str) -> None:
    assert len(set(getattr(nonsense, name))) >= ENOUGH


def test_what_is_no_code_of_an_app_is_refused_and_not_counted(client: FlaskClient, frozen: FrozenClock) -> None:
    with_app("ana")
    sign_in(client, ANA)
    refuse_all(client, ASK, "code", nonsense.NO_APP_CODES, by="app")
    assert answer(client, code()).status_code == 303


def test_what_is_no_recovery_code_is_refused_and_not_counted(client: FlaskClient, frozen: FrozenClock) -> None:
    with_app("ana")
    sign_in(client, ANA)
    refuse_all(client, f"{ASK}?by=recovery", "code", nonsense.NO_RECOVERY_CODES, by="recovery")
    assert answer(client, code()).status_code == 303


def test_what_is_no_mailed_code_is_refused_and_not_counted(client: FlaskClient, frozen: FrozenClock) -> None:
    """Five tries are all that a mailed code bears; none of these is one."""
    factories.sign_in(client, without_password("gus"), second_step=False, proved=False)
    send_code(client)
    refuse_all(client, PROVE, "code", nonsense.NO_MAILED_CODES, by="mail")
    assert answer(client, mailed(), "mail", PROVE).status_code == 303


def test_no_app_is_set_up_by_what_is_no_code(client: FlaskClient, frozen: FrozenClock, ana: Member) -> None:
    factories.sign_in(client, ana)
    refuse_all(client, f"{SETTINGS}/app", "code", nonsense.NO_APP_CODES)
    assert not factor_queries.has_second_step(ana.id)


def test_no_address_becomes_the_new_one_that_is_none(client: FlaskClient, ana: Member) -> None:
    factories.sign_in(client, ana)
    page = refuse_all(client, "/account/security/email/new", "email", [*nonsense.NOT_ADDRESSES, f" {ANA.upper()} "])
    assert ANA.upper() in page.text.upper()
    assert mailbox(ANA) == []


def test_no_account_is_made_with_a_weak_password(client: FlaskClient) -> None:
    page = refuse_all(client, "/auth/register", "password", nonsense.NO_PASSWORDS, email=ANA)
    assert f'value="{ANA}"' in page.text
    assert queries.account(ANA) is None
    assert outbox.counts() == {}


def test_no_weak_password_is_taken_instead_of_the_present_one(client: FlaskClient, ana: Member) -> None:
    factories.sign_in(client, ana)
    fields = {"password": factories.PASSWORD}
    refuse_all(client, "/auth/change", "new_password", [*nonsense.NO_PASSWORDS, factories.PASSWORD], **fields)
    done = fill_in(client, "/auth/change", password=factories.PASSWORD, new_password=OTHER_PASSWORD)
    assert done.status_code == 303, "none of them counted as a try"


def test_a_link_for_a_new_password_survives_all_that_are_weak(client: FlaskClient, ana: Member) -> None:
    fill_in(client, "/auth/reset", email=ANA)
    path = mailbox(ANA)[0].path
    refuse_all(client, path, "password", nonsense.NO_PASSWORDS)
    assert fill_in(client, path, password=OTHER_PASSWORD).status_code == 303


def test_a_passkey_keeps_its_name_instead_of_one_that_is_none(client: FlaskClient, ana: Member) -> None:
    factories.sign_in(client, ana)
    with_passkey(client, ana)
    (key,) = passkey_queries.passkeys(ana.id)
    refuse_all(client, f"/account/security/passkeys/{key.id}", "name", nonsense.NO_NAMES_OF_KEYS)
    assert [one.name for one in passkey_queries.passkeys(ana.id)] == [key.name]
