"""What happens to a request: each step is allowed or refused, audited, and told to the person (P-30 to P-32)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from gallery.auth.models import Member
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.errors import Missing
from gallery.core.personal import Category
from gallery.privacy.requests import queries, services
from gallery.privacy.requests.rules import CODE_LASTS, CODE_TRIES, Channel, Ground, Kept, Kind, Problem, State
from gallery.privacy.requests.steps import StepRefused
from tests import factories
from tests.auth.doors import mailbox
from tests.privacy.erasure.cast import erase
from tests.privacy.requests.asking import START, ask, audited, freeze, of_address, row

AWA = "awa@example.org"
BIDS = Kept(Ground.LEGAL_DUTY, (Category.BIDDING,), datetime(2037, 12, 31, tzinfo=UTC))


def post(email: str = AWA) -> str:
    """All that was written to an address; mails of one moment have no order."""
    return "\n".join(mail.text for mail in mailbox(email))


def code_for(email: str = AWA) -> str:
    """The newest code; each test lets time pass between two of them."""
    codes = [found[0] for mail in mailbox(email) if (found := re.search(r"\b\d{8}\b", mail.text))]
    return codes[-1]


def refused(step: Callable[[], object]) -> Problem:
    with pytest.raises(StepRefused) as caught:
        step()
    return caught.value.problem


def test_a_request_is_acknowledged_with_the_day_on_which_it_is_due(app: Flask) -> None:
    freeze(app)
    ref = ask()
    written = post()
    assert "28 Feb 2027" in written
    assert ref in written
    assert "A copy of my data" in written
    assert row(ref).due_at == datetime(2027, 2, 28, 10, 0, tzinfo=UTC)
    assert audited(ref) == [("opened", None)]


def test_the_clock_runs_from_the_day_on_which_it_reached_the_house(app: Flask) -> None:
    freeze(app)
    ref = ask(received_at=START - timedelta(days=5))
    assert row(ref).due_at == datetime(2027, 2, 26, 10, 0, tzinfo=UTC)
    assert row(ask(received_at=START + timedelta(days=5))).received_at == START


def test_a_member_who_is_signed_in_has_shown_who_he_is_and_is_written_to_in_his_language(app: Flask) -> None:
    freeze(app)
    ana = factories.member("ana", language="fr")
    ref = ask(member_id=ana.id, channel=Channel.ACCOUNT, language="fr")
    assert row(ref).proved_at == START
    assert "au plus tard le 28 févr. 2027" in post(ana.email)
    assert row(ask(member_id=ana.id, channel=Channel.PHONE)).proved_at is None


def test_a_request_that_nobody_could_be_answered_is_not_taken(app: Flask) -> None:
    ana = factories.member("ana")
    with pytest.raises(ValueError, match="nobody"):
        ask(email="")
    with pytest.raises(ValueError, match="both"):
        ask(email=AWA, member_id=ana.id)
    with pytest.raises(Missing):
        ask(member_id=10**9)
    assert row(ask(email="", channel=Channel.LETTER)).email is None


@pytest.mark.database
def test_who_shows_the_code_of_our_mail_has_proved_the_mailbox(app: Flask) -> None:
    tick = freeze(app).tick
    ref = ask()
    services.ask_identity(ref, now=clock.now(), by_id=None)
    assert refused(lambda: services.answer(ref, now=clock.now())) is Problem.NOT_PROVED
    code = code_for()
    tick(hours=23)
    services.prove(ref, f" {code[:4]} {code[4:]} ", now=clock.now())
    assert row(ref).state == State.IN_WORK
    assert row(ref).proved_at == clock.now()
    services.answer(ref, "It is attached.", now=clock.now())
    tick(minutes=2)
    assert "It is attached." in post()
    assert row(ref).state == State.ANSWERED


@pytest.mark.database
def test_a_code_is_good_once_for_a_day_and_for_five_tries(app: Flask) -> None:
    tick = freeze(app).tick
    ref = ask()
    services.ask_identity(ref, now=clock.now())
    first = code_for()
    wrong = f"{(int(first) + 1) % 10**8:08}"
    for _ in range(CODE_TRIES):
        assert refused(lambda: services.prove(ref, wrong, now=clock.now())) is Problem.WRONG_CODE
    assert refused(lambda: services.prove(ref, first, now=clock.now())) is Problem.WRONG_CODE
    tick(minutes=1)
    services.ask_identity(ref, now=clock.now())
    second = code_for()
    assert first != second
    assert refused(lambda: services.prove(ref, first, now=clock.now())) is Problem.WRONG_CODE
    tick(seconds=CODE_LASTS.total_seconds())
    assert refused(lambda: services.prove(ref, second, now=clock.now())) is Problem.WRONG_CODE
    services.ask_identity(ref, now=clock.now())
    third = code_for()
    services.prove(ref, third, now=clock.now())
    assert refused(lambda: services.prove(ref, third, now=clock.now())) is Problem.WRONG_CODE


def test_a_code_of_a_request_opens_no_other(app: Flask) -> None:
    freeze(app)
    mine = ask()
    other = ask(email="ben@example.org")
    for ref in (mine, other):
        services.ask_identity(ref, now=clock.now())
    assert refused(lambda: services.prove(other, code_for(), now=clock.now())) is Problem.WRONG_CODE


def test_a_request_whose_mailbox_is_a_members_becomes_his_once_that_is_shown(app: Flask) -> None:
    """Before, anybody could put a request into somebody's account."""
    freeze(app)
    awa = factories.member("awa")
    ref = ask()
    assert queries.of_member(awa.id) == []
    assert of_address(AWA) == [ref]
    services.ask_identity(ref, now=clock.now())
    services.prove(ref, code_for(), now=clock.now())
    assert [one.ref for one in queries.of_member(awa.id)] == [ref]
    assert row(ref).email is None
    assert queries.one_of_member(ref, awa.id).kind is Kind.ACCESS
    with pytest.raises(Missing):
        queries.one_of_member(ref, awa.id + 1)


