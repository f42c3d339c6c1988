"""The way out as a member walks it: told before, confirmed once, seen afterwards without an account (A6, L3, P-31)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gallery.bidding.services import place_bid
from gallery.core import clock, outbox
from gallery.privacy.erasure import labels, services
from gallery.trust.services import block
from tests import factories
from tests.auth.doors import fill_in, is_signed_in, token_of
from tests.bidding.books import rows
from tests.privacy.erasure.cast import sold_lot

DOOR = "/account/privacy/erasure"


def test_closing_says_before_what_it_ends_and_what_it_leaves(app: Flask, client: FlaskClient) -> None:
    """A6."""
    ana, ben = factories.member("ana"), factories.member("ben")
    won = sold_lot(factories.member("sid").id, ana.id, ben.id)
    running = factories.open_lot()
    place_bid(running, ana.id, 300_00, "leads")
    factories.sign_in(client, ana)
    client.get("/?lang=en")
    assert '/account/closing"' in client.get("/account/").text
    page = client.get("/account/closing").text
    assert "Closing the account erases it" in page
    assert "Your bid binds until the lot is closed" in page
    assert f'/lots/{running}"' in page
    assert f'/lots/{won}"' in page
    assert "ten years from the end of the accounting year" in page
    assert DOOR in page


def test_nothing_happens_before_it_is_confirmed(client: FlaskClient) -> None:
    ana = factories.member("ana")
    factories.sign_in(client, ana)
    client.get("/?lang=en")
    answer = fill_in(client, DOOR)
    assert answer.status_code == 422
    assert "Please tick this first" in answer.text
    assert is_signed_in(client)
    assert rows("erasure") == []


def test_who_confirms_is_signed_out_and_sees_how_far_it_is(app: Flask, client: FlaskClient) -> None:
    ana = factories.member("ana")
    factories.sign_in(client, ana)
    client.get("/?lang=en")
    answer = fill_in(client, DOOR, sure="y")
    assert answer.status_code == 303
    assert not is_signed_in(client)
    stranger = app.test_client()
    stranger.get("/?lang=en")
    begun = stranger.get(answer.location)
    assert "It has begun" in begun.text
    assert begun.headers["Cache-Control"] == "private, no-store"
    assert begun.headers["X-Robots-Tag"] == "noindex"
    assert "ana" not in begun.text.lower().split("<main")[1].split("</main")[0].replace("banana", "")
    the_worker_runs()
    assert "It is done" in stranger.get(answer.location).text
    assert app.test_client().get("/erasures/" + "x" * 32).status_code == 404


def the_worker_runs() -> None:
    """Let the worker do its part."""
    outbox.deliver_due()
    services.carry_on_due(clock.now() + timedelta(minutes=2))


def test_what_stays_is_told_with_reason_time_and_where_to_complain(app: Flask, client: FlaskClient) -> None:
    """P-31."""
    ana, ben = factories.member("ana"), factories.member("ben")
    sold_lot(factories.member("sid").id, ana.id, ben.id)
    block(ana.id, "Did not pay", until=None, by_id=None, now=clock.now())
    factories.sign_in(client, ana)
    client.get("/?lang=en")
    status = fill_in(client, DOOR, sure="y").location
    the_worker_runs()
    page = client.get(status).text
    for words in (
        "All that nothing holds is gone",
        "The record of a sale is kept for ten years",
        f"1 Jan {clock.now().year + 11}",
        "art. 17(3)(b) GDPR",
        "You are banned for good",
        "fingerprints of your e-mail address",
        "CNIL",
        "CDP",
        "go to court",
    ):
        assert words in page, words


def test_a_blocked_member_leaves_like_anybody(client: FlaskClient) -> None:
    """P-46."""
    ana = factories.member("ana")
    block(ana.id, "Did not pay", until=None, by_id=None, now=clock.now())
    factories.sign_in(client, ana)
    assert fill_in(client, DOOR, sure="y").status_code == 303


def test_who_works_here_is_told_what_to_do_first(client: FlaskClient) -> None:
    ada = factories.member("ada", roles=["admin"])
    factories.sign_in(client, ada)
    client.get("/?lang=en")
    page = client.get(DOOR)
    assert "An administrator first takes your roles" in page.text
    assert client.post(DOOR, data={"csrf_token": token_of(page.text), "sure": "y"}).status_code == 422
    assert rows("erasure") == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_it_asks_again_who_one_is(client: FlaskClient, language: str) -> None:
    ana = factories.member("ana", language=language)
    factories.sign_in(client, ana, proved=False)
    answer = client.get(DOOR)
    assert answer.status_code in (302, 303)
    assert "/auth/prove" in answer.location


def test_every_reason_and_every_held_table_has_words(app: Flask) -> None:
    """What a source may say is in labels, or a member would read nothing where his answer should stand."""
    ana, ben, cem, dan = (factories.member(name) for name in ("ana", "ben", "cem", "dan"))
    sold_lot(cem.id, dan.id, ana.id)
    place_bid(factories.open_lot(seller=ben), ana.id, 300_00, "leads")
    block(ana.id, "For a time", until=clock.now() + timedelta(days=3), by_id=None, now=clock.now())
    block(ben.id, "For good", until=None, by_id=None, now=clock.now())
    kept = [one for who in (ana, ben, cem, dan) for one in services.preview(who.id, clock.now())]
    assert {one.why for one in kept} == set(labels.WHY)
    assert {table for one in kept for table in one.tables} <= set(labels.WHAT)
    assert {one.ground for one in kept} <= set(labels.GROUNDS)


def test_the_operator_erases_by_one_command(app: Flask) -> None:
    factories.member("ana")
    ada = factories.member("ada", roles=["admin"])
    said = app.test_cli_runner().invoke(args=["privacy", "erase", "ana@example.org", "--yes"])
    assert said.exit_code == 0, said.output
    assert "done: http" in said.output
    refused = app.test_cli_runner().invoke(args=["privacy", "erase", ada.email, "--yes"])
    assert "roles" in refused.output
