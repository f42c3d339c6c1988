"""Restricted data is kept, shown to its member, and used for nothing that he does not ask for (P-41, P-42)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask, g
from flask_login import login_user

from gallery import create_app
from gallery.auth.federated.models import Identity
from gallery.auth.models import Member
from gallery.bidding.models import Bid
from gallery.bidding.services import place_bid
from gallery.consents import browser, texts
from gallery.consents import queries as consents
from gallery.consents import services as choosing
from gallery.consents.queries import Subject
from gallery.consents.rules import OPTIONAL, WITHHELD, Mechanism, Purpose
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.outbox import OutboxMessage
from gallery.core.settings import Settings
from gallery.privacy.erasure import recipients
from gallery.privacy.erasure.queries import notices_of, tasks
from gallery.privacy.requests import queries
from gallery.privacy.requests.rules import Channel, Kind, State
from gallery.privacy.restriction import services
from gallery.trust import looks, members
from gallery.trust.rules import Reason
from tests import factories
from tests.auth.doors import mailbox
from tests.inspection import InspectingClient
from tests.privacy.requests.asking import ask, row
from tests.trust.desk_door import send

CENTRE = "/account/privacy"


def ana_restricts() -> Member:
    ana = factories.member("ana")
    services.restrict(ana.id, "Something in it is wrong", language="en", now=clock.now())
    return ana


def allow(member_id: int, *purposes: Purpose) -> None:
    for purpose in purposes:
        text = texts.text(purpose, "en")
        choosing.record(
            Subject(member_id=member_id), {purpose: True}, text=text, mechanism=Mechanism.PAGE, now=clock.now()
        )


@pytest.mark.database
def test_a_member_restricts_at_once_reads_it_and_lifts_it_himself(app: Flask, client: InspectingClient) -> None:
    ana = factories.member("ana")
    client.get("/?lang=en")
    factories.sign_in(client, ana)
    answer = send(client, f"{CENTRE}/restriction", why="claim", words="I bought a painting here in May")
    assert answer.status_code == 303
    (one,) = queries.of_member(ana.id)
    assert (one.kind, one.state) == (Kind.RESTRICTION, State.ANSWERED)
    assert one.words == "I need it for a claim, though you may not need it any more\n\nI bought a painting here in May"
    assert "The use of your data is restricted since" in client.get(CENTRE).text
    assert "Your data is restricted: it is kept" in mailbox(ana.email)[-1].text
    page = client.get(f"{CENTRE}/restriction").text
    assert "Lift the restriction" in page
    assert "Restrict it now" not in page
    assert send(client, f"{CENTRE}/restriction/lifting").status_code == 303
    assert db.session.get_one(Member, ana.id, populate_existing=True).restricted_at is None
    assert send(client, f"{CENTRE}/restriction/lifting").status_code == 303
    assert "The use of your data is restricted since" not in client.get(CENTRE).text


@pytest.mark.database
@pytest.mark.parametrize("typed", ["ana@", "ana@example.org", "Ana"])
def test_staff_do_not_come_upon_him_by_searching_but_by_his_number(app: Flask, typed: str) -> None:
    ana = ana_restricts()
    factories.member("ben")
    before = [one.id for one in members.search(typed, 10)]
    assert ana.id not in before
    (found,) = members.search(f"#{ana.id}", 10)
    assert found.is_restricted
    services.lift(ana.id, now=clock.now())
    assert [one.id for one in members.search(typed, 10)] == [ana.id]


def test_staff_who_open_his_page_for_a_reason_are_told(app: Flask, client: InspectingClient) -> None:
    ana = ana_restricts()
    sue = factories.member("sue", roles=["support"])
    factories.sign_in(client, sue)
    looks.begin(ana.id, sue.id, {"support"}, Reason.LEGAL_REQUEST, "His request", now=clock.now())
    assert "restricted: only for what the member asks for" in client.get(f"/admin/members/{ana.id}?lang=en").text


@pytest.mark.parametrize("purpose", OPTIONAL)
def test_nothing_optional_is_done_with_it_whatever_was_allowed(app: Flask, purpose: Purpose) -> None:
    """P-41: marketing and personalisation read consents by two ways, for letters and for pages."""
    ana = factories.member("ana")
    allow(ana.id, purpose)
    readers: list[Callable[[], bool]] = [
        lambda: consents.granted(purpose, member_id=ana.id, now=clock.now()),
        lambda: on_a_page(app, ana, purpose),
    ]
    assert all(reader() for reader in readers)
    services.restrict(ana.id, "Until it is checked", language="en", now=clock.now())
    assert [reader() for reader in readers] == [purpose not in WITHHELD] * 2
    services.lift(ana.id, now=clock.now())
    assert all(reader() for reader in readers)


def on_a_page(app: Flask, member: Member, purpose: Purpose) -> bool:
    """What a page that he opens takes for allowed."""
    with app.test_request_context("/"):
        g.pop("consents_here", None)
        login_user(db.session.get_one(Member, member.id, populate_existing=True), force=True)
        return browser.granted(purpose)


def test_no_program_of_others_is_in_his_pages(environ: dict[str, str]) -> None:
    app = create_app(Settings.from_environ(environ | {"GALLERY_GOOGLE_TAG": "G-ABCD1234"}))
    app.test_client_class = InspectingClient
    with app.app_context():
        ana = factories.member("ana")
        allow(ana.id, Purpose.ADS)
        client = app.test_client()
        factories.sign_in(client, ana)
        assert "G-ABCD1234" in client.get("/").text
        services.restrict(ana.id, "Until it is checked", language="en", now=clock.now())
        page = client.get("/")
        assert "G-ABCD1234" not in page.text
        assert "google" not in page.headers["Content-Security-Policy"]
        assert 'class="consent"' not in page.text
        assert "The use of your data is restricted" in client.get("/consents?lang=en").text
        db.session.remove()
        db.engine.dispose()


def test_what_he_does_himself_goes_on(app: Flask) -> None:
    """Art. 18(2): with his own wish; a bid is one."""
    ana = ana_restricts()
    lot = factories.open_lot()
    place_bid(lot, ana.id, 200_00, "restricted-1", now=clock.now())
    assert db.session.scalars(sa.select(Bid.bidder_id).where(Bid.lot_id == lot)).all() == [ana.id]


def test_who_signs_members_in_is_not_asked_to_forget_him_for_a_mere_restriction(environ: dict[str, str]) -> None:
    """P-42: Facebook's permissions are taken back after an erasure; of the rest the mail provider is told by hand."""
    keys = {
        "GALLERY_MAIL_URL": "smtp://127.0.0.1:9",
        "GALLERY_FACEBOOK_APP_ID": "1",
        "GALLERY_FACEBOOK_APP_SECRET": "secret",
    }
    app = create_app(Settings.from_environ(environ | keys))
    with app.app_context():
        ana = factories.member("ana")
        with transaction() as session:
            for provider in ("facebook", "google"):
                session.add(
                    Identity(
                        member_id=ana.id, provider=provider, issuer=provider, subject="7001", linked_at=clock.now()
                    )
                )
        ref = services.restrict(ana.id, "Until it is checked", language="en", now=clock.now())
        told = {one.recipient: one.receipt for one in notices_of(f"restriction:{queries.by_ref(ref).number}")}
        assert told == {"facebook": "nothing_there", "google": "nothing_there", "mail_provider": ""}
        assert db.session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == recipients.KIND)).all() == []
        assert [(notice.recipient, of) for notice, of in tasks()] == [("mail_provider", ref)]
        db.session.remove()
        db.engine.dispose()


@pytest.mark.database
@pytest.mark.parametrize("kind", [Kind.RESTRICTION, Kind.RECTIFICATION])
def test_what_the_desk_answers_as_done_is_done_and_recipients_are_told(
    app: Flask, client: InspectingClient, kind: Kind
) -> None:
    ana = factories.member("ana")
    ref = ask(kind, member_id=ana.id, channel=Channel.LETTER)
    sue = factories.member("sue", roles=["support"])
    factories.sign_in(client, sue)
    send(client, f"/admin/privacy/{ref}/looks")
    send(client, f"/admin/privacy/{ref}/work", **{"work-proved": "y"})
    with transaction() as session:
        session.add(
            Identity(member_id=ana.id, provider="google", issuer="google", subject="7001", linked_at=clock.now())
        )
    assert send(client, f"/admin/privacy/{ref}/answer").status_code == 303
    assert row(ref).state == State.ANSWERED
    is_restricted = db.session.get_one(Member, ana.id, populate_existing=True).restricted_at is not None
    assert is_restricted == (kind is Kind.RESTRICTION)
    assert [one.recipient for one in notices_of(f"{kind}:{queries.by_ref(ref).number}")] == ["google"]
