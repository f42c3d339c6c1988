"""Editors word the mails: with places that are checked and filled, and as built where they wrote nothing (M1)."""

from __future__ import annotations

import pytest
from flask import Flask

from gallery.content.pages.rules import Kind
from gallery.core import clock
from gallery.notices import letters
from gallery.notices.rules import NOTICES
from tests.content.desk import begin, editor, public, publish, send
from tests.inspection import InspectingClient

FACTS = {"lot_id": 7, "price_minor": 125_00, "currency": "EUR"}
WORDS = {
    "title_en": "Higher: {title}",
    "body_en": "The price is **{price}**.\n\nRead [the rules](https://example.org/rules).",
    "title_fr": "Dépassé : {title}",
    "body_fr": "Le prix est de {price}.",
}


def letter(title: str = "The Wave", language: str = "en", name: str = "outbid") -> letters.Letter:
    return letters.write(
        name, FACTS | {"reason": "damaged"}, letters.Lot("La Vague", title, clock.now()), "ana@example.org", language
    )


def test_the_editors_words_are_sent_once_they_are_public(client: InspectingClient) -> None:
    editor(client)
    number = begin(client, "notice?name=outbid", **WORDS)
    assert letter().subject.startswith("You were outbid")
    publish(client, number)
    sent = letter()
    assert sent.subject == "Higher: The Wave\n"
    assert "The price is <strong>€125</strong>." in sent.html
    assert "The price is €125." in sent.text
    assert "Read the rules (https://example.org/rules)." in sent.text
    assert "/lots/7" in sent.text
    assert letter(language="fr").subject == "Dépassé : La Vague\n"


def test_a_language_without_own_words_is_sent_as_built(app: Flask) -> None:
    public(Kind.NOTICE, "outbid", **(WORDS | {"title_fr": "", "body_fr": ""}))
    assert letter().subject == "Higher: The Wave\n"
    assert letter(language="fr") == letters.as_built(
        "outbid",
        FACTS | {"reason": "damaged"},
        letters.Lot("La Vague", "The Wave", clock.now()),
        "ana@example.org",
        "fr",
    )


def test_what_a_seller_calls_his_lot_stays_words(app: Flask) -> None:
    """A title is no Markdown, no HTML and no place: places are filled once, after all else."""
    public(Kind.NOTICE, "outbid", **(WORDS | {"body_en": "About {title}"}))
    sent = letter("<b>[x](https://evil.example) {price}\r\nBcc: eve@example.org")
    assert "About &lt;b&gt;[x](https://evil.example) {price}" in sent.html
    assert 'evil.example"' not in sent.html
    assert sent.subject.count("\n") == 1


@pytest.mark.parametrize("part", ["title_en", "body_fr"])
def test_a_place_that_nothing_fills_is_refused(client: InspectingClient, part: str) -> None:
    editor(client)
    client.set_cookie("lang", "en")
    answer = send(client, "/admin/content/new/notice?name=lot_withdrawn", **(WORDS | {part: "{title} {prize}"}))
    assert answer.status_code == 422
    assert "Nothing fills {prize}." in answer.text
    assert "{title} {prize}" in answer.text


@pytest.mark.parametrize("name", NOTICES)
def test_every_notice_can_be_worded_and_shows_how_it_is_built(client: InspectingClient, name: str) -> None:
    editor(client)
    page = client.get(f"/admin/content/new/notice?name={name}&lang=en").text
    assert "The Great Wave" in page
    filled = dict.fromkeys(letters.places(name), "x")
    public(Kind.NOTICE, name, body_en=" ".join(f"{{{place}}}" for place in filled))
    assert "{" not in letter(name=name).text


def test_there_is_no_other_notice(client: InspectingClient) -> None:
    editor(client)
    assert client.get("/admin/content/new/notice?name=nonsense").status_code == 404
