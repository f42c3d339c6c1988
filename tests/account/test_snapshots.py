"""Details as they were when something relied on them, whatever comes later (B3), and keys that change (P-51)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from flask import Flask

from gallery.account import bank_services, company_services, services, snapshots
from gallery.account.bank_services import Account
from gallery.account.company_services import Identity
from gallery.account.models import BankAccount, Snapshot
from gallery.account.snapshots import PARTY, Kind
from gallery.auth.models import Member
from gallery.bidding import closing
from gallery.bidding.services import place_bid
from gallery.core import crypto
from gallery.core.db import db, transaction
from gallery.core.settings import Settings
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.database

ACCOUNT = Account("iban", "Sol Diop", "SN08SN0100152000048500003035", "", "", "SN")
GALERIE = Identity(
    name="Galerie Ndiaye",
    country="SN",
    register_kind="ninea",
    register_number="30672212G2",
    vat_number="",
    street="Rue 10",
    postal_code="",
    city="Saint-Louis",
    phone="+221771234567",
    email="bonjour@galerie.example.org",
)
ELSEWHERE: dict[str, Any] = {"phone": "+33612345678", "street": "12 rue des Écoles", "city": "Paris", "country": "FR"}


@pytest.fixture
def sol(app: Flask) -> int:
    """Sol's number; he is a trader with a bank account."""
    made = factories.member("sol", roles=["seller"]).id
    company_services.become_trader(made, GALERIE, now=NOON)
    bank_services.save(made, ACCOUNT, now=NOON)
    return made


def kept(occasion: str, member_id: int | None = None) -> dict[tuple[int | None, Kind], dict[str, Any]]:
    return {(one.member_id, one.kind): one.details for one in snapshots.of(occasion, member_id)}


def sell(app: Flask, sol: int, ana: int) -> tuple[int, datetime]:
    """A lot that Ana wins of Sol, and when it was closed."""
    seller = db.session.get_one(Member, sol)
    lot_id = factories.open_lot(
        seller=seller, opens_at=NOON - timedelta(days=1), ends_at=NOON + timedelta(hours=1), soft_close_seconds=0
    )
    place_bid(lot_id, ana, 200_00, "snapshot-key-1", now=NOON)
    return lot_id, NOON + timedelta(hours=1)


def test_a_snapshot_holds_what_was_true_when_it_was_taken(sol: int) -> None:
    snapshots.take(sol, Kind, "order:a", now=NOON)
    found = kept("order:a")
    assert found[sol, Kind.CONTACT] == {
        "email": "sol@example.org",
        "full_name": "Sol Diop",
        "phone": "+221338643007",
        "street": "Fann Mermoz, Villa 4",
        "landmark": None,
        "postal_code": "",
        "city": "Dakar",
        "country": "SN",
    }
    assert found[sol, Kind.COMPANY]["register_number"] == "30672212G2"
    assert found[sol, Kind.BANK]["number"] == ACCOUNT.number
    assert {one.taken_at for one in snapshots.of("order:a")} == {NOON}


def test_what_the_member_changes_later_changes_no_snapshot(sol: int) -> None:
    snapshots.take(sol, Kind, "order:a", now=NOON)
    before = kept("order:a")
    services.save(sol, ELSEWHERE, now=NOON)
    bank_services.remove(sol)
    company_services.become_private(sol, now=NOON)
    with transaction() as session:
        session.execute(sa.update(Member).where(Member.id == sol).values(email="other@example.org"))
    assert kept("order:a") == before
    snapshots.take(sol, Kind, "order:b", now=NOON)
    later = kept("order:b")
    assert later.keys() == {(sol, Kind.CONTACT)}, "what is not there any more is not kept anew"
    assert (later[sol, Kind.CONTACT]["city"], later[sol, Kind.CONTACT]["email"]) == ("Paris", "other@example.org")


def test_taken_twice_for_one_occasion_the_first_one_counts(sol: int) -> None:
    snapshots.take(sol, PARTY, "lot:7", now=NOON)
    services.save(sol, ELSEWHERE, now=NOON)
    snapshots.take(sol, [Kind.CONTACT, Kind.CONTACT, Kind.BANK], "lot:7", now=NOON + timedelta(hours=1))
    found = snapshots.of("lot:7")
    assert [(one.kind, one.taken_at) for one in found] == [
        (Kind.CONTACT, NOON),
        (Kind.COMPANY, NOON),
        (Kind.BANK, NOON + timedelta(hours=1)),
    ]
    assert found[0].details["city"] == "Dakar"


