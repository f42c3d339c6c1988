"""Facebook says that somebody removed us there: what is signed by it is done, and anything else is nothing (P-47)."""

from __future__ import annotations

import hashlib
import hmac
import json
import time

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gallery.auth.federated.models import DeletionRequest
from gallery.core.db import db
from tests import factories
from tests.auth.doors import fill_in, mailbox, sign_out
from tests.auth.elsewhere import finish, go_with, identities, letter, link
from tests.services.graph import APP_SECRET, Graph, signed_request
from tests.services.oidc import base64url

pytestmark = pytest.mark.database
DOOR = "/webhooks/facebook/deletion"


def send(client: FlaskClient, signed: str) -> TestResponse:
    return client.post(DOOR, data={"signed_request": signed})


def requests() -> list[tuple[str, int | None]]:
    db.session.rollback()
    columns = (DeletionRequest.outcome, DeletionRequest.member_id)
    return [(row[0], row[1]) for row in db.session.execute(sa.select(*columns).order_by(DeletionRequest.id))]


def test_the_link_is_removed_and_a_page_says_so(ana: FlaskClient, mallory: FlaskClient, graph: Graph) -> None:
    member = factories.member("ana")
    factories.sign_in(ana, member)
    link(ana, graph)
    answer = send(mallory, signed_request())
    assert answer.status_code == 200
    said = answer.get_json()
    assert set(said) == {"url", "confirmation_code"}
    code = said["confirmation_code"]
    assert said["url"] == f"http://127.0.0.1:8000/deletions/{code}"
    assert len(code) >= 22, "less than 128 bits"
    assert identities() == []
    assert requests() == [("unlinked", member.id)]
    page = mallory.get(f"/deletions/{code}")
    assert page.status_code == 200
    assert "It is done" in page.text
    assert "we must keep by law" in page.text
    assert "How to have the account erased" in page.text
    assert "ana" not in page.text.lower().replace("banana", ""), "whoever has the code learns no name"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert letter("ana@example.org", "Facebook no longer opens your account")
    stored = db.session.execute(sa.select(DeletionRequest.code_digest)).scalar_one()
    assert code not in stored


def test_whose_only_way_in_it_was_is_told_how_to_choose_a_password(ana: FlaskClient, graph: Graph) -> None:
    go_with(ana, graph)
    finish(ana, email="ana@example.org")
    fill_in(ana, mailbox("ana@example.org")[-1].path)
    sign_out(ana)
    send(ana, signed_request())
    told = letter("ana@example.org", "Facebook no longer opens your account")
    assert "has no password yet" in told.text
    assert told.path == "/auth/reset"
    fill_in(ana, told.path, email="ana@example.org")
    assert letter("ana@example.org", "Choose a new password")


def test_somebody_unknown_gets_the_same_answer(ana: FlaskClient, graph: Graph) -> None:
    factories.sign_in(ana, factories.member("ana"))
    link(ana, graph)
    known, unknown = send(ana, signed_request()), send(ana, signed_request(user_id="9999"))
    assert known.status_code == unknown.status_code
    assert known.get_json().keys() == unknown.get_json().keys()
    assert known.content_length == unknown.content_length
    assert "nothing to delete" in ana.get("/deletions/" + unknown.get_json()["confirmation_code"]).text


def test_a_request_that_is_sent_again_does_not_undo_a_later_link(ana: FlaskClient, graph: Graph) -> None:
    factories.sign_in(ana, factories.member("ana"))
    old = signed_request(issued_at=int(time.time()) - 3600)
    link(ana, graph)
    assert send(ana, old).status_code == 200
    assert len(identities()) == 1


def by_hand(payload: object, secret: str = APP_SECRET, digest: str = "sha256") -> str:
    body = base64url(payload if isinstance(payload, bytes) else json.dumps(payload).encode())
    return base64url(hmac.new(secret.encode(), body.encode(), getattr(hashlib, digest)).digest()) + "." + body


