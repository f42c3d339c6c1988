"""The desk for requests about data: who opens what, each step by its form, two hands for one (P-30 to P-32)."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from gallery.auth.models import Member
from gallery.core import audit, clock
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.core.personal import Category
from gallery.privacy.desk import services as followed
from gallery.privacy.desk import views
from gallery.privacy.erasure.services import carry_on_due
from gallery.privacy.requests import alarms, queries, record, services
from gallery.privacy.requests.models import PrivacyRequest
from gallery.privacy.requests.rules import Channel, Ground, Kept, Kind, State
from gallery.privacy.requests.steps import StepRefused
from gallery.trust.models import Look
from tests import factories
from tests.auth.doors import mailbox
from tests.inspection import InspectingClient
from tests.privacy.erasure.cast import erase
from tests.privacy.requests.asking import START, ask, audited, freeze, row
from tests.privacy.requests.test_steps import AWA, BIDS, code_for, post
from tests.trust.desk_door import send

DESK = "/admin/privacy/"


def staff(client: InspectingClient, role: str = "support", name: str = "sue") -> Member:
    """Somebody of the staff, signed in with a second step, who reads English."""
    made = factories.member(name, roles=[role], language="en")
    client.get("/?lang=en")
    factories.sign_in(client, made)
    return made


def stored() -> list[PrivacyRequest]:
    """All requests that there are."""
    db.session.rollback()
    return db.session.query(PrivacyRequest).order_by(PrivacyRequest.id).all()


def entries(subject: str) -> list[AuditEntry]:
    """What the audit says of one request, whether it is there or not."""
    query = sa.select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.id)
    return list(db.session.scalars(query))


def step(client: InspectingClient, ref: str, what: str, **fields: str) -> TestResponse:
    return send(client, f"{DESK}{ref}/{what}", **fields)


def proposal_on(page: str) -> dict[str, str]:
    """What the form that confirms a proposal sends."""
    (found,) = re.findall(r'name="(confirm-proposed_at)" value="([^"]+)"', page)
    return dict([found])


def test_a_request_that_came_by_letter_is_taken_down_with_the_day_on_which_it_came(
    app: Flask, client: InspectingClient
) -> None:
    """P-30, P-32: its month runs from that day, in the language of the person."""
    freeze(app)
    sue = staff(client)
    answer = send(
        client,
        f"{DESK}new",
        **{
            "new-kind": "access",
            "new-channel": "letter",
            "new-received_on": "28/01/2027",
            "new-email": "Awa@Example.org",
            "new-language": "fr",
            "new-words": "Que savez-vous de moi ?",
        },
    )
    assert answer.status_code == 303, answer.text
    ref = answer.location.rpartition("/")[2]
    made = row(ref)
    assert (made.email, made.language, made.due_at.date().isoformat()) == (AWA, "fr", "2027-02-28")
    assert audited(ref) == [("opened", sue.id)]
    assert "au plus tard le 28 févr. 2027" in post()
    assert "Que savez-vous de moi ?" in client.get(answer.location).text
    assert audited(ref)[-1] == ("read", sue.id)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"new-kind": "gift"}, "choose one of the list"),
        ({"new-channel": "account"}, "choose one of the list"),
        ({"new-language": "de"}, "choose one of the list"),
        ({"new-received_on": "2027-02-01"}, "a day that has come"),
        ({"new-received_on": "soon"}, "not a date"),
        ({"new-email": "awa"}, "not an e-mail address"),
        ({"new-email": ""}, "has an address"),
        ({"new-words": ""}, "in a few words"),
        ({"new-words": "x" * 4001}, "characters"),
    ],
)
def test_nonsense_is_refused_in_words_and_nothing_typed_is_lost(
    app: Flask, client: InspectingClient, wrong: dict[str, str], said: str
) -> None:
    freeze(app)
    staff(client)
    typed = {
        "new-kind": "access",
        "new-channel": "email",
        "new-received_on": "2027-01-28",
        "new-email": AWA,
        "new-language": "en",
        "new-words": "What do you know of me?",
    }
    answer = send(client, f"{DESK}new", **(typed | wrong))
    assert answer.status_code == 422
    assert said in answer.text
    if "new-words" not in wrong:
        assert "What do you know of me?" in answer.text
    assert queries.queue(clock.now()) == []


def test_the_queue_shows_days_left_and_what_is_overdue(app: Flask, client: InspectingClient) -> None:
    tick = freeze(app).tick
    ask(Kind.COMPLAINT)
    tick(days=20)
    sue = staff(client)
    assert "8 days left" in client.get(DESK).text
    tick(days=9)
    factories.sign_in(client, sue)
    assert "overdue since" in client.get(DESK).text


def test_a_long_queue_has_pages(app: Flask, client: InspectingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "ON_A_PAGE", 2)
    refs = [ask(Kind.COMPLAINT) for _ in range(3)]
    staff(client)
    page = client.get(DESK).text
    assert f"{DESK}{refs[0]}" in page
    assert f"{DESK}{refs[2]}" not in page
    more = client.get(f"{DESK}?after={refs[1]}").text
    assert f'href="{DESK}?after={refs[1]}"' in page
    assert refs[2] in more
    assert refs[0] not in more
    assert "Back to the beginning" in more


def test_the_fraud_desk_handles_objections_alone(app: Flask, client: InspectingClient) -> None:
    access, objection = ask(), ask(Kind.OBJECTION)
    staff(client, "fraud", "fay")
    page = client.get(DESK).text
    assert objection in page
    assert access not in page
    assert client.get(f"{DESK}{access}").status_code == 403
    assert step(client, access, "answer").status_code == 403
    assert step(client, objection, "answer").status_code == 303
    assert row(objection).state == State.ANSWERED


def test_a_members_request_is_opened_by_a_look_which_he_can_see(app: Flask, client: InspectingClient) -> None:
    """L5: before, nothing that he wrote is shown, and nothing is done."""
    awa = factories.member("awa")
    ref = ask(Kind.RECTIFICATION, member_id=awa.id, channel=Channel.ACCOUNT, words="My street is wrong")
    staff(client)
    assert "My street is wrong" not in client.get(f"{DESK}{ref}").text
    step(client, ref, "answer")
    assert row(ref).state == State.RECEIVED
    assert step(client, ref, "looks").status_code == 303
    assert "My street is wrong" in client.get(f"{DESK}{ref}").text
    seen = db.session.execute(sa.select(Look.reason).where(Look.member_id == awa.id)).scalars().all()
    assert seen == ["legal_request"]
    assert step(client, ref, "answer").status_code == 303
    assert row(ref).state == State.ANSWERED


def test_a_code_is_offered_where_there_is_a_mailbox_for_it(app: Flask, client: InspectingClient) -> None:
    staff(client)
    on_paper, by_mail = ask(email="", channel=Channel.LETTER), ask()
    assert "Mail a code" in client.get(f"{DESK}{by_mail}").text
    assert "Mail a code" not in client.get(f"{DESK}{on_paper}").text


def test_nobody_handles_his_own_request(app: Flask, client: InspectingClient) -> None:
    sue = staff(client)
    ref = ask(member_id=sue.id, channel=Channel.ACCOUNT)
    assert client.get(f"{DESK}{ref}").status_code == 403
    assert step(client, ref, "answer").status_code == 403


def test_the_mailed_code_proves_who_asks_at_the_desk(app: Flask, client: InspectingClient) -> None:
    """P-32: limited tries; an answer before is refused in words."""
    freeze(app)
    ref = ask()
    staff(client)
    early = step(client, ref, "answer", **{"answer-words": "It is attached."})
    assert early.status_code == 422
    assert "not shown yet who asks" in early.text
    assert "It is attached." in early.text
    step(client, ref, "identity")
    assert step(client, ref, "code", **{"code-code": "no"}).status_code == 422
    assert row(ref).code_tries_left == 4
    assert step(client, ref, "code", **{"code-code": code_for()}).status_code == 303
    assert step(client, ref, "answer", **{"answer-words": "It is attached."}).status_code == 303
    assert row(ref).state == State.ANSWERED


def test_more_time_is_taken_at_the_desk_once(app: Flask, client: InspectingClient) -> None:
    freeze(app)
    ref = ask(Kind.COMPLAINT)
    staff(client)
    more = {"extend-reason": "Many sales to go through"}
    assert step(client, ref, "extension", **more, **{"extend-until": "2028-01-01"}).status_code == 422
    assert step(client, ref, "extension", **more, **{"extend-until": "2027-03-31"}).status_code == 303
    assert row(ref).due_at.isoformat() == "2027-03-31T10:00:00+00:00"
    assert "Take more time" not in client.get(f"{DESK}{ref}").text


def test_the_refusal_of_an_erasure_goes_through_two_hands(app: Flask, client: InspectingClient) -> None:
    """TRUST 2.3.5."""
    tick = freeze(app).tick
    ref = ask(Kind.ERASURE)
    sue = staff(client)
    assert step(client, ref, "refusal", **{"refuse-ground": "claims"}).status_code == 422
    refusal = {"refuse-ground": "claims", "refuse-categories": "bidding", "refuse-until": "2027-12-31"}
    assert step(client, ref, "refusal", **refusal).status_code == 303
    own = step(client, ref, "proposal/confirmation")
    assert own.status_code == 422
    assert row(ref).state == State.RECEIVED
    assert "refused" not in post()
    ada = app.test_client()
    ada.get("/?lang=en")
    factories.sign_in(ada, second := factories.member("ada", roles=["admin"], language="en"))
    assert send(ada, f"{DESK}{ref}/proposal/confirmation").status_code == 422, "which proposal?"
    seen = proposal_on(ada.get(f"{DESK}{ref}").text)
    tick(minutes=1)
    step(client, ref, "refusal", **(refusal | {"refuse-words": "Something else."}))
    changed = send(ada, f"{DESK}{ref}/proposal/confirmation", **seen)
    assert changed.status_code == 422
    assert "changed meanwhile" in changed.text
    assert send(ada, f"{DESK}{ref}/proposal/confirmation", **proposal_on(changed.text)).status_code == 303
    tick(minutes=2)
    assert row(ref).state == State.REFUSED
    assert "31 Dec 2027" in post()
    assert [one for one in audited(ref) if one[0] != "read"][1:] == [
        ("refusal_proposed", sue.id),
        ("refusal_proposed", sue.id),
        ("refused", second.id),
    ]


def test_at_the_desk_an_erasure_is_closed_as_withdrawn_by_two_hands(app: Flask, client: InspectingClient) -> None:
    """TRUST 2.3.5."""
    ref, other = ask(Kind.ERASURE), ask(Kind.COMPLAINT)
    staff(client)
    assert step(client, other, "withdrawal").status_code == 303
    assert row(other).state == State.WITHDRAWN
    assert step(client, ref, "withdrawal").status_code == 303
    assert row(ref).state == State.RECEIVED
    assert "a proposal waits for a second person" in client.get(DESK).text
    ada = app.test_client()
    ada.get("/?lang=en")
    factories.sign_in(ada, factories.member("ada", roles=["admin"], language="en"))
    page = ada.get(f"{DESK}{ref}").text
    assert "Proposed: to close it as withdrawn" in page
    assert send(ada, f"{DESK}{ref}/proposal/confirmation", **proposal_on(page)).status_code == 303
    assert row(ref).state == State.WITHDRAWN


@pytest.mark.database
def test_nobody_is_told_that_his_data_is_erased_before_it_is(app: Flask, client: InspectingClient) -> None:
    """P-37, L1: of a member only the erasure says that it is done; in part as well, by one hand or by two."""
    tick = freeze(app).tick
    ana = factories.member("ana")
    ref = ask(Kind.ERASURE, member_id=ana.id, channel=Channel.ACCOUNT)
    staff(client)
    step(client, ref, "looks")
    step(client, ref, "work")
    page = client.get(f"{DESK}{ref}").text
    assert "Erase the data of this member" in page
    assert "It is done: answer" not in page
    assert "All the rest was done" not in page
    early = step(client, ref, "answer")
    assert early.status_code == 422
    assert "not erased yet" in early.text
    refusal = {"refuse-ground": "claims", "refuse-categories": "bidding"}
    assert step(client, ref, "refusal", **refusal, **{"refuse-partly": "y"}).status_code == 422
    with pytest.raises(StepRefused, match="not_erased"):
        services.refuse(ref, [BIDS], partly=True, now=clock.now())
    tick(minutes=2)
    assert row(ref).state == State.IN_WORK
    assert "is erased" not in post(ana.email)
    assert step(client, ref, "refusal", **refusal).status_code == 303, "wholly, it is proposed"


@pytest.mark.database
def test_an_erasure_that_was_asked_for_by_letter_is_carried_out_at_the_desk_and_its_request_goes_with_it(
    app: Flask, client: InspectingClient
) -> None:
    """P-37, P-30: what else the member asked for ends with the account. What stays counts, and leads to nobody."""
    tick = freeze(app).tick
    awa = factories.member("awa")
    awa_id = awa.id
    asked = ask(Kind.ERASURE, member_id=awa_id, channel=Channel.LETTER)
    other = ask(member_id=awa_id, channel=Channel.ACCOUNT)
    by_mail = ask(Kind.COMPLAINT)
    strangers = ask(email="ben@example.org")
    tick(days=3)
    sue_id = staff(client).id
    step(client, asked, "looks")
    assert step(client, asked, "erasure").status_code == 422
    step(client, asked, "work", **{"work-proved": "y"})
    subjects = {ref: f"privacy_request:{row(ref).id}" for ref in (asked, other, by_mail)}
    assert step(client, asked, "erasure").status_code == 303
    carry_on_due()

    assert [one.ref for one in stored()] == [strangers]
    closed = {subject: entries(subject)[-1] for subject in subjects.values()}
    assert closed[subjects[asked]].action == "privacy_request.answered"
    assert closed[subjects[asked]].actor_id == sue_id
    assert closed[subjects[asked]].facts == {"kind": "erasure", "days": 3, "late": False, "grounds": []}
    assert closed[subjects[other]].action == "privacy_request.withdrawn"
    assert closed[subjects[by_mail]].action == "privacy_request.withdrawn"
    left = json.dumps([[one.subject, one.facts] for subject in subjects.values() for one in entries(subject)])
    for leads_to_her in (AWA, f'"member:{awa_id}"', asked, other, by_mail):
        assert leads_to_her not in left
    page = client.get(f"{DESK}record").text
    assert "2027 · The erasure of my data" in page
    assert "3 days" in page


@pytest.mark.database
def test_nobody_is_erased_whose_request_was_taken_back_while_the_button_was_pressed(app: Flask) -> None:
    """The page was read before: what counts is what stands there once member and request are held."""
    ana, sue = factories.member("ana"), factories.member("sue", roles=["support"])
    ref = ask(Kind.ERASURE, member_id=ana.id, channel=Channel.ACCOUNT)
    services.take_up(ref, now=clock.now(), by_id=sue.id)
    services.withdraw(ref, now=clock.now())
    with pytest.raises(StepRefused, match="not_now"):
        followed.erase(ref, now=clock.now(), by_id=sue.id)
    assert not db.session.get_one(Member, ana.id, populate_existing=True).is_erased


def test_a_request_from_a_mailbox_that_was_never_confirmed_does_not_go_with_an_account_in_its_name(
    app: Flask,
) -> None:
    """Else somebody could open an account under an address that is not his, and end its holder's request with it."""
    impostor = factories.member("awa", confirmed=False)
    ref = ask()
    erase(impostor.id)
    assert row(ref).state == State.RECEIVED


