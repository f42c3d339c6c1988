"""Signing in and opening an account with Google and Facebook: whole ways, as people go them (A2)."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gallery.account import queries as profiles
from gallery.account import services as profiles_of
from gallery.auth import queries, services
from gallery.auth.factors.models import Authenticator
from gallery.core import clock
from gallery.core.db import transaction
from tests import factories
from tests.auth.doors import PASSWORD, fill_in, is_signed_in, mailbox, sign_in, sign_out, token_of
from tests.auth.elsewhere import come_back, finish, go_with, identities, leave, letter, said
from tests.services.graph import Graph
from tests.services.oidc import Liar

pytestmark = pytest.mark.database
GMAIL = "ana.diop@gmail.com"


def number_of(email: str) -> int:
    found = queries.account(email)
    assert found is not None
    return found.id


def test_google_opens_an_account_at_once_for_whose_mailbox_it_keeps(ana: FlaskClient, liar: Liar) -> None:
    back = go_with(ana, liar)
    assert (back.status_code, back.location) == (303, "/auth/with/finish")
    page = ana.get("/auth/with/finish").text
    assert "Ana Diop" in page
    assert GMAIL in page
    assert "nothing else" in page
    assert queries.account(GMAIL) is None, "looking opens nothing"
    opened = finish(ana)
    assert (opened.status_code, opened.location) == (303, "/account/")
    assert is_signed_in(ana)
    account = queries.account(GMAIL)
    assert account is not None
    assert account.confirmed_at
    assert account.password is None
    assert identities() == [(account.id, "google", "1001")]
    profile = profiles.profile(account.id)
    assert profile is not None
    assert profile["full_name"] == "Ana Diop"
    assert "This came from Google" in ana.get("/account/profile?lang=en").text, (
        "what is not hers names its source (P-33)"
    )
    profiles_of.save(account.id, {"phone": "+221771234567"}, now=clock.now())
    assert (profiles.profile(account.id) or {})["name_from"] == "google"
    profiles_of.save(account.id, {"full_name": "Ana N’Diaye"}, now=clock.now())
    assert "This came from" not in ana.get("/account/profile").text, "what she typed herself is hers"
    assert [mail.subject for mail in mailbox(GMAIL)] == ["Google now opens your account"]


def test_the_next_time_one_click_is_enough(ana: FlaskClient, liar: Liar) -> None:
    go_with(ana, liar)
    finish(ana)
    sign_out(ana)
    back = go_with(ana, liar, next="/lots/?sort=ending", remember="y")
    assert (back.status_code, back.location) == (303, "/lots/?sort=ending")
    assert is_signed_in(ana)
    assert 'class="notice bad"' not in ana.get("/account/").text


def test_who_changes_his_address_there_is_the_same_person_here(ana: FlaskClient, liar: Liar) -> None:
    """Identity is issuer and subject, never the address (6.8.1)."""
    go_with(ana, liar)
    finish(ana)
    sign_out(ana)
    liar.person |= {"email": "other@gmail.com", "name": "Somebody Else"}
    assert go_with(ana, liar).location == "/account/"
    assert queries.account("other@gmail.com") is None


def test_who_has_got_a_known_address_there_is_another_person_here(
    ana: FlaskClient, mallory: FlaskClient, liar: Liar
) -> None:
    """An address that is given to somebody else opens nothing of whoever had it before."""
    go_with(ana, liar)
    finish(ana)
    liar.person |= {"sub": "666"}
    go_with(mallory, liar)
    assert finish(mallory).location == "/auth/sent/register"
    assert not is_signed_in(mallory)
    assert len(identities()) == 1
    assert letter(GMAIL, "You already have an account")


@pytest.mark.parametrize(
    "more",
    [
        {"email": "ana@example.org"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": 1},
        {"email_verified": None},
        {"email": "ana@example.org", "hd": "example.com"},
        {"email": "ana@evil.example.org", "hd": "example.org"},
        {"email": "ana@notgmail.com"},
    ],
    ids=str,
)
def test_an_address_that_google_does_not_keep_or_has_not_verified_is_asked_by_our_mail(
    ana: FlaskClient, liar: Liar, more: dict[str, object]
) -> None:
    liar.person |= more
    email = str(liar.person["email"])
    go_with(ana, liar)
    assert finish(ana, email=email).location == "/auth/sent/register"
    assert not is_signed_in(ana)
    assert identities() == []
    fill_in(ana, mailbox(email)[-1].path)
    assert is_signed_in(ana)
    assert identities() == [(number_of(email), "google", "1001")]


def test_a_company_whose_mail_google_runs_is_known_at_once(ana: FlaskClient, liar: Liar) -> None:
    liar.person |= {"email": "ana@example.org", "hd": "example.org"}
    go_with(ana, liar)
    assert finish(ana).location == "/account/"


def test_facebook_never_vouches_for_an_address(ana: FlaskClient, graph: Graph) -> None:
    go_with(ana, graph, next="/lots/1")
    assert 'value="ana@example.org"' in ana.get("/auth/with/finish").text
    assert finish(ana, email="ana@example.org").location == "/auth/sent/register"
    assert identities() == []
    page = fill_in(ana, mailbox("ana@example.org")[-1].path)
    assert page.location == "/lots/1"
    assert is_signed_in(ana)
    member_id = number_of("ana@example.org")
    assert identities() == [(member_id, "facebook", "7001")]
    assert (profiles.profile(member_id) or {})["full_name"] == "Ana Diop"
    sign_out(ana)
    assert go_with(ana, graph).location == "/account/"


@pytest.mark.parametrize("email", ["", None, "no address", "@", 7, ["a@b.example"], "a@b.example\r\nBcc: x@y.example"])
def test_who_gave_facebook_no_address_is_asked_for_one(ana: FlaskClient, graph: Graph, email: object) -> None:
    graph.person = {"id": "7002", "name": "Ben"} | ({} if email is None else {"email": email})
    go_with(ana, graph)
    assert finish(ana).status_code == 422
    wrong = finish(ana, email="ben")
    assert wrong.status_code == 422
    assert "not a complete e-mail address" in wrong.text
    assert 'value="ben"' in wrong.text
    assert finish(ana, email="ben@example.org").status_code == 303
    fill_in(ana, mailbox("ben@example.org")[-1].path)
    assert identities() == [(number_of("ben@example.org"), "facebook", "7002")]


@pytest.mark.parametrize("name", ["", None, 7, ["x"], "\u202eevil\x00\n<b>", "x" * 5_000, "=HYPERLINK(1)", "@@@"])
def test_a_name_that_is_none_breaks_nothing_and_is_not_taken_over(ana: FlaskClient, liar: Liar, name: object) -> None:
    liar.person |= {"name": name}
    go_with(ana, liar)
    assert finish(ana).location == "/account/"
    assert ana.get("/account/profile").status_code == 200
    profile = profiles.profile(number_of(GMAIL))
    assert profile is None or "<" not in profile["full_name"]


def test_who_presses_the_button_twice_has_one_account(ana: FlaskClient, liar: Liar, house: Flask) -> None:
    go_with(ana, liar)
    page = ana.get("/auth/with/finish")
    twin = house.test_client()
    twin.set_cookie("session", ana.get_cookie("session").value)  # type: ignore[union-attr]
    fields = {"csrf_token": token_of(page.text)}
    assert ana.post("/auth/with/finish", data=fields).location == "/account/"
    assert twin.post("/auth/with/finish", data=fields).location == "/account/"
    assert len(identities()) == 1


def test_a_closed_account_stays_closed(ana: FlaskClient, liar: Liar) -> None:
    go_with(ana, liar)
    finish(ana)
    services.deactivate(number_of(GMAIL))
    back = go_with(ana, liar)
    assert "Your account is closed" in said(ana, back)
    assert not is_signed_in(ana)


def test_who_declines_there_is_told_what_else_he_can_do(ana: FlaskClient, liar: Liar) -> None:
    code, state = liar.visit(leave(ana, "google", next="/lots/1").location)
    back = come_back(ana, "google", error="access_denied", state=state)
    assert back.location == "/auth/login?next=/lots/1", "he is led on to where he was going"
    page = said(ana, back)
    assert "nothing was done" in page
    assert "Sign in with your e-mail address" in page
    assert come_back(ana, "google", code=code, state=state).location.startswith("/auth/login"), "the state is used up"


def test_the_second_step_is_asked_for_behind_a_provider_too(ana: FlaskClient, liar: Liar) -> None:
    """Google's word is the first step; it is not both."""
    go_with(ana, liar)
    finish(ana)
    sign_out(ana)
    with transaction() as work:
        now = clock.now()
        work.add(Authenticator(member_id=number_of(GMAIL), secret="JBSWY3DPEHPK3PXP", proved_at=now))
    assert go_with(ana, liar).location == "/auth/second-step"
    assert not is_signed_in(ana)


