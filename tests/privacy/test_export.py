"""Taking everything along: the file, who may have it, and what is told of it (L1, P-34, P-43)."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from gallery.account.models import Profile
from gallery.auth.models import Member
from gallery.bidding.services import place_bid
from gallery.core import clock
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.core.personal import Category, Keep
from gallery.lots.services import Words
from gallery.privacy.export import kept, rules
from gallery.privacy.export.archive import SCHEMA
from gallery.privacy.requests import services as requests
from gallery.privacy.requests.rules import Channel, Ground, Kept, Kind
from gallery.trust import looks
from gallery.trust.rules import Reason
from tests import factories
from tests.auth.doors import fill_in, mailbox
from tests.inspection import InspectingClient
from tests.privacy.requests.asking import ask
from tests.privacy.schema_check import problems

PAGE = "/account/privacy/export"


def press(client: InspectingClient) -> TestResponse:
    return fill_in(client, PAGE)


def opened(answer: TestResponse) -> dict[str, str]:
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        return {name: packed.read(name).decode() for name in packed.namelist()}


@pytest.fixture
def ana(client: InspectingClient) -> Member:
    """Ana has bid on Sol's Great Wave, and Sue of the support has looked at her data."""
    ana, sue = factories.member("ana"), factories.member("sue", roles=["support"])
    lot_id = factories.open_lot(reserve_minor=555_00, title=Words("The Great Wave", "La Grande Vague"))
    place_bid(lot_id, ana.id, 222_00, "privacy-1")
    place_bid(lot_id, factories.member("ben").id, 777_00, "privacy-2")
    looks.begin(ana.id, sue.id, {"support"}, Reason.DISPUTE, "About the wave", now=datetime.now(UTC))
    factories.sign_in(client, ana)
    return ana


def test_a_member_takes_everything_along_and_is_told(client: InspectingClient, ana: Member) -> None:
    client.set_cookie("lang", "en")
    answer = press(client)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "attachment" in answer.headers["Content-Disposition"]
    files = opened(answer)
    page = files["index.html"]
    assert "color-scheme" in files["style.css"], "its style is a file beside it (H-02)"
    for words in ("The Great Wave", "€222", "Ana Diop", "A disagreement about a sale", "Support", "our staff"):
        assert words in page, words
    assert "Who receives it: our staff, as far as their task needs it" in page
    everything = "".join(files.values())
    for secret in ("77700", "55500", "777.00", "555.00", "sue@", "Sue Diop", "ben@", "sol@", "About the wave"):
        assert secret not in everything, secret

    acts = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject == f"member:{ana.id}")).all()
    assert "export.made" in acts
    assert "Your data was downloaded" in [letter.subject for letter in mailbox("ana@example.org")]


def test_who_was_refused_something_takes_it_along_and_reads_why(client: InspectingClient, ana: Member) -> None:
    """P-34: the refusal stands in the archive and among his data as the letter worded it."""
    client.set_cookie("lang", "en")
    now = clock.now()
    ref = ask(Kind.OBJECTION, member_id=ana.id, channel=Channel.ACCOUNT)
    requests.refuse(ref, [Kept(Ground.CLAIMS, (Category.BIDDING,), now + timedelta(days=30))], "", now=now)
    for page in (
        opened(press(client))["index.html"],
        client.get("/account/privacy/held/privacy_request.member_id").text,
    ):
        assert "it is needed for a dispute or a claim that is open" in page


def test_in_french_for_who_reads_french(client: InspectingClient, ana: Member) -> None:
    client.set_cookie("lang", "fr")
    files = opened(press(client))
    assert '<html lang="fr">' in files["index.html"]
    for words in ("La Grande Vague", "222\u00a0€", "Vos enchères", "Nom complet"):
        assert words in files["index.html"], words
    assert json.loads(files["data.json"])["language"] == "fr"


