"""A maximum never leaves the server, except to its own bidder (I9, case 24).

Ana's maxima are canaries: amounts that stand nowhere else. Everybody looks at everything.
"""

from __future__ import annotations

import logging
import re

import pytest
from flask import url_for

from gallery.bidding import services
from gallery.core import live
from tests import factories
from tests.bidding.books import books, rows

CANARY, RAISED, RESERVE = 7_391_00, 8_647_00, 96_353_00
EYES = ["visitor", "ben", "sol", "ada", "eve", "fay", "hal"]
SPELLINGS = re.compile(
    "|".join(
        rf"(?<![\dA-Za-z]){minor // 100_000}[\W_]{{0,8}}{minor // 100 % 1_000}(?:[.,]?00)?(?![\dA-Za-z])"
        for minor in (CANARY, RAISED, RESERVE)
    )
)


@pytest.fixture
def lot(app, cast):
    for name, role in (("eve", "editor"), ("fay", "fraud"), ("hal", "admin")):
        cast[name] = factories.member(name, roles=[role])
    sale = factories.sale()
    factories.open_lot(seller=cast["sol"], sale_id=sale, reserve_minor=RESERVE)
    made = factories.open_lot(seller=cast["sol"], sale_id=sale, opening_minor=100_00, reserve_minor=RESERVE)
    services.place_bid(made, cast["ana"].id, CANARY, "canary-1")
    services.place_bid(made, cast["ben"].id, 6_500_00, "canary-2")
    services.place_bid(made, cast["ana"].id, RAISED, "canary-3")
    return made


def pages(app, lot):
    """Every address that takes a GET and that we know how to fill in."""
    known = {
        "lot_id": lot,
        "sale_id": 1,
        "seq": 0,
        "slug": "seas-and-shores",
        "number": 1,
        "filename": "css/gallery.css",
    }
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint.endswith(".watch") or not rule.arguments <= known.keys():
            continue
        if "logout" in rule.endpoint or rule.endpoint == "static":
            continue
        with app.test_request_context():
            yield url_for(rule.endpoint, **{name: known[name] for name in rule.arguments})
    for number in range(4):
        yield f"/lots/{lot}?bid={number}"
        yield f"/lots/{lot}?bid={number}&lang=fr"
    yield f"/lots/{lot}?lang=en"
    yield f"/lots/{lot}/standing?lang=fr"


def leaks(body):
    """Where the canaries stand in an answer, with what is around them."""
    return [body[max(0, at.start() - 40) : at.end() + 20] for at in SPELLINGS.finditer(body)]


@pytest.mark.parametrize("eyes", EYES)
def test_nobody_else_finds_a_maximum_on_any_page(app, client, cast, lot, eyes):
    client.inspects = False
    if eyes != "visitor":
        factories.sign_in(client, cast[eyes])
    assert books(lot).lot.price_minor == 7_000_00
    found, seen = {}, 0
    for address in pages(app, lot):
        for headers in ({}, {"HX-Request": "true", "HX-Request-Type": "partial"}, {"Accept": "application/json"}):
            answer = client.get(address, headers=headers, buffered=True)
            seen += answer.status_code == 200
            text = answer.get_data(as_text=True) + str(answer.headers)
            if leaking := leaks(text):
                found[address] = leaking
    assert found == {}
    assert seen > 20


def test_her_own_pages_show_it_to_her_alone(app, client, cast, lot):
    factories.sign_in(client, cast["ana"])
    own = client.get(f"/lots/{lot}?bid=2")
    assert "8,647" in own.text.replace("\u202f", ",").replace("\xa0", ",").replace(" ", ",")
    assert "no-store" in own.headers.get("Cache-Control", "") or "private" in own.headers.get("Cache-Control", "")


def test_the_live_stream_tells_nothing(app, client, lot):
    answer = client.get(f"/lots/{lot}/live?since=0", buffered=False)
    heard = b""
    for part in answer.response:
        heard += part if isinstance(part, bytes) else part.encode()
        if b"standing" in heard:
            break
    answer.close()
    assert b'data-price="700000"' in heard
    assert leaks(heard.decode()) == []
    assert live.RENDERERS["lot"]


def test_receipts_tell_nothing_before_they_are_opened(app, client, lot):
    answer = client.get(f"/lots/{lot}/receipts")
    assert len(answer.json["entries"]) == 3
    assert leaks(answer.text) == []
    assert not any(row.nonce in answer.text for row in rows("bid"))


def test_a_bid_leaves_no_maximum_in_the_log(app, client, cast, lot, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        factories.sign_in(client, cast["ana"])
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(f"/lots/{lot}").text)[1]
        sent = {"csrf_token": token, "key": "a-long-key", "amount": "9273.00", "confirmed": "1", "again": "9273"}
        assert client.post(f"/lots/{lot}/bids", data=sent).status_code == 303
        client.post(f"/lots/{lot}/bids", data=sent | {"amount": "9273.50"})
    said = caplog.text + "".join(capfd.readouterr())
    assert "9273" not in said
    assert "9,273" not in said


def test_the_outbox_tells_nobody_a_maximum(app, cast, lot):
    for row in rows("outbox_message"):
        assert leaks(str(row.payload) + row.key) == []
    for row in rows("audit_entry"):
        assert leaks(str(tuple(row))) == []
