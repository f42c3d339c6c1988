"""L1, P-32: who has no account asks on a page, and shows by a mailed code that the mailbox is his."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from gallery.auth.models import Member
from gallery.auth.throttle.rules import ANONYMOUS, LETTERS
from gallery.core import clock, outbox
from gallery.core.clock import FrozenClock
from gallery.core.crypto import blind_index
from gallery.core.db import db, transaction
from gallery.privacy.requests import services
from gallery.privacy.requests.models import PrivacyRequest
from gallery.privacy.requests.rules import CODE_LASTS, CODE_TRIES, MOST_CODES, UNPROVED_KEPT, Channel, Kind, State
from tests import factories
from tests.auth.doors import fill_in, mailbox, token_of
from tests.inspection import InspectingClient
from tests.privacy.erasure.cast import erase
from tests.trust.desk_door import staff

PAGE = "/privacy/requests"
AWA = "awa@example.org"
CHANGING = re.compile(r'name="csrf_token" value="[^"]*"|nonce="[^"]*"')


def ask(client: InspectingClient, email: str = AWA, kind: str = "access", **more: str) -> TestResponse:
    return fill_in(client, f"{PAGE}?lang=en", email=email, kind=kind, **more)


def code(email: str = AWA) -> str:
    codes = [found[0] for mail in mailbox(email) if (found := re.search(r"\b\d{8}\b", mail.text))]
    return codes[-1]


def type_in(client: InspectingClient, here: str, typed: str) -> TestResponse:
    return client.post(f"{here}/code", data={"csrf_token": token_of(client.get(here).text), "code": typed})


def only() -> PrivacyRequest:
    db.session.rollback()
    return db.session.query(PrivacyRequest).one()


def row_state() -> str:
    return only().state


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of the database, without values."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        found.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    yield found
    sa.event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.database
def test_a_stranger_asks_shows_his_mailbox_and_is_in_the_staffs_queue(client: InspectingClient) -> None:
    made = ask(client, words="What do you know of me?")
    assert made.status_code == 303
    here = made.location
    assert "We have sent a code" in client.get(here).text
    assert len(mailbox(AWA)) == 1, "one mail, with the code in it"
    assert here in mailbox(AWA)[0].text
    assert type_in(client, here, code()).status_code == 303
    page = client.get(here).text
    assert "in work" in page
    assert AWA not in page
    assert "What do you know of me?" not in page
    one = only()
    assert (one.channel, one.state, one.member_id) == (Channel.CODE, State.IN_WORK, None)
    assert one.proved_at is not None
    assert "Your request is in work" in [mail.subject for mail in mailbox(AWA)]


def test_if_the_mailbox_is_a_members_the_request_becomes_his_when_the_code_was_right(client: InspectingClient) -> None:
    ana = factories.member("ana")
    here = ask(client, ana.email).location
    assert only().member_id is None
    type_in(client, here, code(ana.email))
    assert (only().member_id, only().email) == (ana.id, None)


def test_nothing_tells_whether_an_address_is_known(app: Flask, client: InspectingClient) -> None:
    """6.3.8: the same answer, the same page, the same statements in the same order, whoever is typed."""
    app.extensions["clock"] = FrozenClock(clock.now())
    factories.member("known00")
    factories.member("closed0", active=False)
    answers, asked = {}, {}
    for name in ("warming", "unknown", "known00", "closed0"):
        email = f"{name}@example.org"
        client.get(f"{PAGE}?lang=en")
        token = token_of(client.get(PAGE).text)
        with statements() as asked[name]:
            answer = client.post(PAGE, data={"csrf_token": token, "email": email, "kind": "erasure"})
        ref = answer.location.rpartition("/")[2]
        answers[name] = (answer.status_code, CHANGING.sub("", client.get(answer.location).text).replace(ref, ""))
        outbox.deliver_due()
        assert len(mailbox(email)) == 1, name
    assert answers["unknown"] == answers["known00"] == answers["closed0"]
    assert asked["unknown"] == asked["known00"] == asked["closed0"]
    assert asked["unknown"]


def test_a_member_who_is_signed_in_is_led_to_his_account(client: InspectingClient) -> None:
    factories.sign_in(client, factories.member("ana"))
    assert "You are signed in" in client.get(f"{PAGE}?lang=en").text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"email": "awa"}, "This is not a complete e-mail address."),
        ({"email": ""}, "Please type your e-mail address."),
        ({"kind": "everything"}, "Please choose one of the list."),
        ({"kind": "rectification", "words": ""}, "Please say it in a few words."),
        ({"words": "My"}, "Please write between 5 and 4000 characters."),
    ],
)
def test_what_is_missing_is_said_beside_its_field(client: InspectingClient, typed: dict[str, str], words: str) -> None:
    sent = {"email": AWA, "kind": "access", "words": "My name is spelt wrongly"} | typed
    answer = fill_in(client, f"{PAGE}?lang=en", **sent)
    assert answer.status_code == 422
    assert words in answer.text
    assert sent["email"] in answer.text
    assert db.session.query(PrivacyRequest).count() == 0


def test_it_is_asked_in_french_by_default(client: InspectingClient) -> None:
    made = fill_in(client, PAGE, email=AWA, kind="access")
    assert only().language == "fr"
    assert "Votre code" in mailbox(AWA)[0].text
    assert "Sans lui rien ne se passe" in client.get(made.location).text


def test_wrong_codes_are_counted_and_a_new_one_begins_anew(app: Flask, client: InspectingClient) -> None:
    app.extensions["clock"] = frozen = FrozenClock(clock.now())
    here = ask(client).location
    first = code()
    wrong = str((int(first) + 1) % 10**8).zfill(8)
    for _ in range(CODE_TRIES):
        answer = type_in(client, here, wrong)
        assert answer.status_code == 422
        assert "This is not the code of our last mail" in answer.text
    assert type_in(client, here, first).status_code == 422, "no try is left, also for the right one"
    frozen.tick(minutes=2)
    client.post(f"{here}/code/renewal", data={"csrf_token": token_of(client.get(here).text)})
    assert code() != first
    frozen.tick(seconds=CODE_LASTS.total_seconds() + 1)
    assert type_in(client, here, code()).status_code == 422, "it is too old"
    assert row_state() == State.IDENTITY_ASKED


def test_one_mailbox_is_not_flooded(client: InspectingClient) -> None:
    for _ in range(LETTERS[0].count):
        assert ask(client).status_code == 303
    answer = ask(client, words="Please, at last")
    assert answer.status_code == 429
    assert "Retry-After" in answer.headers
    assert "Please, at last" in answer.text
    assert db.session.query(PrivacyRequest).count() == LETTERS[0].count


def again(client: InspectingClient, here: str) -> TestResponse:
    return client.post(f"{here}/code/renewal", data={"csrf_token": token_of(client.get(here).text)})


def test_codes_that_are_asked_for_again_count_among_the_five_letters_of_an_hour(client: InspectingClient) -> None:
    """ADR 49: whatever the way, no mailbox gets more than five an hour from strangers."""
    first, second = ask(client).location, ask(client).location
    answers = [again(client, here).status_code for here in (first, second, first, second, first)]
    assert answers == [303, 303, 303, 429, 429]
    assert ask(client).status_code == 429
    assert len(mailbox(AWA)) == LETTERS[0].count


def test_a_request_has_only_so_many_codes(app: Flask, client: InspectingClient) -> None:
    """Each code has five tries: without an end to codes there would be none to the tries."""
    app.extensions["clock"] = frozen = FrozenClock(clock.now())
    here = ask(client).location
    for _ in range(MOST_CODES + 1):
        frozen.tick(minutes=61)
        again(client, here)
    assert "No more codes are mailed for this request" in client.get(f"{here}?lang=en").text
    assert len(mailbox(AWA)) == MOST_CODES


def test_wrong_codes_count_against_the_network_that_sends_them(client: InspectingClient) -> None:
    """6.3.1: who has five tries at each of many requests has not five tries each."""
    here = ask(client).location
    sent = {"csrf_token": token_of(client.get(here).text), "code": "00000000"}
    for _ in range(ANONYMOUS[0].count):
        assert client.post(f"{here}/code", data=sent).status_code == 422
    answer = type_in(client, here, code())
    assert answer.status_code == 429
    assert "Retry-After" in answer.headers


@pytest.mark.parametrize("state", [{"is_erased": True, "active": False}, {"confirmed_at": None}])
def test_a_request_becomes_nobodys_who_is_erased_or_has_not_confirmed_the_address(
    client: InspectingClient, state: dict[str, object]
) -> None:
    """It keeps the only address at which it can be answered, and does not go with a row that is on its way out."""
    ana = factories.member("ana")
    here = ask(client, "ana@example.org").location
    typed = code("ana@example.org")
    with transaction() as session:
        session.execute(sa.update(Member).where(Member.id == ana.id).values(state))
    assert type_in(client, here, typed).status_code == 303
    assert (only().state, only().member_id, only().email) == (State.IN_WORK, None, "ana@example.org")


def test_a_code_is_asked_for_again_only_while_the_request_waits_for_one(client: InspectingClient) -> None:
    here = ask(client).location
    type_in(client, here, code())
    client.post(f"{here}/code/renewal", data={"csrf_token": token_of(client.get("/auth/reset").text)})
    assert row_state() == State.IN_WORK
    assert client.get(f"{PAGE}/nothing").status_code == 404
    token = token_of(client.get("/auth/reset").text)
    assert client.post(f"{PAGE}/nothing/code/renewal", data={"csrf_token": token}).status_code == 404
    assert client.post(f"{PAGE}/nothing/code", data={"csrf_token": token, "code": "1"}).status_code == 404


@pytest.mark.database
def test_what_nobody_has_shown_to_be_his_is_gone_after_a_week(app: Flask, client: InspectingClient) -> None:
    """An address that somebody else may have typed is kept no longer than it takes to read one's mail."""
    app.extensions["clock"] = frozen = FrozenClock(clock.now())
    ask(client)
    staffs = services.open_request(Kind.ACCESS, Channel.EMAIL, email=AWA, language="fr", now=clock.now())
    services.ask_identity(staffs, now=clock.now())
    frozen.tick(seconds=UNPROVED_KEPT.total_seconds() - 1)
    services.forget_old(clock.now())
    assert db.session.query(PrivacyRequest).count() == 2
    frozen.tick(seconds=2)
    services.forget_old(clock.now())
    assert [one.ref for one in db.session.query(PrivacyRequest)] == [staffs], "what staff took down stays"


