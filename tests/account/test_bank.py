"""Where a member is paid out to: behind a second step, masked, mailed about, nowhere to be read (B2, 14.2.6)."""

from __future__ import annotations

import logging
import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape

from gallery.account import bank_queries, bank_services
from gallery.account.bank_services import Account
from gallery.account.models import BankAccount
from gallery.auth.sessions import services as session_services
from gallery.auth.sessions.models import DeviceSession
from gallery.core import clock
from gallery.core.audit import AuditEntry
from gallery.core.crypto import blind_index
from gallery.core.db import db
from gallery.core.outbox import OutboxMessage
from tests import factories
from tests.account.companies import LOCAL, SENEGAL, WRONG_IBAN, WRONG_LOCAL, send
from tests.account.nonsense import NOT_ASKED
from tests.account.people import HTMX, NOW, SAME_ORIGIN, TOKEN
from tests.auth.doors import PASSWORD, fill_in, mailbox
from tests.auth.second_steps import answer as show
from tests.auth.second_steps import code, freeze, later, with_app

BANK, IBAN_PAGE, LOCAL_PAGE, REMOVAL = (
    "/account/bank",
    "/account/bank/iban",
    "/account/bank/local",
    "/account/bank/removal",
)
CANARY = "SN08SN0100152000048500003035"
PIECES = (CANARY, "SN08 SN01 0015 2000 0485 0000 3035", "0015200004850000", "04850000303")
"""The number as it is kept, as it is typed, and what would give it away."""


def stored(member_id: int) -> BankAccount:
    db.session.expire_all()
    return db.session.get_one(BankAccount, member_id)


def acts() -> list[str]:
    asked = sa.select(AuditEntry.action).where(AuditEntry.action.startswith("bank.")).order_by(AuditEntry.id)
    return list(db.session.execute(asked).scalars())


@pytest.mark.database
def test_an_iban_is_kept_with_what_is_known_of_its_bank(client: FlaskClient, ana: int) -> None:
    answer = send(client, IBAN_PAGE, **SENEGAL)
    assert (answer.status_code, answer.location) == (303, BANK)
    kept = stored(ana)
    assert (kept.kind, kept.holder, kept.number, kept.country) == ("iban", "Awa N'Diaye", CANARY, "SN")
    assert kept.number_index == blind_index("bank_account.number", CANARY)
    send(client, IBAN_PAGE, holder="Awa N'Diaye", iban="DE89 3704 0044 0532 0130 00")
    kept = stored(ana)
    assert (kept.number, kept.bank, kept.bic, kept.country) == (
        "DE89370400440532013000",
        "Commerzbank",
        "COBADEFFXXX",
        "DE",
    )
    assert acts() == ["bank.saved", "bank.saved"]


def test_an_account_without_an_iban_is_kept_as_its_bank_writes_it(client: FlaskClient, ana: int) -> None:
    assert send(client, LOCAL_PAGE, **LOCAL).status_code == 303
    kept = stored(ana)
    assert (kept.kind, kept.number, kept.bank, kept.country) == (
        "local",
        "0152000048500003035",
        "Banque de l'Habitat",
        "SN",
    )


@pytest.mark.database
def test_two_who_share_an_account_share_its_index_and_nothing_else_that_is_stored(app: Flask) -> None:
    people = [factories.member(name).id for name in ("ana", "ben")]
    for one in people:
        bank_services.save(
            one, Account("iban", "Awa Sembène-Ndiaye", CANARY, "CBAO Ziguinchor", "", "SN"), now=clock.now()
        )
    columns = [sa.type_coerce(column, sa.Text) for column in BankAccount.__table__.c if column.name != "updated_at"]
    rows = [row._mapping for row in db.session.execute(sa.select(*columns))]
    names = list(BankAccount.__table__.c.keys())
    first, second = (dict(zip((n for n in names if n != "updated_at"), row.values(), strict=True)) for row in rows)
    assert first["number_index"] == second["number_index"]
    assert first["number"] != second["number"]
    assert not [said for said in (*PIECES, "Awa Sembène", "Ziguinchor") if said in f"{first} {second}"]


