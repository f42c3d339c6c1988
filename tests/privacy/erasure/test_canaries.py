"""A member fills every field and does everything; then his word is looked for in every byte (P-37, P-39, issue 4).

He is looked for in all usual writings and by all usual hashes: in the data directory with the database, its log, the
queue and the letterbox, in the lines of the log, and in a backup from before that was restored.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gallery.account.services import Details, save_profile
from gallery.auth import queries as accounts
from gallery.auth.models import Member
from gallery.bidding import interventions
from gallery.bidding.services import place_bid
from gallery.core import backup, clock, data_map, outbox
from gallery.core.data_map import Path as Way
from gallery.core.db import db
from gallery.core.personal import Erase
from gallery.core.settings import Settings
from gallery.privacy.erasure import engine, services
from gallery.privacy.erasure.rules import State
from gallery.trust.services import block
from tests import factories
from tests.auth.doors import OTHER_PASSWORD, fill_in, mailbox, register, sign_in, sign_out
from tests.core.test_backup import leave
from tests.privacy.erasure import canaries
from tests.privacy.erasure.canaries import STEM, bytes_of, hashed_in, opened, sung_in
from tests.privacy.erasure.cast import erase, sold_lot
from tests.privacy.erasure.test_restore import postgresql_s_programs as postgresql_s_programs
from tests.services.log import Lines

ADDRESS = f"{STEM.lower()}@example.org"
PHONE = "+221770707070"

pytestmark = pytest.mark.database


def live_through(client: FlaskClient) -> int:
    """Come in by the doors, rightly and wrongly; bid, lose, sell; have staff look, and be written to."""
    client.get("/?lang=en")
    register(client, ADDRESS)
    fill_in(client, mailbox(ADDRESS)[-1].path)
    sign_out(client)
    for browser in (client, client.application.test_client()):
        sign_in(browser, ADDRESS, f"wrong {STEM} and long enough")
    fill_in(client, "/auth/reset", email=ADDRESS)
    fill_in(client, mailbox(ADDRESS)[-1].path, password=OTHER_PASSWORD)
    sign_in(client, ADDRESS, OTHER_PASSWORD)
    outbox.deliver_due()
    member = accounts.member_by_email(ADDRESS)
    assert member is not None
    return member.id


def settle(member_id: int) -> list[int]:
    """Lots that he lost and one that he could not sell; with keys of his own making."""
    sol, ana = factories.member("sol", roles=["seller"]).id, factories.member("ana").id
    ready(member_id)
    lots = [sold_lot(sol, ana, member_id) for _ in range(2)]
    withdrawn = factories.open_lot(seller=db.session.get_one(Member, sol))
    place_bid(withdrawn, member_id, 300_00, f"{STEM}-key")
    ada = factories.member("ada", roles=["admin"])
    interventions.withdraw_lot(withdrawn, interventions.Reason.DAMAGED, ada.id)
    return [*lots, withdrawn]


def ready(member_id: int) -> None:
    """Give him a profile with which he may bid."""
    born = factories.NOON.date().replace(year=1987)
    details = Details(f"Ana {STEM}", PHONE, f"Rue {STEM}", "", "Dakar", "SN", f"behind {STEM}", born)
    save_profile(member_id, details, now=clock.now())


def sought(settings: Settings, values: set[str], member_id: int, log: Lines) -> dict[str, object]:
    """Wherever something of him is; {} if it is nowhere."""
    db.session.remove()
    found = bytes_of(settings.data_dir)
    places: dict[str, object] = {
        "bytes": sung_in(found),
        "hashes": hashed_in(found, values, settings, member_id),
        "rows": opened(),
        "log": [line for line in log.lines if STEM.lower() in line.lower() or PHONE in line],
    }
    return {name: place for name, place in places.items() if place}


def test_nothing_of_him_is_anywhere_afterwards(
    app: Flask, client: FlaskClient, settings: Settings, log: Lines, tmp_path: Path
) -> None:
    """P-37: no hold, so nothing at all; P-40: nor in a backup from before that is put back."""
    member_id = live_through(client)
    settle(member_id)
    values = canaries.sow(member_id, factories.member("ben").id) | {ADDRESS, PHONE, f"Ana {STEM}"}
    assert len(values) > 60
    archive = tmp_path / "backup.tar.gz"
    backup.back_up(archive)
    before = sought(settings, values, member_id, log)
    assert {"bytes", "hashes", "rows"} <= before.keys(), "the search finds what is there"
    told = set(opened())
    mapped = {way.table.name for way in data_map.paths() if texts_of(way)}
    assert mapped - told <= {"member_role", "ban_encounter"}, "every table of the map was sown"

    assert erase(member_id)[1] is State.DONE
    assert sought(settings, values, member_id, log) == {}

    leave(app)
    backup.restore(archive, force=True)
    services.carry_on_due(clock.now())
    assert sought(settings, values, member_id, log) == {}


def texts_of(way: Way) -> bool:
    """Whether a path has text in which the stem was sown."""
    return engine.fate(way) is not Erase.PSEUDONYM and any(
        isinstance(line.column.type, sa.String | sa.Text) and not line.column.foreign_keys for line in way.lines
    )


def test_of_one_who_won_and_is_banned_only_what_is_held_tells(
    app: Flask, client: FlaskClient, settings: Settings, log: Lines
) -> None:
    """P-38, P-39: what stays stands in rows that a hold names; its hashes need a key that dies with the ban."""
    member_id = live_through(client)
    sol, ben = factories.member("sol", roles=["seller"]).id, factories.member("ben").id
    ready(member_id)
    sold_lot(sol, member_id, ben)
    values = canaries.sow(member_id, ben) | {ADDRESS, PHONE, f"Ana {STEM}"}
    ready(member_id)
    block(member_id, f"Did not pay, {STEM}", until=None, by_id=None, now=clock.now())
    assert erase(member_id, clock.now())[1] is State.HOLDING
    services.carry_on_due(clock.now() + services.rules.LOOK_AGAIN * 60 * 24 * 61)
    found = sought(settings, values, member_id, log)
    assert set(found) <= {"bytes"}, found
    assert set(opened(held=True)) == {"snapshot", "block"}
    later = clock.now() + services.rules.LOOK_AGAIN * 60 * 24 * 366 * 4
    services.carry_on_due(later)
    assert set(opened(held=True)) == {"snapshot"}
    assert sought(settings, values, member_id, log) == {}
    assert db.session.execute(sa.text("SELECT count(*) FROM ban")).scalar_one() == 0
    assert db.session.execute(sa.text("SELECT count(*) FROM fingerprint")).scalar_one() == 0
