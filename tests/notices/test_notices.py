"""What members are told: in their language, once, with the lot's link, and nothing that is no longer true (E3)."""

from __future__ import annotations

import email
import email.policy
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, current_app

from gallery.auth.models import Member
from gallery.bidding.services import place_bid
from gallery.core import clock, outbox
from gallery.core.clock import FrozenClock
from gallery.core.db import db, transaction
from gallery.core.money import format_money
from gallery.lots import services as lots
from gallery.notices import rules
from gallery.notices.services import notify, withdraw
from tests import factories

FACTS: dict[str, Any] = {
    "price_minor": 1_250_00,
    "currency": "EUR",
    "result": "reserve_not_met",
    "reason": "typing_error",
}


@pytest.fixture
def time(app: Flask) -> FrozenClock:
    app.extensions["clock"] = FrozenClock(clock.now())
    return app.extensions["clock"]


def tell(member: Member, name: str = "outbid", key: str = "bid:1", **facts: Any) -> None:
    with transaction():
        notify(member.id, name, key, **facts)


def mails() -> list[EmailMessage]:
    """The mails that were written, oldest first."""
    outbox.deliver_due()
    directory = Path(current_app.config["MAIL_FILE_PATH"])
    paths = sorted(directory.glob("*.eml")) if directory.is_dir() else []
    return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]


def text(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", rules.NOTICES)
def test_each_notice_can_be_written_in_each_language(app: Flask, time: FrozenClock, name: str, language: str) -> None:
    ana, lot_id = factories.member("ana", language=language), factories.open_lot()
    tell(ana, name, lot_id=lot_id, **FACTS)
    (found,) = mails()
    title = "The Great Wave" if language == "en" else "La Grande Vague"
    assert found["To"] == "ana@example.org"
    assert title in found["Subject"]
    for words in (text(found), text(found, "html")):
        assert title in words
        assert f"http://127.0.0.1:8000/lots/{lot_id}" in words
        assert "%(" not in words
        assert "{{" not in words
    if "price_minor" in rules.NOTICES[name].facts:
        assert format_money(1_250_00, "EUR", language) in text(found)
    assert f'<html lang="{language}">' in text(found, "html")


def test_a_title_is_text_in_the_mail_s_html(app: Flask, time: FrozenClock) -> None:
    ana = factories.member("ana")
    lot_id = factories.open_lot(title=lots.Words("<b>Bold & bright</b>", "<b>Bold & bright</b>"))
    tell(ana, lot_id=lot_id, **FACTS)
    (found,) = mails()
    assert "&lt;b&gt;Bold &amp; bright&lt;/b&gt;" in text(found, "html")
    assert "<b>Bold & bright</b>" in text(found)


def test_ten_bids_within_a_minute_are_one_mail_with_the_newest_price(app: Flask, time: FrozenClock) -> None:
    ana, lot_id, other = factories.member("ana"), factories.open_lot(), factories.open_lot()
    for number in range(10):
        tell(ana, key=f"lot:{lot_id}:bid:{number}", lot_id=lot_id, **FACTS | {"price_minor": number * 100_00})
    tell(ana, key=f"lot:{other}:bid:1", lot_id=other, **FACTS)
    found = mails()
    assert len(found) == 2, "one for each lot"
    assert any("€900" in text(one) for one in found)
    tell(ana, key=f"lot:{lot_id}:bid:11", lot_id=lot_id, **FACTS)
    assert len(mails()) == 2
    time.tick(seconds=60)
    assert len(mails()) == 3


def test_the_same_event_is_told_once_and_to_each_who_is_concerned(app: Flask, time: FrozenClock) -> None:
    ana, ben, lot_id = factories.member("ana"), factories.member("ben"), factories.open_lot()
    for _ in range(2):
        tell(ana, "lost", f"lot:{lot_id}", lot_id=lot_id, **FACTS)
        tell(ben, "lost", f"lot:{lot_id}", lot_id=lot_id, **FACTS)
    assert sorted(one["To"] for one in mails()) == ["ana@example.org", "ben@example.org"]


def test_who_leads_again_is_not_told_that_he_was_outbid(app: Flask, time: FrozenClock) -> None:
    ana, lot_id = factories.member("ana"), factories.open_lot()
    tell(ana, lot_id=lot_id, **FACTS)
    with transaction():
        withdraw(ana.id, "outbid", lot_id=lot_id)
    assert mails() == []


def test_nobody_is_asked_to_bid_on_a_lot_that_has_ended(app: Flask, time: FrozenClock) -> None:
    ana, lot_id = factories.member("ana"), factories.open_lot(ends_at=time.now() + timedelta(hours=1))
    tell(ana, lot_id=lot_id, **FACTS)
    time.tick(hours=2)
    assert mails() == []
    assert outbox.counts() == {"sent": 1}


def test_a_closed_account_is_left_in_peace(app: Flask, time: FrozenClock) -> None:
    ana, lot_id = factories.member("ana", active=False), factories.open_lot()
    tell(ana, "won", lot_id=lot_id, **FACTS)
    assert mails() == []


def test_a_fact_that_is_missing_is_noticed_when_it_is_written(app: Flask) -> None:
    ana = factories.member("ana")
    with pytest.raises(TypeError, match="price_minor"):
        tell(ana, lot_id=1, currency="EUR")


def test_the_queue_holds_no_address_and_nothing_in_plain(app: Flask) -> None:
    ana, lot_id = factories.member("ana"), factories.open_lot()
    tell(ana, lot_id=lot_id, **FACTS)
    stored = db.session.execute(sa.text("SELECT * FROM outbox_message")).one()
    assert "ana" not in str(stored)
    assert "EUR" not in str(stored)


def test_who_leads_by_the_time_the_mail_would_leave_is_not_told_that_he_was_outbid(
    app: Flask, time: FrozenClock
) -> None:
    """The worker took the message just before he bid again: withdrawing it came too late."""
    ana, ben, lot_id = factories.member("ana"), factories.member("ben"), factories.open_lot()
    place_bid(lot_id, ben.id, 5_000_00, "a-key-of-bens")
    place_bid(lot_id, ana.id, 9_000_00, "a-key-of-hers")
    outbox.deliver_due()
    before = len(mails())
    tell(ana, key="lot:of-before", lot_id=lot_id, **FACTS)
    assert len(mails()) == before
    tell(ana, "bid_annulled", lot_id=lot_id, **FACTS)
    assert len(mails()) == before + 1, "other notices go to a leader too"
    time.tick(minutes=2)
    place_bid(lot_id, ben.id, 20_000_00, "a-second-key-of-bens")
    assert [one["To"] for one in mails()].count("ana@example.org") == 2, "and once outbid she is told"
