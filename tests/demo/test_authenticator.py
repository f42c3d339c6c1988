"""The demonstration's staff have an app whose codes the page shows; nowhere else is there such a thing (A5)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from gallery import create_app
from gallery.auth import services
from gallery.auth.factors import queries as factor_queries
from gallery.core.clock import FrozenClock
from gallery.core.db import db
from gallery.core.settings import Settings
from gallery.demo import authenticator, people
from tests import factories
from tests.auth.doors import PASSWORD, fill_in, is_signed_in, sign_in, sign_out
from tests.auth.second_steps import ASK, PROVE, with_app
from tests.inspection import InspectingClient

SHOWN = re.compile(r"(\d{3} \d{3})")
MARK = "Demonstration: the authenticator of ada@example.org shows"
STAFF = ("eli", "sue", "fay", "edi", "ada")


@pytest.fixture
def demo(environ: dict[str, str]) -> Iterator[Flask]:
    """A house that is run as a demonstration, with its cast, at noon."""
    made = create_app(Settings.from_environ(environ | {"GALLERY_ENV": "demo"}))
    made.test_client_class = InspectingClient
    with made.app_context():
        made.extensions["clock"] = FrozenClock(factories.NOON)
        for name in (*STAFF, "ana", "ben", "sol"):
            factories.member(name, roles=next(one.roles for one in people.CAST if one.name == name))
        authenticator.give({person.name: people.known(person.name) for person in people.CAST})
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def visitor(demo: Flask) -> InspectingClient:
    made = demo.test_client()
    made.set_cookie("lang", "en")
    return made


def shown(page: str) -> str:
    found = SHOWN.search(page.partition(MARK)[2])
    assert found
    return found[1]


def test_the_staff_of_the_demonstration_have_an_app_and_nobody_else(demo: Flask) -> None:
    having = {person.name for person in people.CAST if factor_queries.has_second_step(people.known(person.name))}
    assert having == set(STAFF)
    secrets = {factor_queries.app(people.known(name)).secret for name in STAFF}
    assert len(secrets) == len(STAFF)


def test_the_page_shows_the_code_and_it_opens(visitor: InspectingClient) -> None:
    sign_in(visitor, "ada@example.org", next="/admin/")
    page = visitor.get(f"{ASK}?next=/admin/").text
    assert fill_in(visitor, ASK, code=shown(page), next="/admin/").location == "/admin/"
    assert visitor.get("/admin/").status_code == 200
    assert fill_in(visitor, f"{PROVE}?by=app", code=shown(visitor.get(f"{PROVE}?by=app").text)).status_code == 303


def test_who_signs_in_twice_need_not_wait(visitor: InspectingClient) -> None:
    for _ in range(2):
        sign_in(visitor, "ada@example.org")
        fill_in(visitor, ASK, code=shown(visitor.get(ASK).text))
        assert is_signed_in(visitor)
        sign_out(visitor)


def test_a_next_run_gives_an_app_to_who_has_none_and_leaves_the_others_theirs(demo: Flask) -> None:
    cast = {person.name: people.known(person.name) for person in people.CAST}
    before = factor_queries.app(cast["ada"]).secret
    services.grant_role(cast["ana"], "support")
    authenticator.give(cast)
    assert factor_queries.app(cast["ada"]).secret == before
    assert not factor_queries.has_second_step(cast["ana"])


def test_no_app_of_anybody_else_is_shown(demo: Flask, visitor: InspectingClient) -> None:
    with_app("sly", roles=["support"])
    sign_in(visitor, "sly@example.org", PASSWORD)
    assert "Demonstration" not in visitor.get(ASK).text


def test_neither_the_tests_nor_production_have_it(app: Flask, environ: dict[str, str]) -> None:
    production = {
        "GALLERY_ENV": "production",
        "GALLERY_BASE_URL": "https://gallery.example",
        "GALLERY_MAIL_URL": "smtp://127.0.0.1:25",
        "GALLERY_PROXIES": "0",
        "GALLERY_EU_REPRESENTATIVE": "Somebody, Paris",
    }
    real = create_app(Settings.from_environ(environ | production))
    for house in (app, real):
        assert authenticator.EXTENSION not in house.extensions
    with real.app_context():
        with_app("ada", roles=["admin"])
    with real.test_client() as client:
        client.set_cookie("lang", "en", domain="gallery.example")
        at = {"base_url": "https://gallery.example"}
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/auth/login", **at).text)
        sent = {"csrf_token": token[1], "email": "ada@example.org", "password": PASSWORD}
        origin = {"Origin": "https://gallery.example"}
        assert client.post("/auth/login", data=sent, headers=origin, **at).location == ASK
        assert "Demonstration" not in client.get(ASK, **at).text
        assert "one-time-code" in client.get(ASK, **at).text
