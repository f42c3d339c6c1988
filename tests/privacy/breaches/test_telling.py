"""Art. 34: those whom a breach touched are told, each once, in their language; and see it in their account."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from gallery.auth import services as accounts
from gallery.auth.models import Member
from gallery.core import clock, outbox
from gallery.core.db import db
from gallery.privacy.breaches import letters, queries, services
from gallery.privacy.breaches.models import BreachMember
from gallery.privacy.breaches.rules import Duty, Kind, Problem, Risk
from gallery.privacy.breaches.services import Facts, StepRefused
from tests import factories
from tests.auth.doors import mailbox
from tests.inspection import InspectingClient
from tests.privacy.breaches.register import members_of
from tests.privacy.erasure.cast import erase
from tests.trust.desk_door import send, staff

FRENCH, ENGLISH = "Une copie de la base a été volée.", "A copy of the database was stolen."


def opened(risk: Risk | None = Risk.HIGH) -> int:
    number = services.open_breach(
        Facts("A copy was stolen", clock.now(), [Kind.CONFIDENTIALITY]), by_id=None, now=clock.now()
    )
    if risk is not None:
        services.assess(number, risk, "Phones and addresses", by_id=None)
    return number


def touch(number: int, *members: Member) -> int:
    return services.take_in(number, [one.id for one in members], now=clock.now(), by_id=None)


def tell(number: int) -> None:
    services.tell_members(number, FRENCH, ENGLISH, by_id=None)
    outbox.deliver_due()


@pytest.mark.database
def test_each_is_told_once_in_his_language_also_if_his_account_is_closed(app: Flask) -> None:
    ana, ben, cat = factories.member("ana", language="fr"), factories.member("ben"), factories.member("cat")
    accounts.deactivate(ben.id)
    number = opened()
    assert touch(number, ana, ben) == 2
    assert touch(number, ana) == 0
    assert Duty.MEMBERS in queries.breach(number).duties
    tell(number)
    assert Duty.MEMBERS not in queries.breach(number).duties
    assert [FRENCH in mail.text for mail in mailbox(ana.email)] == [True]
    assert [ENGLISH in mail.text for mail in mailbox(ben.email)] == [True]
    assert "www.cnil.fr" in mailbox(ben.email)[0].text
    assert mailbox(cat.email) == []
    assert queries.breach(number).breach.told == 2
    with pytest.raises(StepRefused) as refused:
        tell(number)
    assert refused.value.problem is Problem.NOBODY
    touch(number, cat)
    tell(number)
    assert len(mailbox(ana.email)) == 1, "who was told is not told again"
    assert len(mailbox(cat.email)) == 1


def test_nobody_is_told_before_the_risk_is_judged(app: Flask) -> None:
    number = opened(risk=None)
    touch(number, factories.member("ana"))
    with pytest.raises(StepRefused) as refused:
        tell(number)
    assert refused.value.problem is Problem.NOT_ASSESSED


def test_they_are_told_batch_by_batch(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "BATCH", 2)
    people = [factories.member(name) for name in ("ana", "ben", "cat", "dan", "eve")]
    number = opened()
    touch(number, *people)
    tell(number)
    assert [len(mailbox(one.email)) for one in people] == [1] * 5


def test_who_is_erased_is_in_no_list_any_more(app: Flask) -> None:
    ana = factories.member("ana")
    number = opened()
    touch(number, ana, factories.member("ben"))
    erase(ana.id)
    assert db.session.query(BreachMember).filter_by(breach_id=number).count() == 1
    tell(number)
    assert [mail.subject for mail in mailbox("ana@example.org") if "Something happened" in mail.subject] == []


@pytest.mark.database
def test_a_breach_keeps_its_counts_when_those_whom_it_touched_are_erased(app: Flask) -> None:
    """ADR 48: the register shows later how many there were, and what was done is not to be done again."""
    ana, ben = factories.member("ana"), factories.member("ben")
    number = opened()
    touch(number, ana, ben)
    tell(number)
    for one in (ana, ben):
        erase(one.id)
    assert members_of(number) == []
    known = queries.breach(number)
    assert (known.breach.touched, known.breach.told) == (2, 2)
    assert Duty.MEMBERS not in known.duties


def test_who_is_told_later_is_told_the_same(client: InspectingClient) -> None:
    """A member reads in his account what he was sent, and not what was written for others afterwards."""
    ana, ben = factories.member("ana"), factories.member("ben")
    staff(client, "admin", "ada")
    number = opened()
    here = f"/admin/registers/breaches/{number}"
    touch(number, ana)
    tell(number)
    touch(number, ben)
    assert "They stay as they are" in client.get(f"{here}?lang=en").text
    other = send(
        client, f"{here}/letters?lang=en", **{"tell-words_fr": FRENCH, "tell-words_en": "It was nothing much."}
    )
    assert other.status_code == 422
    assert "Those who are told now are told the same." in other.text
    assert send(client, f"{here}/letters", **{"tell-words_fr": FRENCH, "tell-words_en": ENGLISH}).status_code == 303
    outbox.deliver_due()
    assert ENGLISH in mailbox(ben.email)[0].text
    assert [one.words_en for one in queries.told_to(ana.id)] == [ENGLISH]


@pytest.mark.parametrize(
    ("step", "typed", "words"),
    [
        ("reach", {"reach-staff": "9" * 30}, "Type a number."),
        ("reach", {"reach-session": "9" * 30}, "Type a number."),
        ("reach", {"reach-since": "0001-01-01T00:00"}, "Write the time like"),
        ("reach", {"reach-until": "9999-12-31T23:59"}, "Write the time like"),
        ("members", {"reach-staff": "9" * 30}, "Type a number."),
        ("notices", {"told-told": "cdp", "told-told_at": "0001-01-01T00:00"}, "Write the time like"),
    ],
)
def test_numbers_and_times_beyond_all_measure_are_said_beside_their_field(
    client: InspectingClient, step: str, typed: dict[str, str], words: str
) -> None:
    staff(client, "support")
    answer = send(client, f"/admin/registers/breaches/{opened()}/{step}?lang=en", **typed)
    assert answer.status_code == 422
    assert words in answer.text


def test_a_member_reads_of_it_in_his_account_and_nobody_elses(client: InspectingClient) -> None:
    ana, ben = factories.member("ana"), factories.member("ben")
    number = opened()
    touch(number, ana)
    factories.sign_in(client, ana)
    assert ENGLISH not in client.get("/account/privacy?lang=en").text, "not before he was told"
    tell(number)
    page = client.get("/account/privacy?lang=en").text
    assert ENGLISH in page
    assert FRENCH in client.get("/account/privacy?lang=fr").text
    factories.sign_in(client, ben)
    assert ENGLISH not in client.get("/account/privacy?lang=en").text


def test_the_desk_takes_a_breach_from_its_first_hour_to_its_end(client: InspectingClient) -> None:
    ana = factories.member("ana")
    ada = staff(client, "admin", "ada")
    place = "/admin/registers/breaches"
    bad = send(client, f"{place}/new?lang=en", **{"facts-facts": "A copy was stolen", "facts-aware_at": "yesterday"})
    assert bad.status_code == 422
    assert "Write the time like" in bad.text
    assert "Please choose at least one." in bad.text
    assert "A copy was stolen" in bad.text
    aware = clock.now().strftime("%Y-%m-%dT%H:%M")
    made = send(
        client,
        f"{place}/new",
        **{"facts-facts": "A copy was stolen", "facts-aware_at": aware, "facts-kinds": "confidentiality"},
    )
    assert made.status_code == 303, made.text
    here = made.location
    assert re.search(r"7[12] hours are left", client.get(f"{here}?lang=en").text)
    assert "Something is still to be done" in send(client, f"{here}/closure?lang=en").text
    send(client, f"{here}/assessment", **{"assess-risk": "high", "assess-reason": "Phones of everybody"})
    looked = send(client, f"{here}/reach?lang=en", **{"reach-tables": "profile"})
    assert "Your profile" in looked.text
    assert "Senegal" in looked.text
    send(client, f"{here}/members", **{"reach-tables": "profile"})
    assert members_of(1) == sorted((ana.id, ada.id))
    for told in ("cdp", "cnil"):
        send(client, f"{here}/notices", **{"told-told": told, "told-told_at": aware, "told-words": "Online"})
    send(client, f"{here}/letters", **{"tell-words_fr": FRENCH, "tell-words_en": ENGLISH})
    outbox.deliver_due()
    assert ENGLISH in mailbox(ana.email)[0].text
    assert send(client, f"{here}/closure").status_code == 303
    assert "closed" in client.get(f"{place}/?lang=en").text
