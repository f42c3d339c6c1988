"""Setting a second step up and taking it away: shown once, proved by a first code, told by mail (A5, 6.3.3, 6.3.7)."""

from __future__ import annotations

import base64
import html
import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gallery.auth.factors import queries as factor_queries
from gallery.auth.factors import services as factors
from gallery.auth.factors.models import Authenticator, RecoveryCode
from gallery.auth.factors.services import LastFactor
from gallery.auth.factors.views import SETTINGS
from gallery.auth.models import Member
from gallery.auth.passkeys.models import Passkey
from gallery.auth.sessions.models import DeviceSession
from gallery.core import clock
from gallery.core.clock import FrozenClock
from gallery.core.db import db, transaction
from tests import factories
from tests.auth.doors import fill_in, mailbox, token_of
from tests.auth.second_steps import ANA, PROVE, SECRET, code, later, subjects, with_app

APP, CODES = f"{SETTINGS}/app", f"{SETTINGS}/codes"
SHOWN = re.compile(r"<li><code>([0-9a-z-]{19})</code></li>")

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def ana(frozen: FrozenClock, client: FlaskClient) -> Member:
    """She is signed in with her password, and has no second step."""
    made = factories.member("ana")
    factories.sign_in(client, made, second_step=False)
    return made


def secret_on(page: TestResponse) -> str:
    found = re.search(r"<code>([A-Z2-7 ]{39})</code>", page.text)
    assert found
    return found[1].replace(" ", "")


def set_up(client: FlaskClient, **more: str) -> str:
    """Set up an app as its owner does; its secret."""
    secret = secret_on(client.get(APP))
    done = fill_in(client, APP, code=code(secret=secret), **more)
    assert done.status_code == 303, done.text
    return secret


def press(client: FlaskClient, address: str, **fields: str) -> TestResponse:
    """A button on the settings page."""
    return client.post(address, data={"csrf_token": token_of(client.get("/account/").text), **fields})


def add_passkey(member: Member) -> None:
    with transaction() as session:
        session.add(
            Passkey(
                member_id=member.id,
                credential_id=b"x",
                public_key=b"y",
                sign_count=0,
                name="phone",
                is_synced=False,
                added_at=clock.now(),
            )
        )


def test_the_secret_comes_as_a_picture_as_a_link_and_as_text(client: FlaskClient, ana: Member) -> None:
    page = client.get(APP)
    secret = secret_on(page)
    assert len(base64.b32decode(secret)) == 20
    link = re.search(r'href="(otpauth://[^"]+)"', page.text)
    assert link
    assert f"secret={secret}" in html.unescape(link[1])
    assert "issuer=Artgallery-ccips" in html.unescape(link[1])
    picture = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', page.text)
    assert picture
    drawn = base64.b64decode(picture[1]).decode()
    assert "style=" not in drawn
    assert 'fill="white"' in drawn
    assert page.headers["Cache-Control"] == "no-store"


def test_nothing_is_set_up_before_a_first_code_was_right(client: FlaskClient, ana: Member) -> None:
    secret = secret_on(client.get(APP))
    refused = fill_in(client, APP, code=code(secret=secret, steps=5))
    assert refused.status_code == 422
    assert secret_on(refused) == secret, "a mistake costs a new scan"
    assert not factor_queries.has_second_step(ana.id)
    assert mailbox(ANA) == []
    assert fill_in(client, APP, code=code(secret=secret)).status_code == 303
    assert factor_queries.has_second_step(ana.id)


def test_the_first_code_cannot_be_used_to_sign_in(client: FlaskClient, ana: Member) -> None:
    secret = set_up(client)
    with pytest.raises(factors.CodeRefused, match="used"):
        factors.take_app_code(ana.id, code(secret=secret), now=clock.now())


def test_setting_up_counts_as_showing_it_and_is_told_by_mail(client: FlaskClient, ana: Member) -> None:
    secret = set_up(client)
    assert db.session.query(DeviceSession).one().second_step_at == clock.now()
    told = mailbox(ANA)[-1]
    assert told.subject == "An authenticator app was added to your account"
    assert "All your other devices were signed out." in told.text
    assert secret not in told.text + told.html


