"""How the tests sit at the content desk: sign in as the editor, write, publish."""

from __future__ import annotations

import re
from datetime import datetime

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gallery.auth.models import Member
from gallery.content.pages import services
from gallery.content.pages.rules import Draft, Kind
from gallery.core import clock
from tests import factories
from tests.auth.doors import token_of

WORDS = {
    "title_fr": "La galerie",
    "title_en": "The gallery",
    "body_fr": "Nous vendons des œuvres.",
    "body_en": "We sell works of art.",
}


def editor(client: FlaskClient, name: str = "edi") -> Member:
    """An editor, signed in with a second step."""
    made = factories.member(name, roles=["editor"])
    factories.sign_in(client, made)
    return made


def send(client: FlaskClient, address: str, headers: dict[str, str] | None = None, **fields: str) -> TestResponse:
    """Send a form with the token of the session."""
    token = token_of(client.get("/admin/").text)
    return client.post(address, data={"csrf_token": token, **fields}, headers=headers)


def begin(client: FlaskClient, kind: str = "page", slug: str = "about", **fields: str) -> int:
    """Write a new text through the desk; its number."""
    answer = send(client, f"/admin/content/new/{kind}", **(WORDS | {"slug": slug, "rank": "100"} | fields))
    assert answer.status_code == 303, answer.text
    found = re.search(r"/admin/content/(\d+)$", answer.location)
    assert found
    return int(found[1])


def keep(client: FlaskClient, content_id: int, based_on: int, **fields: str) -> TestResponse:
    """Write on."""
    sent = WORDS | {"rank": "100", "based_on": str(based_on)} | fields
    return send(client, f"/admin/content/{content_id}", **sent)


def publish(client: FlaskClient, content_id: int, number: int = 1, at: str = "") -> TestResponse:
    return send(client, f"/admin/content/{content_id}/decisions", act="publish", number=str(number), at=at)


def public(kind: Kind, slug: str, now: datetime | None = None, **said: object) -> int:
    """A text that is public, without the desk; its number."""
    at = now or clock.now()
    made = services.create(kind, slug, Draft(**(WORDS | said)), author_id=None, now=at)  # type: ignore[arg-type]
    services.publish(made, 1, from_at=at, by_id=None, now=at)
    return made
