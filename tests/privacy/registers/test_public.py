"""The public register of receivers and transfers, and the tables that policies have from it (L7, P-03, P-62)."""

from __future__ import annotations

import dataclasses

import pytest
from flask import Flask

from gallery.content import blocks
from tests.inspection import InspectingClient


def test_anybody_reads_who_receives_data(client: InspectingClient) -> None:
    page = client.get("/privacy/processors?lang=en").text
    assert "The bank that pays out" in page
    assert "European Union" in page
    assert "ten years from the end of the accounting year" in page


def test_who_is_not_set_up_receives_nothing_and_is_not_listed(app: Flask, client: InspectingClient) -> None:
    bare = {"google_client_id": None, "facebook_app_id": None, "facebook_page": None, "instagram_page": None}
    app.extensions["settings"] = dataclasses.replace(app.extensions["settings"], **bare, criteo_account=None)
    page = client.get("/privacy/processors").text
    assert "Meta" not in page
    assert "Criteo" not in page
    app.extensions["settings"] = dataclasses.replace(app.extensions["settings"], criteo_account="12")
    assert "Criteo SA" in client.get("/privacy/processors").text


@pytest.mark.parametrize(
    ("name", "french", "english"),
    [("processors", "enchères", "bids"), ("transfers", "Sénégal", "Senegal"), ("retention", "dix ans", "ten years")],
)
def test_texts_have_the_same_tables_in_their_language(app: Flask, name: str, french: str, english: str) -> None:
    asked = f"<p>{{{{ table:{name} }}}}</p>"
    assert french in blocks.fill(asked, "fr")
    assert english in blocks.fill(asked, "en")
