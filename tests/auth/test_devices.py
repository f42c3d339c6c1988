"""Where a member is signed in and was before: he sees it, ends it, and hears of a new device (A4, 7.5.2)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gallery.auth.models import Member
from gallery.auth.sessions import rules as session_rules
from gallery.auth.sessions import services as session_services
from gallery.auth.sessions.models import DeviceSession, KnownDevice, SignIn
from gallery.core import clock
from gallery.core.db import db, transaction
from tests import factories
from tests.auth.doors import OTHER_PASSWORD, Mail, fill_in, is_signed_in, mailbox, sign_in, sign_out, token_of

pytestmark = pytest.mark.database
ANA, BEN = "ana@example.org", "ben@example.org"
DEVICES = "/account/security/devices"
FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:131.0) Gecko/131.0 Firefox/131.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"


@pytest.fixture
def ana(app: Flask) -> Member:
    return factories.member("ana")


def browser(app: Flask, agent: str = FIREFOX, address: str = "196.207.12.34") -> FlaskClient:
    """A browser somewhere in the world."""
    client = app.test_client()
    client.environ_base |= {"HTTP_USER_AGENT": agent, "REMOTE_ADDR": address}
    return client


def number_of(agent: str) -> int:
    """The number of the newest session of a browser."""
    db.session.rollback()
    name = session_rules.browser(agent)
    query = sa.select(DeviceSession.id).where(DeviceSession.browser == name).order_by(DeviceSession.id.desc())
    return int(db.session.execute(query).scalars().first() or 0)


def press(client: FlaskClient, address: str, **headers: str) -> TestResponse:
    token = token_of(client.get("/account/security/devices").text)
    return client.post(address, data={"csrf_token": token}, headers=headers)


def told(email: str) -> list[Mail]:
    return [letter for letter in mailbox(email) if letter.subject in ("A sign-in from a new device",)]


# The list


def test_a_member_sees_each_browser_and_which_one_is_this(app: Flask, ana: Member) -> None:
    here, there = browser(app), browser(app, CHROME, "2001:db8:7:8::9")
    for client in (here, there):
        sign_in(client, ANA, factories.PASSWORD)
    page = here.get(f"{DEVICES}?lang=en").text
    assert "Firefox · Android · this device" in page
    assert "Chrome · Windows" in page
    assert "196.207.12.…" in page
    assert "2001:db8:7::…" in page
    assert "with the password" in page
    assert "(within five minutes)" in page
    assert "196.207.12.34" not in page, "no more exactly than it takes to know one's own again"
    assert "2001:db8:7:8::9" not in page
    assert page.count("Sign this device out</button>") == 1, "one's own is left by signing out"


def test_a_member_ends_one_session(app: Flask, ana: Member) -> None:
    here, there = browser(app), browser(app, CHROME)
    for client in (here, there):
        sign_in(client, ANA, factories.PASSWORD)
    answer = press(here, f"{DEVICES}/{number_of(CHROME)}/end")
    assert (answer.status_code, answer.location) == (303, DEVICES)
    assert not is_signed_in(there)
    assert is_signed_in(here)


def test_a_member_ends_all_others(app: Flask, ana: Member) -> None:
    here, *others = (browser(app, agent) for agent in (FIREFOX, CHROME, CHROME))
    for client in (here, *others):
        sign_in(client, ANA, factories.PASSWORD)
    ben = browser(app)
    factories.member("ben")
    sign_in(ben, BEN, factories.PASSWORD)
    assert press(here, f"{DEVICES}/end").status_code == 303
    assert [is_signed_in(client) for client in (here, *others, ben)] == [True, False, False, True]


def test_with_htmx_the_list_alone_comes_back(app: Flask, ana: Member) -> None:
    here, there = browser(app), browser(app, CHROME)
    for client in (here, there):
        sign_in(client, ANA, factories.PASSWORD)
    here.get("/?lang=en")
    answer = press(here, f"{DEVICES}/{number_of(CHROME)}/end", **{"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert '<section id="devices"' in answer.text
    assert "That device is signed out." in answer.text
    assert "Chrome" not in answer.text
    assert not is_signed_in(there)


@pytest.mark.parametrize("number", ["another's", "999999", "0"])
def test_the_session_of_somebody_else_is_nobodys(app: Flask, ana: Member, number: str) -> None:
    here, ben = browser(app), browser(app, CHROME)
    factories.member("ben")
    sign_in(here, ANA, factories.PASSWORD)
    sign_in(ben, BEN, factories.PASSWORD)
    wanted = number_of(CHROME) if number == "another's" else number
    assert press(here, f"{DEVICES}/{wanted}/end").status_code == 404
    assert is_signed_in(ben)


def test_who_only_borrowed_the_phone_signs_nobody_out(app: Flask, client: FlaskClient, ana: Member) -> None:
    """7.5.2: ending sessions takes showing again who one is."""
    there = browser(app, CHROME)
    sign_in(there, ANA, factories.PASSWORD)
    factories.sign_in(client, ana, proved=False)
    for address in (f"{DEVICES}/{number_of(CHROME)}/end", f"{DEVICES}/end"):
        token = token_of(client.get(DEVICES).text)
        answer = client.post(address, data={"csrf_token": token}, headers={"Referer": f"http://localhost{DEVICES}"})
        assert answer.location == f"/auth/prove?next={DEVICES}"
    assert is_signed_in(there)


def test_a_session_that_has_ended_by_itself_is_not_shown(app: Flask, client: FlaskClient, ana: Member) -> None:
    factories.sign_in(client, ana)
    with transaction() as session:
        old = clock.now() - timedelta(hours=25)
        session.add(
            DeviceSession(
                member_id=ana.id,
                key_digest="x",
                how="password",
                browser="Lynx",
                network="",
                is_remembered=False,
                started_at=old,
                last_seen_at=old,
                proved_at=old,
            )
        )
    assert "Lynx" not in client.get(DEVICES).text


# The history


def test_the_sign_ins_of_the_year_are_paged(app: Flask, client: FlaskClient, ana: Member) -> None:
    now = clock.now()
    with transaction() as session:
        for number in range(45):
            session.add(
                SignIn(
                    member_id=ana.id,
                    at=now - timedelta(days=number),
                    how="google",
                    with_second_step=number % 2 == 0,
                    is_new_device=number == 3,
                    browser=f"Browser {number:03}",
                    network="",
                )
            )
    factories.sign_in(client, ana)
    seen: list[str] = []
    address = f"{DEVICES}?lang=en"
    pages = 0
    while address:
        page = client.get(address).text
        pages += 1
        seen += re.findall(r"Browser (\d{3})", page)
        more = re.search(r'data-hx-get="([^"]*before=[^"]*)"', page)
        address = more[1] if more else ""
    assert pages == 3
    assert len(seen) == len(set(seen)) == 45
    first = client.get(f"{DEVICES}?lang=en", headers={"HX-Request": "true"}).text
    assert "<html" not in first
    assert '<section id="sign-ins"' in first


def test_nobody_sees_the_sign_ins_of_somebody_else(app: Flask, client: FlaskClient, ana: Member) -> None:
    ben = browser(app, "Lynx/2.9")
    factories.member("ben")
    sign_in(ben, BEN, factories.PASSWORD)
    factories.sign_in(client, ana)
    assert "Lynx" not in client.get(DEVICES).text
    assert "Lynx" not in client.get(f"{DEVICES}?before=999999999").text


@pytest.mark.parametrize("before", ["-1", "x", "1e9", "٣", "9" * 40, "0", "%00"])
def test_nonsense_for_a_page_is_no_error(client: FlaskClient, ana: Member, before: str) -> None:
    factories.sign_in(client, ana)
    assert client.get(f"{DEVICES}?before={before}").status_code in (200, 404)


# The mail about a new device


def test_the_first_device_of_all_is_no_news_and_the_second_is(app: Flask, ana: Member) -> None:
    first = browser(app)
    sign_in(first, ANA, factories.PASSWORD)
    assert told(ANA) == []
    sign_in(browser(app, CHROME, "154.65.32.1"), ANA, factories.PASSWORD)
    [letter] = told(ANA)
    for words in ("Chrome · Windows", "154.65.32.…", "(Dakar)", "/auth/reset"):
        assert words in letter.text
    assert "154.65.32.1" not in letter.text.replace("154.65.32.…", "")


def test_a_device_that_is_known_is_no_news_from_wherever_it_comes(app: Flask, ana: Member) -> None:
    here = browser(app)
    sign_in(here, ANA, factories.PASSWORD)
    for address in ("41.82.1.1", "2001:db8::1", "10.0.0.1"):
        here.delete_cookie("session")
        here.environ_base["REMOTE_ADDR"] = address
        sign_in(here, ANA, factories.PASSWORD)
    assert told(ANA) == []


def test_the_mail_is_in_the_language_of_the_member(app: Flask) -> None:
    factories.member("ana", language="fr")
    for agent in (FIREFOX, CHROME):
        client = browser(app, agent)
        client.get("/?lang=en")
        sign_in(client, ANA, factories.PASSWORD)
    [letter] = mailbox(ANA)
    assert 'lang="fr"' in letter.html
    assert "Chrome · Windows" in letter.text


def test_two_members_who_share_a_phone_are_both_known_there(app: Flask, ana: Member) -> None:
    factories.member("ben")
    phone = browser(app)
    for _ in range(3):
        for email in (ANA, BEN):
            phone.delete_cookie("session")
            sign_in(phone, email, factories.PASSWORD)
    assert told(ANA) == told(BEN) == []
    assert db.session.execute(sa.select(sa.func.count()).select_from(KnownDevice)).scalar_one() == 2


def test_a_planted_device_is_not_adopted(app: Flask, ana: Member) -> None:
    """Whoever puts his own key into a stranger's browser is not at home with the stranger's account afterwards."""
    mallory, victim = browser(app, CHROME), browser(app)
    factories.member("mallory")
    sign_in(mallory, "mallory@example.org", factories.PASSWORD)
    sign_in(browser(app), ANA, factories.PASSWORD)
    planted = mallory.get_cookie("device")
    assert planted is not None
    victim.set_cookie("device", planted.value)
    sign_in(victim, ANA, factories.PASSWORD)
    kept = victim.get_cookie("device")
    assert kept is not None
    assert kept.value.split(".")[0] != planted.value
    assert len(told(ANA)) == 1
    mallory.delete_cookie("session")
    sign_in(mallory, ANA, factories.PASSWORD)
    assert len(told(ANA)) == 2, "with what was planted, the sign-in of the other one is still news"


@pytest.mark.parametrize("value", ["", "x", "." * 200, "a" * 33, "é" * 32, "a.b.c.d.e", "a" * 3000])
def test_a_device_cookie_of_nonsense_changes_nothing(app: Flask, ana: Member, value: str) -> None:
    client = browser(app)
    client.set_cookie("device", value)
    assert sign_in(client, ANA, factories.PASSWORD).status_code == 303
    kept = client.get_cookie("device")
    assert kept is not None
    assert re.fullmatch(r"[\w-]{32}", kept.value)


# The overview


def test_the_overview_leads_to_everything_that_keeps_strangers_out(client: FlaskClient, ana: Member) -> None:
    factories.sign_in(client, ana)
    page = client.get("/account/security?lang=en").text
    for address in ("/auth/change", "/account/security/email", DEVICES, f"{DEVICES}#sign-ins"):
        assert f'href="{address}"' in page
    assert "Signed in on 1 device." in page


def test_who_has_no_password_has_a_link_mailed_that_sets_one(client: FlaskClient, ana: Member) -> None:
    with transaction() as session:
        session.get_one(Member, ana.id).password = None
    factories.sign_in(client, ana)
    page = client.get("/account/security?lang=en").text
    assert "/auth/change" not in page
    assert "You have none" in page
    client.post("/auth/reset", data={"csrf_token": token_of(page), "email": ANA})
    assert "/auth/reset/" in mailbox(ANA)[-1].path


# What makes a device a stranger's again


def known(app: Flask, member_id: int) -> int:
    """On how many devices a member is known."""
    db.session.rollback()
    asked = sa.select(sa.func.count()).select_from(KnownDevice).where(KnownDevice.member_id == member_id)
    return int(db.session.execute(asked).scalar_one())


def again(client: FlaskClient, password: str = factories.PASSWORD) -> None:
    """Sign in once more in a browser whose session has ended."""
    client.delete_cookie("session")
    assert sign_in(client, ANA, password).status_code == 303


@pytest.mark.database
def test_a_reset_password_makes_every_device_a_strangers(app: Flask, ana: Member) -> None:
    """6.3.1, 7.4.3: a thief's browser keeps no tries of its own, and what he does there later is news."""
    thief, home = browser(app, CHROME), browser(app)
    for one in (thief, home):
        sign_in(one, ANA, factories.PASSWORD)
    before = len(told(ANA))
    fill_in(home, "/auth/reset", email=ANA)
    path = mailbox(ANA)[-1].path
    assert fill_in(home, path, password=OTHER_PASSWORD).status_code == 303
    assert known(app, ana.id) == 0
    again(thief, OTHER_PASSWORD)
    assert len(told(ANA)) == before + 1


