"""Fifty wrong values for each field of the desk: a sentence beside it, nothing written (2.2.1, 15.3.3)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from gallery.auth.models import Member, member_role
from gallery.core.db import db
from gallery.trust.models import Block, Look, SpendingLimit, StaffNote
from tests import factories
from tests.account.nonsense import FORMULAS, NOT_ASKED, UNSEEN
from tests.auth.doors import token_of
from tests.inspection import InspectingClient
from tests.trust.desk_door import look, staff
from tests.trust.test_desk_acts import SUBJECTS

ENOUGH = 50

_SHORT = [
    "",
    " ",
    *"aé1.-'@#?/",
    "no",
    "n o",
    "abc",
    "abcd",
    "éàç",
    "12",
    "1234",
    "....",
    "----",
    "  a  ",
    "a\t\tb",
    "😀",
]
_SPARSE = [f"{unseen}{letters}" for unseen in ("\u200b" * 9, "\u202e" * 9, "\x00" * 9) for letters in ("", "a", "abcd")]
NO_WORDS = [
    *_SHORT,
    *UNSEEN,
    *_SPARSE,
    *("x" * (501 + more) for more in range(8)),
    "é" * 501,
    "a b " * 200,
    "z" * 99_999,
]
"""Too little for a reason that somebody has to read, or too much."""
NO_NOTES = [one for one in NO_WORDS if not 500 < len(one) < 2001] + ["x" * (2001 + more) for more in range(10)]
NO_CHOICE = [
    "", " ", "x", "0", "1", "-1", "true", "null", "None", "root", "owner", "superuser", "Admin", "ADMIN", "admin ",
    " admin", "admin\n", "admin\x00", "admin,seller", "admin;seller", "['admin']", "ａｄｍｉｎ", "аdmin", "*", "%",
    "../admin", "staff", "member", "visitor", "seller,admin", "é", "😀", "' OR 1=1", "NaN", "1e9",
    "x" * 501, "z" * 99_999, *UNSEEN, *FORMULAS,
]  # fmt: skip
NO_CURRENCIES = [*(one for one in NO_CHOICE), "GBP", "eur", "EUR ", "XOF,EUR", "€", "F CFA", "CFA"]
NO_AMOUNTS = [
    "", " ", "x", "-5", "-0,01", "1e9", "1E3", "NaN", "Infinity", "0x10", "１００", "١٠٠", "1.2345", "1,2345", "9" * 30,
    "9" * 41, "5 XOF", "500 $", "£500", "500 GBP", "1,00,0", "1.000.00", "1 0 0 0,5,5", "--5", "5-", "1/2", "½", "²",
    "(500)", "[500]", "<500>", "500;", "500'", '500"', "500\\", "500&", "500%", "500#", "500@", "500?", "500:", "5|0",
    "null", "None", "true", "😀", "é", "z" * 99_999, *UNSEEN, *FORMULAS,
]  # fmt: skip
NO_DAYS = [
    "0", "-1", "-30", "1.5", "1,5", "30 days", "trente", "x", "1e3", "0x1e", "٣٠", "３０", "³", "½", "+30", "30;",
    "30'", '30"', "30\\", "30&", "30%", "30#", "30@", "30?", "30:", "(30)", "[30]", "<30>", "3|0", "3 0", "36501",
    "99999", "100000", "9" * 30, "NaN", "null", "None", "true", "Infinity", "--", "??", "é", "😀", "2030-01-01", "1/2",
    "30d", "1w", "∞", "z" * 99_999, *FORMULAS,
]  # fmt: skip

FIELDS = {
    ("blocks", "block-reason"): NO_WORDS,
    ("blocks", "block-days"): NO_DAYS,
    ("limit", "limit-amount"): NO_AMOUNTS,
    ("limit", "limit-currency"): NO_CURRENCIES,
    ("limit", "limit-reason"): NO_WORDS,
    ("closure", "close-reason"): NO_WORDS,
    ("notes", "note-words"): NO_NOTES,
    ("roles", "grant-role"): NO_CHOICE,
    ("roles/removal", "revoke-role"): NO_CHOICE,
}


def kept() -> dict[str, int]:
    """How many rows there are of what the desk can write, and who may sign in."""
    db.session.rollback()
    tables = (Block.__table__, SpendingLimit.__table__, StaffNote.__table__, Look.__table__, member_role)
    counts = {
        table.name: db.session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() for table in tables
    }
    return counts | {"active": db.session.execute(sa.select(sa.func.count()).where(Member.active)).scalar_one()}


@pytest.mark.parametrize(("what", "name"), FIELDS, ids=[name for _what, name in FIELDS])
def test_wrong_values_are_refused_beside_their_field(
    app: Flask, client: InspectingClient, what: str, name: str
) -> None:
    wrong = list(dict.fromkeys(FIELDS[what, name]))
    assert len(wrong) >= ENOUGH, len(wrong)
    ana = factories.member("ana", roles=["seller"])
    staff(client, "admin", "ada")
    look(client, ana.id)
    token, before = token_of(client.get("/admin/").text), kept()
    for value in wrong:
        sent = {"csrf_token": token, **SUBJECTS[what], name: value}
        answer = client.post(f"/admin/members/{ana.id}/{what}", data=sent)
        assert answer.status_code == 422, (name, value[:60])
        assert f'id="{name}-error"' in answer.text, (name, value[:60])
        assert answer.text.count('class="error"') == 1, (name, value[:60])
    assert kept() == before


@pytest.mark.parametrize(("name", "values"), [("look-reason", NO_CHOICE), ("look-words", NO_WORDS)])
def test_without_a_reason_that_is_one_nothing_opens(
    app: Flask, client: InspectingClient, name: str, values: list[str]
) -> None:
    ana = factories.member("ana")
    staff(client)
    token, before = token_of(client.get("/admin/").text), kept()
    right = {"look-reason": "dispute", "look-words": "About a lot"}
    for value in dict.fromkeys(values):
        answer = client.post(f"/admin/members/{ana.id}/looks", data={"csrf_token": token, **right, name: value})
        assert answer.status_code == 422, value[:60]
        assert f'id="{name}-error"' in answer.text, value[:60]
        assert "/looks" in answer.text
        assert "/notes" not in answer.text, "the page stays shut"
    assert kept() == before


@pytest.mark.parametrize("what", ["blocks", "limit", "notes"])
def test_fields_named_like_columns_are_never_written(app: Flask, client: InspectingClient, what: str) -> None:
    ana, ben, fay = factories.member("ana"), factories.member("ben"), staff(client, "fraud", "fay")
    look(client, ana.id)
    more = NOT_ASKED | {
        "member_id": str(ben.id), "by_id": str(ben.id), "author_id": str(ben.id), "since": "2000-01-01",
        "lifted_at": "2000-01-01", "limit_minor": "1", "reason": "x", "words": "x", "at": "2000-01-01",
    }  # fmt: skip
    sent = {"csrf_token": token_of(client.get("/admin/").text), **more, **SUBJECTS[what]}
    assert client.post(f"/admin/members/{ana.id}/{what}", data=sent).status_code == 303
    db.session.rollback()
    table = {"blocks": Block, "limit": SpendingLimit, "notes": StaffNote}[what]
    (row,) = db.session.execute(sa.select(table)).scalars()
    assert row.member_id == ana.id
    assert getattr(row, "lifted_at", None) is None
    assert getattr(row, "by_id", fay.id) == getattr(row, "author_id", fay.id) == fay.id
    assert getattr(row, "limit_minor", 1500_50) == 1500_50
    assert "x" not in (getattr(row, "reason", ""), getattr(row, "words", ""))
