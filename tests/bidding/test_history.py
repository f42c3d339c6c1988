"""The public history page by page: light, and checked as a whole whatever page is shown (D6, I14, P1)."""

from __future__ import annotations

import re
import time

import pytest
import sqlalchemy as sa

from gallery.bidding import history, receipts
from gallery.bidding.models import Receipt
from gallery.core import clock
from gallery.core.clock import FrozenClock
from gallery.core.db import db, transaction
from tests import factories
from tests.bidding.books import rows

LONG = 1502
HOLDS = "every receipt holds"
NUMBERS = re.compile(r'id="receipt-(\d+)"')
OLDER = re.compile(r'href="(/lots/\d+/bids\?before=\d+)"')


@pytest.fixture
def time_of_day(app) -> FrozenClock:
    app.extensions["clock"] = FrozenClock(clock.now())
    return app.extensions["clock"]


@pytest.fixture
def long_lot(app) -> int:
    """A lot with 1,502 entries, sealed by the same rule but not bid one by one."""
    lot_id = factories.open_lot()
    nonce, digest, sealed = "ab" * 16, receipts.GENESIS, []
    for seq in range(LONG):
        body = receipts.canonical(
            receipts.Entry(
                lot_id,
                seq,
                receipts.Kind.BID,
                1 + seq % 7,
                100_00 + seq,
                "EUR",
                seq + 1,
                factories.NOON,
                factories.NOON,
                commitment=receipts.commit(nonce, 100_00 + seq * 100),
            )
        )
        digest = receipts.seal(body, digest)
        sealed.append({"lot_id": lot_id, "seq": seq, "kind": "bid", "body": body, "digest": digest})
    with transaction() as session:
        session.execute(sa.insert(Receipt), sealed)
        session.execute(sa.text("UPDATE lot SET version = :n, bids = :n WHERE id = :id"), {"n": LONG, "id": lot_id})
    return lot_id


def page(client, address: str) -> tuple[str, list[int]]:
    answer = client.get(f"{address}{'&' if '?' in address else '?'}lang=en")
    assert answer.status_code == 200
    return answer.text, [int(number) for number in NUMBERS.findall(answer.text)]


def test_the_history_is_walked_page_by_page_without_a_gap(client, long_lot):
    address, seen = f"/lots/{long_lot}/bids", []
    while True:
        text, numbers = page(client, address)
        assert len(numbers) <= history.PAGE
        assert HOLDS in text
        seen += numbers
        if not (older := OLDER.search(text)):
            break
        address = older[1]
    assert seen == list(range(LONG, 0, -1))


def test_a_long_history_is_a_light_page(client, long_lot):
    page(client, f"/lots/{long_lot}/bids")
    began = time.process_time()
    answer = client.get(f"/lots/{long_lot}/bids")
    assert len(answer.data) < 40_000
    assert time.process_time() - began < 0.15


def test_the_part_for_htmx_is_the_same_page(client, long_lot):
    partial = client.get(
        f"/lots/{long_lot}/bids?before=101", headers={"HX-Request": "true", "HX-Request-Type": "partial"}
    )
    assert [int(one) for one in NUMBERS.findall(partial.text)] == list(range(100, 50, -1))
    assert "<html" not in partial.text


@pytest.mark.parametrize("strange", ["0", "1", "-5", "x", "9" * 30, "000000002", "٣", "", "2 "])
def test_a_strange_place_is_the_newest_page(client, long_lot, strange):
    answer = client.get(f"/lots/{long_lot}/bids", query_string={"before": strange})
    assert int(NUMBERS.search(answer.text)[1]) == LONG


def test_what_was_changed_on_another_page_is_told_on_each(client, long_lot, time_of_day):
    assert HOLDS in page(client, f"/lots/{long_lot}/bids")[0]
    with transaction() as session:
        changed = sa.func.replace(Receipt.body, '"bidder":4', '"bidder":5')
        wanted = sa.update(Receipt).where(Receipt.lot_id == long_lot, Receipt.seq == 3).values(body=changed)
        session.execute(wanted, execution_options={"synchronize_session": False})
    time_of_day.tick(seconds=history.FRESH_SECONDS)
    for address in ("bids", "bids?before=900"):
        text, _numbers = page(client, f"/lots/{long_lot}/{address}")
        assert HOLDS not in text
        assert "broken at number 4" in text


def test_a_chain_that_was_cut_short_is_told_too(client, long_lot):
    with transaction() as session:
        session.execute(sa.delete(Receipt).where(Receipt.lot_id == long_lot, Receipt.seq >= 1500))
    assert "broken at number 1501" in page(client, f"/lots/{long_lot}/bids")[0]
    with transaction() as session:
        session.execute(sa.delete(Receipt).where(Receipt.lot_id == long_lot))
    assert "broken at number 1." in page(client, f"/lots/{long_lot}/bids")[0]


def test_any_receipt_can_be_proved_whatever_page_it_is_on(client, long_lot):
    token = re.search(r'name="csrf_token" value="([^"]+)"', page(client, f"/lots/{long_lot}/bids")[0])[1]
    sent = {"csrf_token": token, "number": "2", "nonce": "ab" * 16, "amount": "101"}
    prove = f"/lots/{long_lot}/receipts/proof"
    assert client.post(prove, data=sent).status_code == 200
    for wrong in ("3", "1503", "0", "02", "9" * 40):
        assert client.post(prove, data=sent | {"number": wrong}).status_code == 422


def test_a_machine_recomputes_the_chain_page_by_page(client, long_lot):
    address, digest, count = f"/lots/{long_lot}/receipts", receipts.GENESIS, 0
    while address:
        answer = client.get(address).json
        assert answer["previous"] == digest
        assert len(answer["entries"]) <= history.RECEIPTS
        for entry in answer["entries"]:
            digest = receipts.seal(entry["body"], digest)
            assert digest == entry["digest"]
            count += 1
        address = answer["next"]
    assert count == LONG


def test_the_desk_shows_the_newest_entries_and_leads_to_the_older_ones(client, long_lot):
    factories.sign_in(client, factories.member("ada", roles=["support"]))
    desk = client.get(f"/admin/lots/{long_lot}?lang=en").text
    assert f"/admin/lots/{long_lot}?before=1453" in desk.replace("&amp;", "&")
    assert len(desk) < 60_000


@pytest.mark.parametrize("number", ["0", "000000001" + "0" * 20, "9" * 40, "-1", "1e3", "٣", ""])
def test_what_is_no_number_of_a_bid_annuls_nothing_and_is_said(client, app, number):
    factories.sign_in(client, factories.member("ada", roles=["support"]))
    lot_id = factories.open_lot()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(f"/admin/lots/{lot_id}").text)[1]
    sent = {"csrf_token": token, "number": number, "reason": "fraud"}
    assert client.post(f"/admin/lots/{lot_id}/annulments", data=sent).status_code == 422
    assert rows("audit_entry", action="bid.annulled") == []
    db.session.rollback()