def test_it_is_taken_with_the_act_that_relies_on_it_or_not_at_all(sol: int) -> None:
    def fails() -> None:
        with transaction():
            snapshots.take(sol, PARTY, "lot:7", now=NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert snapshots.of("lot:7") == []


def test_nothing_of_it_can_be_read_in_the_database(sol: int) -> None:
    snapshots.take(sol, Kind, "order:a", now=NOON)
    raw = " ".join(db.session.execute(sa.select(sa.type_coerce(Snapshot.details, sa.Text))).scalars())
    for said in ("Sol", "Mermoz", "338643007", ACCOUNT.number, "Galerie"):
        assert said not in raw


def test_the_hammer_keeps_who_buyer_and_seller_were(app: Flask, sol: int) -> None:
    ana = factories.member("ana").id
    lot_id, end = sell(app, sol, ana)
    assert closing.close_lot(lot_id, now=end) == "sold"
    found = kept(f"lot:{lot_id}")
    assert found.keys() == {(ana, Kind.CONTACT), (sol, Kind.CONTACT), (sol, Kind.COMPANY)}
    assert found[ana, Kind.CONTACT]["full_name"] == "Ana Diop"
    services.save(ana, ELSEWHERE, now=end)
    services.save(sol, ELSEWHERE, now=end)
    assert closing.close_lot(lot_id, now=end + timedelta(days=1)) is None
    assert kept(f"lot:{lot_id}") == found
    assert kept(f"lot:{lot_id}", sol).keys() == {(sol, Kind.CONTACT), (sol, Kind.COMPANY)}


def test_an_unsold_lot_tells_nobody_of_anybody(app: Flask, sol: int) -> None:
    seller = db.session.get_one(Member, sol)
    lot_id = factories.open_lot(seller=seller, opens_at=NOON - timedelta(days=1), ends_at=NOON + timedelta(hours=1))
    assert closing.close_lot(lot_id, now=NOON + timedelta(hours=2)) == "no_bids"
    assert snapshots.of(f"lot:{lot_id}") == []


def test_a_seller_without_a_profile_keeps_no_lot_open(app: Flask) -> None:
    sol, ana = factories.member("sol", roles=["seller"], profile=False).id, factories.member("ana").id
    lot_id, end = sell(app, sol, ana)
    assert closing.close_lot(lot_id, now=end) == "sold"
    assert kept(f"lot:{lot_id}").keys() == {(ana, Kind.CONTACT)}


def test_snapshot_and_bank_account_go_under_the_newest_key(app: Flask, settings: Settings, sol: int) -> None:
    snapshots.take(sol, Kind, "order:a", now=NOON)
    before, stored = kept("order:a"), raw_values()
    new, (old,) = Fernet.generate_key().decode(), settings.encryption_keys
    crypto.init_app(app, replace(settings, encryption_keys=(new, old)))
    db.session.remove()
    told = app.test_cli_runner().invoke(args=["keys", "rotate"])
    assert told.exit_code == 0, told.output
    for line in ("snapshot.details: 3", "bank_account.number: 1", "bank_account.holder: 1", "bank_account.bank: 1"):
        assert line in told.output

    crypto.init_app(app, replace(settings, encryption_keys=(new,)))
    db.session.remove()
    assert not set(raw_values()) & set(stored)
    assert kept("order:a") == before
    account = db.session.get_one(BankAccount, sol)
    assert (account.number, account.holder) == (ACCOUNT.number, "Sol Diop")
    assert account.number_index == crypto.blind_index("bank_account.number", ACCOUNT.number), "still found by it"


def raw_values() -> list[str]:
    """What lies in the encrypted columns of bank account and snapshot."""
    columns = [
        one for one in crypto.encrypted_columns(Snapshot.metadata) if one.table.name in ("bank_account", "snapshot")
    ]
    assert len(columns) == 4
    return [text for one in columns for text in db.session.execute(sa.select(sa.type_coerce(one, sa.Text))).scalars()]
