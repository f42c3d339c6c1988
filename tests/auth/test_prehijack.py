"""Nobody prepares an account for somebody else and walks in later (I8; Sudhodanan and Paverd, USENIX Security 2022).

Mallory knows Ana's address and registers it with a password of her own, before Ana or after. Of the five known ways
the classic one, the unexpired session, the trojan credential and the unexpired link apply here; and the mail scanner,
that opens every link before its reader does.
"""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gallery.auth import queries
from tests import factories
from tests.auth.doors import (
    OTHER_PASSWORD,
    PASSWORD,
    fill_in,
    is_signed_in,
    mailbox,
    register,
    sign_in,
    sign_out,
    token_of,
)

pytestmark = pytest.mark.database
ANA = "ana@example.org"
MALLORYS = OTHER_PASSWORD
ANAS_NEW = "a third and quite different phrase"


@pytest.fixture
def mallory(app: Flask) -> FlaskClient:
    """Another browser."""
    return app.test_client()


def newest_link() -> str:
    return mailbox(ANA)[-1].path


def is_confirmed() -> bool:
    found = queries.account(ANA)
    return found is not None and found.confirmed_at is not None


def gets_in(client: FlaskClient, password: str) -> bool:
    return sign_in(client, ANA, password).status_code == 303


def test_classic_who_registers_the_same_address_after_its_owner_gains_nothing(
    client: FlaskClient, mallory: FlaskClient
) -> None:
    """Ana's first link is dead, she opens the newest one in her browser: it is that of Mallory's registration."""
    register(client, ANA, PASSWORD)
    register(mallory, ANA, MALLORYS)
    link = newest_link()
    client.post(link, data={"csrf_token": token_of(client.get(link).text)})
    assert not is_confirmed(), "a click alone does not confirm what another browser registered"
    answer = fill_in(client, link, password=ANAS_NEW)
    assert (answer.status_code, answer.location) == (303, "/auth/login")
    assert not is_signed_in(client)
    for stranger in (mallory, client):
        assert not gets_in(stranger, MALLORYS)
        assert not gets_in(stranger, PASSWORD)
    assert gets_in(client, ANAS_NEW)


def test_classic_who_registers_first_gains_nothing(client: FlaskClient, mallory: FlaskClient) -> None:
    register(mallory, ANA, MALLORYS)
    link = newest_link()
    assert 'type="password"' in client.get(link).text
    fill_in(client, link, password=ANAS_NEW)
    assert not gets_in(mallory, MALLORYS)
    assert gets_in(client, ANAS_NEW)


def test_a_link_that_is_sent_again_does_not_turn_a_strangers_registration_into_ones_own(
    client: FlaskClient, mallory: FlaskClient
) -> None:
    register(client, ANA, PASSWORD)
    register(mallory, ANA, MALLORYS)
    fill_in(client, "/auth/confirm", email=ANA)
    fill_in(client, newest_link(), password=ANAS_NEW)
    assert not gets_in(mallory, MALLORYS)


def test_the_page_that_waits_for_the_button_does_not_confirm_what_was_registered_meanwhile(
    client: FlaskClient, mallory: FlaskClient
) -> None:
    register(client, ANA, PASSWORD)
    link = newest_link()
    page = client.get(link).text
    register(mallory, ANA, MALLORYS)
    assert client.post(link, data={"csrf_token": token_of(page)}).status_code == 410
    assert not is_confirmed()


def test_scanner_opening_a_link_confirms_nothing(app: Flask, client: FlaskClient) -> None:
    """A mail filter opens each link, some press buttons: nothing changes by GET, nor by a click without a password."""
    register(client, ANA, PASSWORD)
    link = newest_link()
    scanner = app.test_client()
    assert scanner.head(link).status_code == 200
    page = scanner.get(link)
    assert page.status_code == 200
    scanner.post(link, data={"csrf_token": token_of(page.text)})
    assert not is_confirmed()
    assert not is_signed_in(scanner)
    fill_in(client, link)
    assert is_signed_in(client), "the scanner did not use the link up"


def test_unexpired_session_whoever_registered_is_signed_in_nowhere(client: FlaskClient, mallory: FlaskClient) -> None:
    """Neither Mallory's browser nor one that holds a session of the account outlives the owner's confirmation."""
    register(mallory, ANA, MALLORYS)
    registered = queries.member_by_email(ANA)
    assert registered is not None
    with mallory.session_transaction() as session:
        # As if she had got in by some way that is still to be found.
        session["_user_id"] = factories.session_key(registered)
    assert is_signed_in(mallory)
    fill_in(client, newest_link(), password=ANAS_NEW)
    assert not is_signed_in(mallory)


def test_trojan_registering_again_after_the_confirmation_changes_nothing(
    client: FlaskClient, mallory: FlaskClient
) -> None:
    register(mallory, ANA, MALLORYS)
    register(client, ANA, PASSWORD)
    fill_in(client, newest_link())
    register(mallory, ANA, MALLORYS)
    assert "/auth/login" in newest_link(), "the owner is told that there is an account, and gets no link to confirm"
    assert is_signed_in(client)
    assert not is_signed_in(mallory)
    assert not gets_in(mallory, MALLORYS)
    sign_out(client)
    assert gets_in(client, PASSWORD)


@pytest.mark.parametrize("elsewhere", [False, True], ids=["confirmed here", "confirmed elsewhere"])
def test_unexpired_link_all_links_from_before_die_with_the_confirmation(
    app: Flask, client: FlaskClient, mallory: FlaskClient, elsewhere: bool
) -> None:
    register(mallory, ANA, MALLORYS)
    register(client, ANA, PASSWORD)
    fill_in(client, "/auth/confirm", email=ANA)
    old, *_others, used = (letter.path for letter in mailbox(ANA))
    if elsewhere:
        fill_in(app.test_client(), used, password=ANAS_NEW)
    else:
        fill_in(client, used)
    for link in [old, *_others, used]:
        for browser in (mallory, client, app.test_client()):
            assert browser.get(link).status_code == 410
            token = token_of(browser.get("/auth/reset").text) if not is_signed_in(browser) else ""
            assert browser.post(link, data={"csrf_token": token, "password": MALLORYS}).status_code in (403, 410)
    assert gets_in(app.test_client(), ANAS_NEW if elsewhere else PASSWORD)


def test_a_new_password_is_judged_where_an_account_is_confirmed_elsewhere(app: Flask, client: FlaskClient) -> None:
    register(client, ANA, PASSWORD)
    link = newest_link()
    elsewhere = app.test_client()
    assert fill_in(elsewhere, link, password="ana@example.org 1").status_code == 422
    assert not is_confirmed()
    assert fill_in(elsewhere, link, password=ANAS_NEW).status_code == 303


def test_who_registered_two_addresses_confirms_both_by_the_button(client: FlaskClient) -> None:
    register(client, ANA, PASSWORD)
    register(client, "ben@example.org", PASSWORD)
    for name in (ANA, "ben@example.org"):
        link = mailbox(name)[-1].path
        assert 'type="password"' not in client.get(link).text
        fill_in(client, link)
        assert is_signed_in(client)


def test_the_session_keeps_neither_address_nor_what_a_session_names(client: FlaskClient) -> None:
    register(client, ANA, PASSWORD)
    registered = queries.member_by_email(ANA)
    assert registered is not None
    with client.session_transaction() as session:
        assert registered.fs_uniquifier not in str(dict(session))
