"""An editor writes, looks, compares and publishes; everybody reads it, and nothing in it runs (M1, M2, 1.2.1)."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient

from gallery.content.policies import publishing, queries
from gallery.content.policies.rules import Kind
from tests import factories
from tests.content.policies import NOW, at

DESK = "/admin/content/policies"
EVIL = "\n\n<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>\n"
RUNS = ("<script>alert", 'href="javascript', "<img src=x")


def test_an_editor_publishes_a_version_and_everybody_reads_what_changed(app: Flask, client: FlaskClient) -> None:
    at(app, NOW)
    publishing.seed(NOW)
    factories.sign_in(client, factories.member("edi", roles=["editor"]))
    client.get(f"{DESK}/?lang=en")
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(f"{DESK}/legal").text)
    newest = queries.newest(Kind.LEGAL)
    assert token
    assert newest
    sent = {
        "csrf_token": token[1],
        "revision": "0",
        "source_en": newest.source_en + EVIL,
        "source_fr": newest.source_fr + EVIL,
        "summary_en": "<b>More</b>",
        "summary_fr": "Plus",
    }
    wrong = client.post(f"{DESK}/legal", data=sent | {"effective_on": "soon"})
    assert wrong.status_code == 422
    assert "This is not a date" in wrong.text
    assert "&lt;b&gt;More" in wrong.text, "nothing typed is lost"
    look = client.post(f"{DESK}/legal/look", data=sent, headers={"HX-Request": "true"})
    assert not [one for one in RUNS if one in look.text]
    assert queries.draft(Kind.LEGAL) is None, "looking saves nothing"
    assert client.post(f"{DESK}/legal", data=sent).location == f"{DESK}/legal/preview"
    preview = client.get(f"{DESK}/legal/preview").text
    assert "Publish this version" in preview
    assert "<ins>" in client.get(f"{DESK}/legal/preview?view=changes").text
    done = client.post(f"{DESK}/legal/publication", data={"csrf_token": token[1], "revision": "1"})
    assert done.location == f"{DESK}/"
    changes = client.get("/policies/legal/versions/2?view=changes").text
    assert "<ins>" in changes
    assert "<b>More</b>" not in changes
    for page in ("/policies/legal/versions/2", "/policies/legal/versions/", "/policies/", "/policies/legal"):
        assert not [one for one in RUNS if one in preview + client.get(page).text]
    assert "Another version counts" in client.get("/policies/legal").text


def test_a_page_that_has_not_changed_is_not_sent_again(app: Flask, client: FlaskClient) -> None:
    at(app, NOW)
    publishing.seed(NOW)
    first = client.get("/policies/terms?lang=en")
    again = client.get("/policies/terms?lang=en", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert client.get("/policies/terms?lang=fr").headers["ETag"] != first.headers["ETag"]