def test_a_changed_password_keeps_only_the_device_that_changed_it(app: Flask, ana: Member) -> None:
    thief, home = browser(app, CHROME), browser(app)
    for one in (thief, home):
        sign_in(one, ANA, factories.PASSWORD)
    before = len(told(ANA))
    fill_in(home, "/auth/change", password=factories.PASSWORD, new_password=OTHER_PASSWORD)
    assert known(app, ana.id) == 1
    assert len(told(ANA)) == before, "who changes his password at home reads nothing of a new device"
    again(thief, OTHER_PASSWORD)
    assert len(told(ANA)) == before + 1


@pytest.mark.parametrize("all_at_once", [True, False])
def test_a_device_that_was_signed_out_from_elsewhere_is_a_strangers(app: Flask, ana: Member, all_at_once: bool) -> None:
    thief, home = browser(app, CHROME), browser(app)
    for one in (thief, home):
        sign_in(one, ANA, factories.PASSWORD)
    before = len(told(ANA))
    page = home.get(DEVICES).text
    (other,) = set(re.findall(rf'action="({DEVICES}/\d+/end)"', page)) if not all_at_once else {f"{DEVICES}/end"}
    assert home.post(other, data={"csrf_token": token_of(page)}).status_code == 303
    assert known(app, ana.id) == 1
    again(home)
    assert len(told(ANA)) == before
    again(thief)
    assert len(told(ANA)) == before + 1


