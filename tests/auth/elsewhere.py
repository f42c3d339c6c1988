"""How the tests walk to a provider and back, and what they look at afterwards."""

from __future__ import annotations

from urllib.parse import urlencode

import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gallery.auth.federated.models import Identity
from gallery.core.db import db
from tests.auth.doors import Mail, mailbox, token_of
from tests.services.graph import Graph
from tests.services.oidc import Liar


def leave(client: FlaskClient, provider: str, **fields: str) -> TestResponse:
    """Press the button on the sign-in page."""
    token = token_of(client.get("/auth/login").text)
    return client.post(f"/auth/with/{provider}", data={"csrf_token": token, **fields})


def come_back(client: FlaskClient, provider: str, **query: str) -> TestResponse:
    return client.get(f"/auth/with/{provider}/callback?{urlencode(query)}")


def go_with(client: FlaskClient, provider: Liar | Graph, **fields: str) -> TestResponse:
    """To the provider and back: the answer to the callback."""
    name = "google" if isinstance(provider, Liar) else "facebook"
    left = leave(client, name, **fields)
    assert left.status_code == 303, left.text
    code, state = provider.visit(left.location)
    return come_back(client, name, code=code, state=state)


def finish(client: FlaskClient, **fields: str) -> TestResponse:
    """Press "Open an account" on the page that shows what is taken over."""
    page = client.get("/auth/with/finish")
    assert page.status_code == 200, page.location
    return client.post("/auth/with/finish", data={"csrf_token": token_of(page.text), **fields})


def link(client: FlaskClient, provider: Liar | Graph) -> TestResponse:
    """In the settings: to the provider and back."""
    name = "google" if isinstance(provider, Liar) else "facebook"
    token = token_of(client.get("/account/security/linked").text)
    left = client.post(f"/account/security/linked/{name}", data={"csrf_token": token})
    assert left.status_code == 303, left.text
    code, state = provider.visit(left.location)
    return come_back(client, name, code=code, state=state)


def identities() -> list[tuple[int, str, str]]:
    """Whom which account elsewhere opens: number of the member, provider, subject."""
    db.session.rollback()
    columns = (Identity.member_id, Identity.provider, Identity.subject)
    return [(row[0], row[1], row[2]) for row in db.session.execute(sa.select(*columns).order_by(Identity.id))]


def said(client: FlaskClient, answer: TestResponse) -> str:
    """The page to which an answer leads."""
    page = client.get(answer.location)
    assert page.status_code == 200, (answer.location, page.status)
    return page.text


def letter(email: str, subject: str) -> Mail:
    """The newest mail with this subject; two that are delivered together have no order."""
    found = [mail for mail in mailbox(email) if mail.subject == subject]
    assert found, [mail.subject for mail in mailbox(email)]
    return found[-1]