def test_the_first_factor_ends_the_sessions_that_never_showed_one_and_the_second_none(
    client: FlaskClient, ana: Member
) -> None:
    """7.4.3: whoever sits in one that was left open is not locked in."""
    here = db.session.query(DeviceSession.id).scalar()
    factories.session_key(ana, second_step=False)
    set_up(client)
    assert db.session.query(DeviceSession.id).scalar() == here
    assert db.session.query(DeviceSession).count() == 1
    assert "All other devices are signed out." in client.get(SETTINGS).text
    factories.session_key(ana)
    set_up(client)
    assert db.session.query(DeviceSession).count() == 2
    assert "All other devices" not in client.get(SETTINGS).text


def test_a_secret_waits_half_an_hour_for_its_first_code(client: FlaskClient, ana: Member, frozen: FrozenClock) -> None:
    secret = secret_on(client.get(APP))
    later(frozen, minutes=31)
    factories.sign_in(client, ana, second_step=False)
    stale = press(client, APP, code=code(secret=secret))
    assert stale.status_code == 422
    assert "Here is a new picture" in stale.text
    assert secret_on(stale) != secret
    assert not factor_queries.has_second_step(ana.id)


def test_the_next_member_in_this_browser_gets_a_secret_of_his_own(client: FlaskClient, ana: Member) -> None:
    secret = secret_on(client.get(APP))
    factories.sign_in(client, factories.member("ben"), second_step=False)
    assert secret_on(client.get(APP)) != secret


def test_it_is_stored_encrypted_and_recovery_codes_as_digests(client: FlaskClient, ana: Member) -> None:
    secret = set_up(client)
    codes = SHOWN.findall(client.get(CODES).text)
    stored = db.session.execute(sa.text("SELECT secret FROM authenticator")).scalar_one()
    digests = db.session.execute(sa.select(RecoveryCode.code_digest)).scalars().all()
    assert secret not in stored
    assert len(set(digests)) == 10
    assert not any(one in digest for one in codes for digest in digests)