GOOD = {"algorithm": "HMAC-SHA256", "issued_at": 1, "user_id": "7001"}
HONEST = signed_request()
FORGED = {
    "nothing": "",
    "no dot": "x",
    "empty": ".",
    "unsigned": "." + HONEST.split(".")[1],
    "another secret": signed_request("another-secret"),
    "no secret": signed_request(""),
    "signature of another body": HONEST.split(".")[0] + "." + signed_request(user_id="1").split(".")[1],
    "signature cut off": HONEST[5:],
    "signature not in base64": "é" + HONEST,
    "body in another script": HONEST + "é",
    "SHA-1": by_hand(GOOD, digest="sha1"),
    "MD5": by_hand(GOOD | {"algorithm": "HMAC-MD5"}),
    "no algorithm": by_hand({name: GOOD[name] for name in GOOD if name != "algorithm"}),
    "algorithm none": by_hand(GOOD | {"algorithm": "none"}),
    "algorithm that is a number": by_hand(GOOD | {"algorithm": 7}),
    "no user": by_hand({name: GOOD[name] for name in GOOD if name != "user_id"}),
    "user that is a number": by_hand(GOOD | {"user_id": 7001}),
    "user that is a list": by_hand(GOOD | {"user_id": ["7001"]}),
    "user that is empty": by_hand(GOOD | {"user_id": ""}),
    "user with a line end": by_hand(GOOD | {"user_id": "7001\n"}),
    "user without end": by_hand(GOOD | {"user_id": "7" * 100}),
    "time in letters": by_hand(GOOD | {"issued_at": "now"}),
    "time without end": by_hand(GOOD | {"issued_at": 10**30}),
    "a list": by_hand([GOOD]),
    "null": by_hand(None),
    "not JSON": by_hand(b"\xff\xfe"),
    "deep": by_hand(b"[" * 9_000),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_what_facebook_did_not_sign_does_nothing(ana: FlaskClient, graph: Graph, forged: str) -> None:
    factories.sign_in(ana, factories.member("ana"))
    link(ana, graph)
    assert send(ana, forged).status_code == 400
    assert len(identities()) == 1
    assert requests() == []


def test_the_same_by_hand_is_taken(ana: FlaskClient, graph: Graph) -> None:
    """Or the forgeries above prove nothing."""
    assert send(ana, by_hand(GOOD)).status_code == 200
    assert send(ana, by_hand({"algorithm": "HMAC-SHA256", "user_id": "7001"})).status_code == 200


def test_what_is_too_long_is_not_read(ana: FlaskClient, graph: Graph) -> None:
    assert send(ana, "x" * 20_000).status_code == 413
    assert ana.post(DOOR, data=b"x" * 20_000, content_type="application/x-www-form-urlencoded").status_code == 413


def test_it_is_for_programs_that_sign(ana: FlaskClient, graph: Graph) -> None:
    """No session counts here, no cookie is made, and another way of sending is none."""
    assert ana.get(DOOR).status_code == 405
    assert ana.post(DOOR).status_code == 400
    assert ana.post(DOOR, json={"signed_request": signed_request()}).status_code == 400
    assert ana.post(f"{DOOR}?signed_request={signed_request()}").status_code == 400
    answer = send(ana, signed_request())
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://www.facebook.com"}
    assert ana.post(DOOR, data={"signed_request": signed_request()}, headers=foreign).status_code == 200


@pytest.mark.parametrize("code", ["x", "a" * 32, "a" * 33, "..", "%00", "é" * 32])
def test_a_code_that_is_none_has_no_page(ana: FlaskClient, graph: Graph, code: str) -> None:
    send(ana, signed_request())
    assert ana.get(f"/deletions/{code}").status_code == 404


@pytest.mark.parametrize("subject", ["70012", "700123", "7001234"])
def test_the_signature_is_over_the_text_as_it_was_sent(ana: FlaskClient, graph: Graph, subject: str) -> None:
    """With its padding written out, or a blank in it, the body is another text that means the same."""
    signature, body = signed_request(user_id=subject).split(".")
    for other in (body + "=", body + "==", body + " ", body[:8] + "\n" + body[8:]):
        assert send(ana, f"{signature}.{other}").status_code == 400
    assert send(ana, f"{signature}.{body}").status_code == 200