def test_a_letter_without_an_address_gets_no_code(app: Flask) -> None:
    ref = ask(email="", channel=Channel.LETTER)
    assert refused(lambda: services.ask_identity(ref, now=clock.now())) is Problem.NO_ADDRESS
    services.take_up(ref, proved=True, now=clock.now())
    services.answer(ref, now=clock.now())
    assert row(ref).state == State.ANSWERED


def test_more_time_moves_the_end_and_is_told_with_its_reason(app: Flask) -> None:
    tick = freeze(app).tick
    sue = factories.member("sue", roles=["support"])
    ref = ask()
    until = datetime(2027, 4, 28, 10, 0, tzinfo=UTC)
    tick(days=20)
    services.extend(ref, until, "Many sales to go through", now=clock.now(), by_id=sue.id)
    assert row(ref).due_at == until
    assert "28 Apr 2027" in post()
    assert "Many sales to go through" in post()
    assert audited(ref)[-1] == ("extended", sue.id)
    again = refused(lambda: services.extend(ref, until, "Still", now=clock.now(), by_id=sue.id))
    assert again is Problem.EXTENDED


def test_a_refusal_tells_ground_data_end_authorities_and_court(app: Flask) -> None:
    """P-31: made of the codes, so that none of it can be forgotten."""
    tick = freeze(app).tick
    sue = factories.member("sue", roles=["support"])
    ref = ask(Kind.RECTIFICATION)
    kept = [BIDS, Kept(Ground.CORRECT, (Category.IDENTITY, Category.CONTACT))]
    services.refuse(ref, kept, "We compared it with your passport.", now=clock.now(), by_id=sue.id)
    tick(minutes=2)
    written = post()
    for said in (
        "Bids and sales: the law obliges us to keep it (art. 17(3)(b) GDPR). This lasts until 31 Dec 2037.",
        "Who you are; How to reach you: what we hold is right",
        "until that is over",
        "We compared it with your passport.",
        "CNIL",
        "CDP",
        "court",
    ):
        assert said in written
    assert queries.by_ref(ref).kept == tuple(kept)
    assert audited(ref)[-1] == ("refused", sue.id)


def test_a_refusal_without_a_ground_is_not_sent(app: Flask) -> None:
    ref = ask(Kind.OBJECTION)
    assert refused(lambda: services.refuse(ref, [], "No.", now=clock.now())) is Problem.INCOMPLETE
    assert row(ref).state == State.RECEIVED