# Who may


@pytest.mark.parametrize("page", [IBAN_PAGE, LOCAL_PAGE, REMOVAL])
def test_it_is_changed_only_behind_a_second_step_and_a_fresh_proof(client: FlaskClient, page: str) -> None:
    ana = factories.member("ana")
    for shown, leads_to in (({"second_step": False}, "second-step"), ({"proved": False}, "prove")):
        factories.sign_in(client, ana, **shown)
        token = TOKEN.search(client.get("/account/profile").text)
        assert token
        data = {"csrf_token": token[1]} | SENEGAL | LOCAL
        for answer in (client.get(page), client.post(page, data=data, headers={"Referer": f"http://localhost{page}"})):
            assert answer.status_code in (302, 303)
            assert leads_to in answer.location
            assert f"next={page}" in answer.location, "and back"
    assert bank_queries.masked(ana.id) is None


@pytest.mark.parametrize("page", [IBAN_PAGE, LOCAL_PAGE, REMOVAL])
def test_a_factor_that_was_shown_when_the_session_began_is_asked_for_again(
    app: Flask, client: FlaskClient, page: str
) -> None:
    """7.5.1: the password alone, shown today in a session of last month, moves no money."""
    frozen = freeze(app)
    factories.sign_in(client, with_app("ana"))
    assert client.get(page).status_code == 200, "right after signing in with it"
    later(frozen, minutes=15)
    assert fill_in(client, "/auth/prove?by=password", by="password", password=PASSWORD).status_code == 422
    password_again(frozen)
    led = client.get(page)
    assert led.location == f"/auth/prove?next={page}"
    assert 'type="password"' not in client.get(led.location).text
    assert show(client, code(), at="/auth/prove", next=page).location == page
    assert client.get(page).status_code == 200


def password_again(frozen: clock.FrozenClock) -> None:
    """Whatever way there was to show the password alone."""
    session_id = db.session.execute(sa.select(DeviceSession.id)).scalar_one()
    session_services.prove(session_id, now=frozen.at)


def test_the_whole_number_is_shown_only_behind_them_too(client: FlaskClient) -> None:
    ana = factories.member("ana")
    bank_services.save(ana.id, Account("iban", "Awa", CANARY, "", "", "SN"), now=clock.now())
    for shown in ({"second_step": False}, {"proved": False}):
        factories.sign_in(client, ana, **shown)
        answer = send(client, BANK)
        assert answer.status_code in (302, 303)
        assert CANARY[-4:] not in answer.text
    assert "bank.revealed" not in acts()


def test_one_sees_ones_own_account_alone(client: FlaskClient, ana: int) -> None:
    send(client, IBAN_PAGE, **SENEGAL)
    factories.sign_in(client, factories.member("ben"))
    page = client.get(BANK).text
    assert "3035" not in page
    assert "have not named an account" in page


def test_visitors_are_led_to_sign_in(client: FlaskClient) -> None:
    for page in (BANK, IBAN_PAGE, LOCAL_PAGE, REMOVAL):
        assert client.get(page).location == f"/auth/login?next={page}"


# What is shown


def test_it_is_masked_until_its_owner_asks_and_that_is_noted(client: FlaskClient, ana: int) -> None:
    send(client, IBAN_PAGE, **SENEGAL)
    page = client.get(BANK).text
    assert "SN•• •••• … 3035" in page
    assert not [piece for piece in PIECES if piece in page]
    shown = send(client, BANK)
    assert "SN08 SN01 0015 2000 0485 0000 3035" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert acts()[-1] == "bank.revealed"
    assert "SN•• •••• … 3035" in client.get(BANK).text, "once"
    for page in (IBAN_PAGE, LOCAL_PAGE, REMOVAL):
        text = client.get(page).text
        assert not [
            piece for piece in PIECES if piece in text.replace("For example SN08 SN01 0015 2000 0485 0000 3035", "")
        ]


