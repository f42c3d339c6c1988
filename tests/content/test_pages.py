"""What everybody reads: pages in two languages, help with its search, the home page's words, banners (M1, O2, J3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from gallery.content.pages.rules import Kind, Place, stands_at
from gallery.core import clock
from gallery.core.clock import FrozenClock
from tests import factories
from tests.content.desk import public
from tests.inspection import InspectingClient

COSTS = "## Premium {#premium}\n\nOur premium is nine per cent.\n\n## Délivrance {#delivery}\n\nWe deliver to Europe."
FRAIS = (
    "## Frais {#premium}\n\nLes frais d’achat : neuf pour cent.\n\n## Livraison {#delivery}\n\nNous livrons en Europe."
)


def test_a_page_is_read_in_the_readers_language(client: InspectingClient) -> None:
    public(Kind.PAGE, "about")
    assert "<h1>The gallery</h1>" in client.get("/pages/about?lang=en").text
    assert "<h1>La galerie</h1>" in client.get("/pages/about?lang=fr").text


def test_a_text_without_translation_says_so_and_keeps_its_language(client: InspectingClient) -> None:
    """3.1.2: the words carry the language that they are in."""
    public(Kind.PAGE, "about", title_en="", body_en="")
    page = client.get("/pages/about?lang=en").text
    assert "This text has not been translated yet." in page
    assert '<h1 lang="fr">La galerie</h1>' in page
    assert "not been translated" not in client.get("/pages/about?lang=fr").text


def test_a_page_that_is_still_the_same_is_not_sent_again(client: InspectingClient) -> None:
    """A visitor on a slow line gets 304; what changed for him, be it the language or a banner, is sent."""
    public(Kind.PAGE, "about")
    first = client.get("/pages/about?lang=en")
    again = {"If-None-Match": first.headers["ETag"]}
    assert 'name="csrf_token"' in first.text, "the question for choices holds a token, which tells the time"
    with time_machine.travel(clock.now() + timedelta(seconds=90)):
        same = client.get("/pages/about?lang=en", headers=again)
    assert (same.status_code, same.data) == (304, b"")
    assert "Content-Security-Policy" not in same.headers, "it would name another nonce than the page that is kept"
    assert client.get("/pages/about?lang=fr", headers=again).status_code == 200
    public(Kind.BANNER, "spring")
    assert client.get("/pages/about?lang=en", headers=again).status_code == 200


def test_a_members_page_is_kept_nowhere(client: InspectingClient) -> None:
    public(Kind.PAGE, "about")
    factories.sign_in(client, factories.member("ana"))
    answer = client.get("/pages/about")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


def test_the_contact_page_is_there_before_anybody_wrote_one(client: InspectingClient) -> None:
    assert "+221 33 864 3007" in client.get("/contact").text
    public(Kind.PAGE, "contact", title_en="Reach us")
    assert "<h1>Reach us</h1>" in client.get("/contact?lang=en").text
    assert client.get("/pages/contact").headers["Location"] == "/contact"


@pytest.mark.parametrize(
    ("question", "language", "leads_to"),
    [
        ("premium", "en", "/help/costs#premium"),
        ("deliveries", "en", "/help/costs#delivery"),
        ("delivrance", "en", "/help/costs#delivery"),
        ("LIVRÉ", "fr", "/help/costs#delivery"),
        ("frais d'achat", "fr", "/help/costs#premium"),
        ("deliver premium", "en", "/help/costs#"),
    ],
)
def test_help_is_found_by_words_with_and_without_accents(
    client: InspectingClient, question: str, language: str, leads_to: str
) -> None:
    """O2: the answer leads to the section that has it."""
    public(Kind.HELP, "costs", title_en="Costs", title_fr="Coûts", body_en=COSTS, body_fr=FRAIS)
    public(
        Kind.HELP, "account", title_en="Account", title_fr="Compte", body_en="A password.", body_fr="Un mot de passe."
    )
    found = client.get("/help", query_string={"q": question, "lang": language}).text
    assert f'href="{leads_to}' in found
    assert "/help/account" not in found


@pytest.mark.parametrize(
    "question", ["zebra", "premium zebra", "…", "' OR 1=1 --", '"><script>alert(1)</script>', "a" * 500]
)
def test_a_question_without_an_answer_is_told_so(client: InspectingClient, question: str) -> None:
    public(Kind.HELP, "costs", body_en=COSTS)
    answer = client.get("/help", query_string={"q": question, "lang": "en"})
    assert answer.status_code == 200
    assert "/help/costs" in answer.text, "the list of topics stays"


def test_help_leads_to_every_page(client: InspectingClient) -> None:
    """The frame has no byte for them: who looks for a page finds it here."""
    public(Kind.PAGE, "about")
    public(Kind.PAGE, "contact", title_en="Reach us")
    page = client.get("/help?lang=en").text
    assert '<a href="/pages/about">The gallery</a>' in page
    assert '<a href="/contact">Reach us</a>' in page


def test_the_search_answers_htmx_with_its_part(client: InspectingClient) -> None:
    public(Kind.HELP, "costs", body_en=COSTS)
    part = client.get("/help?q=premium&lang=en", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert part.text.strip() in client.get("/help?q=premium&lang=en").text


def test_the_home_page_has_the_editors_words(client: InspectingClient) -> None:
    public(Kind.HOME, "home", body_en="Name the **most**.")
    assert "<strong>most</strong>" in client.get("/?lang=en").text


def test_a_banner_stands_where_and_when_it_should(app: Flask, client: InspectingClient) -> None:
    """J3, plain: the same for everybody, and never on the page of a lot (P2)."""
    noon = factories.NOON
    app.extensions["clock"] = clock = FrozenClock(noon)
    lot = factories.open_lot()
    words = {"title_en": "Closed on Friday", "link": "/contact", "tone": "late"}
    times = {"shown_from": noon + timedelta(minutes=10), "shown_until": noon + timedelta(minutes=20)}
    public(Kind.BANNER, "friday", now=noon, **words, **times)
    for minutes, there in ((0, False), (10, True), (19, True), (20, False)):
        app.extensions["clock"] = FrozenClock(noon + timedelta(minutes=minutes))
        assert ("Closed on Friday" in client.get("/lots/?lang=en").text) is there, minutes
    app.extensions["clock"] = clock = FrozenClock(noon + timedelta(minutes=15))
    assert clock
    assert '<a href="/contact">Closed on Friday</a>' in client.get("/help?lang=en").text
    assert "Closed on Friday" not in client.get(f"/lots/{lot}?lang=en").text


@pytest.mark.parametrize(
    ("place", "path", "there"),
    [
        (Place.HOME, "/", True),
        (Place.HOME, "/lots/", False),
        (Place.CATALOGUE, "/lots/", True),
        (Place.CATALOGUE, "/artists/hokusai", True),
        (Place.CATALOGUE, "/", False),
        (Place.ACCOUNT, "/account/profile", True),
        (Place.HELP, "/help/costs", True),
        (Place.HELP, "/account/", False),
        (Place.EVERYWHERE, "/consents", True),
    ],
)
def test_places_of_banners(place: Place, path: str, there: bool) -> None:
    assert stands_at(place, path) is there
