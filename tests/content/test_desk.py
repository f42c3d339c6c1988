"""The content desk: two editors, versions that stay, time that publishes, checks, and who may enter (M1)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from gallery.content.pages import queries, services
from gallery.content.pages.models import ContentDecision, ContentVersion
from gallery.content.pages.rules import Draft, Kind
from gallery.core import clock
from gallery.core.audit import AuditEntry
from gallery.core.clock import FrozenClock
from gallery.core.db import db
from tests import factories
from tests.content.desk import WORDS, begin, editor, keep, publish, send
from tests.inspection import InspectingClient

HTMX = {"HX-Request": "true"}


def text_of(client: InspectingClient, address: str = "/pages/about", language: str = "en") -> str:
    return client.get(f"{address}?lang={language}").text


def test_a_text_is_nobodys_business_until_it_is_published(client: InspectingClient) -> None:
    editor(client)
    number = begin(client)
    assert client.get("/pages/about").status_code == 404
    publish(client, number)
    assert "We sell works of art." in text_of(client)
    assert "Nous vendons des œuvres." in text_of(client, language="fr")


def test_a_change_is_another_version_and_the_public_one_stays(client: InspectingClient) -> None:
    """M1: what was is never changed; publishing is a decision of its own."""
    editor(client)
    number = begin(client)
    publish(client, number)
    before = [tuple(row) for row in db.session.execute(sa.select(ContentVersion.__table__))]
    assert keep(client, number, 1, body_en="We sell sculpture.").status_code == 303
    assert "We sell works of art." in text_of(client)
    publish(client, number, 2)
    assert "We sell sculpture." in text_of(client)
    db.session.rollback()
    assert [tuple(row) for row in db.session.execute(sa.select(ContentVersion.__table__))][:1] == before


def test_the_desk_calls_a_text_by_its_title(client: InspectingClient) -> None:
    """By its address only while nobody has given it a title; the address stands beside it."""
    editor(client)
    number = begin(client)
    for path in ("", "/versions", "/versions/1"):
        page = client.get(f"/admin/content/{number}{path}?lang=fr").text
        assert re.search("<h1>[^<]*La galerie", page), path
    assert "about" in client.get(f"/admin/content/{number}?lang=fr").text


def test_what_is_the_same_adds_no_version(client: InspectingClient) -> None:
    editor(client)
    number = begin(client)
    keep(client, number, 1)
    assert len(queries.versions(number)) == 1


@pytest.mark.database
def test_two_editors_at_once_lose_nothing(app: Flask, client: InspectingClient) -> None:
    """The second sees both texts, and keeps his own only once he has."""
    editor(client)
    number = begin(client)
    other = app.test_client()
    editor(other, "eve")
    assert keep(other, number, 1, body_en="Eve writes of sculpture.").status_code == 303
    answer = keep(client, number, 1, body_en="Edi writes of prints.")
    assert answer.status_code == 409
    assert "Edi writes of prints." in answer.text
    assert "Eve writes of sculpture." in answer.text
    assert "<ins>" in answer.text
    assert 'name="based_on" type="hidden" value="2"' in answer.text
    assert len(queries.versions(number)) == 2
    assert keep(client, number, 2, body_en="Edi writes of both.").status_code == 303
    assert [version.body_en for version in queries.versions(number)][:2] == [
        "Edi writes of both.",
        "Eve writes of sculpture.",
    ]


def test_time_publishes_and_no_job(app: Flask, client: InspectingClient) -> None:
    """A schedule is kept by whoever reads, to the second."""
    app.extensions["clock"] = FrozenClock(factories.NOON)
    editor(client)
    number = begin(client)
    publish(client, number, at="2026-11-23T18:00")
    due = factories.NOON + timedelta(hours=6)
    assert queries.published(Kind.PAGE, "about", due - timedelta(seconds=1)) is None
    assert queries.published(Kind.PAGE, "about", due) is not None
    assert "23 Nov 2026, 18:00" in client.get(f"/admin/content/{number}?lang=en").text


def test_a_time_that_is_half_typed_publishes_nothing(client: InspectingClient) -> None:
    """M1: a browser sends it as no time at all, which means at once, so the browser has to check this form; taking away
    and off the schedule need no time.
    """
    editor(client)
    number = begin(client)
    publish(client, number)
    publish(client, number, at="2099-11-23T18:00")
    page = client.get(f"/admin/content/{number}?lang=en").text
    form = page.split("/decisions", 1)[1].split("</form>")[0]
    assert "novalidate" not in form.split(">")[0]
    checked = {act for act in ("publish", "cancel", "withdraw") if not _skips_the_check(form, act)}
    assert checked == {"publish"}


def _skips_the_check(form: str, act: str) -> bool:
    """Whether a button sends the form as it is."""
    button = re.search(rf'<button[^>]*value="{act}"[^>]*>', form)
    assert button, act
    return "formnovalidate" in button[0]


def test_a_later_decision_undoes_a_schedule(app: Flask) -> None:
    """Of the decisions whose time has come the newest holds: so what was taken off stays off."""
    noon = factories.NOON
    number = services.create(Kind.PAGE, "about", Draft(**WORDS), author_id=None, now=noon)
    services.save(number, Draft(**(WORDS | {"body_en": "New."})), based_on=1, author_id=None, now=noon)
    services.publish(number, 1, from_at=noon, by_id=None, now=noon)
    services.publish(number, 2, from_at=noon + timedelta(days=1), by_id=None, now=noon)
    services.cancel(number, by_id=None, now=noon + timedelta(hours=1))
    found = queries.published(Kind.PAGE, "about", noon + timedelta(days=2))
    assert found is not None
    assert found.version.number == 1
    services.withdraw(number, by_id=None, now=noon + timedelta(days=3))
    assert queries.published(Kind.PAGE, "about", noon + timedelta(days=4)) is None
    assert db.session.query(ContentDecision).count() == 4


def test_a_rollback_is_a_new_version(client: InspectingClient) -> None:
    editor(client)
    number = begin(client)
    keep(client, number, 1, body_en="Worse.")
    answer = send(client, f"/admin/content/{number}/versions/1/restoration", based_on="2")
    assert answer.status_code == 303
    newest, *_older = queries.versions(number)
    assert (newest.number, newest.restores, newest.body_en) == (3, 1, "We sell works of art.")
    page = client.get(f"/admin/content/{number}/versions?lang=en").text
    assert "Brings version 1 back." in page


def test_a_rollback_waits_for_who_looks_at_a_newer_version(client: InspectingClient) -> None:
    editor(client)
    number = begin(client)
    keep(client, number, 1, body_en="Better.")
    send(client, f"/admin/content/{number}/versions/1/restoration", based_on="1")
    assert len(queries.versions(number)) == 2


def test_a_version_shows_what_it_changed_word_by_word(client: InspectingClient) -> None:
    editor(client)
    number = begin(client)
    keep(client, number, 1, body_en="We sell works of paper.")
    page = client.get(f"/admin/content/{number}/versions/2").text
    assert "We sell works of <del>art</del><ins>paper</ins>." in page
    assert "Texte en anglais" in client.get(f"/admin/content/{number}/versions/2?lang=fr").text


def test_a_version_is_shown_as_it_reads(client: InspectingClient) -> None:
    """Not as it is typed; sections of the same name in both languages keep apart."""
    editor(client)
    number = begin(client, body_fr="## Nous {#us}\n\n**Bref**", body_en="## We {#us}\n\n**Short**")
    page = client.get(f"/admin/content/{number}/versions/1").text
    assert '<h2 id="fr-us">Nous</h2>' in page
    assert "<strong>Short</strong>" in page


def test_every_act_is_audited(client: InspectingClient) -> None:
    edi = editor(client)
    edi_id = edi.id
    number = begin(client)
    publish(client, number)
    publish(client, number, at="2099-01-01T00:00")
    send(client, f"/admin/content/{number}/decisions", act="cancel")
    send(client, f"/admin/content/{number}/decisions", act="withdraw")
    acts = db.session.execute(
        sa.select(AuditEntry.action, AuditEntry.actor_id)
        .where(AuditEntry.subject == f"content:{number}")
        .order_by(AuditEntry.id)
    ).all()
    said = ["content.saved", "content.published", "content.scheduled", "content.unscheduled", "content.withdrawn"]
    assert [tuple(act) for act in acts] == [(act, edi_id) for act in said]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["without a script", "by htmx"])
def test_a_preview_keeps_nothing(client: InspectingClient, headers: dict[str, str]) -> None:
    editor(client)
    number = begin(client)
    sent = WORDS | {"act": "preview", "body_en": "## Terms {#t}\n**bold** [there](#t)", "based_on": "1"}
    answer = send(client, f"/admin/content/{number}", headers, **sent)
    assert '<h2 id="en-t">Terms</h2>' in answer.text
    assert ("<html" in answer.text) is not bool(headers)
    if not headers:
        assert "## Terms {#t}" in answer.text, "what was typed stays in the form"
    assert len(queries.versions(number)) == 1


@pytest.mark.parametrize(
    ("kind", "wrong", "says"),
    [
        ("page", {"title_fr": "", "title_en": "", "body_fr": "", "body_en": ""}, "at least one of the languages"),
        ("page", {"title_fr": ""}, "a text in this language, but no title"),
        ("page", {"body_en": ""}, "a title in this language, but no text"),
        ("page", {"rank": "-1"}, "a whole number from 0 to 9999"),
        ("page", {"slug": "Über uns"}, "small letters, digits and hyphens"),
        ("page", {"title_en": "x" * 201}, "200 characters at most"),
        ("page", {"body_en": "x" * 40_001}, "40000 characters at most"),
        ("banner", {"link": "javascript:alert(1)"}, "begins with / or https://"),
        ("banner", {"link": "//evil.example"}, "begins with / or https://"),
        ("banner", {"place": "the moon"}, "choose one of the list"),
        ("banner", {"shown_from": "tomorrow"}, "Write the time like"),
        ("banner", {"shown_from": "2026-12-02T10:00", "shown_until": "2026-12-01T10:00"}, "end before it begins"),
    ],
)
def test_bad_input_gets_a_sentence_and_loses_nothing(
    client: InspectingClient, kind: str, wrong: dict[str, str], says: str
) -> None:
    editor(client)
    client.set_cookie("lang", "en")
    good = WORDS | {"slug": "about", "rank": "100", "place": "everywhere", "tone": "plain", "note": "What I did"}
    answer = send(client, f"/admin/content/new/{kind}", **(good | wrong))
    assert answer.status_code == 422
    assert says in answer.text
    assert "What I did" in answer.text
    assert queries.lines(clock.now()) == []


def test_what_is_wrong_is_said_once_above_the_form(client: InspectingClient) -> None:
    """3.3.1: the address and the text are two forms for the program and one for the editor."""
    editor(client)
    answer = send(client, "/admin/content/new/page", slug="", rank="100")
    assert answer.status_code == 422
    assert answer.text.count('<div class="notice bad"') == 1
    assert '<a href="#slug">' in answer.text
    assert '<a href="#title_en">' in answer.text


def test_an_address_is_given_once(client: InspectingClient) -> None:
    editor(client)
    begin(client)
    answer = send(client, "/admin/content/new/page?lang=en", **WORDS, slug="about", rank="1")
    assert answer.status_code == 422
    assert "There is a text with this address already." in answer.text


def test_the_checks_name_what_is_wrong(client: InspectingClient) -> None:
    """Links within the house by the map of its addresses and by what is public; those out of it are only listed."""
    editor(client)
    begin(client, slug="hidden")
    number = begin(
        client,
        title_fr="",
        body_fr="",
        body_en="[a](/no-such-page) [b](/help) [c](#nowhere) [d](/pages/hidden) ![x](picture:9) "
        "![y](https://elsewhere.example/p.png) [e](https://elsewhere.example/) [f](/lots/7?a=b#c)",
    )
    page = client.get("/admin/content/checks?lang=en").text
    for said in ("/no-such-page", "#nowhere", "/pages/hidden", "elsewhere.example/p.png", "Not translated"):
        assert said in page, said
    assert "<code>9</code>" in page
    assert '<a href="https://elsewhere.example/" rel="noreferrer">' in page
    for fine in ("<code>/help</code>", "<code>/lots/7"):
        assert fine not in page
    assert "/no-such-page" in client.get(f"/admin/content/{number}").text


@pytest.mark.parametrize(("role", "status"), [("editor", 200), ("admin", 200), ("support", 403), ("seller", 403)])
def test_the_desk_is_for_editors(client: InspectingClient, role: str, status: int) -> None:
    factories.sign_in(client, factories.member("somebody", roles=[role]))
    assert client.get("/admin/content/").status_code == status
