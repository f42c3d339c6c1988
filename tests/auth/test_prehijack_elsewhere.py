"""The five ways to take an account before its owner has it, where Google or Facebook has a part (I8, 6.8.1).

Sudhodanan and Paverd, USENIX Security 2022. Mallory knows Ana's address, has accounts elsewhere of his own, and can
make Facebook say of himself whatever address he likes. He has neither her mailbox nor her accounts elsewhere.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gallery.auth import queries
from gallery.auth.address.models import AddressChange
from gallery.auth.federated.models import Identity
from gallery.core import clock
from gallery.core.db import db, transaction
from tests import factories
from tests.auth.doors import OTHER_PASSWORD, PASSWORD, fill_in, is_signed_in, mailbox, register, sign_in, token_of
from tests.auth.elsewhere import finish, go_with, identities, letter, link
from tests.services.graph import Graph
from tests.services.oidc import Liar

pytestmark = pytest.mark.database
ANA = "ana.diop@gmail.com"
MALLORYS = OTHER_PASSWORD
ANAS_NEW = "a third and quite different phrase"


@pytest.fixture
def lying_graph(graph: Graph) -> Graph:
    """Mallory's Facebook, which says that Ana's address is his."""
    graph.person = {"id": "666", "name": "Mallory", "email": ANA}
    return graph


def gets_in(client: FlaskClient, password: str) -> bool:
    return sign_in(client, ANA, password).status_code == 303


def newest_link() -> str:
    return mailbox(ANA)[-1].path


def assert_anas_alone(house: Flask, mallory: FlaskClient, graph: Graph) -> None:
    """Mallory is nowhere, and nothing that he has opens her account."""
    assert not is_signed_in(mallory)
    for browser in (mallory, house.test_client()):
        assert not gets_in(browser, MALLORYS)
        graph.person = {"id": "666", "name": "Mallory", "email": ANA}
        go_with(browser, graph)
        assert not is_signed_in(browser)
    assert "666" not in {subject for _member, _provider, subject in identities()}


# 1. The classic merge: he registers a password, she comes with Google


def test_classic_his_password_does_not_outlive_her_coming_with_google(
    house: Flask, ana: FlaskClient, mallory: FlaskClient, liar: Liar, graph: Graph
) -> None:
    register(mallory, ANA, MALLORYS)
    link_of_his = newest_link()
    go_with(ana, liar)
    assert finish(ana).location == "/account/"
    assert is_signed_in(ana)
    assert mallory.get(link_of_his).status_code == 410
    assert_anas_alone(house, mallory, graph)


def test_classic_his_password_does_not_outlive_her_coming_with_facebook(
    house: Flask, ana: FlaskClient, mallory: FlaskClient, graph: Graph
) -> None:
    register(mallory, ANA, MALLORYS)
    graph.person |= {"email": ANA}
    go_with(ana, graph)
    finish(ana, email=ANA)
    fill_in(ana, newest_link())
    assert is_signed_in(ana)
    assert_anas_alone(house, mallory, graph)


def test_classic_an_account_that_she_has_is_not_joined_to_what_he_brings(
    house: Flask, ana: FlaskClient, mallory: FlaskClient, lying_graph: Graph
) -> None:
    register(ana, ANA, PASSWORD)
    fill_in(ana, newest_link())
    go_with(mallory, lying_graph)
    finish(mallory, email=ANA)
    assert "/auth/login" in newest_link(), "she is told that she has an account, and gets no link to confirm"
    assert gets_in(house.test_client(), PASSWORD)
    assert identities() == []
    assert_anas_alone(house, mallory, lying_graph)


# 2. The unexpired session


def test_unexpired_session_of_his_ends_when_she_comes_with_google(
    house: Flask, ana: FlaskClient, mallory: FlaskClient, liar: Liar, graph: Graph
) -> None:
    register(mallory, ANA, MALLORYS)
    registered = queries.member_by_email(ANA)
    assert registered is not None
    factories.sign_in(mallory, registered)  # As if he had got in by some way that is still to be found.
    assert is_signed_in(mallory)
    go_with(ana, liar)
    finish(ana)
    assert is_signed_in(ana)
    assert_anas_alone(house, mallory, graph)


# 3. The Trojan identifier: his account elsewhere hangs on hers


def test_trojan_what_he_registered_with_is_not_attached_when_she_confirms(
    house: Flask, ana: FlaskClient, mallory: FlaskClient, lying_graph: Graph
) -> None:
    go_with(mallory, lying_graph)
    finish(mallory, email=ANA)
    link_of_his = newest_link()
    assert 'type="password"' in ana.get(link_of_his).text, "in her browser it takes a password of hers"
    fill_in(ana, link_of_his, password=ANAS_NEW)
    assert gets_in(ana, ANAS_NEW)
    assert_anas_alone(house, mallory, lying_graph)


def test_trojan_what_he_registered_with_is_not_attached_when_she_registers_later(
    house: Flask, ana: FlaskClient, mallory: FlaskClient, lying_graph: Graph
) -> None:
    go_with(mallory, lying_graph)
    finish(mallory, email=ANA)
    register(ana, ANA, PASSWORD)
    fill_in(ana, newest_link())
    assert is_signed_in(ana)
    assert_anas_alone(house, mallory, lying_graph)


def test_trojan_what_he_registered_with_is_not_attached_when_she_resets_a_password(
    house: Flask, ana: FlaskClient, mallory: FlaskClient, lying_graph: Graph
) -> None:
    go_with(mallory, lying_graph)
    finish(mallory, email=ANA)
    fill_in(ana, "/auth/reset", email=ANA)
    fill_in(ana, letter(ANA, "Choose a new password").path, password=ANAS_NEW)
    assert gets_in(ana, ANAS_NEW)
    assert_anas_alone(house, mallory, lying_graph)


def test_trojan_that_was_planted_somehow_is_gone_with_her_confirmation(
    house: Flask, ana: FlaskClient, mallory: FlaskClient, lying_graph: Graph, liar: Liar
) -> None:
    """As if an identity could hang on an account that nobody has confirmed: both ways to confirm it remove it."""
    for number, confirm in enumerate(
        (lambda: fill_in(ana, newest_link(), password=ANAS_NEW), lambda: with_google(ana, liar))
    ):
        with transaction() as work:
            work.execute(sa.text("DELETE FROM member"))
        register(mallory, ANA, MALLORYS)
        account = queries.account(ANA)
        assert account is not None
        planted = {"provider": "facebook", "issuer": "https://www.facebook.com", "linked_at": clock.now()}
        with transaction() as work:
            work.execute(sa.insert(Identity).values(member_id=account.id, subject=f"66{number}", **planted))
        confirm()
        assert f"66{number}" not in {subject for _member, _provider, subject in identities()}


def with_google(client: FlaskClient, liar: Liar) -> None:
    go_with(client, liar)
    finish(client)


def test_trojan_he_cannot_link_before_she_has_confirmed(mallory: FlaskClient, liar: Liar) -> None:
    """Linking needs a session, and a registration opens none."""
    register(mallory, ANA, MALLORYS)
    token = token_of(mallory.get("/auth/login").text)
    answer = mallory.post("/account/security/linked/google", data={"csrf_token": token})
    assert answer.location.startswith("/auth/login")
    assert liar.asked == []


# 4. The unexpired change of address


def test_unexpired_change_of_address_dies_when_she_comes_with_google(
    house: Flask, ana: FlaskClient, mallory: FlaskClient, liar: Liar, graph: Graph
) -> None:
    """He registers her address and asks to change it to his; his link must not take her account away later."""
    register(mallory, ANA, MALLORYS)
    account = queries.account(ANA)
    assert account is not None
    asked = clock.now() - timedelta(minutes=1)
    with transaction() as work:
        work.add(AddressChange(member_id=account.id, new_email="mallory@example.org", seal="x", asked_at=asked))
    go_with(ana, liar)
    finish(ana)
    db.session.rollback()
    assert db.session.execute(sa.select(AddressChange)).first() is None
    assert_anas_alone(house, mallory, graph)


# 5. The provider that does not verify


@pytest.mark.parametrize("verified", [False, "true", None], ids=repr)
def test_non_verifying_provider_gives_no_account(
    house: Flask, ana: FlaskClient, mallory: FlaskClient, liar: Liar, graph: Graph, verified: object
) -> None:
    """Not even Google, if it does not say itself that it has asked."""
    liar.person = {"sub": "666", "name": "Mallory", "email": ANA, "email_verified": verified}
    go_with(mallory, liar)
    finish(mallory, email=ANA)
    assert not is_signed_in(mallory)
    fill_in(ana, newest_link(), password=ANAS_NEW)
    assert go_with(mallory, liar).location == "/auth/with/finish", "he is still nobody"
    assert_anas_alone(house, mallory, graph)


def test_non_verifying_provider_opens_no_account_that_there_is(
    house: Flask, mallory: FlaskClient, lying_graph: Graph
) -> None:
    member = factories.member("ana")
    lying_graph.person["email"] = member.email
    go_with(mallory, lying_graph)
    finish(mallory, email=member.email)
    assert not is_signed_in(mallory)
    assert mallory.get(mailbox(member.email)[-1].path).status_code == 200
    assert identities() == []


# And the browser that both use


def test_who_confirms_in_a_strangers_browser_sees_whose_account_elsewhere_it_would_be(
    mallory: FlaskClient, lying_graph: Graph
) -> None:
    """Mallory leaves his registration behind in an internet café, where Ana opens her mail."""
    go_with(mallory, lying_graph)
    finish(mallory, email=ANA)
    page = mallory.get(newest_link()).text
    assert "the Facebook account of Mallory opens it. If that is not yours, do not go on." in page


def test_a_registration_with_a_password_takes_nothing_of_what_waits_beside_it(
    ana: FlaskClient, lying_graph: Graph
) -> None:
    """What waits for one address is not attached to another that is confirmed in the same browser."""
    go_with(ana, lying_graph)
    finish(ana, email=ANA)
    register(ana, "other@example.org", PASSWORD)
    fill_in(ana, mailbox("other@example.org")[-1].path)
    assert is_signed_in(ana)
    assert identities() == []


def test_signing_out_forgets_what_waited(ana: FlaskClient, lying_graph: Graph) -> None:
    member = factories.member("ben")
    go_with(ana, lying_graph)
    finish(ana, email=ANA)
    factories.sign_in(ana, member)
    ana.post("/auth/logout", data={"csrf_token": token_of(ana.get("/account/").text)})
    page = ana.get(newest_link()).text
    assert 'type="password"' in page


def test_linking_waits_for_nobody_else(ana: FlaskClient, mallory: FlaskClient, lying_graph: Graph) -> None:
    """He has linked his account elsewhere to his own here; that it claims her address changes nothing."""
    factories.sign_in(mallory, factories.member("mallory"))
    link(mallory, lying_graph)
    register(ana, ANA, PASSWORD)
    fill_in(ana, newest_link())
    account = queries.account(ANA)
    assert account is not None
    assert account.id not in {member for member, _provider, _subject in identities()}
