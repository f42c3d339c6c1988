"""From a stranger to a member and back: registering, confirming, signing in and out, a new password."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gallery.auth import queries
from gallery.core import audit, clock, outbox
from gallery.core.db import db
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


def test_a_visitor_registers_confirms_and_is_back_at_the_lot(client: FlaskClient) -> None:
    answer = register(client, ANA, next="/lots/7")
    assert (answer.status_code, answer.location) == (303, "/auth/sent/register")
    assert ANA in client.get("/auth/sent/register").text
    [letter] = mailbox(ANA)
    answer = fill_in(client, letter.path)
    assert (answer.status_code, answer.location) == (303, "/lots/7")
    assert is_signed_in(client)


def test_the_mail_is_in_the_language_of_the_page(client: FlaskClient) -> None:
    register(client, ANA)
    client.get("/auth/register?lang=en")
    register(client, "ben@example.org")
    assert 'lang="fr"' in mailbox(ANA)[0].html
    [english] = mailbox("ben@example.org")
    assert english.subject == "Confirm your address"
    assert 'lang="en"' in english.html
    member = queries.member_by_email("ben@example.org")
    assert member is not None
    assert member.language == "en"


def test_text_and_html_of_a_mail_say_the_same(client: FlaskClient) -> None:
    client.get("/auth/register?lang=en")
    register(client, ANA)
    [letter] = mailbox(ANA)
    for words in ("Please confirm that this is your e-mail address", "The link works for 24 hours", letter.path[:60]):
        assert words in letter.text
        assert words in letter.html
    assert "<style" not in letter.html
    assert "<img" not in letter.html


def test_nobody_signs_in_before_the_address_is_confirmed(client: FlaskClient) -> None:
    register(client, ANA)
    assert sign_in(client, ANA).status_code == 422
    assert not is_signed_in(client)
    fill_in(client, mailbox(ANA)[0].path)
    assert is_signed_in(client)


def test_the_link_signs_in_only_the_browser_that_registered(app: Flask, client: FlaskClient) -> None:
    register(client, ANA)
    elsewhere = app.test_client()
    answer = fill_in(elsewhere, mailbox(ANA)[0].path, password=OTHER_PASSWORD)
    assert answer.location == "/auth/login"
    assert not is_signed_in(elsewhere)
    assert not is_signed_in(client)
    assert sign_in(elsewhere, ANA, OTHER_PASSWORD).status_code == 303
    assert is_signed_in(elsewhere)


def test_a_confirmation_works_once(app: Flask, client: FlaskClient) -> None:
    register(client, ANA)
    path = mailbox(ANA)[0].path
    fill_in(client, path)
    sign_out(client)
    again = client.get(path)
    assert again.status_code == 410
    assert not is_signed_in(client)


def test_looking_at_the_link_is_not_following_it(client: FlaskClient) -> None:
    register(client, ANA)
    path = mailbox(ANA)[0].path
    for _ in range(2):
        assert client.head(path).status_code == 200
        assert client.get(path).status_code == 200
    assert not is_signed_in(client)
    assert fill_in(client, path).status_code == 303


def test_whoever_holds_the_mailbox_decides_over_an_address_that_nobody_confirmed(
    app: Flask, client: FlaskClient
) -> None:
    """Account pre-hijacking: a stranger registers the address first, with a password of his own."""
    stranger = app.test_client()
    register(stranger, ANA, OTHER_PASSWORD)
    first = mailbox(ANA)[0].path
    register(client, ANA, PASSWORD)
    assert client.get(first).status_code == 410
    fill_in(client, mailbox(ANA)[1].path)
    sign_out(client)
    assert sign_in(stranger, ANA, OTHER_PASSWORD).status_code == 422
    assert not is_signed_in(stranger)
    assert sign_in(client, ANA, PASSWORD).status_code == 303


def test_registering_a_known_address_changes_nothing_and_tells_its_owner(client: FlaskClient) -> None:
    client.get("/auth/register?lang=en")
    before = factories.member("ana").password
    assert register(client, ANA, OTHER_PASSWORD).location == "/auth/sent/register"
    assert [letter.subject for letter in mailbox(ANA)] == ["You already have an account"]
    after = queries.member_by_email(ANA)
    assert after is not None
    assert after.password == before
    assert sign_in(client, ANA, factories.PASSWORD).status_code == 303


def test_one_mailbox_is_one_account_however_it_is_written(client: FlaskClient) -> None:
    client.get("/auth/register?lang=en")
    factories.member("ana")
    register(client, "  ANA@Example.ORG ")
    assert [letter.subject for letter in mailbox(ANA)] == ["You already have an account"]
    assert len(queries.members()) == 1


def test_the_confirmation_can_be_sent_again(client: FlaskClient) -> None:
    register(client, ANA)
    mailbox(ANA)
    assert fill_in(client, "/auth/confirm", email=ANA).location == "/auth/sent/confirm"
    assert fill_in(client, mailbox(ANA)[1].path).status_code == 303
    assert is_signed_in(client)


def test_a_new_password_ends_all_sessions_and_its_link_works_once(app: Flask, client: FlaskClient) -> None:
    factories.member("ana")
    elsewhere = app.test_client()
    sign_in(elsewhere, ANA, factories.PASSWORD, remember="y")
    assert is_signed_in(elsewhere)
    assert fill_in(client, "/auth/reset", email=ANA).location == "/auth/sent/reset"
    path = mailbox(ANA)[0].path
    answer = fill_in(client, path, password=OTHER_PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/auth/login")
    assert not is_signed_in(client), "a reset must not open a session: the second factor comes there"
    assert not is_signed_in(elsewhere)
    assert client.get(path).status_code == 410
    assert sign_in(client, ANA, factories.PASSWORD).status_code == 422
    assert sign_in(client, ANA, OTHER_PASSWORD).status_code == 303
    subjects = [letter.subject for letter in mailbox(ANA)]
    assert "Your password was changed" in subjects


def test_a_used_link_ends_the_other_links(client: FlaskClient) -> None:
    factories.member("ana")
    fill_in(client, "/auth/reset", email=ANA)
    fill_in(client, "/auth/reset", email=ANA)
    first, second = (letter.path for letter in mailbox(ANA))
    fill_in(client, second, password=OTHER_PASSWORD)
    assert client.get(first).status_code == 410


def test_a_reset_form_that_was_open_is_worthless_after_the_password_changed(client: FlaskClient) -> None:
    factories.member("ana")
    fill_in(client, "/auth/reset", email=ANA)
    path = mailbox(ANA)[0].path
    form = client.get(path).text
    fill_in(client, path, password=OTHER_PASSWORD)
    late = client.post(path, data={"csrf_token": token_of(form), "password": "a third and quite different phrase"})
    assert late.status_code == 410
    assert sign_in(client, ANA, OTHER_PASSWORD).status_code == 303


def test_a_reset_confirms_the_address_too(client: FlaskClient) -> None:
    register(client, ANA)
    fill_in(client, "/auth/reset", email=ANA)
    fill_in(client, mailbox(ANA)[1].path, password=OTHER_PASSWORD)
    assert sign_in(client, ANA, OTHER_PASSWORD).status_code == 303


@pytest.mark.parametrize(("minutes", "status"), [(59, 200), (61, 410)])
def test_a_reset_link_lives_for_an_hour(app: Flask, client: FlaskClient, minutes: int, status: int) -> None:
    factories.member("ana")
    fill_in(client, "/auth/reset", email=ANA)
    path = mailbox(ANA)[0].path
    app.extensions["clock"] = clock.FrozenClock(clock.now() + timedelta(minutes=minutes))
    assert client.get(path).status_code == status


@pytest.mark.parametrize(("hours", "status"), [(23, 200), (25, 410)])
def test_a_confirmation_lives_for_a_day(app: Flask, client: FlaskClient, hours: int, status: int) -> None:
    register(client, ANA)
    path = mailbox(ANA)[0].path
    app.extensions["clock"] = clock.FrozenClock(clock.now() + timedelta(hours=hours))
    assert client.get(path).status_code == status


def test_a_link_for_one_thing_is_worthless_for_another(client: FlaskClient) -> None:
    register(client, ANA)
    token = mailbox(ANA)[0].path.removeprefix("/auth/confirm/")
    assert client.get(f"/auth/reset/{token}").status_code == 410


@pytest.mark.parametrize("token", ["x", "W10.abc", "a" * 4000, "WzEsMiwzXQ.sig", "é", "..", "%00", "null"])
def test_a_forged_link_gets_a_clear_page(client: FlaskClient, token: str) -> None:
    for kind in ("confirm", "reset"):
        answer = client.get(f"/auth/{kind}/{token}")
        assert answer.status_code in (404, 410), answer.status
        assert "<h1>" in answer.text


def test_who_knows_the_password_changes_it_and_stays_signed_in(app: Flask, client: FlaskClient) -> None:
    factories.member("ana")
    elsewhere = app.test_client()
    for browser in (client, elsewhere):
        sign_in(browser, ANA, factories.PASSWORD)
    wrong = fill_in(client, "/auth/change", password="not my present password", new_password=OTHER_PASSWORD)
    assert wrong.status_code == 422
    right = fill_in(client, "/auth/change", password=factories.PASSWORD, new_password=OTHER_PASSWORD)
    assert right.status_code == 303
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    sign_out(client)
    assert sign_in(client, ANA, OTHER_PASSWORD).status_code == 303


def test_remember_me_survives_the_end_of_the_browser(app: Flask, client: FlaskClient) -> None:
    """A browser that is closed keeps the cookies that have an end, and those only."""
    factories.member("ana")
    for remember, days in (({}, None), ({"remember": "y"}, 90)):
        browser = app.test_client()
        sign_in(browser, ANA, factories.PASSWORD, **remember)
        cookie = browser.get_cookie("session")
        assert cookie is not None
        if days is None:
            assert (cookie.expires, cookie.max_age) == (None, None)
        else:
            assert cookie.expires is not None
            assert abs(cookie.expires - clock.now() - timedelta(days=days)) < timedelta(minutes=1)


def test_signing_out_forgets_the_device_and_whoever_has_a_copy_of_its_cookie(app: Flask, client: FlaskClient) -> None:
    factories.member("ana")
    sign_in(client, ANA, factories.PASSWORD, remember="y")
    cookie = client.get_cookie("session")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("session", cookie.value)
    assert is_signed_in(thief)
    sign_out(client)
    assert not is_signed_in(client)
    assert not is_signed_in(thief)


def test_signing_out_leaves_nothing_of_the_visit_in_the_browser(client: FlaskClient) -> None:
    """ASVS 14.3.1: neither pages in a cache, nor storage, nor a session; the language stays."""
    factories.member("ana")
    client.get("/auth/login?lang=en")
    register(client, "ben@example.org")
    sign_in(client, ANA, factories.PASSWORD)
    answer = sign_out(client)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get_cookie("session") is None
    assert client.get_cookie("lang") is not None


def test_a_closed_account_is_signed_out_and_cannot_be_opened_by_a_reset(client: FlaskClient) -> None:
    from gallery.auth import services

    ana = factories.member("ana")
    sign_in(client, ANA, factories.PASSWORD)
    services.deactivate(ana.id)
    assert not is_signed_in(client)
    fill_in(client, "/auth/reset", email=ANA)
    [letter] = mailbox(ANA)
    assert "/auth/reset" not in letter.text
    assert sign_in(client, ANA, factories.PASSWORD).status_code == 422


def test_nothing_is_lost_while_no_mail_can_leave(client: FlaskClient) -> None:
    register(client, ANA)
    assert outbox.counts() == {"queued": 1}
    assert mailbox(ANA)


def test_an_unknown_address_gets_no_mail(client: FlaskClient) -> None:
    fill_in(client, "/auth/reset", email="nobody@example.org")
    fill_in(client, "/auth/confirm", email="nobody@example.org")
    assert mailbox("nobody@example.org") == []
    assert outbox.counts() == {"sent": 2}


def test_what_happened_to_an_account_is_in_the_audit(client: FlaskClient) -> None:
    register(client, ANA)
    fill_in(client, mailbox(ANA)[0].path)
    fill_in(client, "/auth/change", password=PASSWORD, new_password=OTHER_PASSWORD)
    actions = [entry.action for entry in db.session().query(audit.AuditEntry).order_by(audit.AuditEntry.id)]
    assert actions == ["member.confirmed", "member.password_changed"]