@pytest.mark.database
def test_a_code_that_staff_mail_again_after_a_week_can_be_typed(app: Flask, client: InspectingClient) -> None:
    """The week runs from the last code: else the request were gone within the hour."""
    app.extensions["clock"] = frozen = FrozenClock(clock.now())
    ask(client)
    (ref,) = [one.ref for one in db.session.query(PrivacyRequest)]
    db.session.rollback()
    services.take_up(ref, now=clock.now())
    frozen.tick(seconds=UNPROVED_KEPT.total_seconds() + 86_400)
    services.ask_identity(ref, now=clock.now())
    services.forget_old(clock.now())
    assert row_state() == State.IDENTITY_ASKED
    frozen.tick(seconds=UNPROVED_KEPT.total_seconds())
    services.forget_old(clock.now())
    assert db.session.query(PrivacyRequest).count() == 0


def test_a_request_in_work_is_not_forgotten(app: Flask, client: InspectingClient) -> None:
    here = ask(client).location
    type_in(client, here, code())
    services.forget_old(clock.now() + UNPROVED_KEPT + timedelta(days=1))
    assert row_state() == State.IN_WORK


@pytest.mark.database
def test_an_erasure_takes_along_what_was_typed_in_the_members_name(app: Flask, client: InspectingClient) -> None:
    """P-37: a stranger typed his address; neither it nor its index stays."""
    ana = factories.member("ana")
    ask(client, ana.email)
    ask(client, AWA)
    erase(ana.id)
    left = [one.email_index for one in db.session.query(PrivacyRequest)]
    assert left == [blind_index("privacy_request.email", AWA)]


def test_the_desk_finds_it_in_its_queue(client: InspectingClient) -> None:
    here = ask(client).location
    type_in(client, here, code())
    staff(client, "support")
    assert here.rpartition("/")[2] in client.get("/admin/privacy/?lang=en").text
