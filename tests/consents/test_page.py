"""The page of choices: a switch a purpose, for visitors and members, with and without htmx; and wrong input (2.2.1)."""

from __future__ import annotations

import base64
import json
import re

import pytest
from flask import Flask
from itsdangerous import URLSafeSerializer

from gallery.consents import queries
from gallery.consents.models import ConsentReceipt
from gallery.consents.queries import Subject
from gallery.consents.rules import ON_SITE, OPTIONAL, SENT, Purpose, Result
from gallery.core.db import db
from tests import factories
from tests.account.nonsense import FORMULAS, TWISTED, UNSEEN
from tests.consents.conftest import GPC, HTMX, Travel, allowed, answer, hidden, history, is_asked, press, the_device
from tests.inspection import InspectingClient


@pytest.mark.parametrize("who", ["visitor", "member"])
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_each_switch_turns_its_purpose_on_and_off_in_one_click(
    client: InspectingClient, who: str, headers: dict[str, str]
) -> None:
    """P-13, P-15: withdrawing takes as many clicks as agreeing, and moves nothing else."""
    purposes = ON_SITE
    if who == "member":
        factories.sign_in(client, factories.member("ana"))
        purposes = OPTIONAL
    for purpose in purposes:
        for on in (True, False):
            done = press(client, purpose, on, headers=headers)
            assert done.status_code == (200 if headers else 303)
            assert allowed(client) == ({purpose} if on else set())
            if headers:
                assert "<html" not in done.text
                assert f'id="consent-{purpose}"' in done.text
                assert f'aria-pressed="{"true" if on else "false"}"' in done.text
                assert 'id="consent-history" data-hx-swap-oob="true"' in done.text


def test_without_a_script_one_is_led_back_to_the_switch_and_told(client: InspectingClient) -> None:
    client.set_cookie("lang", "fr")
    done = press(client, Purpose.SOCIAL, True)
    assert done.location == "/consents#consent-social-plug-ins"
    assert "Votre choix est noté" in client.get("/consents").text


@pytest.mark.parametrize("said", ["all", "none"])
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_the_page_has_both_buttons_too(client: InspectingClient, said: str, headers: dict[str, str]) -> None:
    page = client.get("/consents")
    fields = {name: hidden(page, name, "/consents") for name in ("csrf_token", "shown")}
    done = client.post("/consents", data=fields | {"answer": said, "at": "page"}, headers=headers)
    assert done.status_code == (200 if headers else 303)
    assert allowed(client) == (set(ON_SITE) if said == "all" else set())
    rows = queries.receipts(the_device())
    assert {(row.mechanism, row.component) for row in rows} == {("page of choices", "page")}
    assert not is_asked(client)


def test_nothing_is_on_that_nobody_switched_on(client: InspectingClient) -> None:
    assert allowed(client) == set()
    factories.sign_in(client, factories.member("ana"))
    assert allowed(client) == set()


def test_a_withdrawal_acts_with_the_next_answer_and_removes_what_was_kept(client: InspectingClient) -> None:
    """P-13: cookies of others under our address go, those that a form needs stay."""
    press(client, Purpose.ADS, True)
    for name in ("_ga", "_ga_X1", "_gcl_au", "cto_bundle", "lang"):
        client.set_cookie(name, "en" if name == "lang" else "1")
    assert "_ga" not in "".join(client.get("/").headers.getlist("Set-Cookie"))
    done = press(client, Purpose.ADS, False)
    gone = {line.partition("=")[0] for line in done.headers.getlist("Set-Cookie") if "Max-Age=0" in line}
    assert gone == {"_ga", "_ga_X1", "_gcl_au", "cto_bundle"}
    assert client.get_cookie("_ga") is None
    assert client.get_cookie("lang") is not None
    assert client.get_cookie("choices") is not None


def test_what_ran_out_is_removed_without_anybody_doing_anything(client: InspectingClient, travel: Travel) -> None:
    press(client, Purpose.ADS, True)
    travel(days=396)
    client.set_cookie("_ga", "1")
    client.get("/")
    assert client.get_cookie("_ga") is None


def test_the_history_tells_what_was_chosen_and_gives_a_receipt(client: InspectingClient, travel: Travel) -> None:
    """K2."""
    client.set_cookie("lang", "en")
    press(client, Purpose.AUDIENCE, True)
    travel(days=1)
    press(client, Purpose.AUDIENCE, False, headers=GPC)
    page = client.get("/consents").text
    assert re.findall(r"Counting visits: <b>(\w+)</b>", page) == ["withdrawn", "allowed"]
    assert "with the signal of your browser" in page
    link = re.findall(r'href="(/consents/receipts/[\w-]+)"', page)[0]
    told = client.get(link)
    assert told.mimetype == "application/json"
    assert told.headers["Content-Disposition"].startswith("attachment")
    assert told.headers["Cache-Control"] == "no-store"
    assert told.json
    assert (told.json["result"], told.json["signal"]) == ("withdrawn", "gpc")


