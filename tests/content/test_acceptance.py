"""What is accepted at which act, and who is told of a change (M2, P-54, C-09)."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gallery.account import queries as account
from gallery.account.rules import For, Gap
from gallery.auth import services as accounts
from gallery.auth.federated import services as federated
from gallery.auth.federated.providers import Person
from gallery.auth.models import Member
from gallery.bidding.models import Bid
from gallery.bidding.services import place_bid
from gallery.content.policies import acceptance, notice, publishing
from gallery.content.policies.models import PolicyAcceptance
from gallery.content.policies.rules import Act, Kind
from gallery.core import mail, outbox
from gallery.core.db import db, transaction
from tests import factories
from tests.content.policies import NOW, at, change, editor

LATER = NOW + timedelta(days=20)


def noted(member_id: int) -> list[tuple[str, int, str]]:
    rows = db.session.execute(
        sa.select(PolicyAcceptance.kind, PolicyAcceptance.number, PolicyAcceptance.act)
        .where(PolicyAcceptance.member_id == member_id)
        .order_by(PolicyAcceptance.id)
    )
    return [tuple(row) for row in rows]


def token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_an_account_that_opens_notes_what_was_shown(app: Flask, client: FlaskClient) -> None:
    """The page names both texts; by a reset, and by Google, it is the same."""
    at(app, NOW)
    publishing.seed(NOW)
    page = client.get("/auth/register?lang=en").text
    assert "Terms, version 1" in page
    assert "Privacy policy, version 1" in page
    both = [("terms", 1, "registration"), ("privacy", 1, "registration")]
    person = Person("google", "https://accounts.google.com", "7", "gus@example.org", "Gus", owns_email=True)
    opened = federated.open_account(person, "en", now=NOW)
    assert opened is not None
    assert noted(opened) == both
    fresh = factories.member("fresh", confirmed=False)
    accounts.tell_opened(fresh.id, NOW)
    accounts.tell_opened(fresh.id, NOW)
    assert noted(fresh.id) == both, "twice does nothing more"


def test_selling_asks_for_the_terms_of_sellers_and_again_after_a_change(app: Flask, client: FlaskClient) -> None:
    by_id = editor()
    at(app, NOW)
    publishing.seed(NOW)
    sol = factories.member("sol")
    factories.sign_in(client, sol)
    sol_id = sol.id
    assert Gap.SELLER_TERMS in account.missing(sol_id, For.SELLING, NOW)
    where = "/policies/seller-terms/agreement"
    page = client.get(f"{where}?lang=en&next=/lots/").text
    sent = {"csrf_token": token(page), "version": "1", "next": "/lots/"}
    assert client.post(where, data=sent | {"version": "9"}).status_code == 422
    assert client.post(where, data=sent).location == "/lots/"
    assert noted(sol_id) == [("seller-terms", 1, "selling")]
    assert Gap.SELLER_TERMS not in account.missing(sol_id, For.SELLING, NOW)
    change(Kind.SELLER_TERMS, by_id, NOW)
    assert Gap.SELLER_TERMS not in account.missing(sol_id, For.SELLING, NOW)
    assert Gap.SELLER_TERMS in account.missing(sol_id, For.SELLING, LATER)
    with pytest.raises(acceptance.AnotherInForce):
        acceptance.accept(sol_id, Kind.SELLER_TERMS, 1, Act.SELLING, now=LATER)


def bid_review(client: FlaskClient, lot_id: int, **more: str) -> str:
    form = client.get(f"/lots/{lot_id}/bids/new").text
    sent = {"csrf_token": token(form), "key": secrets.token_urlsafe(16), "amount": "150", "to": "senegal"} | more
    return client.post(f"/lots/{lot_id}/bids", data=sent).text


def terms_of_bids() -> list[int | None]:
    return list(db.session.execute(sa.select(Bid.terms_version).order_by(Bid.id)).scalars())


@pytest.mark.sqlite
def test_each_bid_names_and_keeps_the_terms_that_count(app: Flask, client: FlaskClient) -> None:
    """The line stands beside the button, nothing is ticked, and a review of older terms comes again."""
    by_id = editor()
    at(app, NOW)
    ana = factories.member("ana")
    lot_id = factories.open_lot(ends_at=LATER + timedelta(days=1))
    place_bid(lot_id, ana.id, 100_00, "before-any-terms")
    publishing.seed(NOW)
    factories.sign_in(client, ana)
    client.get("/lots/?lang=en")
    page = bid_review(client, lot_id)
    assert "our terms, version 1" in page
    assert "have changed" not in page, "he agreed to none yet"
    assert 'type="checkbox"' not in page
    bid_review(client, lot_id, confirmed="1", terms="1")
    assert terms_of_bids() == [None, 1]
    change(Kind.TERMS, by_id, NOW, is_important=True)
    at(app, LATER)
    factories.sign_in(client, ana)
    page = bid_review(client, lot_id, amount="200", confirmed="1", terms="1")
    assert "our terms, version 2" in page, "the review again, with what counts by now"
    assert "Our terms have changed since you last agreed to them: One thing more." in page
    assert terms_of_bids() == [None, 1]
    bid_review(client, lot_id, amount="200", confirmed="1", terms="2")
    bid_review(client, lot_id, amount="300", confirmed="1")
    assert terms_of_bids() == [None, 1, 2, 2]
    assert "have changed" not in bid_review(client, lot_id, amount="400")


def mailed(smtp_dir: object = None) -> dict[str, str]:
    """The text of the mails by address."""
    from email import message_from_bytes, policy

    box = mail.files_directory()
    assert box is not None
    found = (message_from_bytes(path.read_bytes(), policy=policy.default) for path in box.glob("*.eml"))
    return {one["To"]: f"{one['Subject']}\n{one.get_body(('plain',)).get_content()}" for one in found}


@pytest.mark.database
def test_every_member_is_told_of_an_important_change_in_his_language(app: Flask) -> None:
    """With the summary, the day, the differences and what he may do; who is gone or unconfirmed is told nothing."""
    by_id = editor()
    at(app, NOW)
    publishing.seed(NOW)
    factories.member("ana", language="fr")
    factories.member("ben", language="en")
    factories.member("cat", confirmed=False)
    factories.member("dan", active=False)
    change(Kind.LEGAL, by_id, NOW)
    assert outbox.counts() == {}, "a small change is told to nobody"
    change(Kind.TERMS, by_id, NOW, is_important=True)
    while outbox.deliver_due():
        pass
    letters = mailed()
    assert letters.keys() == {"ana@example.org", "ben@example.org", "edi@example.org"}
    assert "One thing more." in letters["ben@example.org"]
    assert "13 Dec 2026" in letters["ben@example.org"]
    assert "close your account" in letters["ben@example.org"]
    assert "/policies/terms/versions/2?view=changes&lang=en" in letters["ben@example.org"]
    assert "Une chose de plus." in letters["ana@example.org"]
    assert "13 déc. 2026" in letters["ana@example.org"]
    assert "fermer votre compte" in letters["ana@example.org"]


def test_business_sellers_are_told_of_every_change_and_nobody_else_is(app: Flask) -> None:
    """C-09."""
    by_id = editor()
    at(app, NOW)
    publishing.seed(NOW)
    factories.member("ana")
    sol = factories.member("sol", roles=["seller"])
    tom = factories.member("tom")
    acceptance.accept(tom.id, Kind.SELLER_TERMS, 1, Act.SELLING, now=NOW)
    assert sol.id
    change(Kind.SELLER_TERMS, by_id, NOW, is_important=False)
    while outbox.deliver_due():
        pass
    assert mailed().keys() == {"sol@example.org", "tom@example.org"}


@pytest.mark.database
def test_many_members_are_told_batch_by_batch_and_each_once(app: Flask) -> None:
    """However many there are, no transaction queues more than a batch; a walk that is repeated doubles nobody."""
    by_id = editor()
    at(app, NOW)
    publishing.seed(NOW)
    crowd = 2 * notice.BATCH + 7
    with transaction() as session:
        session.execute(
            sa.insert(Member),
            [
                {
                    "email": f"crowd{number}@example.org",
                    "active": True,
                    "fs_uniquifier": secrets.token_hex(8),
                    "confirmed_at": NOW,
                    "registered_at": NOW,
                    "language": "fr",
                }
                for number in range(crowd)
            ],
        )
    change(Kind.TERMS, by_id, NOW, is_important=True)
    queued = sa.select(sa.func.count()).where(outbox.OutboxMessage.kind == notice.MAIL)
    totals = []
    for after in range(3):
        walk = db.session.execute(
            sa.select(outbox.OutboxMessage.id, outbox.OutboxMessage.payload)
            .where(outbox.OutboxMessage.kind == notice.WALK)
            .order_by(outbox.OutboxMessage.id.desc())
        ).first()
        assert walk is not None
        message = outbox.Message(walk.id, notice.WALK, f"{after}", walk.payload, None, NOW, 1)
        notice.walk(message)
        notice.walk(message)
        totals.append(db.session.execute(queued).scalar_one())
    assert totals == [notice.BATCH, 2 * notice.BATCH, crowd + 1]
