"""The first edition: complete in both languages, true to the house's addresses, and never in an editor's way (M3)."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from gallery.content import markup
from gallery.content.pages import checking, first_edition, queries, services
from gallery.content.pages.first_edition import Done
from gallery.content.pages.rules import Draft, Kind, elsewhere
from gallery.core import clock
from tests import factories
from tests.inspection import InspectingClient


def seed() -> Done:
    return first_edition.seed(now=clock.now())


def test_the_first_edition_is_published_once(app: Flask, client: InspectingClient) -> None:
    done = seed()
    assert done.begun == len(first_edition.texts()) > 15
    assert seed() == Done(kept=done.begun)
    for language in ("fr", "en"):
        for kind, slug in first_edition.texts():
            if kind in (Kind.PAGE, Kind.HELP):
                address = "/contact" if slug == "contact" else f"/{'pages' if kind is Kind.PAGE else 'help'}/{slug}"
                assert client.get(f"{address}?lang={language}").status_code == 200


@pytest.mark.database
def test_an_editors_work_is_never_overwritten(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    edi = factories.member("edi", roles=["editor"]).id
    seed()
    about = queries.content_called(Kind.PAGE, "about")
    rules = queries.content_called(Kind.PAGE, "how-bidding-works")
    assert about is not None
    assert rules is not None
    said = Draft.of(queries.versions(about.id)[0])
    services.save(about.id, Draft(**(vars(said) | {"body_en": "Edi’s."})), based_on=1, author_id=edi, now=clock.now())
    services.withdraw(rules.id, by_id=edi, now=clock.now())
    changed = {
        key: Draft(**(vars(draft) | {"body_en": draft.body_en + "\n\nNew."}))
        for key, draft in first_edition.texts().items()
    }
    monkeypatch.setattr(first_edition, "texts", lambda: changed)
    done = seed()
    assert done.kept == 2, "the one that was rewritten and the one that was taken away"
    assert done.renewed == len(changed) - 2
    assert queries.versions(about.id)[0].body_en == "Edi’s."
    assert queries.published(Kind.PAGE, "how-bidding-works", clock.now()) is None


def test_every_link_of_it_opens_and_nothing_waits_for_a_translation(app: Flask) -> None:
    seed()
    around = checking.surroundings(clock.now())
    for (kind, slug), draft in first_edition.texts().items():
        assert checking.check(kind, slug, draft, around) == [], slug
        assert elsewhere(draft) == []
        french, english = (
            [(section.level, section.id) for section in markup.outline(body)] for body in (draft.body_fr, draft.body_en)
        )
        assert french == english, f"{slug}: others point at its sections in both languages"


def test_sections_that_it_points_at_are_there(app: Flask) -> None:
    sections = {
        ("/pages/" if kind is Kind.PAGE else "/help/") + slug: {section.id for section in markup.outline(draft.body_en)}
        for (kind, slug), draft in first_edition.texts().items()
    }
    for draft in first_edition.texts().values():
        for address in [*markup.links(draft.body_en), *markup.links(draft.body_fr)]:
            page, _, section = address.partition("#")
            if section:
                assert section in sections[page], address


def test_french_is_set_in_french(app: Flask) -> None:
    """A line never begins with a colon: the blank before it does not break."""
    for (_kind, slug), draft in first_edition.texts().items():
        assert not re.search(r" [:;?!»]|« |'", re.sub(r"```.*?```|`[^`]*`", "", draft.body_fr, flags=re.DOTALL)), slug
        assert "[[" not in draft.body_fr.replace("[[+", "") + draft.body_en.replace("[[+", ""), slug


def test_the_command_tells_what_it_did(app: Flask) -> None:
    answer = app.test_cli_runner().invoke(args=["content", "seed"])
    assert answer.exit_code == 0, answer.output
    assert re.match(r"\d+ texts begun, 0 brought up to date, 0 left as they are", answer.output)
