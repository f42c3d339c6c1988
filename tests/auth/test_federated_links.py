"""Accounts elsewhere in the settings: linking, removing, and never locking oneself or anybody else out or in (A2)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gallery.auth import queries
from gallery.auth.federated import queries as federated_queries
from gallery.auth.models import Member
from gallery.auth.passkeys.models import Passkey
from gallery.core import clock
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from tests import factories
from tests.auth.doors import OTHER_PASSWORD, fill_in, is_signed_in, sign_out, token_of
from tests.auth.elsewhere import come_back, finish, go_with, identities, leave, letter, link, said
from tests.auth.second_steps import SETTINGS, with_app
from tests.services.graph import Graph
from tests.services.oidc import Liar

pytestmark = pytest.mark.database
LINKED = "/account/security/linked"
GMAIL = "ana.diop@gmail.com"


@pytest.fixture
def member(ana: FlaskClient) -> Member:
    """Ana, with a password, signed in."""
    made = factories.member("ana")
    factories.sign_in(ana, made)
    return made


def remove(client: FlaskClient, number: int = 0) -> object:
    """Press the button that removes a link."""
    page = client.get(LINKED).text
    identity_id = federated_queries.linked(identities()[number][0])[0].id
    return client.post(f"{LINKED}/{identity_id}/unlink", data={"csrf_token": token_of(page)})


def audit() -> list[str]:
    db.session.rollback()
    wanted = AuditEntry.action.startswith("identity.")
    return list(db.session.execute(sa.select(AuditEntry.action).where(wanted).order_by(AuditEntry.id)).scalars())


def without_password(email: str) -> None:
    with transaction() as work:
        work.execute(sa.update(Member).where(Member.email == email).values(password=None))


def test_link_sign_in_with_it_and_remove_it(ana: FlaskClient, liar: Liar, member: Member) -> None:
    page = ana.get(LINKED).text
    assert "Let Google open my account" in page
    assert "Let Facebook open my account" in page
    back = link(ana, liar)
    assert back.location == LINKED
    assert "From now on your Google account opens your account here." in said(ana, back)
    assert identities() == [(member.id, "google", "1001")]
    assert queries.account(GMAIL) is None
    sign_out(ana)
    assert go_with(ana, liar).location == "/account/"
    assert is_signed_in(ana)
    page = ana.get(LINKED).text
    assert "last used" in page
    assert "Let Google open my account" not in page
    assert "no longer opens your account" in said(ana, remove(ana))  # type: ignore[arg-type]
    assert identities() == []
    assert letter("ana@example.org", "Google now opens your account")
    assert letter("ana@example.org", "Google no longer opens your account")
    assert audit() == ["identity.linked", "identity.unlinked"]
    sign_out(ana)
    assert go_with(ana, liar).location == "/auth/with/finish", "it opens nothing any more"


def test_linking_takes_neither_name_nor_address(ana: FlaskClient, liar: Liar, member: Member) -> None:
    link(ana, liar)
    db.session.rollback()
    assert queries.member(member.id).email == "ana@example.org"  # type: ignore[union-attr]


@pytest.mark.parametrize("path", [f"{LINKED}/google", f"{LINKED}/1/unlink"])
def test_who_has_not_shown_lately_who_he_is_changes_no_link(ana: FlaskClient, liar: Liar, path: str) -> None:
    """A borrowed phone must not become a way in (7.5.1)."""
    factories.sign_in(ana, factories.member("ana"), proved=False)
    answer = ana.post(path, data={"csrf_token": token_of(ana.get(LINKED).text)})
    assert answer.status_code == 303
    assert answer.location.startswith("/auth/prove")
    assert liar.asked == []


@pytest.mark.parametrize("path", [f"{LINKED}/google", f"{LINKED}/1/unlink"])
def test_a_password_alone_changes_no_link_where_there_is_a_factor(ana: FlaskClient, liar: Liar, path: str) -> None:
    """Links are ways in like passkeys, and ask for as much (6.3.4)."""
    factories.sign_in(ana, with_app("ana"), second_step=False)
    answer = ana.post(path, data={"csrf_token": token_of(ana.get(LINKED).text)})
    assert answer.location.startswith(SETTINGS)
    assert liar.asked == []


def test_visitors_have_no_links(ana: FlaskClient) -> None:
    assert ana.get(LINKED).location.startswith("/auth/login")


def test_an_account_elsewhere_opens_one_account_here(
    ana: FlaskClient, mallory: FlaskClient, liar: Liar, member: Member
) -> None:
    link(ana, liar)
    factories.sign_in(mallory, factories.member("ben"))
    assert "opens another account here. Nothing was changed." in said(mallory, link(mallory, liar))
    assert identities() == [(member.id, "google", "1001")]


def test_one_of_each_provider(ana: FlaskClient, liar: Liar, member: Member) -> None:
    link(ana, liar)
    token = token_of(ana.get(LINKED).text)
    for subject in ("1001", "1002"):
        liar.person["sub"] = subject
        left = ana.post(f"{LINKED}/google", data={"csrf_token": token})
        code, state = liar.visit(left.location)
        back = come_back(ana, "google", code=code, state=state)
        assert "opens your account already" in said(ana, back)
    assert identities() == [(member.id, "google", "1001")]


# Whose callback it is


def begin(client: FlaskClient, liar: Liar) -> tuple[str, str]:
    token = token_of(client.get(LINKED).text)
    return liar.visit(client.post(f"{LINKED}/google", data={"csrf_token": token}).location)


def test_linking_is_of_the_session_that_asked_for_it(ana: FlaskClient, liar: Liar, member: Member) -> None:
    """Ana signs out, Ben signs in on the same phone: what she began links nothing of his (10.1.2)."""
    code, state = begin(ana, liar)
    ben = factories.member("ben")
    factories.sign_in(ana, ben)
    assert "another session" in said(ana, come_back(ana, "google", code=code, state=state))
    assert identities() == []


def test_linking_does_not_outlive_a_new_sign_in_of_the_same_member(
    ana: FlaskClient, liar: Liar, member: Member
) -> None:
    code, state = begin(ana, liar)
    factories.sign_in(ana, member)
    come_back(ana, "google", code=code, state=state)
    assert identities() == []


def test_linking_that_comes_back_to_nobody_opens_nothing(ana: FlaskClient, liar: Liar, member: Member) -> None:
    code, state = begin(ana, liar)
    with ana.session_transaction() as session:
        del session["_user_id"]
    assert come_back(ana, "google", code=code, state=state).location == LINKED
    assert ana.get(LINKED).location.startswith("/auth/login")
    assert identities() == []


def test_nobody_links_his_account_elsewhere_to_somebody_elses_here(
    ana: FlaskClient, mallory: FlaskClient, liar: Liar, member: Member
) -> None:
    """Mallory has Ana's browser open his own callback: it is a link of his session, and not of hers."""
    factories.sign_in(mallory, factories.member("mallory"))
    code, state = begin(mallory, liar)
    begin(ana, liar)
    come_back(ana, "google", code=code, state=state)
    assert identities() == []