def test_signing_out_at_home_leaves_the_device_at_home(app: Flask, ana: Member) -> None:
    home = browser(app)
    sign_in(home, ANA, factories.PASSWORD)
    sign_out(home)
    assert known(app, ana.id) == 1
    again(home)
    assert told(ANA) == []


def test_after_the_house_ended_all_sessions_the_next_sign_in_is_news(app: Flask, ana: Member) -> None:
    """Staff end them because somebody else may have the password: he is not the first device of all."""
    thief = browser(app)
    sign_in(thief, ANA, factories.PASSWORD)
    session_services.end_all(ana.id)
    again(thief)
    assert len(told(ANA)) == 1


@pytest.mark.parametrize(("days", "letters"), [(0, 0), (400, 1)])
def test_who_comes_back_after_his_sign_ins_were_forgotten_reads_of_the_new_device(
    app: Flask, ana: Member, days: int, letters: int
) -> None:
    """Nothing is left of his earlier devices then, so the first of all is told by the age of the account (7.5.2)."""
    with transaction() as session:
        session.get_one(Member, ana.id).confirmed_at = clock.now() - timedelta(days=days)
    sign_in(browser(app), ANA, factories.PASSWORD)
    assert len(told(ANA)) == letters


# Where a factor changes


@pytest.mark.parametrize("page", ["second-step", "passkeys", "linked"])
def test_where_factors_change_the_other_devices_can_be_signed_out(app: Flask, ana: Member, page: str) -> None:
    """7.4.3: what a lost phone opened need not stay open."""
    here, there = browser(app), browser(app, CHROME)
    sign_in(here, ANA, factories.PASSWORD)
    address = f"/account/security/{page}"
    assert "Other devices" not in here.get(f"{address}?lang=en").text
    sign_in(there, ANA, factories.PASSWORD)
    shown = here.get(address).text
    assert "signed in on 1 other device." in shown
    (offered,) = re.findall(r'<form method="post" action="([^"]+/devices/end)"', shown)
    here.post(offered, data={"csrf_token": token_of(shown)})
    assert is_signed_in(here)
    assert not is_signed_in(there)
