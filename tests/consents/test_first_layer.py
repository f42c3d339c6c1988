"""The question at the foot of a page: two buttons of one weight, nothing before an answer, nothing after a refusal."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from gallery.consents.models import ConsentReceipt
from gallery.consents.rules import ON_SITE, SENT, Purpose
from gallery.core.db import db
from tests import factories
from tests.consents.conftest import GPC, HTMX, Travel, allowed, answer, hidden, is_asked, press, the_device
from tests.inspection import InspectingClient


def cookies(client: InspectingClient) -> set[str]:
    return {cookie.key for cookie in client._cookies.values()}  # Flask's client shows them by name only.


def test_before_a_choice_there_is_nothing_but_what_a_form_needs(client: InspectingClient) -> None:
    """P-10."""
    for path in ("/", "/lots/", "/sales/", "/artists/", "/consents", "/auth/login", "/preferences"):
        assert client.get(path).status_code == 200
    assert cookies(client) <= {"session"}
    assert db.session.query(ConsentReceipt).count() == 0


@pytest.mark.parametrize(
    ("language", "words"), [("fr", ("Tout refuser", "Tout accepter")), ("en", ("Refuse all", "Accept all"))]
)
def test_both_answers_are_buttons_of_one_form_alike_to_the_letter(
    client: InspectingClient, language: str, words: tuple[str, str]
) -> None:
    """P-11: same element, same class, one click; computed styles are compared in a browser."""
    client.set_cookie("lang", language)
    form = re.search(r'<form class="consent".*?</form>', client.get("/").text, re.DOTALL)
    assert form
    buttons = re.findall(r"<button [^>]*>[^<]*</button>", form[0])
    assert [re.sub(r".*>([^<]+)<.*", r"\1", one) for one in buttons] == list(words)
    refuse, accept = (re.sub(r'value="\w+"|>[^<]+<', "", one) for one in buttons)
    assert refuse == accept


@pytest.mark.database
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_refusal_is_kept_and_leaves_everything_off(client: InspectingClient, language: str) -> None:
    client.set_cookie("lang", language)
    done = answer(client, "none")
    assert done.status_code == 303
    assert done.location == "/lots/"
    assert not is_asked(client)
    assert allowed(client) == set()
    rows = db.session.query(ConsentReceipt).all()
    assert {(row.purpose, row.result, row.mechanism) for row in rows} == {
        (purpose, "refused", "first layer") for purpose in ON_SITE
    }


def test_accepting_all_allows_what_the_question_names_and_no_letters(client: InspectingClient) -> None:
    """P-15: what is sent is not bundled with what is kept."""
    answer(client, "all")
    assert allowed(client) == set(ON_SITE)
    assert not set(SENT) & allowed(client)
    assert not is_asked(client)


def test_with_htmx_the_question_gives_way_to_one_line_that_has_the_focus(client: InspectingClient) -> None:
    page = client.get("/lots/")
    fields = {name: hidden(page, name, "/consents") for name in ("csrf_token", "shown")}
    done = client.post("/consents", data=fields | {"answer": "none"}, headers=HTMX)
    assert done.status_code == 200
    assert "<html" not in done.text
    assert "autofocus" in done.text
    assert 'role="status"' in done.text
    assert not is_asked(client)


def test_going_on_without_an_answer_is_a_refusal(client: InspectingClient) -> None:
    for _ in range(3):
        assert is_asked(client)
        assert allowed(client) == set()


def test_nobody_is_asked_again_before_six_months_and_then_once_more(client: InspectingClient, travel: Travel) -> None:
    """P-12, over the years' end; the test's noon is given in tests.factories."""
    answer(client, "none")
    for _ in range(25):
        travel(days=7)
        assert not is_asked(client)
    travel(days=10)
    assert is_asked(client)


def test_an_agreement_ends_after_thirteen_months_however_often_one_comes(
    client: InspectingClient, travel: Travel
) -> None:
    answer(client, "all")
    for _ in range(13):
        assert allowed(client) == set(ON_SITE)
        travel(days=30)
    travel(days=8)
    assert allowed(client) == set()


def test_the_question_is_not_put_where_all_can_be_chosen_nor_to_whom_bids(app: Flask, client: InspectingClient) -> None:
    lot = factories.open_lot()
    assert not is_asked(client, "/consents")
    assert is_asked(client, f"/lots/{lot}")
    factories.sign_in(client, factories.member("ana"))
    assert not is_asked(client, f"/lots/{lot}")
    assert not is_asked(client, f"/lots/{lot}/bids/new")
    assert is_asked(client, "/lots/")


@pytest.mark.parametrize("value", ["1", "1, 1", " 1"])
def test_whose_browser_sends_the_signal_is_not_asked(client: InspectingClient, value: str) -> None:
    """P-16."""
    assert not is_asked(client, headers={"Sec-GPC": value})


@pytest.mark.parametrize("value", ["0", "true", "", "11"])
def test_what_is_not_the_signal_changes_nothing(client: InspectingClient, value: str) -> None:
    assert is_asked(client, headers={"Sec-GPC": value})


def test_a_choice_in_spite_of_the_signal_counts_and_names_it(client: InspectingClient) -> None:
    answer(client, "all")
    assert allowed(client, GPC) == {Purpose.PREFERENCES, Purpose.AUDIENCE}
    press(client, Purpose.ADS, True, headers=GPC)
    assert allowed(client, GPC) == {Purpose.PREFERENCES, Purpose.AUDIENCE, Purpose.ADS}
    assert [row.signal for row in db.session.query(ConsentReceipt).order_by(ConsentReceipt.seq)][-1] == "gpc"
    assert allowed(client) == set(ON_SITE)


def test_programs_are_told_that_the_signal_is_heeded(client: InspectingClient) -> None:
    told = client.get("/.well-known/gpc.json")
    assert told.json == {"gpc": True, "lastUpdate": "2026-11-27"}
    assert told.mimetype == "application/json"
    assert "Sec-GPC" in client.get("/").headers["Vary"]


def test_the_name_of_a_browser_follows_from_nothing(client: InspectingClient, app: Flask) -> None:
    """P-39: two visitors of one network with one browser have nothing in common."""
    answer(client, "none")
    first = the_device()
    other = app.test_client()
    assert isinstance(other, InspectingClient)
    answer(other, "none")
    names = set(db.session.scalars(db.select(ConsentReceipt.device)))
    assert len(names) == 2
    assert first.device in names
