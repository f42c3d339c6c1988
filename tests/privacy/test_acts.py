"""What a member asks for in his privacy centre: with which clock, told how, done when (L1, L2, P-30, P-32, P-44)."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from gallery.auth.models import Member
from gallery.consents import queries as consents
from gallery.consents import services as choosing
from gallery.consents import texts
from gallery.consents.queries import Subject
from gallery.consents.rules import MARKETING, Mechanism, Purpose
from gallery.core import clock
from gallery.core.personal import Category
from gallery.privacy.requests import queries, services
from gallery.privacy.requests.rules import MOST_OPEN, Channel, Ground, Kept, Kind, State
from gallery.trust import looks
from gallery.trust.rules import Reason
from tests import factories
from tests.auth.doors import mailbox
from tests.inspection import InspectingClient
from tests.privacy.requests.asking import freeze, row
from tests.trust.desk_door import send

CENTRE = "/account/privacy"
ASKED = {
    Kind.RECTIFICATION: ("rectification", {"category": "account", "words": "I registered a year before"}),
    Kind.OBJECTION: ("objection", {"against": "to keep the auction fair and safe", "words": "I was cleared of it"}),
    Kind.COMPLAINT: ("complaint", {"words": "You wrote to my old address"}),
}


@pytest.fixture
def ana(client: InspectingClient) -> Member:
    ana = factories.member("ana")
    client.get("/?lang=en")
    factories.sign_in(client, ana)
    return ana


def act(client: InspectingClient, what: str, **fields: str) -> TestResponse:
    return send(client, f"{CENTRE}/{what}", **fields)


@pytest.mark.parametrize("kind", ASKED)
def test_what_a_member_asks_for_has_a_clock_a_mail_and_a_place_in_his_centre(
    app: Flask, client: InspectingClient, ana: Member, kind: Kind
) -> None:
    """P-30: 31 January at ten in the morning, so until 28 February."""
    freeze(app)
    factories.sign_in(client, ana)
    page, fields = ASKED[kind]
    assert client.get(f"{CENTRE}/{page}").status_code == 200
    assert act(client, page, **fields).status_code == 303
    (one,) = queries.of_member(ana.id)
    assert one.kind is kind
    assert row(one.ref).proved_at is not None
    centre = client.get(CENTRE).text
    assert "we answer at the latest on" in centre
    assert "28 Feb 2027" in centre
    assert any("28 Feb 2027" in letter.text for letter in mailbox(ana.email))
    assert fields["words"] in client.get(f"{CENTRE}/requests/{one.ref}").text
    assert fields["words"] not in centre


@pytest.mark.parametrize("kind", ASKED)
@pytest.mark.parametrize("wrong", ["", "no", "x" * 4000])
def test_what_cannot_be_taken_is_said_beside_the_field_and_stays(
    client: InspectingClient, ana: Member, kind: Kind, wrong: str
) -> None:
    page, fields = ASKED[kind]
    answer = act(client, page, **(fields | {"words": wrong}))
    assert answer.status_code == 422
    assert wrong in answer.text
    assert 'id="words-error"' in answer.text
    assert queries.of_member(ana.id) == []


@pytest.mark.parametrize(
    ("name", "field"), [("rectification", "category"), ("objection", "against"), ("restriction", "why")]
)
@pytest.mark.parametrize("chosen", ["", "nonsense"])
def test_nothing_is_chosen_that_is_not_in_the_list(
    client: InspectingClient, ana: Member, name: str, field: str, chosen: str
) -> None:
    answer = act(client, name, **{field: chosen, "words": "Some words of mine"})
    assert answer.status_code == 422
    assert "choose one of the list" in answer.text
    assert "Some words of mine" in answer.text


@pytest.mark.parametrize("name", ["rectification", "restriction"])
def test_what_would_harm_him_is_asked_for_after_showing_who_one_is_and_nothing_typed_is_lost(
    client: InspectingClient, ana: Member, name: str
) -> None:
    """P-32, A-01: a borrowed phone asks for nothing of the kind."""
    factories.sign_in(client, ana, proved=False)
    assert client.get(f"{CENTRE}/{name}").location.startswith("/auth/prove")
    answer = act(client, name, category="account", why="wrong", words="I typed this for long")
    assert answer.status_code == 403
    assert "I typed this for long" in answer.text
    assert queries.of_member(ana.id) == []
    assert act(client, "complaint", words="Heard from anybody").status_code == 303


def test_a_member_reads_the_answer_with_reason_end_and_who_hears_complaints(
    client: InspectingClient, ana: Member
) -> None:
    """P-31: also in his account, not by mail alone."""
    act(client, "objection", **ASKED[Kind.OBJECTION][1])
    (one,) = queries.of_member(ana.id)
    services.refuse(one.ref, [Kept(Ground.FRAUD, (Category.MODERATION,))], "We weighed it so.", now=clock.now())
    page = client.get(f"{CENTRE}/requests/{one.ref}").text
    for words in ("We weighed it so.", "protecting others from fraud outweighs", "cnil.fr", "cdp.sn", "court"):
        assert words in page
    assert "Withdraw this request" not in page


def test_a_member_withdraws_what_he_no_longer_asks_for_and_nobody_else_does(
    app: Flask, client: InspectingClient, ana: Member
) -> None:
    act(client, "complaint", words="You wrote to my old address")
    (one,) = queries.of_member(ana.id)
    ben = app.test_client()
    factories.sign_in(ben, factories.member("ben"))
    assert send(ben, f"{CENTRE}/requests/{one.ref}/withdrawal").status_code == 404
    assert ben.get(f"{CENTRE}/requests/{one.ref}").status_code == 404
    assert act(client, f"requests/{one.ref}/withdrawal").status_code == 303
    assert row(one.ref).state == State.WITHDRAWN
    again = act(client, f"requests/{one.ref}/withdrawal")
    assert again.status_code == 303
    assert "no longer where this step begins" in client.get(CENTRE).text


def test_advertising_ends_at_once_and_without_a_reason(client: InspectingClient, ana: Member) -> None:
    """P-44: what he had allowed is withdrawn with a receipt; what is no advertising stays as he chose it."""
    subject, now = Subject(member_id=ana.id), clock.now()
    for purpose in (Purpose.EMAIL, Purpose.ADS, Purpose.SOCIAL):
        text = texts.text(purpose, "en")
        choosing.record(subject, {purpose: True}, text=text, mechanism=Mechanism.PAGE, now=now)
    assert act(client, "objection/advertising").status_code == 303
    later = clock.now()
    assert not any(consents.granted(purpose, member_id=ana.id, now=later) for purpose in MARKETING)
    assert consents.granted(Purpose.SOCIAL, member_id=ana.id, now=later)
    assert {one.mechanism for one in consents.receipts_of(ana.id)} == {Mechanism.PAGE, Mechanism.OBJECTION}
    (one,) = queries.of_member(ana.id)
    assert (one.kind, one.state) == (Kind.OBJECTION, State.ANSWERED)
    (letter,) = mailbox(ana.email)
    assert "We have stopped what you objected to." in letter.text
    assert "when you objected to advertising" in client.get("/consents").text


def test_who_has_ten_requests_open_is_told_so_and_keeps_what_he_typed(client: InspectingClient, ana: Member) -> None:
    for number in range(MOST_OPEN):
        assert act(client, "complaint", words=f"Complaint number {number}").status_code == 303
    answer = act(client, "complaint", words="One more complaint")
    assert answer.status_code == 422
    assert "One more complaint" in answer.text
    assert "Ten of your requests are open" in answer.text
    assert len(queries.of_member(ana.id)) == MOST_OPEN


@pytest.mark.database
def test_what_is_done_at_once_waits_for_nothing_that_is_open_and_is_done_once(
    client: InspectingClient, ana: Member
) -> None:
    """P-41, P-44: ten complaints keep nobody from ending advertising; a form that is sent twice is one request."""
    for number in range(MOST_OPEN):
        complaint = f"Complaint number {number}"
        services.open_request(
            Kind.COMPLAINT, Channel.ACCOUNT, member_id=ana.id, words=complaint, language="en", now=clock.now()
        )
    text = texts.text(Purpose.EMAIL, "en")
    choosing.record(
        Subject(member_id=ana.id), {Purpose.EMAIL: True}, text=text, mechanism=Mechanism.PAGE, now=clock.now()
    )
    for _ in range(2):
        assert act(client, "objection/advertising").status_code == 303
        assert act(client, "restriction", why="claim", words="I bought a painting here").status_code == 303
    assert not consents.granted(Purpose.EMAIL, member_id=ana.id, now=clock.now())
    answered = [one.kind for one in queries.of_member(ana.id) if one.state is State.ANSWERED]
    assert answered == [Kind.RESTRICTION, Kind.OBJECTION]
    assert sum("Our answer" in letter.subject for letter in mailbox(ana.email)) == 2


def test_that_fraud_prevention_outweighs_is_said_with_what_was_weighed(app: Flask, client: InspectingClient) -> None:
    """P-44: the balancing is recorded, and told."""
    ana = factories.member("ana")
    factories.sign_in(client, ana)
    act(client, "objection", **ASKED[Kind.OBJECTION][1])
    (one,) = queries.of_member(ana.id)
    desk = app.test_client()
    fay = factories.member("fay", roles=["fraud"])
    factories.sign_in(desk, fay)
    looks.begin(ana.id, fay.id, {"fraud"}, Reason.LEGAL_REQUEST, "The objection", now=clock.now())
    refusal = {"refuse-ground": "fraud", "refuse-categories": "moderation"}
    path = f"/admin/privacy/{one.ref}/refusal"
    assert send(desk, path, **refusal).status_code == 422
    weighed = "Two accounts bid for each other; the block ends in May."
    assert send(desk, path, **refusal, **{"refuse-words": weighed}).status_code == 303
    assert queries.by_ref(one.ref).answer == weighed
