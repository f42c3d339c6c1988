"""The visitor's language, without an account, and what is written in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from gallery.core import i18n
from gallery.core.access import public
from tests.inspection import InspectingClient

AT = datetime(2026, 12, 3, 18, 42, 7, 250_000, tzinfo=UTC)


@contextmanager
def asked(app: Flask, path: str, **how: Any) -> Iterator[None]:
    """A request with a context of its own, in which no language is remembered yet."""
    with app.app_context(), app.test_request_context(path, **how):
        yield


def language(page) -> str:
    return re.findall(r'<html lang="(\w+)"', page.text)[0]


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        ("", "fr"),
        ("en-GB,en;q=0.8", "en"),
        ("de,en;q=0.3", "en"),
        ("wo", "fr"),
        ("fr-SN,en;q=0.9", "fr"),
        (";;q=", "fr"),
    ],
)
def test_the_browser_says_which_language_until_the_visitor_does(
    client: InspectingClient, accepted: str, spoken: str
) -> None:
    page = client.get("/", headers={"Accept-Language": accepted})
    assert language(page) == page.headers["Content-Language"] == spoken
    assert "Set-Cookie" not in page.headers or "lang=" not in page.headers["Set-Cookie"]


def test_a_chosen_language_is_remembered_over_the_browsers(client: InspectingClient) -> None:
    english = {"Accept-Language": "en"}
    chosen = client.get("/?lang=fr", headers=english)
    assert language(chosen) == "fr"
    cookie = chosen.headers["Set-Cookie"]
    assert cookie.startswith("lang=fr;")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert language(client.get("/lots/", headers=english)) == "fr"
    assert language(client.get("/lots/?lang=en")) == "en"


@pytest.mark.parametrize("nonsense", ["de", "FR", "../en", "", "fr\r\nX: y"])
def test_an_unknown_language_changes_nothing(client: InspectingClient, nonsense: str) -> None:
    page = client.get("/", query_string={"lang": nonsense}, headers={"Accept-Language": "en"})
    assert language(page) == "en"
    assert "lang=" not in page.headers.get("Set-Cookie", "")


def test_the_switch_keeps_the_page_and_its_whole_query(client: InspectingClient) -> None:
    page = client.get("/lots/?q=vague+bleue&status=open&status=sold&lang=fr")
    assert 'href="/lots/?q=vague+bleue&amp;status=open&amp;status=sold&amp;lang=en"' in page.text
    assert page.text.count('hreflang="') == 1


def test_the_switch_never_leads_away_from_us(app: Flask) -> None:
    with asked(app, "/x?lang=fr", environ_overrides={"PATH_INFO": "//evil.example/x"}):
        assert i18n.page_url("en") == "/evil.example/x?lang=en"
    with asked(app, "/lots/é?q=&x"):
        assert i18n.page_url("en") == "/lots/%C3%A9?q=&x=&lang=en"


def test_the_switch_of_a_form_that_came_back_leads_to_the_page_of_the_form(app: Flask) -> None:
    app.add_url_rule("/only-posts", "only_posts", public(lambda: ""), methods=["POST"])
    came_from = "http://localhost/lots/?q=x"
    with asked(app, "/auth/login", method="POST"):
        assert i18n.page_url("en") == "/auth/login?lang=en"
    with asked(app, "/only-posts", method="POST", headers={"Referer": came_from}):
        assert i18n.page_url("en") == "/lots/?q=x&lang=en"
    with asked(app, "/only-posts", method="POST", headers={"HX-Current-URL": came_from}):
        assert i18n.page_url("en") == "/lots/?q=x&lang=en"
    with asked(app, "/only-posts", method="POST", headers={"Referer": "http://evil.example/lots/"}):
        assert i18n.page_url("en") == "/?lang=en"


def test_times_are_shown_in_the_gallerys_zone_with_its_name(app: Flask) -> None:
    with asked(app, "/?lang=fr"):
        assert i18n.when(AT) == "3 déc. 2026, 18:42 (Dakar)"
        assert i18n.date(AT) == "3 déc. 2026"
    with asked(app, "/?lang=en"):
        assert i18n.when(AT) == "3 Dec 2026, 18:42 (Dakar)"
        assert i18n.time(AT) == "18:42 (Dakar)"
    assert i18n.iso(AT) == "2026-12-03T18:42:07.250Z"


def test_several_things_stand_in_a_line_as_the_language_parts_them(app: Flask) -> None:
    with asked(app, "/?lang=fr"):
        assert i18n.listed(["un", "deux"]) == "un\u202f; deux"
    with asked(app, "/?lang=en"):
        assert i18n.listed(["one", "two"]) == "one; two"


def test_a_text_that_is_not_translated_is_shown_as_it_is_with_its_language(app: Flask) -> None:
    lot = SimpleNamespace(title_fr="La Grande Vague", title_en="", note_fr="", note_en="")
    with asked(app, "/?lang=en"):
        assert i18n.text(lot, "title") == "La Grande Vague"
        assert i18n.text_locale(lot, "title") == "fr"
        assert i18n.text({"title_fr": "Un", "title_en": "One"}, "title") == "One"
        assert i18n.text(lot, "note") == ""
        assert i18n.text_locale(lot, "note") == "en"


def test_amounts_are_written_the_readers_way(app: Flask) -> None:
    write = app.jinja_env.from_string("{{ minor|money('XOF') }} {{ minor|convert('XOF', 'EUR')|money('EUR') }}").render
    with asked(app, "/?lang=fr"):
        assert write(minor=655_957) == "655\u202f957\u00a0F\u202fCFA 1\u202f000\u00a0€"
    with asked(app, "/?lang=en"):
        assert write(minor=655_957) == "655,957\u00a0F\u202fCFA €1,000"


def test_a_mail_is_in_the_language_of_its_reader_and_not_of_the_request(app: Flask) -> None:
    with asked(app, "/?lang=fr"), i18n.force_locale("en"):
        assert i18n.current_locale() == "en"