@pytest.mark.database
def test_an_erasure_is_refused_by_two_of_the_staff(app: Flask) -> None:
    """TRUST 2.3.5: proposed by one, confirmed by another; the person hears nothing in between."""
    tick = freeze(app).tick
    sue, ada = factories.member("sue", roles=["support"]), factories.member("ada", roles=["admin"])
    ref = ask(Kind.ERASURE)
    before = len(mailbox(AWA))
    alone = refused(lambda: services.refuse(ref, [BIDS], now=clock.now(), by_id=sue.id))
    assert alone is Problem.SECOND_PERSON
    assert refused(lambda: services.confirm(ref, clock.now(), now=clock.now(), by_id=ada.id)) is Problem.NOT_PROPOSED
    services.propose_refusal(ref, [BIDS], "Sold in May.", partly=True, now=clock.now(), by_id=sue.id)
    assert refused(lambda: services.confirm(ref, clock.now(), now=clock.now(), by_id=sue.id)) is Problem.SECOND_PERSON
    tick(minutes=2)
    assert len(mailbox(AWA)) == before
    services.confirm(ref, START, now=clock.now(), by_id=ada.id)
    assert row(ref).state == State.PARTLY_REFUSED
    assert row(ref).proposed_by_id is None
    assert "Sold in May." in post()
    assert audited(ref)[1:] == [("refusal_proposed", sue.id), ("partly_refused", ada.id)]


@pytest.mark.database
def test_who_confirms_confirms_what_he_has_read(app: Flask) -> None:
    """TRUST 2.3.5: two hands are none if one puts something else there behind the other's back."""
    tick = freeze(app).tick
    sue, ada = factories.member("sue", roles=["support"]), factories.member("ada", roles=["admin"])
    ref = ask(Kind.ERASURE)
    services.propose_refusal(ref, [BIDS], "Sold in May.", now=START, by_id=sue.id)
    tick(minutes=1)
    services.propose_refusal(ref, [BIDS], "Something else.", now=clock.now(), by_id=sue.id)
    changed = refused(lambda: services.confirm(ref, START, now=clock.now(), by_id=ada.id))
    assert changed is Problem.CHANGED
    assert row(ref).state == State.RECEIVED
    services.confirm(ref, clock.now(), now=clock.now(), by_id=ada.id)
    assert row(ref).state == State.REFUSED


@pytest.mark.database
def test_an_erasure_is_closed_as_withdrawn_by_two_of_the_staff_or_by_the_person(app: Flask) -> None:
    """TRUST 2.3.5: else the second hand for a refusal were saved by saying that nobody asks any more."""
    tick = freeze(app).tick
    sue, ada = factories.member("sue", roles=["support"]), factories.member("ada", roles=["admin"])
    ref, own = ask(Kind.ERASURE), ask(Kind.ERASURE)
    assert refused(lambda: services.withdraw(ref, now=clock.now(), by_id=sue.id)) is Problem.SECOND_PERSON
    services.propose_withdrawal(ref, now=clock.now(), by_id=sue.id)
    assert refused(lambda: services.confirm(ref, START, now=START, by_id=sue.id)) is Problem.SECOND_PERSON
    services.confirm(ref, START, now=clock.now(), by_id=ada.id)
    services.withdraw(own, now=clock.now())
    tick(minutes=2)
    assert [row(one).state for one in (ref, own)] == [State.WITHDRAWN, State.WITHDRAWN]
    assert queries.by_ref(ref).kept == ()
    assert audited(ref)[1:] == [("withdrawal_proposed", sue.id), ("withdrawn", ada.id)]


def test_a_proposal_can_be_dropped(app: Flask) -> None:
    sue = factories.member("sue", roles=["support"])
    ref = ask(Kind.ERASURE)
    services.propose_refusal(ref, [BIDS], now=clock.now(), by_id=sue.id)
    services.drop_proposal(ref, by_id=sue.id)
    assert row(ref).proposed is None
    assert refused(lambda: services.drop_proposal(ref, by_id=sue.id)) is Problem.NOT_PROPOSED


