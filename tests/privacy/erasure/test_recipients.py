"""Who has received data is told, once and with a receipt; who takes no message is a task for the staff (P-42)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from gallery import create_app
from gallery.auth.federated.models import Identity
from gallery.core import clock, outbox
from gallery.core.db import db, transaction
from gallery.core.settings import Settings
from gallery.privacy.erasure import queries, services
from tests import factories
from tests.bidding.books import rows
from tests.inspection import InspectingClient
from tests.services import graph as fake
from tests.services.graph import Graph
from tests.services.oidc import as_json
from tests.services.smtp import Postbox


@pytest.fixture(scope="module")
def graph() -> Iterator[Graph]:
    """Facebook, as far as it is asked."""
    with fake.running() as running:
        yield running


@pytest.fixture
def house(environ: dict[str, str], graph: Graph, smtp: Postbox) -> Iterator[Flask]:
    """A house that mails by a server and knows Facebook."""
    graph.reset()
    keys = {
        "GALLERY_MAIL_URL": smtp.url,
        "GALLERY_FACEBOOK_APP_ID": fake.APP_ID,
        "GALLERY_FACEBOOK_APP_SECRET": fake.APP_SECRET,
        "GALLERY_FACEBOOK_GRAPH": f"{graph.address}{fake.VERSION}",
    }
    app = create_app(Settings.from_environ(environ | keys))
    app.test_client_class = InspectingClient
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def linked(*providers: str) -> int:
    """Ana, who signs in with these."""
    ana = factories.member("ana").id
    with transaction() as session:
        for provider in providers:
            one = Identity(member_id=ana, provider=provider, issuer=provider, subject="7001", linked_at=clock.now())
            session.add(one)
    return ana


def begin(member_id: int) -> services.Asked:
    asked = services.begin(member_id, now=clock.now())
    outbox.deliver_due()
    services.carry_on(asked.id, clock.now())
    return asked


def told(asked: services.Asked) -> dict[str, str]:
    db.session.rollback()
    return {one.recipient: one.receipt for one in queries.notices_of(f"erasure:{asked.id}")}


def test_facebook_takes_our_permissions_back_and_the_member_sees_it(house: Flask, graph: Graph) -> None:
    graph.answers["/7001/permissions"] = lambda: as_json({"success": True})
    asked = begin(linked("facebook", "google"))
    assert told(asked) == {"facebook": "revoked", "google": "no_way", "mail_provider": ""}
    assert graph.surprises == []
    page = house.test_client().get(f"/erasures/{asked.ref}?lang=en").text
    assert "Facebook: told; it has taken our permissions back" in page
    assert "carries our mail: is going to be told" in page
    assert not [row for row in rows("outbox_message") if "7001" in str(row)]


def test_a_recipient_who_is_down_is_told_later(house: Flask, graph: Graph) -> None:
    graph.answers["/7001/permissions"] = lambda: as_json({"error": {"message": "later"}}, 500)
    asked = begin(linked("facebook"))
    assert told(asked)["facebook"] == ""
    (waiting,) = [row for row in rows("outbox_message") if row.kind == "recipient"]
    assert (waiting.state, waiting.attempts) == ("queued", 1)
    graph.answers["/7001/permissions"] = lambda: as_json({"error": {"code": 100}}, 400)
    outbox.deliver_due(clock.now().replace(year=clock.now().year + 1))
    assert told(asked)["facebook"] == "unknown_there"


def test_the_last_letter_tells_where_to_look_and_leaves_no_address_behind(house: Flask, smtp: Postbox) -> None:
    asked = begin(linked())
    (letter,) = smtp.to("ana@example.org")
    text = letter.get_body(("plain",)).get_content()
    assert f"/erasures/{asked.ref}" in text
    assert "ana@example.org" not in str(rows("outbox_message"))


def test_staff_tell_by_hand_and_say_so(house: Flask) -> None:
    asked = begin(linked())
    sue = factories.member("sue", roles=["support"])
    desk = house.test_client()
    factories.sign_in(desk, sue)
    page = desk.get("/admin/erasures/recipients?lang=en").text
    assert "carries our mail" in page
    (notice,) = rows("recipient_notice")
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    address = f"/admin/erasures/recipients/{notice.id}"
    assert desk.post(address, data={"csrf_token": token}).status_code == 303
    assert desk.post(address, data={"csrf_token": token}).status_code == 404, "once"
    assert told(asked) == {"mail_provider": "by_hand"}
    assert "Everybody was told" in desk.get("/admin/erasures/recipients").text
