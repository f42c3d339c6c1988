"""Receipts prove what was asked and answered; nobody rewrites them; one that goes takes no other along (K2, P-14)."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from gallery.auth.models import Member
from gallery.consents import chain, proof, queries, rules, services, texts
from gallery.consents.models import ConsentLink, ConsentReceipt, ConsentText
from gallery.consents.queries import Subject
from gallery.consents.rules import ON_SITE, OPTIONAL, Mechanism, Purpose, Result
from gallery.core import clock
from gallery.core.db import db, transaction
from tests import factories
from tests.consents.conftest import Travel, history

pytestmark = pytest.mark.database


def choose(subject: Subject, purpose: Purpose, allowed: bool, language: str = "fr") -> None:
    text = texts.text(purpose, language)
    services.record(subject, {purpose: allowed}, text=text, mechanism=Mechanism.PAGE, now=clock.now())


def three_choices() -> tuple[Subject, Subject]:
    """A member's two and a browser's one."""
    member, browser = Subject(member_id=factories.member("ana").id), Subject(device="d" * 22)
    choose(member, Purpose.AUDIENCE, True)
    choose(browser, Purpose.ADS, False, "en")
    choose(member, Purpose.AUDIENCE, False)
    return member, browser


def change(statement: str) -> None:
    with transaction() as session:
        session.execute(sa.text(statement))


def without_triggers(statement: str) -> None:
    """As somebody would who holds the database itself."""
    with transaction() as session:
        if db.engine.dialect.name == "postgresql":
            session.execute(sa.text("SET LOCAL session_replication_role = replica"))
        else:
            for table, acts in (("consent_link", "update delete"), ("consent_receipt", "update")):
                for act in acts.split():
                    session.execute(sa.text(f"DROP TRIGGER IF EXISTS {table}_no_{act}"))
        session.execute(sa.text(statement))


def test_a_receipt_holds_all_that_proves_a_choice(app: Flask) -> None:
    member, _browser = three_choices()
    first = queries.receipts_of(member.member_id or 0)[-1]
    row = queries.receipt(first.ref, member)
    assert row is not None
    told = proof.told(row)
    text = texts.text(Purpose.AUDIENCE, "fr")
    assert told["text"] == {
        "digest": text.digest,
        "component": "audience",
        "language": "fr",
        "version": 1,
        "body": str(text.body),
    }
    assert "La mesure des visites" in told["text"]["body"]
    assert (told["purpose"], told["result"], told["mechanism"], told["signal"]) == (
        "audience",
        "granted",
        "page of choices",
        None,
    )
    assert told["at"] == "2026-11-23T12:00:00.000Z"


def test_a_receipt_can_be_checked_with_the_tools_of_any_system(app: Flask) -> None:
    """By what the file itself says, without a line of ours."""
    member, _browser = three_choices()
    row = queries.receipt(queries.receipts_of(member.member_id or 0)[0].ref, member)
    told = json.loads(json.dumps(proof.told(row)))
    seal, text = told["seal"], told["text"]

    def digest(*parts: object) -> str:
        return sha256("\n".join(map(str, parts)).encode()).hexdigest()

    assert digest(seal["salt"], seal["body"]) == seal["commitment"]
    assert digest(seal["previous"], seal["commitment"]) == seal["digest"]
    assert digest(text["component"], text["language"], text["version"], text["body"]) == text["digest"]
    assert json.loads(seal["body"])["text"] == text["digest"]
    assert json.loads(seal["body"])["result"] == "withdrawn"


def test_a_receipt_is_shown_to_whom_it_is_about_alone(app: Flask) -> None:
    member, browser = three_choices()
    ref = queries.receipts(browser)[0].ref
    assert queries.receipt(ref, browser)
    assert queries.receipt(ref, member) is None
    assert queries.receipt(ref, Subject(device="e" * 22)) is None
    assert queries.receipt("nonsense", browser) is None


def test_the_chain_over_all_of_them_holds(app: Flask) -> None:
    assert chain.verify() == chain.Verdict(0, 0, ())
    three_choices()
    assert chain.verify() == chain.Verdict(3, 0, ())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consent_receipt SET result = 'granted' WHERE seq = 1",
        "UPDATE consent_receipt SET at = '2020-01-01 00:00:00+00' WHERE seq = 1",
        "UPDATE consent_receipt SET device = 'f' WHERE seq = 1",
        "UPDATE consent_receipt SET salt = '00' WHERE seq = 1",
        "UPDATE consent_receipt SET mechanism = 'first layer' WHERE seq = 1",
        "UPDATE consent_receipt SET signal = 'gpc' WHERE seq = 1",
        "UPDATE consent_link SET commitment = 'x' WHERE seq = 1",
        "UPDATE consent_link SET digest = 'x' WHERE seq = 1",
        "DELETE FROM consent_link WHERE seq = 1",
        "UPDATE consent_text SET body = 'you agree'",
        "DELETE FROM consent_text",
    ],
)
def test_nothing_is_rewritten_and_who_gets_round_the_database_is_found_out(app: Flask, statement: str) -> None:
    three_choices()
    with pytest.raises(DBAPIError, match="append-only"):
        change(statement)
    assert chain.verify().broken == ()
    if "consent_text" in statement:
        return
    if statement.startswith("DELETE"):
        without_triggers("DELETE FROM consent_receipt WHERE seq = 1")
    without_triggers(statement)
    assert chain.verify().broken, statement


def test_a_text_is_kept_once_and_named_by_its_content(app: Flask) -> None:
    three_choices()
    kept = db.session.query(ConsentText).all()
    assert sorted((one.component, one.language) for one in kept) == [("audience", "fr"), ("personalised-ads", "en")]
    for one in kept:
        assert one.digest == texts.digest_of(one.component, one.language, one.version, one.body)


def test_a_member_who_is_erased_leaves_links_that_say_nothing(app: Flask) -> None:
    """P-37, P-39: the chain still holds, and no value left is a function of the member."""
    member, browser = three_choices()
    rows = db.session.query(ConsentReceipt).filter_by(member_id=member.member_id).all()
    bodies = [chain.canonical({name: getattr(row, name) for name in row.__table__.columns.keys()}) for row in rows]  # noqa: SIM118
    assert chain.commit(rows[0].salt, bodies[0]) == db.session.get_one(ConsentLink, 0).commitment
    with transaction() as session:
        session.execute(sa.delete(Member).where(Member.id == member.member_id))
    assert db.session.query(ConsentReceipt.device).all() == [(browser.device,)]
    assert chain.verify() == chain.Verdict(3, 2, ())
    left = {value for row in db.session.query(ConsentLink.commitment, ConsentLink.digest) for value in row}
    guesses = {
        sha256(one.encode()).hexdigest() for body in bodies for one in (body, f"\n{body}", f"{member.member_id}")
    }
    assert not guesses & left


def test_the_chain_goes_on_after_an_erasure(app: Flask) -> None:
    member, browser = three_choices()
    with transaction() as session:
        session.execute(sa.delete(Member).where(Member.id == member.member_id))
    choose(browser, Purpose.ADS, True)
    assert chain.verify() == chain.Verdict(4, 2, ())


@pytest.mark.parametrize(("broken", "status"), [(False, 0), (True, 1)])
def test_a_command_says_whether_it_holds(app: Flask, broken: bool, status: int) -> None:
    three_choices()
    if broken:
        without_triggers("UPDATE consent_receipt SET result = 'granted' WHERE seq = 1")
    said = app.test_cli_runner().invoke(args=["consents", "verify"])
    assert said.exit_code == status
    assert "3 receipts, 0 of them removed" in said.output
    assert ("1 do not hold: 1" if broken else "The chain holds.") in said.output


def test_everything_is_withdrawn_at_once_and_only_what_was_allowed(app: Flask) -> None:
    """For the end of an account, and for a link in a letter (P-20)."""
    ana = factories.member("ana").id
    for purpose, allowed in ((Purpose.EMAIL, True), (Purpose.ADS, True), (Purpose.SOCIAL, False)):
        choose(Subject(member_id=ana), purpose, allowed)
    mechanism = Mechanism.UNSUBSCRIBED
    assert services.withdraw(ana, [Purpose.EMAIL, Purpose.PUSH], mechanism=mechanism, now=clock.now()) == 1
    assert not queries.granted(Purpose.EMAIL, member_id=ana, now=clock.now())
    assert queries.granted(Purpose.ADS, member_id=ana, now=clock.now())
    assert services.withdraw_all(ana, now=clock.now()) == 1
    assert services.withdraw_all(ana, now=clock.now()) == 0
    assert not any(queries.granted(purpose, member_id=ana, now=clock.now()) for purpose in OPTIONAL)
    assert history(Subject(member_id=ana))[-2:] == [
        (Purpose.EMAIL, Result.WITHDRAWN),
        (Purpose.ADS, Result.WITHDRAWN),
    ]


def test_receipts_go_three_years_after_their_choice_has_ended(app: Flask, travel: Travel) -> None:
    """P-53, by time travel: replaced, run out, or still good."""
    ana, browser = Subject(member_id=factories.member("ana").id), Subject(device="d" * 22)
    choose(ana, Purpose.AUDIENCE, True)
    choose(ana, Purpose.EMAIL, True)
    choose(browser, Purpose.ADS, False)
    travel(days=30)
    choose(ana, Purpose.AUDIENCE, False)
    travel(days=3 * 365 - 1)
    assert services.forget_old(clock.now()) == 0
    travel(days=3)
    assert services.forget_old(clock.now()) == 1, "the agreement that was withdrawn three years ago"
    assert (Purpose.AUDIENCE, Result.GRANTED) not in history(ana)
    travel(days=365)
    assert services.forget_old(clock.now()) == 1, "what ran out"
    travel(days=31)
    assert services.forget_old(clock.now()) == 1
    assert history(ana) == [(Purpose.EMAIL, Result.GRANTED)], "it holds until it is withdrawn"
    assert history(browser) == []
    assert chain.verify() == chain.Verdict(4, 3, ())


def test_every_text_is_what_it_was_when_its_version_was_given(app: Flask) -> None:
    """Who changes a text decides: if it means something else, raise its number in rules.VERSIONS; then renew this."""
    found = {
        f"{component} {language} {text.version}": text.name
        for component in (texts.FIRST_LAYER, *OPTIONAL)
        for language in ("fr", "en")
        for text in (texts.text(component, language),)
    }
    assert found == KNOWN_TEXTS
    assert set(rules.VERSIONS) == set(OPTIONAL) >= set(ON_SITE)


KNOWN_TEXTS = {
    "first-layer fr 1": "184b1b2ae6f5",
    "first-layer en 1": "1d61aba6b3e4",
    "preferences fr 1": "6c3252e4d2a8",
    "preferences en 1": "de06448242bf",
    "audience fr 1": "87daf613ae67",
    "audience en 1": "d21b7b79cf07",
    "personalisation fr 1": "755448db1216",
    "personalisation en 1": "e6a3fb4178e1",
    "personalised-ads fr 1": "a5be20682c54",
    "personalised-ads en 1": "3a27ccd11490",
    "cross-device fr 1": "c0736f5c8e5b",
    "cross-device en 1": "64605d0577e1",
    "social-plug-ins fr 1": "e3b820992678",
    "social-plug-ins en 1": "c546b0a96e3b",
    "marketing-email fr 1": "8364e8acd43b",
    "marketing-email en 1": "fba3bf577e17",
    "push fr 1": "56d256f92d43",
    "push en 1": "9fce728712a7",
}