def test_signing_in_at_the_provider_links_nothing(ana: FlaskClient, liar: Liar, member: Member) -> None:
    """An attempt to sign in that comes back after somebody has signed in here is no wish to link."""
    sign_out(ana)
    code, state = liar.visit(leave(ana, "google").location)
    factories.sign_in(ana, member)
    come_back(ana, "google", code=code, state=state)
    assert identities() == []


# Ways in


def test_the_only_way_in_is_not_removed(ana: FlaskClient, liar: Liar) -> None:
    go_with(ana, liar)
    finish(ana)
    assert "Your account has no password" in ana.get(LINKED).text
    assert "This is your only way in." in said(ana, remove(ana))  # type: ignore[arg-type]
    assert len(identities()) == 1
    page = ana.get(LINKED).text
    asked = ana.post(f"{LINKED}/password", data={"csrf_token": token_of(page)})
    assert f"A mail with a link is on its way to {GMAIL}" in said(ana, asked)
    link_ = letter(GMAIL, "Choose a new password").path
    fill_in(ana, link_, password=OTHER_PASSWORD)
    fill_in(ana, "/auth/login", email=GMAIL, password=OTHER_PASSWORD)
    assert "Your account has no password" not in ana.get(LINKED).text
    remove(ana)
    assert identities() == []


def test_a_passkey_is_a_way_in(ana: FlaskClient, liar: Liar, member: Member) -> None:
    link(ana, liar)
    without_password(member.email)
    with transaction() as work:
        now = clock.now()
        made = Passkey(member_id=member.id, credential_id=b"x", public_key=b"y", sign_count=0)
        made.name, made.is_synced, made.added_at = "Phone", False, now
        work.add(made)
    remove(ana)
    assert identities() == []


def test_another_provider_is_a_way_in_as_long_as_it_is_configured(
    ana: FlaskClient, liar: Liar, graph: Graph, member: Member, house: Flask
) -> None:
    link(ana, liar)
    link(ana, graph)
    without_password(member.email)
    facebook = house.extensions["providers"].pop("facebook")
    assert "This is your only way in." in said(ana, remove(ana))  # type: ignore[arg-type]
    house.extensions["providers"]["facebook"] = facebook
    remove(ana)
    assert [provider for _member, provider, _subject in identities()] == ["facebook"]
    assert "This is your only way in." in said(ana, remove(ana))  # type: ignore[arg-type]


def test_a_link_of_a_provider_that_is_gone_can_still_be_removed(
    ana: FlaskClient, liar: Liar, member: Member, house: Flask
) -> None:
    link(ana, liar)
    del house.extensions["providers"]["google"]
    assert "Remove the link to Google" in ana.get(LINKED).text
    remove(ana)
    assert identities() == []


def test_nobody_removes_a_link_of_somebody_else(
    ana: FlaskClient, mallory: FlaskClient, liar: Liar, member: Member
) -> None:
    link(ana, liar)
    factories.sign_in(mallory, factories.member("ben"))
    identity_id = federated_queries.linked(member.id)[0].id
    token = token_of(mallory.get(LINKED).text)
    for number in (identity_id, 999):
        answer = mallory.post(f"{LINKED}/{number}/unlink", data={"csrf_token": token})
        assert answer.status_code == 404
    assert len(identities()) == 1


def test_declining_at_the_provider_leads_back_to_the_settings(ana: FlaskClient, liar: Liar, member: Member) -> None:
    _code, state = begin(ana, liar)
    back = come_back(ana, "google", error="access_denied", state=state)
    assert back.location == LINKED
    assert identities() == []


def test_the_export_names_the_links(ana: FlaskClient, liar: Liar, member: Member) -> None:
    """Each column of an identity is told by the data map, with Google or Facebook as its receiver (P-33)."""
    from gallery.auth.federated.models import Identity
    from gallery.core.map_words import entry
    from gallery.core.personal import Recipient

    for column in Identity.__table__.c:
        if column.name != "id":
            assert Recipient.LOGIN_PROVIDER in entry(column).to, column.name
