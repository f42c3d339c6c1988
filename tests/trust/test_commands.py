"""`flask --app wsgi members …`: accounts, roles and restrictions by the command line."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask

from gallery.auth import queries as people
from gallery.auth.models import Member
from gallery.core import clock
from gallery.trust import queries
from tests import factories
from tests.auth.doors import PASSWORD, mailbox, sign_in

Command = Callable[..., Result]
ANA = "ana@example.org"


@pytest.fixture
def run(app: Flask) -> Command:
    runner = app.test_cli_runner()

    def members(*arguments: object, ok: bool = True) -> Result:
        result = runner.invoke(args=["members", *map(str, arguments)])
        assert (result.exit_code == 0) is ok, result.output
        return result

    return members


def found(email: str = ANA) -> Member:
    member = people.member_by_email(email)
    assert member is not None
    return member


def test_an_account_can_be_made_listed_and_used(app: Flask, run: Command) -> None:
    run("add", "Ana@Example.org", "--password", PASSWORD, "--confirmed", "--role", "expert", "--language", "en")
    assert run("list").output.split() == [str(found().id), ANA, "confirmed", "en", "expert"]
    assert run("list", "nobody").output == ""
    assert sign_in(app.test_client(), ANA, PASSWORD).status_code == 303
    assert "already a member" in run("add", ANA, "--password", "x", ok=False).output
    assert "not an e-mail address" in run("add", "ana", "--password", "x", ok=False).output


def test_an_account_can_be_confirmed_by_mail_or_by_staff(app: Flask, run: Command) -> None:
    run("add", ANA, "--password", PASSWORD)
    assert "unconfirmed" in run("list").output
    assert "/auth/confirm/" in mailbox(ANA)[0].path
    run("confirm", ANA)
    assert sign_in(app.test_client(), ANA, PASSWORD).status_code == 303


def test_roles_are_given_and_taken(app: Flask, run: Command) -> None:
    factories.member("ana")
    run("role", ANA, "admin")
    run("role", ANA, "admin")
    run("role", ANA, "editor")
    assert found().is_staff
    run("role", ANA, "admin", "--remove")
    assert [role.name for role in found().roles] == ["editor"]
    run("role", ANA, "emperor", ok=False)
    run("role", "nobody@example.org", "admin", ok=False)


def test_an_account_is_closed_and_opened(app: Flask, run: Command) -> None:
    factories.member("ana")
    run("close", ANA)
    assert sign_in(app.test_client(), ANA, factories.PASSWORD).status_code == 422
    run("reopen", ANA)
    assert sign_in(app.test_client(), ANA, factories.PASSWORD).status_code == 303


def test_restrictions_reach_the_gate_and_are_lifted(app: Flask, run: Command) -> None:
    ana, sol = factories.member("ana"), factories.member("sol")
    sale = factories.sale()

    def gate() -> queries.GateFacts:
        return queries.gate(ana.id, sale, sol.id, clock.now())

    run("block", ANA, "A lot was not paid.", "--days", 30)
    run("bar", ANA, sale, "Not in this one.")
    run("limit", ANA, "1500", "EUR")
    run("link", ANA, "sol@example.org", "household")
    facts = gate()
    assert (facts.blocked_reason, facts.barred_reason) == ("A lot was not paid.", "Not in this one.")
    assert (facts.limit_minor, facts.limit_currency, facts.is_linked_to_seller) == (1500_00, "EUR", True)
    assert run("unblock", ANA).output == "1 lifted\n"
    run("bar", ANA, sale, "--remove")
    run("limit", ANA, "0", "EUR")
    run("link", ANA, "sol@example.org", "--remove")
    assert gate() == queries.GateFacts()


def test_nonsense_is_refused_in_words(app: Flask, run: Command) -> None:
    factories.member("ana")
    assert "needs a reason" in run("bar", ANA, 1, ok=False).output
    assert "no sale 99" in run("bar", ANA, 99, "Why not.", ok=False).output
    assert "not an amount" in run("limit", ANA, "a lot", "EUR", ok=False).output
    assert "not linked to itself" in run("link", ANA, ANA, ok=False).output
    assert "no member" in run("block", "nobody@example.org", "x", ok=False).output
