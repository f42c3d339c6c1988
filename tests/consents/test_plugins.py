"""Others' programs: a plain block until somebody agrees or asks once, and a policy that lets in no more (K4, J4)."""

from __future__ import annotations

import re

import pytest
from flask import Flask, g

from gallery import create_app
from gallery.consents.rules import ON_SITE, Purpose
from gallery.core import web
from gallery.core.settings import Settings, SettingsError
from tests import factories
from tests.consents.conftest import GPC, Travel, allowed, answer, hidden, press
from tests.inspection import InspectingClient

SET_UP = {
    "GALLERY_FACEBOOK_PAGE": "a.gallery",
    "GALLERY_INSTAGRAM_PAGE": "a_gallery",
    "GALLERY_GOOGLE_TAG": "G-ABCD1234",
    "GALLERY_CRITEO_ACCOUNT": "4711",
}
OTHERS = re.compile(r"facebook|instagram|google|criteo|doubleclick", re.IGNORECASE)
EMBEDDED = re.compile(r'(?:src|data-google|data-criteo)="([^"]+)"')


@pytest.fixture
def settings(environ: dict[str, str]) -> Settings:
    return Settings.from_environ(environ | SET_UP)


def loads(client: InspectingClient, path: str = "/", headers: dict[str, str] | None = None) -> set[str]:
    """What a page takes from others, or gives our script to take; and none of it without a policy that lets it in."""
    page = client.get(path, headers=headers)
    found = {word.lower() for one in EMBEDDED.findall(page.text) for word in OTHERS.findall(one)}
    if "data-google=" in page.text:
        found.add("google")
    if "data-criteo=" in page.text:
        found.add("criteo")
    policy = page.headers["Content-Security-Policy"]
    allowed_in = {word.lower() for word in OTHERS.findall(policy)} - {"doubleclick"}
    assert found == allowed_in, (found, policy)
    assert "unsafe" not in policy
    return found


def test_nothing_of_others_is_in_any_page_before_a_choice(client: InspectingClient) -> None:
    """K3, K4, P-19: links are there, and the words beside them; nothing is loaded."""
    lot = factories.open_lot()
    for path in ("/", "/lots/", f"/lots/{lot}", "/consents", "/auth/login"):
        assert loads(client, path) == set()
    page = client.get("/?lang=en").text
    assert 'href="https://www.facebook.com/a.gallery"' in page
    assert "Meta Platforms Ireland and we answer together" in page
    assert page.count("Show it this once") == 2


def test_who_agrees_gets_them_with_the_next_page_and_who_withdraws_does_not(client: InspectingClient) -> None:
    press(client, Purpose.SOCIAL, True)
    assert loads(client) == {"facebook", "instagram"}
    press(client, Purpose.SOCIAL, False)
    assert loads(client) == set()
    press(client, Purpose.ADS, True)
    assert loads(client) == {"google", "criteo"}
    assert loads(client, f"/lots/{factories.open_lot()}") == {"google", "criteo"}
    press(client, Purpose.ADS, False)
    assert loads(client) == set()


@pytest.mark.parametrize("purpose", [one for one in ON_SITE if one not in {Purpose.SOCIAL, Purpose.ADS}])
def test_another_purpose_opens_nothing(client: InspectingClient, purpose: Purpose) -> None:
    press(client, purpose, True)
    assert loads(client) == set()


def test_the_signal_shuts_out_what_was_allowed_without_it(client: InspectingClient) -> None:
    answer(client, "all")
    assert loads(client) == {"facebook", "instagram", "google", "criteo"}
    assert loads(client, headers=GPC) == set()


@pytest.mark.parametrize("path", ["/consents", "/auth/login", "/auth/register", "/preferences", "/account/", "/admin/"])
def test_advertising_is_never_where_people_sign_in_choose_or_keep_their_data(
    client: InspectingClient, path: str
) -> None:
    answer(client, "all")
    assert loads(client, path) == set()
    factories.sign_in(client, factories.member("ana"))
    answer(client, "all")
    assert loads(client, path) == set()


