"""The list of what is kept in a browser, held against what the code keeps; and letters that load nothing (K3, P-18)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from gallery import create_app
from gallery.consents import storage
from gallery.consents.rules import OPTIONAL, Purpose
from gallery.consents.storage import Place
from gallery.content import blocks
from gallery.core.settings import Settings
from tests import factories
from tests.auth.doors import sign_in
from tests.consents.conftest import answer
from tests.consents.test_plugins import SET_UP
from tests.inspection import InspectingClient

ROOT = Path(__file__).parents[2]
KEEPERS = {
    "gallery/auth/sessions/browser.py": {"device"},
    "gallery/core/i18n.py": {"lang"},
    "gallery/core/preferences.py": {"currency"},
    "gallery/consents/browser.py": {"choices"},
}
"""Which modules set a cookie, and which. The session's is Flask's own."""


def test_no_module_keeps_anything_that_is_not_in_the_list() -> None:
    """Who sets a cookie more says so here and in consents.storage."""
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "gallery").rglob("*.py")
        if re.search(r"\.set_cookie\(|[\"']Set-Cookie[\"']", path.read_text())
    }
    assert found == set(KEEPERS)
    assert {name for names in KEEPERS.values() for name in names} | {"session"} == {
        item.name for item in storage.NECESSARY
    }


def test_no_script_of_ours_keeps_anything() -> None:
    for path in (ROOT / "static" / "js").glob("*.js"):
        text = path.read_text()
        assert not re.search(r"document\.cookie|sessionStorage|indexedDB|caches\.|\.setItem\(", text), path.name
        assert "localStorage" not in text or path.name == "forget.js"


def test_every_cookie_that_comes_is_in_the_list(app: Flask) -> None:
    factories.member("ana")
    client = app.test_client()
    assert isinstance(client, InspectingClient)
    client.get("/?lang=en")
    answer(client, "all")
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/preferences").text)
    assert token
    client.post("/preferences", data={"csrf_token": token[1], "language": "en", "currency": "XOF"})
    sign_in(client, "ana@example.org", factories.PASSWORD)
    kept = {cookie.key for cookie in client._cookies.values()}
    assert kept == {"session", "device", "lang", "currency", "choices"}
    items = storage.register(app.extensions["settings"])
    for prefix in ("", "__Host-"):
        assert all(storage.is_allowed(prefix + name, Place.COOKIE, items, {Purpose.NECESSARY}) for name in kept)


def test_what_needs_consent_is_allowed_with_it_alone(environ: dict[str, str]) -> None:
    items = storage.register(Settings.from_environ(environ | SET_UP))
    needed, all_of_it = {Purpose.NECESSARY}, {Purpose.NECESSARY, *OPTIONAL}
    for name in ("_ga", "_ga_ABCD1234", "_gcl_au", "cto_bundle"):
        assert not storage.is_allowed(name, Place.COOKIE, items, needed)
        assert storage.is_allowed(name, Place.COOKIE, items, all_of_it)
    for name in ("_fbp", "x", "choices2", "_gax", "", "*"):
        assert not storage.is_allowed(name, Place.COOKIE, items, all_of_it)
    assert not storage.is_allowed("session", Place.LOCAL, items, all_of_it)
    bare = storage.register(Settings.from_environ(environ))
    assert not storage.is_allowed("_ga", Place.COOKIE, bare, all_of_it)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000"])
def test_a_house_without_a_domain_has_none_to_clean_up(host: str) -> None:
    assert storage._domains(host) == []


def test_cookies_of_the_whole_domain_are_removed_too() -> None:
    assert storage._domains("www.art.example:443") == ["www.art.example", "art.example"]


def test_the_table_on_the_page_and_in_texts_is_the_list(app: Flask, client: InspectingClient) -> None:
    for language, needed in (("fr", "Ce qu’il faut au site"), ("en", "What the site needs")):
        with app.test_request_context("/"), force_locale(language):
            table = blocks.fill("<p>{{ table:storage }}</p>", language)
            uses = blocks.fill("<p>{{ table:purposes }}</p>", language)
        assert re.findall(r"<code>([^<]+)</code>", table) == ["session", "device", "lang", "currency", "choices"]
        assert needed in table
        assert uses.count("<tr>") == 1 + 1 + len(OPTIONAL)
        client.set_cookie("lang", language)
        assert table in client.get("/consents").text


def test_a_house_with_tags_lists_what_they_keep(environ: dict[str, str]) -> None:
    app = create(environ)
    with app.test_request_context("/"), force_locale("en"):
        table = blocks.fill("<p>{{ table:storage }}</p>", "en")
    for name in ("_ga", "_gcl_*", "cto_*", "criteo_*", "facebook.com", "instagram.com"):
        assert table.count(f"<code>{name}</code>") == 1


def create(environ: dict[str, str]) -> Flask:
    return create_app(Settings.from_environ(environ | SET_UP))


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "templates").rglob("mails/*.html")) + sorted((ROOT / "templates" / "notices").rglob("*.html")),
    ids=lambda path: str(path.relative_to(ROOT / "templates")),
)
def test_letters_load_nothing_and_count_nobody(path: Path) -> None:
    """P-18: no picture, style, font or script from anywhere, so nothing tells who opened one."""
    text = path.read_text()
    assert not re.search(r"<(img|link|script|iframe|object|embed|video|audio|source|svg)\b", text, re.IGNORECASE)
    assert not re.search(r"url\(|@import|background=|src=", text, re.IGNORECASE)