@pytest.mark.database
@pytest.mark.parametrize("column", ["kind", "channel", "state"])
def test_a_request_of_a_kind_that_nobody_made_cannot_be_stored(app: Flask, column: str) -> None:
    """It would stop the erasure of the one whose it is."""
    ref = ask()
    with pytest.raises(sa.exc.IntegrityError), transaction() as session:
        session.execute(sa.update(PrivacyRequest).where(PrivacyRequest.ref == ref).values({column: "gift"}))


def test_the_record_counts_by_year_and_kind_and_says_what_was_late(app: Flask, client: InspectingClient) -> None:
    """P-30: fraud sees of it what it handles."""
    tick = freeze(app).tick
    early, late, objection = ask(Kind.COMPLAINT), ask(Kind.COMPLAINT), ask(Kind.OBJECTION)
    services.answer(early, now=clock.now())
    services.refuse(objection, [Kept(Ground.FRAUD, (Category.MODERATION,))], now=clock.now())
    tick(days=40)
    services.answer(late, now=clock.now())
    objections, complaints = record.answered(START)
    assert (complaints.kind, complaints.done, complaints.late, complaints.slowest) == (Kind.COMPLAINT, 2, 1, 40)
    assert (objections.kind, objections.refused, objections.late) == (Kind.OBJECTION, 1, 0)
    assert record.answered(clock.now() + timedelta(seconds=1)) == []
    staff(client, "fraud", "fay")
    page = client.get(f"{DESK}record").text
    assert "An objection" in page
    assert "A complaint" not in page