def test_devices_are_seen_as_one_by_google_only_where_that_is_allowed(client: InspectingClient) -> None:
    press(client, Purpose.ADS, True)
    assert "data-together" not in client.get("/").text
    press(client, Purpose.CROSS_DEVICE, True)
    assert 'data-together="1"' in client.get("/").text
    assert f'data-seconds="{395 * 86_400}"' in client.get("/").text, "thirteen months from November's noon"


def once(client: InspectingClient, name: str, **headers: str) -> str:
    token = hidden(client.get("/"), "csrf_token", "/consents/social-plug-ins/" + name)
    headers = {"Referer": "http://localhost/", **headers}
    return client.post(f"/consents/social-plug-ins/{name}", data={"csrf_token": token}, headers=headers).location


def test_one_click_shows_one_of_them_once_and_nothing_is_kept_of_it(client: InspectingClient) -> None:
    """ADR 32."""
    assert once(client, "facebook") == "/#social-facebook"
    assert loads(client) == {"facebook"}
    assert loads(client) == set()
    assert client.get_cookie("choices") is None
    assert allowed(client) == set()


def test_one_click_that_was_not_followed_at_once_shows_nothing_later(client: InspectingClient, travel: Travel) -> None:
    once(client, "instagram")
    travel(seconds=61)
    assert loads(client) == set()


def test_one_click_leads_nowhere_else(client: InspectingClient) -> None:
    for referrer in ("https://evil.example/lots/", "http://localhost//evil.example", "nonsense", ""):
        assert once(client, "facebook", Referer=referrer) == "/#social-facebook"
        loads(client)


@pytest.mark.parametrize("name", ["google", "x", "facebook2"])
def test_there_is_no_click_for_anything_else(client: InspectingClient, name: str) -> None:
    token = hidden(client.get("/"), "csrf_token", "/consents/social-plug-ins/facebook")
    assert client.post(f"/consents/social-plug-ins/{name}", data={"csrf_token": token}).status_code == 404


def test_where_nothing_is_set_up_nothing_is_there_even_for_who_agrees(environ: dict[str, str]) -> None:
    app = create_app(Settings.from_environ(environ))
    app.test_client_class = InspectingClient
    with app.app_context():
        client = app.test_client()
        assert isinstance(client, InspectingClient)
        answer(client, "all", path="/")
        page = client.get("/")
    assert not OTHERS.search(page.headers["Content-Security-Policy"])
    assert "tags.js" not in page.text
    assert "forget.js" not in page.text
    assert 'class="social"' not in page.text


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("GALLERY_FACEBOOK_PAGE", "a gallery"),
        ("GALLERY_FACEBOOK_PAGE", "https://www.facebook.com/x"),
        ("GALLERY_INSTAGRAM_PAGE", "a/b"),
        ("GALLERY_INSTAGRAM_PAGE", '"><script>'),
        ("GALLERY_GOOGLE_TAG", "UA-1"),
        ("GALLERY_GOOGLE_TAG", "G-abc; script-src *"),
        ("GALLERY_CRITEO_ACCOUNT", "x"),
        ("GALLERY_CRITEO_ACCOUNT", "1 2"),
    ],
)
def test_a_setting_that_is_no_name_stops_the_start(environ: dict[str, str], name: str, wrong: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_environ(environ | {name: wrong})


def test_the_policy_of_one_answer_is_widened_and_of_no_other(app: Flask) -> None:
    with app.test_request_context("/"):
        web.allow_source("frame-src", "https://www.facebook.com")
        web.allow_source("img-src", "https://a.example")
        web.allow_source("img-src", "https://a.example")
        policy = web.content_security_policy(app)
        assert policy.endswith("; frame-src https://www.facebook.com")
        assert "img-src 'self' data: https://a.example;" in policy
        assert "script-src 'none';" in policy
        g.pop("csp_sources")
        assert "facebook" not in web.content_security_policy(app)
        for directive, source in (
            ("default-src", "https://a.example"),
            ("script-src", "http://a.example"),
            ("script-src", "'unsafe-inline'"),
            ("style-src", "https://a.example"),
            ("frame-ancestors", "https://a.example"),
        ):
            with pytest.raises(ValueError, match="may not be widened"):
                web.allow_source(directive, source)
