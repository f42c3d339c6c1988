"""What a member puts right is right everywhere within the hour, and the old words are nowhere (P-36, GDPR art. 16).

Sol sells as a trader. Every word of his own holds a stem that nobody else has; he corrects all of it, and it is looked
for as after an erasure: in all rows with what is sealed opened, in the bytes of the database, in the log, on the pages
that were served before, and by the ways in which staff find somebody. Only what a sale relied on stays as it was (B3).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gallery import jobs
from gallery.account import bank_services, company_services, services, snapshots
from gallery.account.bank_services import Account
from gallery.account.company_services import Identity
from gallery.account.models import Company
from gallery.auth.models import Member
from gallery.core import clock, outbox
from gallery.core.db import db
from gallery.core.settings import Settings
from gallery.trust import members
from tests import factories
from tests.auth.doors import fill_in
from tests.auth.test_address_change import links
from tests.privacy.erasure.canaries import STEM, opened, shapes
from tests.services.log import Lines

HOUR = timedelta(hours=1)
PHONE, NEW_PHONE = "+221770707070", "+221771234567"
PROFILE = {"full_name": f"Sol {STEM}", "phone": PHONE, "street": f"Rue {STEM}", "landmark": f"behind {STEM}"}
CORRECT = {"full_name": "Sol Ndoye", "phone": NEW_PHONE, "street": "Rue 10", "landmark": "behind the mosque"}
COMPANY = Identity(
    name=f"Galerie {STEM}",
    country="SN",
    register_kind="ninea",
    register_number="30672212G2",
    vat_number="",
    street=f"Villa {STEM}",
    postal_code="",
    city=STEM,
    phone=PHONE,
    email=f"{STEM.lower()}@galerie.example.org",
)
ACCOUNT = Account("local", f"Sol {STEM}", "SN01520000485000030", f"Banque {STEM}", "", "SN")
OLD, NEW = "ana@example.org", "ana.new@example.org"


@pytest.fixture
def sol(app: Flask) -> int:
    """His number; everything that he can say of himself holds the stem."""
    made, now = factories.member("sol", roles=["seller"]).id, clock.now()
    services.save(made, PROFILE, now=now)
    company_services.become_trader(made, COMPANY, now=now)
    bank_services.save(made, ACCOUNT, now=now)
    return made


def put_right(sol: int) -> None:
    now = clock.now()
    services.save(sol, CORRECT, now=now)
    right = {"name": "Galerie Ndoye", "street": "Rue 10", "city": "Dakar", "email": "sol@galerie.example.org"}
    company_services.become_trader(sol, replace(COMPANY, phone=NEW_PHONE, **right), now=now)
    bank_services.save(sol, replace(ACCOUNT, holder="Sol Ndoye", bank="Banque de Dakar"), now=now)


def within_the_hour() -> None:
    """One pass of the queue, and each job that the clock drives at least once an hour."""
    outbox.deliver_due()
    for job in jobs.CLOCK_DRIVEN:
        if job.seconds <= HOUR.total_seconds():
            job.run()


def bytes_of_database(settings: Settings) -> bytes:
    db.session.remove()
    return b"".join(path.read_bytes() for path in settings.data_dir.glob("gallery.db*"))


@pytest.mark.database
def test_what_was_put_right_is_found_by_its_new_words_only(app: Flask, sol: int, log: Lines) -> None:
    snapshots.take(sol, snapshots.PARTY, "lot:7", now=clock.now())
    assert {"profile", "company", "bank_account", "snapshot"} <= opened().keys(), "the search finds what is there"
    put_right(sol)
    within_the_hour()
    assert opened().keys() == {"snapshot"}, "what a sale relied on stays as it was, and nothing else"
    assert [line for line in log.lines if STEM.lower() in line.lower() or PHONE in line] == []
    for old, new in ((f"Sol {STEM}", "Sol Ndoye"), (PHONE, NEW_PHONE)):
        assert members.search(old, 5) == []
        assert [one.id for one in members.search(new, 5)] == [sol]


@pytest.mark.sqlite
def test_the_old_words_are_in_no_byte_of_the_database(app: Flask, settings: Settings, sol: int) -> None:
    """A company's words are stored as they are: its row, its indexes, what SQLite freed, and its log of changes."""
    within_the_hour()  # What is done once a day has been done for today.
    assert shapes()["utf-8"] in bytes_of_database(settings)
    put_right(sol)
    within_the_hour()
    found = bytes_of_database(settings)
    assert [name for name, shape in shapes().items() if shape in found] == []
    assert b"Galerie Ndoye" in found


def test_pages_that_were_served_before_say_the_new_words_at_once(client: FlaskClient, sol: int) -> None:
    """Parts of pages are kept in memory, but under all that they say."""
    lot_id = factories.open_lot(seller=db.session.get_one(Member, sol))
    company = db.session.get(Company, sol)
    assert company is not None
    pages = (f"/lots/{lot_id}", f"/sellers/{company.ref}")
    assert all(STEM in client.get(page).text for page in pages for _ in range(2))
    put_right(sol)
    for page in pages:
        said = client.get(page).text
        assert STEM not in said
        assert "Galerie Ndoye" in said


@pytest.mark.database
def test_an_address_that_was_left_is_in_no_row_after_one_pass_of_the_queue(app: Flask, client: FlaskClient) -> None:
    """Also the letters that said good-bye to it are empty once they were delivered."""
    ana = factories.member("ana")
    client.get("/?lang=en")
    factories.sign_in(client, ana)
    fill_in(client, "/account/security/email/new", email=NEW)
    for link in links(NEW)[:2]:
        fill_in(app.test_client(), link)
    within_the_hour()
    assert opened(word=OLD) == {}
    assert "member" in opened(word=NEW)
    assert members.search(OLD, 5) == []
    assert [one.id for one in members.search(NEW, 5)] == [ana.id]