def test_the_record_leaves_out_what_was_noted_before_kinds_were(app: Flask, client: InspectingClient) -> None:
    """Entries of the audit are never rewritten: whoever reads them takes them as they were."""
    with transaction():
        audit.record("privacy_request.withdrawn", "privacy_request:1")
        audit.record("privacy_request.answered", "privacy_request:2", grounds=[])
        audit.record("privacy_request.refused", "privacy_request:3", kind=Kind.ACCESS)
    (year,) = record.answered(clock.now() - timedelta(hours=1))
    assert (year.kind, year.closed, year.late, year.slowest) == (Kind.ACCESS, 1, 0, 0)
    staff(client)
    assert client.get(f"{DESK}record").status_code == 200


def test_on_day_twenty_support_and_administration_are_told_once(app: Flask) -> None:
    """P-30."""
    tick = freeze(app).tick
    sue = factories.member("sue", roles=["support"])
    eve = factories.member("eve", roles=["editor"])
    ref = ask(Kind.COMPLAINT)
    tick(days=19)
    alarms.ring()
    assert mailbox(sue.email) == []
    tick(days=1)
    alarms.ring()
    alarms.ring()
    told = mailbox(sue.email)
    assert len(told) == 1
    assert ref in told[0].text
    assert DESK in told[0].text
    assert mailbox(eve.email) == []
    assert audited(ref)[-1] == ("alarm", None)


def test_nobody_is_told_of_what_was_answered_meanwhile(app: Flask) -> None:
    tick = freeze(app).tick
    sue = factories.member("sue", roles=["support"])
    ref = ask(Kind.COMPLAINT, received_at=START - timedelta(days=1))
    tick(days=21)
    alarms.tell([ref], now=clock.now())
    services.withdraw(ref, now=clock.now())
    assert mailbox(sue.email) == []
