"""What time takes away: when, how much, and what it leaves (L4, P-53). The clock travels; the rows are real."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gallery.auth.models import Member
from gallery.bidding.models import Bid, Receipt
from gallery.core import audit, clock
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.lots.models import Lot
from gallery.privacy.retention import jobs, labels, queries, services
from gallery.privacy.retention.rules import THREE_YEARS, UNCONFIRMED, YEAR
from gallery.trust import services as trust
from gallery.trust.models import Block, Look
from tests import factories
from tests.privacy.erasure.cast import erase, rows_naming, sold_lot

pytestmark = pytest.mark.database
DAY = timedelta(days=1)


def count(model: type[Any]) -> int:
    """How many rows there are."""
    db.session.rollback()
    return db.session.execute(sa.select(sa.func.count()).select_from(model)).scalar_one()


def look(member: Member, staff: Member, at: datetime) -> None:
    """A look of the staff at a member's page."""
    values = {"role": "support", "reason": "dispute", "words": "", "what": "page", "at": at}
    with transaction() as session:
        session.add(Look(member_id=member.id, staff_id=staff.id, **values))


def test_a_look_is_kept_for_three_years_and_no_longer(app: Flask) -> None:
    ana, sue = factories.member("ana"), factories.member("sue", roles=["support"])
    now = clock.now()
    look(ana, sue, now)
    services.run(now + THREE_YEARS - DAY)
    assert count(Look) == 1
    assert services.run(now + THREE_YEARS + DAY)["look.member_id"] == 1
    assert count(Look) == 0


def test_what_was_done_stays_on_record_and_who_did_it_is_forgotten_after_three_years(app: Flask) -> None:
    sue = factories.member("sue", roles=["support"])
    now = clock.now()
    with transaction():
        audit.record("lot.withdrawn", "lot:7", actor_id=sue.id)
    services.run(now + THREE_YEARS + DAY)
    db.session.rollback()
    entry = db.session.execute(sa.select(AuditEntry).where(AuditEntry.action == "lot.withdrawn")).scalar_one()
    assert entry.actor_id is None


def test_a_block_is_forgotten_a_year_after_it_ended_and_never_while_it_runs(app: Flask) -> None:
    fay = factories.member("fay", roles=["fraud"])
    now = clock.now()
    for name, until in (("ana", now + 10 * DAY), ("ben", None)):
        trust.block(factories.member(name).id, "Not paid", until=until, by_id=fay.id, now=now)
    services.run(now + 10 * DAY + YEAR - DAY)
    assert count(Block) == 2
    services.run(now + 10 * DAY + YEAR + DAY)
    assert count(Block) == 1
    services.run(now + 20 * YEAR)
    db.session.rollback()
    left = db.session.execute(sa.select(Block)).scalar_one()
    assert left.until is None
    assert left.by_id is None, "who set it is not told for ever"


def test_a_row_under_the_hold_of_an_erasure_is_left_to_it(app: Flask) -> None:
    """A banned person's block ends with its hold, three years after the erasure, and not by another clock (P-38)."""
    ana, fay = factories.member("ana"), factories.member("fay", roles=["fraud"])
    now = clock.now()
    trust.block(ana.id, "Not paid", until=now + DAY, by_id=fay.id, now=now)
    erase(ana.id, now)
    assert count(Block) == 1
    held_until = now + DAY + YEAR
    services.run(held_until + DAY)
    assert count(Block) == 1, "the erasure removes it when it carries on"


@pytest.mark.parametrize("sold_in", [2026, 2028], ids=["common year", "leap year"])
def test_a_sales_record_lives_for_ten_years_from_the_end_of_its_year(app: Flask, sold_in: int) -> None:
    """Kept at 9 years and 364 days, gone at 10 years and a day, without a human (P-53)."""
    ana, ben, sol = (factories.member(name) for name in ("ana", "ben", "sol"))
    lot_id = sold_lot(sol.id, ana.id, ben.id)
    end_of_year = datetime(sold_in + 1, 1, 1, tzinfo=UTC)
    with transaction() as session:
        for change in (
            "UPDATE outcome SET decided_at = :at",
            "UPDATE snapshot SET taken_at = :at",
        ):
            at = sa.bindparam("at", end_of_year - timedelta(hours=1), Lot.ends_at.type)
            session.execute(sa.text(change).bindparams(at))
    books = _books(lot_id)
    services.run(_years_after(end_of_year, 10) - DAY)
    assert {"bid.bidder_id", "snapshot.member_id"} <= set(rows_naming(ana.id)) | set(rows_naming(sol.id))
    services.run(_years_after(end_of_year, 10) + DAY)
    for member in (ana, ben, sol):
        assert set(rows_naming(member.id)) <= {"profile.member_id", "outbox_message.member_id", "member_role.member_id"}
    assert _books(lot_id) == books, "prices, aliases and the chain stay as they are"


