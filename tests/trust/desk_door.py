"""How the tests sit at the desk: sign in as staff, say why, act."""

from __future__ import annotations

import re
from datetime import date

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gallery.account import services as accounts
from gallery.account.models import BankAccount
from gallery.auth.models import Member
from gallery.core import clock
from gallery.core.crypto import blind_index
from gallery.core.db import transaction
from tests import factories
from tests.auth.doors import token_of

AWA = {
    "full_name": "Awa N’Diaye",
    "phone": "+221771234567",
    "street": "Villa 41, rue 10",
    "landmark": "behind the Santhiaba pharmacy",
    "postal_code": "12500",
    "city": "Rufisque",
    "country": "SN",
    "born_on": date(1987, 3, 9),
}
IBAN = "FR7630006000011234567890189"
CANARIES = (
    "awa@example.org",
    "+221771234567",
    "77 123 45 67",
    "Villa 41",
    "Santhiaba",
    "1987",
    IBAN,
    "6000011234567890189",
)
"""What stands in no answer before it was asked for by name; a phone also as people read it."""


def awa() -> Member:
    """A member with everything that the desk masks."""
    made = factories.member("awa", profile=False)
    accounts.save(made.id, AWA, now=clock.now())
    with transaction() as session:
        session.add(
            BankAccount(
                member_id=made.id,
                kind="iban",
                holder="Awa N’Diaye",
                number=IBAN,
                number_index=blind_index("bank_account.number", IBAN),
                bank="Agricole",
                country="FR",
                updated_at=clock.now(),
            )
        )
    return made


def staff(client: FlaskClient, role: str = "support", name: str = "sue") -> Member:
    """Somebody of the staff, signed in with a second step."""
    made = factories.member(name, roles=[role])
    factories.sign_in(client, made)
    return made


def send(client: FlaskClient, address: str, headers: dict[str, str] | None = None, **fields: str) -> TestResponse:
    """Send a form with the token of the session."""
    token = token_of(client.get("/admin/").text)
    return client.post(address, data={"csrf_token": token, **fields}, headers=headers)


def search(client: FlaskClient, typed: str, **more: str) -> TestResponse:
    return send(client, "/admin/members/", q=typed, **more)


def found_in(page: str) -> list[int]:
    """The numbers of the members in a list."""
    return [int(number) for number in re.findall(r'href="/admin/members/(\d+)"', page)]


def look(client: FlaskClient, member_id: int, reason: str = "support_request", words: str = "Asked by phone") -> None:
    """Say why, and be let in."""
    answer = send(client, f"/admin/members/{member_id}/looks", **{"look-reason": reason, "look-words": words})
    assert answer.status_code == 303, answer.text


def act(client: FlaskClient, member_id: int, what: str, **fields: str) -> TestResponse:
    return send(client, f"/admin/members/{member_id}/{what}", **fields)