def test_asking_for_nothing_notes_nothing(client: FlaskClient, ana: int) -> None:
    token = TOKEN.search(client.get("/account/profile").text)
    assert token
    assert client.post(BANK, data={"csrf_token": token[1]}).status_code == 200
    assert acts() == []


def test_it_can_be_removed_once_one_says_so_twice(client: FlaskClient, ana: int) -> None:
    send(client, IBAN_PAGE, **SENEGAL)
    assert "SN•• •••• … 3035" in client.get(REMOVAL).text
    assert bank_queries.masked(ana) is not None
    assert send(client, REMOVAL).status_code == 303
    assert bank_queries.masked(ana) is None
    bank_services.remove(ana)
    assert acts() == ["bank.saved", "bank.removed"]
    assert sorted(mail.subject for mail in mailbox("ana@example.org")) == [
        "Your bank account was changed",
        "Your bank account was removed",
    ]


# Mail, logs, addresses


@pytest.mark.database
def test_each_change_is_mailed_with_the_end_of_the_number_alone(client: FlaskClient, ana: int) -> None:
    send(client, IBAN_PAGE, **SENEGAL)
    send(client, IBAN_PAGE, **SENEGAL)
    (mail,) = mailbox("ana@example.org")
    assert mail.subject == "Your bank account was changed"
    assert "ends in 3035" in mail.text
    assert mail.path == BANK
    assert not [piece for piece in PIECES if piece in mail.text + mail.html]


def test_the_canary_sings_nowhere(
    app: Flask, client: FlaskClient, ana: int, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answers = [
        send(client, IBAN_PAGE, holder="1", iban=CANARY),
        send(client, IBAN_PAGE, holder="Awa", iban=f"{CANARY}9"),
        send(client, LOCAL_PAGE, **LOCAL | {"account_code": CANARY}),
        client.post(IBAN_PAGE, data=SENEGAL, headers={"Origin": "http://localhost"}),  # Without a token.
        send(client, IBAN_PAGE, **SENEGAL),
        send(client, BANK),
    ]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 403, 303, 200]
    mails = mailbox("ana@example.org")
    assert mails
    for answer in answers:
        for name, value in answer.headers:
            assert not [piece for piece in PIECES if piece in value], name
    assert not [piece for piece in PIECES if piece in answers[3].text], "a stale form shows no number again"
    for said in (capsys.readouterr().err, caplog.text, repr(mails), *(repr(row) for row in everything_plain())):
        assert not [piece for piece in PIECES if piece in said]


def everything_plain() -> list[tuple[object, ...]]:
    """The audit and the outbox, as they lie in the database and as they are opened."""
    db.session.rollback()
    audit = db.session.execute(sa.select(AuditEntry.action, AuditEntry.subject, AuditEntry.facts))
    outbox = db.session.execute(sa.select(OutboxMessage.key, OutboxMessage.payload))
    return [tuple(row) for row in (*audit, *outbox)]


def test_an_account_tells_its_number_to_nobody_who_prints_it() -> None:
    assert repr(Account("iban", "Awa", CANARY, "", "", "SN")) == "Account('SN•• •••• … 3035')"


# Bad input


@pytest.mark.parametrize(
    ("page", "right", "name", "wrong"),
    [
        *((IBAN_PAGE, SENEGAL, name, values) for name, values in WRONG_IBAN.items()),
        *((LOCAL_PAGE, LOCAL, name, values) for name, values in WRONG_LOCAL.items()),
    ],
    ids=[*WRONG_IBAN, *WRONG_LOCAL],
)
def test_wrong_values_are_refused_beside_their_field(
    client: FlaskClient, ana: int, page: str, right: dict[str, str], name: str, wrong: list[str]
) -> None:
    wrong = list(dict.fromkeys(wrong))
    assert len(wrong) >= 50, len(wrong)
    token = TOKEN.search(client.get(page).text)
    assert token
    for value in wrong:
        answer = client.post(page, data={"csrf_token": token[1], **right, name: value})
        assert answer.status_code == 422, (name, value[:60])
        assert f'id="{name}-error"' in answer.text, (name, value[:60])
        assert answer.text.count('class="error"') == 1, (name, value[:60])
    assert bank_queries.masked(ana) is None
    assert acts() == []
    assert mailbox("ana@example.org") == []


