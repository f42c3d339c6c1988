"""How the tests use a passkey where a browser would: ask for a challenge, answer it, send the form."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gallery.auth.models import Member
from tests import factories
from tests.auth.doors import token_of
from tests.auth.soft_key import SoftKey

SHELF = "/account/security/passkeys"
NEW, NEW_OPTIONS = f"{SHELF}/new", f"{SHELF}/options"
SIGN_IN, SIGN_IN_OPTIONS = "/auth/passkey", "/auth/passkey/options"
SECOND_STEP, SECOND_STEP_OPTIONS = "/auth/passkey/second-step", "/auth/passkey/second-step/options"
PROVE, PROVE_OPTIONS = "/auth/passkey/prove", "/auth/passkey/prove/options"


def csrf(client: FlaskClient) -> str:
    """The token of whatever session the client has."""
    return token_of(client.get("/auth/reset").text)


def ask(client: FlaskClient, address: str, **fields: str) -> TestResponse:
    """Ask for a challenge as static/js/passkeys.js does."""
    return client.post(address, data={"csrf_token": csrf(client), **fields}, headers={"Accept": "application/json"})


def options(client: FlaskClient, address: str, **fields: str) -> dict[str, Any]:
    """What the browser is told to do."""
    answer = ask(client, address, **fields)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json
    return told


def send(client: FlaskClient, address: str, credential: str, **fields: str) -> TestResponse:
    """Send the form with a browser's answer in it."""
    return client.post(address, data={"csrf_token": csrf(client), "credential": credential, **fields})


def add(client: FlaskClient, key: SoftKey, **fields: str) -> TestResponse:
    """Add a passkey to the account that is signed in."""
    return send(client, NEW, key.create(options(client, NEW_OPTIONS, **fields)), **fields)


def with_passkey(client: FlaskClient, who: Member, key: SoftKey | None = None) -> SoftKey:
    """A member's passkey; the client is signed in afterwards."""
    key = key or SoftKey()
    factories.sign_in(client, who)
    assert add(client, key).status_code == 303
    return key


def sign_in(client: FlaskClient, key: SoftKey, **fields: str) -> TestResponse:
    """Sign in with nothing but a passkey."""
    return send(client, SIGN_IN, key.get(options(client, SIGN_IN_OPTIONS)), **fields)


def said(page: TestResponse) -> str:
    """What the page tells above its content."""
    found = re.search(r'id="said">(.*?)</div>\s*</div>', page.text, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]).strip() if found else ""