def test_the_json_is_as_its_schema_says(client: InspectingClient, ana: Member) -> None:
    files = opened(press(client))
    schema, data = json.loads(files["schema.json"]), json.loads(files["data.json"])
    assert files["schema.json"] == SCHEMA.read_text()
    assert problems(data, schema, schema) == []
    assert problems(data | {"version": "2.0"}, schema, schema)
    del data["tables"][0]["columns"][0]["given"]
    assert problems(data, schema, schema) == ["$.tables[0].columns[0]: given is missing"]
    bids = next(table for table in data["tables"] if table["table"] == "bid")
    (row,) = bids["rows"]
    assert row["values"]["maximum_minor"] == 222_00
    assert row["about"] == {"lot_en": "The Great Wave", "lot_fr": "La Grande Vague", "currency": "EUR"}
    assert row["sources"] == ["use"]


def test_what_was_typed_never_runs_in_a_spreadsheet(client: InspectingClient, ana: Member) -> None:
    """P-43, 1.2.10."""
    with transaction() as session:
        session.get_one(Profile, ana.id).landmark = '=HYPERLINK("https://evil.example","prize")'
    sheet = opened(press(client))["tables/profile.member_id.csv"]
    (row,) = csv.DictReader(io.StringIO(sheet))
    assert row["landmark"].startswith("'=HYPERLINK")
    assert row["phone"] == "'+221338643007"


@pytest.mark.parametrize("first", rules.DANGEROUS)
def test_a_cell_that_begins_like_a_formula_is_shown_as_text(first: str) -> None:
    assert rules.cell(f"{first}1+1").startswith("'")
    assert "\0" not in rules.cell(f"{first}1+1\0")


def test_other_cells_stay_as_they_are() -> None:
    assert [rules.cell(one) for one in ("Ana", 7, -7, True, None, {"a": 1})] == [
        "Ana",
        "7",
        "-7",
        "true",
        "",
        '{"a": 1}',
    ]


def test_who_has_not_just_shown_who_he_is_shows_it_first(client: InspectingClient, ana: Member) -> None:
    factories.sign_in(client, ana, proved=False)
    answer = client.get(PAGE)
    assert answer.status_code == 302
    assert answer.location.startswith("/auth/prove")


def test_nobody_makes_archives_without_end(client: InspectingClient, ana: Member) -> None:
    """Each reads all that there is of a member."""
    for _ in range(5):
        assert press(client).status_code == 200
    refused = press(client)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0


def test_the_command_writes_a_file_that_only_the_operator_reads(app: Flask, ana: Member, tmp_path: Path) -> None:
    run, target = app.test_cli_runner().invoke, tmp_path / "ana.zip"
    done = run(args=["privacy", "export", "ana@example.org", str(target)])
    assert done.exit_code == 0, done.output
    assert target.stat().st_mode & 0o777 == 0o600
    assert "Ana Diop" in zipfile.ZipFile(target).read("data.json").decode()
    again = run(args=["privacy", "export", "ana@example.org", str(target)])
    assert again.exit_code == 2
    assert "exists" in again.output
    assert run(args=["privacy", "export", "nobody@example.org", str(target)]).exit_code == 2


def test_until_when_a_row_is_kept() -> None:
    """P-53: the sales record ten years from the end of the accounting year, whatever the day."""
    new_year = datetime(2036, 1, 1, tzinfo=UTC)
    assert kept.until(Keep.SALES_RECORD, {"placed_at": datetime(2025, 1, 1, tzinfo=UTC)}) == new_year
    assert kept.until(Keep.SALES_RECORD, {"placed_at": datetime(2025, 12, 31, 23, tzinfo=UTC)}) == new_year
    assert kept.until(Keep.SIGN_INS, {"at": datetime(2025, 3, 1, tzinfo=UTC)}) == datetime(2026, 3, 1, tzinfo=UTC)
    assert kept.until(Keep.HOLD, {"until": None, "lifted_at": None, "since": new_year}) is None
    assert kept.until(Keep.HOLD, {"until": new_year, "lifted_at": None}) == datetime(2036, 12, 31, tzinfo=UTC)
    assert kept.until(Keep.ACCOUNT, {"at": new_year}) is None