def test_recovery_codes_are_shown_after_the_first_factor_and_then_no_more(client: FlaskClient, ana: Member) -> None:
    set_up(client, next="/account/profile")
    page = client.get(f"{CODES}?next=/account/profile")
    codes = SHOWN.findall(page.text)
    assert len(set(codes)) == 10
    assert all(len(base64.b32decode(rfc_4648(one))) == 10 for one in codes), "80 bits each"
    file = client.get(f"{CODES}.txt")
    assert file.headers["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert all(one in file.text for one in codes)
    done = client.post(f"{CODES}/kept", data={"csrf_token": token_of(page.text), "next": "/account/profile"})
    assert done.location == "/account/profile"
    assert client.get(CODES).location == SETTINGS
    assert client.get(f"{CODES}.txt").location == SETTINGS


def rfc_4648(shown: str) -> str:
    """A shown code in RFC 4648's letters."""
    ours, theirs = "0123456789abcdefghjkmnpqrstvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    return shown.replace("-", "").translate(str.maketrans(ours, theirs))


@pytest.mark.parametrize(("minutes", "status"), [(14, 200), (15, 303)])
def test_new_codes_can_be_looked_at_for_a_quarter_of_an_hour(
    client: FlaskClient, ana: Member, frozen: FrozenClock, minutes: int, status: int
) -> None:
    set_up(client)
    later(frozen, minutes=minutes)
    assert client.get(CODES).status_code == status


def test_nobody_sees_the_codes_of_who_was_in_this_browser_before(client: FlaskClient, ana: Member) -> None:
    set_up(client)
    factories.sign_in(client, factories.member("ben"))
    assert client.get(CODES).status_code == 303


def test_new_codes_end_the_old_ones(client: FlaskClient, ana: Member) -> None:
    set_up(client)
    old = SHOWN.findall(client.get(CODES).text)[0].replace("-", "")
    assert press(client, CODES).location == CODES
    new = SHOWN.findall(client.get(CODES).text)[0].replace("-", "")
    with pytest.raises(factors.CodeRefused, match="unknown"):
        factors.take_recovery_code(ana.id, old, now=clock.now())
    assert factors.take_recovery_code(ana.id, new, now=clock.now()) == 9
    assert "New recovery codes for your account" in subjects()


def test_who_has_no_factor_makes_no_codes(client: FlaskClient, ana: Member) -> None:
    assert press(client, CODES).status_code == 404


def test_an_app_moves_to_another_phone_without_a_moment_without_one(client: FlaskClient, frozen: FrozenClock) -> None:
    ada = with_app("ada", roles=["admin"])
    factories.sign_in(client, ada)
    secret = set_up(client)
    assert factor_queries.app(ada.id).secret == secret
    assert client.get(CODES).status_code == 200


def test_removing_the_last_factor_ends_the_codes_and_what_sessions_had_of_it(client: FlaskClient, ana: Member) -> None:
    set_up(client)
    assert press(client, f"{APP}/remove").status_code == 303
    assert db.session.query(Authenticator).count() == db.session.query(RecoveryCode).count() == 0
    assert db.session.query(DeviceSession).one().second_step_at is None
    assert "The authenticator app was removed from your account" in subjects()
    assert press(client, f"{APP}/remove").status_code == 404


def test_removing_the_app_beside_a_passkey_leaves_the_codes(client: FlaskClient, ana: Member) -> None:
    set_up(client)
    add_passkey(ana)
    press(client, f"{APP}/remove")
    assert factor_queries.held(ana.id).codes_left == 10
    assert db.session.query(DeviceSession).one().second_step_at is not None


def test_staff_keep_a_second_step(client: FlaskClient, frozen: FrozenClock) -> None:
    ada = with_app("ada", roles=["admin"])
    factories.sign_in(client, ada)
    assert "Remove the app" not in client.get(SETTINGS).text
    press(client, f"{APP}/remove")
    assert "keeps a second step" in client.get(SETTINGS).text
    assert factor_queries.has_second_step(ada.id)
    with pytest.raises(LastFactor):
        factors.remove_app(ada.id)
    add_passkey(ada)
    factors.remove_app(ada.id)


@pytest.mark.parametrize("address", [APP, f"{APP}/remove", CODES])
def test_changes_ask_for_who_it_is_and_for_the_factor_that_there_is(
    app: Flask, client: FlaskClient, frozen: FrozenClock, address: str
) -> None:
    ana = with_app("ana")
    factories.sign_in(client, ana, second_step=False)
    assert press(client, address).location.startswith(SETTINGS), "a password alone replaces no factor"
    factories.sign_in(client, ana, proved=False)
    assert press(client, address).location.startswith(PROVE)
    assert factor_queries.app(ana.id).secret == SECRET
    assert db.session.query(RecoveryCode).count() == 0


def test_who_lost_everything_begins_anew_and_everywhere(app: Flask, client: FlaskClient, ana: Member) -> None:
    set_up(client)
    add_passkey(ana)
    done = app.test_cli_runner().invoke(args=["members", "second-step", "remove", ANA])
    assert done.exit_code == 0, done.output
    db.session.rollback()
    assert not factor_queries.has_second_step(ana.id)
    assert factor_queries.held(ana.id).codes_left == 0
    assert db.session.query(DeviceSession).count() == 0
    assert "The second steps of your account were removed" in subjects()


def test_staff_without_a_second_step_are_led_to_one_and_back(client: FlaskClient, frozen: FrozenClock) -> None:
    ada = factories.member("ada", roles=["admin"])
    factories.sign_in(client, ada, second_step=False)
    led = client.get("/admin/?state=failed")
    assert led.location == f"{SETTINGS}?next=/admin/?state%3Dfailed"
    page = client.get(led.location)
    assert "Who runs the house needs a second step" in page.text
    way = re.search(rf'href="({APP}[^"]+)"', page.text)
    assert way
    secret = secret_on(client.get(html.unescape(way[1])))
    shown = fill_in(client, html.unescape(way[1]), code=code(secret=secret), next="/admin/?state=failed")
    done = client.post(
        f"{CODES}/kept", data={"csrf_token": token_of(client.get(shown.location).text), "next": "/admin/?state=failed"}
    )
    assert done.location == "/admin/?state=failed"
    assert client.get(done.location).status_code == 200


def test_staff_who_have_one_are_led_to_showing_it(client: FlaskClient, frozen: FrozenClock) -> None:
    factories.sign_in(client, with_app("ada", roles=["admin"]), second_step=False)
    led = client.get(client.get("/admin/").location)
    assert led.location == f"{PROVE}?next=/admin/"
    assert client.get(f"{PROVE}?by=password").text.count('type="password"') == 0
    assert fill_in(client, led.location, code=code(), next="/admin/").location == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_who_mistypes_the_first_code_is_led_to_its_field(client: FlaskClient, ana: Member) -> None:
    """It stands below the picture, out of sight on a small screen (3.3.1)."""
    assert "autofocus" not in client.get(f"{SETTINGS}/app").text
    answer = fill_in(client, f"{SETTINGS}/app", code="12")
    assert answer.status_code == 422
    assert re.search(r'<input [^>]*autofocus[^>]*name="code"', answer.text)