def test_another_browser_gets_no_receipt_of_this_one(app: Flask, client: InspectingClient) -> None:
    press(client, Purpose.AUDIENCE, True)
    ref = queries.receipts(the_device())[0].ref
    assert client.get(f"/consents/receipts/{ref}").status_code == 200
    other = app.test_client()
    assert other.get(f"/consents/receipts/{ref}").status_code == 404
    answer(other, "none")
    assert other.get(f"/consents/receipts/{ref}").status_code == 404
    factories.sign_in(client, factories.member("ana"))
    assert client.get(f"/consents/receipts/{ref}").status_code == 404


def test_saying_the_same_twice_is_noted_once(client: InspectingClient) -> None:
    page = client.get("/consents")
    fields = {name: hidden(page, name, "/consents/audience") for name in ("csrf_token", "shown")}
    for _ in range(3):
        client.post("/consents/audience", data=fields | {"granted": "1"})
    assert history(the_device()) == [(Purpose.AUDIENCE, Result.GRANTED)]


# What is sent wrongly


WRONG = [
    *("", " ", "2", "00", "on", "off", "true", "True", "yes", "1 ", " 1", "-1", "10", "1,0", "ALL", "all ", "NONE"),
    *("all,none", "granted", "null", "None", "[]", "{}", "\uff11", "x" * 100_000),
    *UNSEEN,
    *FORMULAS,
    *TWISTED,
]


def test_what_is_no_answer_changes_nothing_and_is_told_so(client: InspectingClient) -> None:
    assert len(WRONG) > 50
    page = client.get("/consents")
    fields = {
        at: {name: hidden(page, name, at) for name in ("csrf_token", "shown")}
        for at in ("/consents", "/consents/audience")
    }
    for number, wrong in enumerate(WRONG):
        client.inspects = number % 10 == 0  # Looking at each would take longer than all the rest.
        for at, name, headers in (("/consents", "answer", {}), ("/consents/audience", "granted", HTMX)):
            done = client.post(at, data=fields[at] | {name: wrong}, headers=headers)
            assert done.status_code == 422, wrong
            assert 'role="alert"' in done.text, wrong
    assert db.session.query(ConsentReceipt).count() == 0
    assert client.get_cookie("choices") is None


@pytest.mark.parametrize("shown", ["", "nonsense", "000000000000", None])
def test_nobody_agrees_to_a_text_that_is_not_ours_but_may_always_refuse(
    client: InspectingClient, shown: str | None
) -> None:
    """A refusal needs no text to count; an agreement to what was not read is none."""
    token = {"csrf_token": hidden(client.get("/consents"), "csrf_token", "/consents")}
    beside = {} if shown is None else {"shown": shown}
    for at, yes, no in (
        ("/consents", {"answer": "all"}, {"answer": "none"}),
        ("/consents/audience", {"granted": "1"}, {"granted": "0"}),
    ):
        for headers in ({}, HTMX):
            assert client.post(at, data=token | beside | yes, headers=headers).status_code == 422
            assert allowed(client) == set()
        assert client.post(at, data=token | beside | no).status_code == 303
    assert {result for _purpose, result in history(the_device())} == {Result.REFUSED}


def test_the_text_of_one_purpose_agrees_to_no_other(client: InspectingClient) -> None:
    page = client.get("/consents")
    token = {"csrf_token": hidden(page, "csrf_token", "/consents")}
    beside = {"shown": hidden(page, "shown", "/consents/audience"), "granted": "1"}
    assert client.post("/consents/personalised-ads", data=token | beside).status_code == 422


def test_a_page_that_was_read_in_one_language_counts_in_the_other(client: InspectingClient) -> None:
    client.set_cookie("lang", "fr")
    page = client.get("/consents")
    fields = {name: hidden(page, name, "/consents/audience") for name in ("csrf_token", "shown")}
    client.set_cookie("lang", "en")
    client.post("/consents/audience", data=fields | {"granted": "1"})
    assert [row.language for row in queries.receipts(the_device())] == ["fr"]


@pytest.mark.parametrize(
    "purpose", ["necessary", "nonsense", "AUDIENCE", "audience%00", "audience/x", "marketing_email"]
)
def test_there_is_no_switch_for_anything_else(client: InspectingClient, purpose: str) -> None:
    token = hidden(client.get("/consents"), "csrf_token", "/consents")
    client.inspects = False
    assert client.post(f"/consents/{purpose}", data={"csrf_token": token, "granted": "1"}).status_code == 404


