"""Errors in the visitor's language, in the form that was asked for, and a page for when even that fails."""

from __future__ import annotations

import pytest
from flask import Flask, abort, request
from flask_login import LoginManager
from sqlalchemy.exc import OperationalError

from gallery.core import errors
from gallery.core.access import public
from gallery.core.errors import Forbidden, Missing, Unavailable
from tests.inspection import InspectingClient

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
PROGRAM = {"Accept": "application/json"}
SECRET = "select password from member"


@public
def fails(how: str) -> str:
    """A view that fails in every way there is."""
    if how.isdigit():
        abort(int(how))
    if how == "missing":
        raise Missing
    if how == "forbidden":
        raise Forbidden("Sellers do not bid on their own lots.")
    if how == "unavailable":
        raise Unavailable("Your bid was not recorded.", retry_after=7)
    if how == "locked":
        raise OperationalError(SECRET, {}, Exception("database is locked"))
    if how == "large":
        request.get_data()
    raise ValueError(SECRET)


@pytest.fixture
def failing(app: Flask) -> Flask:
    """The application as in production, with `/fails/<how>`."""
    app.add_url_rule("/fails/<how>", "fails", fails, methods=["GET"])
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.config["TESTING"] = False
    return app


@pytest.mark.parametrize("status", sorted(errors.SAYINGS))
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_error_says_what_happened_and_what_to_do(failing: Flask, status: int, lang: str) -> None:
    answer = failing.test_client().get(f"/fails/{status}?lang={lang}")
    assert answer.status_code == status
    assert f'<html lang="{lang}">' in answer.text
    assert answer.text.count("<h1>") == 1
    assert 'href="/lots/"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("how", "status"),
    [("missing", 404), ("forbidden", 403), ("unavailable", 503), ("locked", 503), ("wrong", 500), ("418", 418)],
)
def test_what_the_house_raises_has_its_status(failing: Flask, how: str, status: int) -> None:
    assert failing.test_client().get(f"/fails/{how}").status_code == status


def test_a_refusal_gives_its_reason(failing: Flask) -> None:
    assert "Sellers do not bid on their own lots." in failing.test_client().get("/fails/forbidden?lang=en").text


def test_a_failure_says_what_was_not_done_and_when_to_come_back(failing: Flask) -> None:
    answer = failing.test_client().get("/fails/unavailable?lang=en")
    assert "Your bid was not recorded." in answer.text
    assert answer.headers["Retry-After"] == "7"
    assert failing.test_client().get("/fails/429").headers["Retry-After"] == "60"


@pytest.mark.parametrize("how", ["wrong", "locked"])
@pytest.mark.parametrize("headers", [{}, HTMX, PROGRAM])
def test_an_error_never_tells_what_broke_inside(failing: Flask, how: str, headers: dict[str, str]) -> None:
    answer = failing.test_client().get(f"/fails/{how}", headers=headers)
    assert "password" not in answer.text
    assert "Traceback" not in answer.text


def test_an_error_never_lands_in_the_part_that_was_being_typed_in(failing: Flask) -> None:
    answer = failing.test_client().get("/fails/503?lang=en", headers=HTMX)
    assert answer.headers["HX-Retarget"] == "#said"
    assert answer.headers["HX-Reswap"].startswith("innerHTML")
    assert "<html" not in answer.text
    assert 'role="alert"' in answer.text
    assert "HX-Request" in answer.vary


def test_every_page_has_the_place_for_such_an_error(client: InspectingClient) -> None:
    assert '<div id="said">' in client.get("/").text


def test_a_program_gets_json(failing: Flask) -> None:
    answer = failing.test_client().get("/fails/404?lang=en", headers=PROGRAM)
    assert answer.mimetype == "application/json"
    assert answer.get_json()["status"] == 404
    assert failing.test_client().get("/fails/404", headers={"Accept": "*/*"}).mimetype == "text/html"


def test_a_wrong_method_says_which_are_right(failing: Flask) -> None:
    answer = failing.test_client().put("/fails/x", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code in (403, 405)  # Without a token the one, with it the other.
    assert "GET" in failing.test_client().open("/fails/x", method="TRACE").headers["Allow"]


def test_a_broken_template_still_gives_a_page_in_both_languages(
    failing: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(failing.jinja_env.globals, "page_url", lambda _lang: 1 / 0)
    for how, status in (("wrong", 500), ("404", 404), ("locked", 503)):
        answer = failing.test_client().get(f"/fails/{how}")
        assert answer.status_code == status
        assert "Quelque chose s'est cassé chez nous" in answer.text
        assert "Something broke on our side" in answer.text
        assert "{" not in answer.text.partition("</title>")[0]


def test_an_error_page_does_not_ask_a_broken_database_who_the_visitor_is(
    failing: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_args: object) -> None:
        raise OperationalError(SECRET, {}, Exception("disk full"))

    monkeypatch.setattr(LoginManager, "_load_user", gone)
    answer = failing.test_client().get("/fails/locked?lang=en")
    assert answer.status_code == 503
    assert "We cannot do that just now" in answer.text
    assert "Quelque chose" not in answer.text
