"""What people say of themselves, and how they send it: in one browser, with JavaScript or without."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gallery.account import queries

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = date(2026, 11, 23)
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}

AWA = {
    "full_name": "Awa N'Diaye",
    "phone": "77 123 45 67",
    "street": "Villa 4",
    "landmark": "derrière la pharmacie Mermoz",
    "postal_code": "",
    "city": "Dakar",
    "country": "SN",
    "born_on": "1990-05-17",
}
PARIS = AWA | {
    "phone": "06 12 34 56 78",
    "street": "12 rue des Écoles",
    "landmark": "",
    "postal_code": "75005",
    "city": "Paris",
    "country": "FR",
}
ADDRESS = ("street", "landmark", "postal_code", "city", "country")
PARTS = {name: "address" if name in ADDRESS else name for name in AWA}
"""In which part of the profile a field stands."""


def token(client: FlaskClient) -> str:
    found = TOKEN.search(client.get("/account/profile").text)
    assert found
    return found[1]


def save(client: FlaskClient, part: str, *, htmx: bool = False, **fields: str) -> TestResponse:
    """Send one part of the profile."""
    sent = {"csrf_token": token(client), **fields}
    return client.post(f"/account/profile/{part}", data=sent, headers=HTMX if htmx else {})


def fields_of(part: str, who: dict[str, str] = AWA) -> dict[str, str]:
    """What somebody says in a part."""
    return {name: said for name, said in who.items() if PARTS[name] == part}


def complete(client: FlaskClient, query: str = "for=bidding", **fields: str) -> TestResponse:
    """Send the gate's form."""
    return client.post(f"/account/complete?{query}", data={"csrf_token": token(client), **fields})


def stored(member_id: int) -> dict[str, object]:
    """What the house has of a member."""
    found = queries.profile(member_id)
    assert found is not None
    return dict(found)