@pytest.mark.parametrize("purpose", SENT)
def test_a_visitor_cannot_ask_for_letters(client: InspectingClient, purpose: Purpose) -> None:
    token = hidden(client.get("/consents"), "csrf_token", "/consents")
    for granted in ("0", "1"):
        done = client.post(f"/consents/{purpose}", data={"csrf_token": token, "granted": granted})
        assert done.status_code == 404


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_page_that_was_open_for_too_long_asks_once_more(client: InspectingClient, headers: dict[str, str]) -> None:
    client.set_cookie("lang", "en")
    for at, fields in (("/consents", {"answer": "all"}), ("/consents/audience", {"granted": "1"})):
        done = client.post(at, data=fields, headers=headers)
        assert done.status_code == 422
        assert "open for too long" in done.text
        assert ("<html" in done.text) is (not headers)
    assert db.session.query(ConsentReceipt).count() == 0


# The cookie


def sealed(app: Flask, value: object, *, key: str | None = None, salt: str = "consents.choices") -> str:
    return str(URLSafeSerializer(key or app.secret_key, salt=salt).dumps(value))


GRANTED = {"personalised-ads": [True, int(factories.NOON.timestamp()), 1, None]}


def test_a_cookie_that_we_did_not_seal_is_none(app: Flask, client: InspectingClient) -> None:
    good = ["d" * 22, GRANTED]
    client.set_cookie("choices", sealed(app, good))
    assert allowed(client) == {Purpose.ADS}
    body = base64.urlsafe_b64encode(json.dumps(good).encode()).decode().rstrip("=")
    for forged in (
        "",
        "x",
        "." * 3000,
        body,
        f"{body}.",
        f"{body}.AAAA",
        sealed(app, good)[:-1],
        sealed(app, good) + "A",
        sealed(app, good, key="another key that is long enough 0123"),
        sealed(app, good, salt="cookie-session"),
        sealed(app, None),
        sealed(app, []),
        sealed(app, ["d" * 22]),
        sealed(app, ["d" * 22, []]),
        sealed(app, ["d" * 21, GRANTED]),
        sealed(app, [7, GRANTED]),
        sealed(app, ["d" * 22, {"nonsense": [True, 1, 1, None]}]),
        sealed(app, ["d" * 22, {"personalised-ads": [True]}]),
        sealed(app, ["d" * 22, {"personalised-ads": [True, "x", 1, None]}]),
        sealed(app, ["d" * 22, {"personalised-ads": [True, 10**30, 1, None]}]),
        sealed(app, ["d" * 22, {"personalised-ads": [True, 1, 1, "nonsense"]}]),
        "\u00e9\u20ac",
    ):
        client.set_cookie("choices", forged)
        assert allowed(client) == set(), forged[:80]
        assert is_asked(client)


def test_the_cookie_holds_no_letters_and_no_more_than_the_choices(app: Flask, client: InspectingClient) -> None:
    client.set_cookie("choices", sealed(app, ["d" * 22, GRANTED | {"marketing-email": GRANTED["personalised-ads"]}]))
    factories.sign_in(client, factories.member("ana"))
    assert allowed(client) == set(), "a member's choices come from his account alone"
    done = press(client, Purpose.EMAIL, True)
    assert not [line for line in done.headers.getlist("Set-Cookie") if line.startswith("choices=")]


def test_the_cookie_is_safe_and_ends_with_the_last_choice(client: InspectingClient) -> None:
    (line,) = [one for one in answer(client, "none").headers.getlist("Set-Cookie") if one.startswith("choices=")]
    assert "HttpOnly" in line
    assert "SameSite=Lax" in line
    assert "Path=/" in line
    assert "Expires=Sun, 23 May 2027 12:00:00 GMT" in line
    assert len(line) < 700
    (line,) = [
        one for one in press(client, Purpose.AUDIENCE, True).headers.getlist("Set-Cookie") if one.startswith("choices=")
    ]
    assert "Expires=Thu, 23 Dec 2027 12:00:00 GMT" in line


def test_a_choice_that_the_browser_lost_is_remembered_with_the_next(client: InspectingClient) -> None:
    """Two switches pressed at once: the answer to the first may come last, or never."""
    press(client, Purpose.AUDIENCE, True)
    before = client.get_cookie("choices")
    assert before
    press(client, Purpose.AUDIENCE, False)
    client.set_cookie("choices", before.value)
    press(client, Purpose.SOCIAL, True)
    assert allowed(client) == {Purpose.SOCIAL}


def test_a_member_sees_his_own_history_only(client: InspectingClient) -> None:
    ana, ben = factories.member("ana"), factories.member("ben")
    factories.sign_in(client, ana)
    press(client, Purpose.EMAIL, True)
    factories.sign_in(client, ben)
    assert allowed(client) == set()
    assert history(Subject(member_id=ben.id)) == []
    assert history(Subject(member_id=ana.id)) == [(Purpose.EMAIL, Result.GRANTED)]
