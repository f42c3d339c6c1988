"""After a new GALLERY_SECRET_KEY, what is found by a digest is found again (ADR 28, 13.3.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from gallery import create_app
from gallery.account import bank_services, queries
from gallery.account.bank_services import Account
from gallery.account.models import BankAccount
from gallery.core import clock
from gallery.core.audit import AuditEntry
from gallery.core.crypto import blind_index
from gallery.core.db import db
from gallery.core.settings import Settings
from gallery.trust import members
from tests import factories

IBAN = "SN08SN0100152000048500003035"

pytestmark = pytest.mark.database


@pytest.fixture
def ana(app: Flask) -> int:
    """Ana with a profile and a bank account."""
    made = factories.member("ana").id
    bank_services.save(made, Account("iban", "Ana Diop", IBAN, "", "", "SN"), now=clock.now())
    return made


@pytest.fixture
def rekeyed(ana: int, settings: Settings) -> Iterator[Flask]:
    """The same house with another secret key."""
    db.session.rollback()
    with create_app(replace(settings, secret_key="another secret key of the house, long enough")).app_context() as ctx:
        yield ctx.app
        db.session.rollback()


def found(phone: str = "", name: str = "") -> list[int]:
    return [one.id for one in members.search(phone or name, 5)]


def test_names_phones_and_bank_accounts_are_found_again(ana: int, rekeyed: Flask) -> None:
    told = queries.profile(ana)
    assert told is not None
    phone, name = told["phone"], told["full_name"]
    assert found(phone=phone) == found(name=name) == []
    result = rekeyed.test_cli_runner().invoke(args=["keys", "index"])
    assert result.exit_code == 0, result.output
    assert "profile: 1" in result.output
    assert "bank_account: 1" in result.output
    assert found(phone=phone) == found(name=name) == [ana]
    index = db.session.execute(sa.select(BankAccount.number_index)).scalar_one()
    assert index == blind_index("bank_account.number", IBAN)
    assert "keys.indexed" in db.session.execute(sa.select(AuditEntry.action)).scalars().all()


def test_it_goes_on_behind_a_piece_and_changes_nothing_twice(
    ana: int, rekeyed: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gallery.account.cli.BATCH", 2)
    others = [factories.member(name).id for name in ("ben", "eve", "kim")]
    for _again in range(2):
        assert "profile: 4" in rekeyed.test_cli_runner().invoke(args=["keys", "index"]).output
        assert {one for one in others if found(phone=str((queries.profile(one) or {})["phone"]))}