def test_nothing_that_was_typed_is_lost(client: FlaskClient, ana: int) -> None:
    page = send(client, f"{IBAN_PAGE}?next=/lots/7", holder="Awa N'Diaye", iban="SN08 wrong", next="/lots/7").text
    for typed in ("Awa N&#39;Diaye", 'value="SN08 wrong"', 'value="/lots/7"'):
        assert typed in page
    page = send(client, LOCAL_PAGE, **LOCAL | {"account_code": "12", "country": "FR"}).text
    for typed in ("Banque de l&#39;Habitat", 'value="12"', '<option selected value="FR">'):
        assert typed in page


# With htmx


@pytest.mark.parametrize(
    ("page", "part", "wrong"),
    [
        (IBAN_PAGE, "bank-iban", {"holder": "Awa N'Diaye", "iban": "SN08 wrong"}),
        (LOCAL_PAGE, "bank-local", LOCAL | {"account_code": "12"}),
    ],
)
def test_mistakes_come_back_in_place_and_are_kept_by_no_cache(
    client: FlaskClient, ana: int, page: str, part: str, wrong: dict[str, str]
) -> None:
    answer = send(client, page, headers=HTMX, **wrong)
    assert answer.status_code == 422
    assert answer.text.lstrip().startswith(f'<form id="{part}"')
    assert answer.headers["Cache-Control"] == "no-store"
    for typed in wrong.values():
        assert str(escape(typed)) in answer.text
    assert 'role="alert" tabindex="-1" autofocus' in answer.text
    assert bank_queries.masked(ana) is None


def test_what_is_right_leads_the_whole_page_on(client: FlaskClient, ana: int) -> None:
    answer = send(client, f"{IBAN_PAGE}?next=/lots/7", headers=HTMX, **SENEGAL)
    assert (answer.status_code, answer.headers["HX-Redirect"], answer.text) == (204, "/lots/7", "")
    assert stored(ana).number == CANARY


def test_a_page_that_was_open_for_too_long_keeps_what_was_typed_and_the_house_does_not(
    client: FlaskClient, ana: int
) -> None:
    """The answer goes elsewhere than into the form, which stays as it is; a number is written into no page again."""
    answer = client.post(IBAN_PAGE, data=SENEGAL | {"csrf_token": "stale"}, headers=SAME_ORIGIN | HTMX)
    assert answer.status_code == 403
    assert answer.headers["HX-Retarget"] == "#said"
    assert not [piece for piece in PIECES if piece in answer.text]
    assert bank_queries.masked(ana) is None


def test_it_leads_back_to_where_it_was_asked_for(client: FlaskClient, ana: int) -> None:
    assert f"{IBAN_PAGE}?next=/lots/7" in client.get(f"{BANK}?next=/lots/7").text
    assert send(client, f"{IBAN_PAGE}?next=/lots/7", **SENEGAL).location == "/lots/7"
    assert send(client, f"{LOCAL_PAGE}?next=//evil.example", **LOCAL).location == BANK


def test_fields_named_like_columns_are_never_written(client: FlaskClient, ana: int) -> None:
    ben = factories.member("ben")
    more = NOT_ASKED | {"member_id": str(ben.id), "number": "X", "number_index": "0" * 64, "bic": "X", "kind": "local"}
    assert send(client, IBAN_PAGE, **more | SENEGAL).status_code == 303
    kept = stored(ana)
    assert (kept.kind, kept.number, kept.bic, kept.updated_at) == ("iban", CANARY, "", NOW)
    assert kept.number_index == blind_index("bank_account.number", CANARY)
    assert bank_queries.masked(ben.id) is None


def test_each_way_says_what_the_number_is_for(client: FlaskClient, ana: int) -> None:
    for page in (IBAN_PAGE, LOCAL_PAGE):
        assert re.search(
            r"<details.*to pay out what you earned.*the bank that pays out", client.get(page).text, re.DOTALL
        )