def _years_after(moment: datetime, years: int) -> datetime:
    return moment.replace(year=moment.year + years)


def _books(lot_id: int) -> tuple[Any, ...]:
    """What a lot shows in public, and its chain."""
    db.session.rollback()
    lot = db.session.execute(
        sa.select(Lot.price_minor, Lot.bids, Lot.state, Lot.leader_alias, Lot.version).where(Lot.id == lot_id)
    ).one()
    chain = db.session.execute(sa.select(Receipt.digest).where(Receipt.lot_id == lot_id).order_by(Receipt.seq)).all()
    bids = db.session.execute(sa.select(Bid.price_minor).where(Bid.lot_id == lot_id).order_by(Bid.seq)).all()
    return tuple(lot), chain, bids


def test_an_account_that_nobody_confirms_is_gone_after_thirty_days(app: Flask) -> None:
    slip, ana = factories.member("slip"), factories.member("ana")
    now = clock.now()
    with transaction() as session:
        for member_id, confirmed in ((slip.id, None), (ana.id, now)):
            values = {"confirmed_at": confirmed, "registered_at": now}
            session.execute(sa.update(Member).where(Member.id == member_id).values(values))
    services.run(now + UNCONFIRMED - DAY)
    assert count(Member) == 2
    services.run(now + UNCONFIRMED + DAY)
    db.session.rollback()
    assert db.session.execute(sa.select(Member.id)).scalars().all() == [ana.id]


def test_many_rows_go_in_batches_and_each_is_counted(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "BATCH", 3)
    ana, sue = factories.member("ana"), factories.member("sue", roles=["support"])
    now = clock.now()
    for _ in range(10):
        look(ana, sue, now)
    later = now + THREE_YEARS + DAY
    waiting = services.due(later)
    removed = services.run(later)
    assert removed["look.member_id"] == 10
    assert waiting["look.member_id"] == 10
    assert services.run(later)["look.member_id"] == 0, "twice does nothing more"


def test_each_run_reports_how_much_and_nothing_about_anybody(app: Flask) -> None:
    ana, sue = factories.member("ana"), factories.member("sue", roles=["support"])
    now = clock.now()
    look(ana, sue, now)
    services.run(now + THREE_YEARS - DAY)
    services.run(now + THREE_YEARS + DAY)
    latest, first = queries.reports()
    assert (first.rule, first.removed) == (services.NOTHING, 0)
    assert (latest.rule, latest.removed) == ("look.member_id", 1)


def test_the_clock_runs_it_once_a_day(app: Flask) -> None:
    for _ in range(3):
        jobs.remove_what_had_its_time()
    assert len(queries.reports()) == 1


def test_the_desk_shows_what_was_removed_and_what_is_due(app: Flask, client: FlaskClient) -> None:
    ana, sue = factories.member("ana"), factories.member("sue", roles=["support"])
    look(ana, sue, clock.now() - THREE_YEARS - DAY)
    factories.sign_in(client, sue)
    page = client.get("/admin/privacy/retention/?lang=en").text
    assert "look.member_id" not in page
    assert "Who on our staff looked at your data: Number of your account" in page
    services.run()
    assert "Nothing is due." in client.get("/admin/privacy/retention/?lang=en").text


def test_every_rule_has_words_for_the_desk(app: Flask) -> None:
    for rule in services.due(clock.now()):
        assert labels.rule(rule) != rule
    assert labels.rule("gone.by_id") == "gone.by_id"


def test_the_command_says_what_it_would_do_and_does_it(app: Flask) -> None:
    ana, sue = factories.member("ana"), factories.member("sue", roles=["support"])
    look(ana, sue, clock.now() - THREE_YEARS - DAY)
    said = app.test_cli_runner().invoke(args=["privacy", "retention", "--dry-run"])
    assert "1 look.member_id" in said.output
    assert count(Look) == 1
    app.test_cli_runner().invoke(args=["privacy", "retention"])
    assert count(Look) == 0