def test_the_program_refuses_by_its_rules_alone(app: Flask) -> None:
    """An erasure that runs into a hold: no person decides it, so that none has to confirm it."""
    ref = ask(Kind.ERASURE)
    services.refuse(ref, [BIDS], partly=True, now=clock.now())
    assert row(ref).state == State.PARTLY_REFUSED


def test_nothing_more_is_done_about_what_is_closed(app: Flask) -> None:
    ref, now = ask(Kind.COMPLAINT), clock.now()
    services.withdraw(ref, now=now)
    for step in (
        lambda: services.answer(ref, now=now),
        lambda: services.refuse(ref, [BIDS], now=now),
        lambda: services.take_up(ref, now=now),
        lambda: services.ask_identity(ref, now=now),
        lambda: services.withdraw(ref, now=now),
        lambda: services.extend(ref, now + timedelta(days=40), "Time", now=now, by_id=None),
    ):
        assert refused(step) is Problem.NOT_NOW
    with pytest.raises(Missing):
        services.answer("no-such-reference", now=now)


def test_who_asked_to_be_forgotten_is_answered_and_then_forgotten(app: Flask) -> None:
    """P-37, P-39: the reference in our mail is what shows that he was answered."""
    tick = freeze(app).tick
    ref = ask(Kind.ERASURE, words="Forget Awa of Rufisque")
    services.take_up(ref, proved=True, now=clock.now())
    services.answer(ref, "Three rows are gone.", now=clock.now())
    tick(minutes=2)
    assert "Three rows are gone." in post()
    left = row(ref)
    assert (left.email, left.email_index, left.words, left.answer) == (None, None, "", "")


@pytest.mark.database
def test_a_member_is_answered_in_the_unit_of_work_in_which_he_goes(app: Flask) -> None:
    tick = freeze(app).tick
    awa = factories.member("awa")
    ref = ask(Kind.ERASURE, member_id=awa.id, channel=Channel.ACCOUNT)
    with transaction() as session:
        to = services.addressee(ref)
        session.execute(sa.delete(Member).where(Member.id == awa.id))
        session.expire_all()
        services.answer(ref, now=clock.now(), to=to)
    tick(minutes=2)
    assert "Your data is erased." in post()
    assert row(ref).member_id is None
    with pytest.raises(Missing):
        services.addressee(ref)


def test_what_is_answered_at_once_is_answered_in_one_mail(app: Flask) -> None:
    freeze(app)
    with transaction():
        ref = ask(Kind.OBJECTION)
        services.answer(ref, now=clock.now())
    assert [mail.subject for mail in mailbox(AWA)] == ["Our answer to your request about your data"]


def test_the_queue_has_what_is_overdue_first_and_nothing_closed(app: Flask) -> None:
    tick = freeze(app).tick
    late = ask(received_at=START - timedelta(days=31))
    soon = ask(Kind.COMPLAINT)
    services.withdraw(ask(), now=clock.now())
    assert [(one.ref, one.days_left) for one in queries.queue(clock.now())] == [(late, 0), (soon, 28)]
    tick(seconds=1)
    assert [one.days_left for one in queries.queue(clock.now())] == [-1, 27]


@pytest.mark.database
def test_the_queue_is_read_page_by_page_and_by_kind(app: Flask) -> None:
    """Those that are due at the same moment too; a reference that is gone leads to the head."""
    freeze(app)
    refs = [ask(kind) for kind in (Kind.COMPLAINT, Kind.ACCESS, Kind.COMPLAINT)]
    first = ask(received_at=START - timedelta(days=5))
    assert [one.ref for one in queries.queue(START, most=2)] == [first, refs[0]]
    assert [one.ref for one in queries.queue(START, most=2, after=refs[0])] == refs[1:]
    assert [one.ref for one in queries.queue(START, [Kind.COMPLAINT])] == [refs[0], refs[2]]
    assert queries.queue(START, most=1, after="gone")[0].ref == first


