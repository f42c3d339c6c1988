"""Who may do what: every route, asked by everybody, with what comes of it (8.2.1-8.2.3, 8.3.2, 4.1.4)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from gallery.auth import services as accounts
from gallery.auth.sessions.models import DeviceSession
from gallery.core.access import Mark, Proof, Who
from gallery.core.csrf import EXEMPT
from gallery.core.db import db
from tests.house.matrix import MATRIX, Entry
from tests.house.matrix_cast import (
    ACTORS,
    FORBIDDEN,
    MISSING,
    OK,
    PROVE,
    SAFE,
    SECOND_STEP,
    SIGN_IN,
    STAFF,
    House,
    outcome,
)

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND")
NOTHING_WRITTEN = {FORBIDDEN, MISSING, SIGN_IN, SECOND_STEP, PROVE}

pytestmark = pytest.mark.slow


def routes(app: Flask) -> dict[str, list[str]]:
    """`GET lots.home` and so on, with the rules that lead there."""
    found: dict[str, list[str]] = {}
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            found.setdefault(f"{method} {rule.endpoint}", []).append(rule.rule)
    return found


def test_every_route_has_an_entry_and_every_entry_a_route(app: Flask) -> None:
    known = routes(app)
    assert sorted(known.keys() - MATRIX.keys()) == [], "say in tests/house/matrix.py who may do this"
    assert sorted(MATRIX.keys() - known.keys()) == [], "there is no such route any more"
    assert [name for name, rules in known.items() if len(rules) > 1] == [], "two addresses would share one entry"


def test_every_entry_leads_to_its_own_route(house: House) -> None:
    with house.app.app_context():
        wrong = {}
        adapter = house.app.url_map.bind("localhost")
        for name, entry in MATRIX.items():
            method, _, endpoint = name.partition(" ")
            found = adapter.match(house.fill(entry.path).partition("?")[0], method)[0]
            if found != endpoint:
                wrong[name] = found
    assert not wrong, wrong


def test_every_entry_knows_everybody() -> None:
    assert {name: set(ACTORS) ^ set(entry.row) for name, entry in MATRIX.items() if set(entry.row) != set(ACTORS)} == {}


def asked(house: House, name: str, entry: Entry, actor: str) -> str:
    """What comes of asking; a refusal must leave the books as they are."""
    method = name.partition(" ")[0]
    before = house.books() if method not in SAFE and entry.row[actor] in NOTHING_WRITTEN else None
    sends = {field: house.fill(value) for field, value in entry.sends.items()}
    answer = house.ask(actor, method, house.fill(entry.path), sends)
    came = outcome(answer)
    answer.close()
    if before is not None and came in NOTHING_WRITTEN and house.books() != before:
        came += ", but something was written"
    if method not in SAFE and came not in NOTHING_WRITTEN:
        house.put_back()
    return came


@pytest.mark.parametrize("name", sorted(MATRIX))
def test_each_gets_what_the_matrix_says(house: House, name: str) -> None:
    entry = MATRIX[name]
    came = {actor: asked(house, name, entry, actor) for actor in ACTORS}
    wrong = {actor: f"{found}, not {entry.row[actor]}" for actor, found in came.items() if found != entry.row[actor]}
    assert not wrong, wrong


def test_the_matrix_says_what_the_views_say_of_themselves(app: Flask) -> None:
    """A mark that opens more than its entry, or less, is one of the two forgotten."""
    wrong = {}
    for name, entry in MATRIX.items():
        mark = getattr(app.view_functions[name.partition(" ")[2]], "access")  # noqa: B009  Typed nowhere.
        if said := contradictions(mark, entry):
            wrong[name] = said
    assert not wrong, wrong


def contradictions(mark: Mark, entry: Entry) -> list[str]:
    said = []
    if entry.row["visitor"] != SIGN_IN and mark.who in {Who.MEMBER, Who.STAFF}:
        said.append(f"for visitors it is {entry.row['visitor']}, and marked for {mark.who}")
    if (FORBIDDEN in entry.row.values() and entry.row["member"] == FORBIDDEN) != (mark.who is Who.STAFF):
        said.append(f"for members it is {entry.row['member']}, and marked for {mark.who}")
    if mark.who is Who.STAFF:
        opened = {role for role in STAFF if entry.row[role] != FORBIDDEN}
        if opened != {*map(str, mark.roles), "admin"}:
            said.append(f"it opens to {sorted(opened)}, and is marked for {sorted(map(str, mark.roles))}")
        if entry.row["unstepped"] != SECOND_STEP or mark.proof is not Proof.SECOND_STEP:
            said.append("staff come in without a second step")
    return said


def test_no_method_but_those_of_the_route(house: House) -> None:
    """4.1.4, for every route; TRACE is off everywhere."""
    adapter = house.app.url_map.bind("localhost")
    wrong = {}
    for path in {house.fill(entry.path).partition("?")[0] for entry in MATRIX.values()}:
        allowed = set(adapter.allowed_methods(path))
        assert not {"TRACE", "CONNECT"} & allowed, path
        for method in METHODS:
            if method not in allowed:
                answer = house.ask("admin", method, path)
                if answer.status_code != 405 or "Allow" not in answer.headers:
                    wrong[f"{method} {path}"] = answer.status_code
                answer.close()
    assert not wrong, wrong


@pytest.mark.parametrize("foreign", [False, True], ids=["without our token", "from another site"])
def test_nothing_is_done_that_our_own_pages_did_not_send(house: House, foreign: bool) -> None:
    """3.5.1, for every unsafe route, asked by somebody who may."""
    wrong, before = {}, house.books()
    headers = {"Sec-Fetch-Site": "cross-site"} if foreign else {}
    for name, entry in MATRIX.items():
        method, _, endpoint = name.partition(" ")
        if method in SAFE or endpoint in EXEMPT:
            continue
        actor = next((one for one in ("owner", "admin", "visitor") if entry.row[one] == OK), "owner")
        sends = {field: house.fill(value) for field, value in entry.sends.items()}
        answer = house.ask(actor, method, house.fill(entry.path), sends, token=foreign, headers=headers)
        # Some forms come back with a fresh token and what was typed.
        if answer.status_code not in ({403} if foreign else {403, 422}):
            wrong[name] = answer.status_code
        answer.close()
    after = house.books()
    house.put_back()
    assert not wrong, wrong
    assert after == before


@pytest.mark.parametrize("role", STAFF)
def test_a_role_that_is_taken_away_opens_nothing_on_the_next_request(house: House, role: str) -> None:
    """8.3.2, for every page of the desk that the role opens, with the session that was open before."""
    pages = [
        entry.path
        for name, entry in MATRIX.items()
        if name.startswith("GET") and entry.row[role] == OK and entry.row["member"] == FORBIDDEN
    ]
    assert pages
    with house.app.app_context():
        accounts.revoke_role(int(house.things[f"{role}_id"]), role)
    came = {path: outcome(house.ask(role, "GET", house.fill(path))) for path in pages}
    house.put_back()
    assert set(came.values()) == {FORBIDDEN}, came


def test_a_session_that_was_ended_opens_nothing_on_the_next_request(house: House) -> None:
    with house.app.app_context():
        db.session.execute(sa.delete(DeviceSession).where(DeviceSession.member_id == int(house.things["owner_id"])))
        db.session.commit()
    pages = [entry.path for name, entry in MATRIX.items() if name.startswith("GET") and entry.row["visitor"] == SIGN_IN]
    came = {path: outcome(house.ask("owner", "GET", house.fill(path))) for path in pages}
    house.put_back()
    assert set(came.values()) == {SIGN_IN}, came
