"""Who was banned and comes back is known again, as long as the ban is remembered and no longer (P-38, P-39)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from gallery.account import bank_services
from gallery.account.services import save
from gallery.auth import queries as auth_queries
from gallery.auth import services as auth
from gallery.auth import tokens
from gallery.auth.federated import services as federated_services
from gallery.auth.federated.providers import Person
from gallery.auth.tokens import Aim
from gallery.core import clock
from gallery.privacy.erasure import bans, queries, rules, services
from gallery.privacy.erasure.rules import Mark
from gallery.trust.services import block
from tests import factories
from tests.bidding.books import rows
from tests.privacy.erasure.cast import erase, member_row

pytestmark = pytest.mark.database

MAL = "mal@example.org"
IBAN = bank_services.Account("iban", "Mal Diop", "DE89370400440532013000", "", "", "DE")
PERSON = {"full_name": "MAL  Diop", "born_on": factories.member.__kwdefaults__["born_on"]}
ADDRESS = {"street": "fann mermoz villa 4", "landmark": None, "postal_code": "", "city": "DAKAR", "country": "SN"}


def banned(*, until: timedelta | None = None) -> int:
    """Mal, who is banned and has a bank account; erased."""
    now = clock.now()
    mal = factories.member("mal").id
    bank_services.save(mal, IBAN, now=now)
    block(mal, "Did not pay, three times", until=now + until if until else None, by_id=None, now=now)
    erase(mal, now)
    return mal


def met() -> list[tuple[int, str]]:
    return sorted((row.member_id, row.mark) for row in queries.encounters())


def says_phone(member_id: int) -> None:
    save(member_id, {"phone": "+221338643007"}, now=clock.now())


def says_name_and_birth(member_id: int) -> None:
    save(member_id, PERSON, now=clock.now())


def says_address(member_id: int) -> None:
    save(member_id, ADDRESS, now=clock.now())


def says_bank(member_id: int) -> None:
    bank_services.save(member_id, IBAN, now=clock.now())


@pytest.mark.parametrize(
    ("says", "mark"),
    [
        (says_phone, Mark.PHONE),
        (says_name_and_birth, Mark.PERSON),
        (says_address, Mark.ADDRESS),
        (says_bank, Mark.BANK),
    ],
)
def test_one_who_comes_back_is_shown_to_the_fraud_desk(app: Flask, says: Callable[[int], None], mark: Mark) -> None:
    banned()
    new = factories.member("lam", profile=False).id
    says(new)
    assert met() == [(new, mark)]
    says(new)
    assert met() == [(new, mark)], "once"
    fay = factories.member("fay", roles=["fraud"])
    desk = app.test_client()
    factories.sign_in(desk, fay)
    page = desk.get("/admin/erasures/returned?lang=en")
    assert f"Member {new}" in page.text


def opens_by_a_new_password() -> None:
    now = clock.now()
    auth.register(MAL, factories.password_hash(), "en", next_path=None, now=now)
    member = auth_queries.member_by_email(MAL)
    assert member
    claim = tokens.read(Aim.RESET, tokens.make(Aim.RESET, member.id, auth.state(Aim.RESET, member), now), now)
    auth.reset_password(claim, factories.password_hash(), now=now)


def opens_with_google() -> None:
    person = Person("google", "https://accounts.google.com", "1001", "", MAL, owns_email=True)
    federated_services.open_account(person, "en", now=clock.now())


def is_opened_by_staff() -> None:
    auth.confirm_by_staff(factories.member("mal", profile=False, confirmed=False).id, by_id=None, now=clock.now())


@pytest.mark.parametrize("opens", [opens_by_a_new_password, opens_with_google, is_opened_by_staff])
def test_the_same_address_is_known_again_however_the_account_is_opened(app: Flask, opens: Callable[[], None]) -> None:
    banned()
    opens()
    member = auth_queries.member_by_email(MAL)
    assert member
    assert met() == [(member.id, Mark.EMAIL)]


def test_who_resembles_nobody_is_shown_to_nobody(app: Flask) -> None:
    banned()
    ana = factories.member("ana", profile=False).id
    save(ana, {"phone": "+221770000000", "full_name": "Ana Sow"}, now=clock.now())
    assert met() == []


def test_who_is_not_banned_leaves_no_fingerprint(app: Flask) -> None:
    """A block for a time is kept until it has ended, and one year; nobody is known again by it."""
    mal = banned(until=timedelta(days=30))
    assert rows("ban") == rows("fingerprint") == []
    later = clock.now() + timedelta(days=30 + 364)
    services.carry_on_due(later)
    assert len(rows("block")) == 1
    services.carry_on_due(later + timedelta(days=2))
    assert rows("block") == []
    assert member_row(mal) is None


def test_the_key_dies_with_the_ban_and_with_it_what_it_found(app: Flask) -> None:
    """P-39: after three years nothing is left that could tell, and who comes back then is a new member."""
    mal = banned()
    new = factories.member("lam", profile=False).id
    says_phone(new)
    almost = clock.now() + bans.KEPT_FOR - timedelta(days=1)
    services.carry_on_due(almost)
    assert len(rows("ban")) == 1
    services.carry_on_due(almost + timedelta(days=2))
    assert rows("ban") == rows("fingerprint") == rows("ban_encounter") == rows("block") == []
    assert member_row(mal) is None
    says_bank(new)
    assert met() == []


def test_each_ban_has_a_key_of_its_own(app: Flask) -> None:
    """The same phone twice is two digests: the table does not say that two banned people are one."""
    now = clock.now()
    for name in ("mal", "bad"):
        who = factories.member(name).id
        block(who, "Did not pay", until=None, by_id=None, now=now)
        erase(who, now)
    phones = [row.digest for row in rows("fingerprint") if row.mark == Mark.PHONE]
    assert len(set(phones)) == 2


def test_marks_are_read_however_they_are_written_and_never_of_half_a_thing() -> None:
    blank = dict.fromkeys(
        ("email", "phone", "number", "full_name", "born_on", "street", "landmark", "city", "country"), ""
    )
    assert rules.marks(blank) == {}
    assert rules.marks(blank | {"full_name": "Mal Diop", "city": "Dakar"}) == {}
    one = rules.marks(blank | {"full_name": "Élodie  N'Diaye", "born_on": "1990-05-17"})
    other = rules.marks(blank | {"full_name": "elodie ndiaye", "born_on": "1990-05-17"})
    assert one == other != {}