def test_who_is_signed_in_is_not_sent_away_again(ana: FlaskClient, liar: Liar) -> None:
    go_with(ana, liar)
    finish(ana)
    token = token_of(ana.get("/account/").text)
    assert ana.post("/auth/with/google", data={"csrf_token": token, "next": "/lots/"}).location == "/lots/"
    assert ana.get("/auth/with/finish").location == "/account/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_to_another_site_afterwards(ana: FlaskClient, liar: Liar, elsewhere: str) -> None:
    go_with(ana, liar, next=elsewhere)
    assert finish(ana).location == "/account/"


def test_the_way_out_needs_a_token_and_a_page_of_ours(ana: FlaskClient, liar: Liar) -> None:
    """Or a stranger could sign a visitor in to the stranger's own account."""
    assert ana.post("/auth/with/google").status_code == 403
    assert ana.get("/auth/with/google").status_code == 405
    assert ana.post("/auth/with/google", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert liar.asked == []


def test_a_provider_without_keys_is_not_shown_and_not_there(client: FlaskClient) -> None:
    for page in ("/auth/login", "/auth/register"):
        assert "Google" not in client.get(page).text
    token = token_of(client.get("/auth/login").text)
    for provider in ("google", "facebook", "twitter", "_client"):
        assert client.post(f"/auth/with/{provider}", data={"csrf_token": token}).status_code == 404
        assert client.get(f"/auth/with/{provider}/callback").status_code == 404
    assert client.post("/webhooks/facebook/deletion").status_code == 404
    assert "form-action 'self';" in client.get("/auth/login").headers["Content-Security-Policy"] + ";"


def test_forms_may_lead_to_the_providers_and_nowhere_else(ana: FlaskClient, liar: Liar, graph: Graph) -> None:
    policy = ana.get("/auth/login").headers["Content-Security-Policy"]
    assert f"form-action 'self' {liar.issuer} {graph.address};" in policy + ";"


def test_the_session_shows_neither_name_nor_address(ana: FlaskClient, liar: Liar) -> None:
    go_with(ana, liar)
    with ana.session_transaction() as session:
        seen = str(dict(session))
    for secret in ("Ana", "gmail", "1001"):
        assert secret not in seen


def test_an_account_without_a_password_is_not_opened_by_any(ana: FlaskClient, mallory: FlaskClient, liar: Liar) -> None:
    go_with(ana, liar)
    finish(ana)
    for password in ("", " ", "None", PASSWORD):
        assert sign_in(mallory, GMAIL, password).status_code == 422


def test_a_member_who_registered_with_a_password_signs_in_as_ever(ana: FlaskClient, liar: Liar) -> None:
    """Google's word about an address that has an account joins nothing: the account stays as it is."""
    factories.member("ana")
    liar.person |= {"email": "ana@example.org", "hd": "example.org"}
    go_with(ana, liar)
    assert finish(ana).location == "/auth/sent/register"
    assert identities() == []
    assert letter("ana@example.org", "You already have an account").path == "/auth/login?next=/account/security/linked"
    assert sign_in(ana, "ana@example.org", factories.PASSWORD).status_code == 303