@pytest.mark.database
def test_what_nobody_has_shown_to_be_meant_stands_in_no_queue_and_alarms_nobody(app: Flask) -> None:
    """ADR 49: the code is what keeps robots out. What staff took down, and asks a code for, does wait."""
    tick = freeze(app).tick
    by_page, by_staff = ask(channel=Channel.CODE), ask(email="ben@example.org")
    for ref in (by_page, by_staff):
        services.ask_identity(ref, now=clock.now())
    assert [one.ref for one in queries.queue(START)] == [by_staff]
    tick(days=20)
    assert queries.alarming(clock.now()) == [by_staff]


@pytest.mark.database
def test_the_alarm_of_an_end_that_was_moved_rings_ten_days_before_it(app: Flask) -> None:
    """P-30; as `alarm_at` has it, to the second."""
    sue = factories.member("sue", roles=["support"])
    freeze(app)
    ref, until = ask(Kind.COMPLAINT), datetime(2027, 4, 28, 10, 0, tzinfo=UTC)
    rings = START + timedelta(days=20)
    assert [queries.alarming(rings - timedelta(seconds=1)), queries.alarming(rings)] == [[], [ref]]
    services.extend(ref, until, "Many sales to go through", now=START, by_id=sue.id)
    rings = until - timedelta(days=10)
    assert [queries.alarming(rings - timedelta(seconds=1)), queries.alarming(rings)] == [[], [ref]]


def test_nothing_that_was_said_is_stored_in_the_clear(app: Flask) -> None:
    """P-51."""
    ref = ask(words="I live in Rufisque")
    services.refuse(ref, [BIDS], "You sold a mask", now=clock.now())
    stored = db.session.execute(sa.text("SELECT * FROM privacy_request")).one()
    assert not any(word in str(value) for value in stored for word in ("Rufisque", "mask", "awa@", "legal_duty"))


def test_a_request_is_gone_three_years_after_it_was_closed(app: Flask) -> None:
    """P-53; one that is open is never too old."""
    tick = freeze(app).tick
    closed, still_open = ask(), ask(Kind.COMPLAINT)
    services.refuse(closed, [BIDS], now=clock.now())
    tick(days=3 * 365)
    services.forget_old(clock.now())
    assert row(closed).ref == closed
    tick(days=1)
    services.forget_old(clock.now())
    assert of_address(AWA) == [still_open]


@pytest.mark.database
def test_an_erasure_without_an_account_takes_along_what_was_closed_for_the_same_mailbox(app: Flask) -> None:
    """P-37, P-39: who asked to be forgotten does not stay for three years in what he asked before; others do."""
    freeze(app)
    before, still_open, of_ben = ask(), ask(Kind.COMPLAINT), ask(email="ben@example.org")
    services.extend(before, clock.now() + timedelta(days=60), "You have many lots", now=clock.now(), by_id=None)
    for ref in (before, of_ben):
        services.refuse(ref, [BIDS], "You sold a mask", now=clock.now())
    erasure = ask(Kind.ERASURE)
    services.take_up(erasure, now=clock.now(), proved=True)
    services.extend(erasure, clock.now() + timedelta(days=60), "Awa, it takes long", now=clock.now(), by_id=None)
    services.answer(erasure, "Farewell, Awa", now=clock.now())
    for ref in (before, erasure):
        one = row(ref)
        assert (one.email, one.email_index, one.words, one.answer, one.extension_reason) == (None, None, "", "", "")
    assert of_address(AWA) == [still_open]
    assert row(of_ben).answer == "You sold a mask"
    assert row(still_open).words, "what is open has yet to be answered"


@pytest.mark.database
def test_a_request_goes_with_its_member_when_he_is_erased(app: Flask) -> None:
    """P-37: the reference in our mail leads to nothing any more. What he proposed as one of the staff is gone too."""
    awa = factories.member("awa")
    ref = ask(Kind.RECTIFICATION, member_id=awa.id, channel=Channel.ACCOUNT, words="My name is Awa")
    services.refuse(ref, [Kept(Ground.CORRECT, (Category.IDENTITY,))], "Awa, it is right.", now=clock.now())
    others = ask(Kind.ERASURE, email="ben@example.org")
    services.propose_refusal(others, [BIDS], now=clock.now(), by_id=awa.id)
    erase(awa.id)
    with pytest.raises(Missing):
        queries.by_ref(ref)
    assert (row(others).proposed_by_id, row(others).proposed) == (None, None)
