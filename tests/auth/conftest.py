"""The language and the clock of those who sign in, and providers for an account elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gallery import create_app
from gallery.core.clock import FrozenClock
from gallery.core.db import db
from gallery.core.settings import Settings
from tests.auth.second_steps import freeze
from tests.inspection import InspectingClient
from tests.services import graph as graphs
from tests.services import oidc


@pytest.fixture
def in_english(client: FlaskClient) -> None:
    """The visitor of `client` reads English."""
    client.set_cookie("lang", "en")


@pytest.fixture
def frozen(app: Flask) -> FrozenClock:
    """The house's clock, at noon until a test moves it."""
    return freeze(app)


@pytest.fixture(scope="session")
def liar_server() -> Iterator[oidc.Liar]:
    """An OpenID provider for the session."""
    with oidc.running() as liar:
        yield liar


@pytest.fixture
def liar(liar_server: oidc.Liar) -> Iterator[oidc.Liar]:
    """An OpenID provider that is honest until told otherwise; whatever no honest caller asks fails the test."""
    liar_server.reset()
    yield liar_server
    assert not liar_server.surprises


@pytest.fixture(scope="session")
def graph_server() -> Iterator[graphs.Graph]:
    """A fake of Facebook for the session."""
    with graphs.running() as graph:
        yield graph


@pytest.fixture
def graph(graph_server: graphs.Graph) -> Iterator[graphs.Graph]:
    """A fake of Facebook that knows Ana; whatever no honest caller asks fails the test."""
    graph_server.reset()
    yield graph_server
    assert not graph_server.surprises


@pytest.fixture
def keys(liar: oidc.Liar, graph: graphs.Graph) -> dict[str, str]:
    """The settings of a house that knows both."""
    return {
        "GALLERY_GOOGLE_CLIENT_ID": oidc.CLIENT_ID,
        "GALLERY_GOOGLE_CLIENT_SECRET": oidc.CLIENT_SECRET,
        "GALLERY_GOOGLE_ISSUER": liar.issuer,
        "GALLERY_FACEBOOK_APP_ID": graphs.APP_ID,
        "GALLERY_FACEBOOK_APP_SECRET": graphs.APP_SECRET,
        "GALLERY_FACEBOOK_DIALOG": f"{graph.address}/dialog",
        "GALLERY_FACEBOOK_GRAPH": f"{graph.address}{graphs.VERSION}",
    }


@pytest.fixture
def house(environ: dict[str, str], keys: dict[str, str]) -> Iterator[Flask]:
    """An application that knows Google and Facebook; like `app`."""
    made = create_app(Settings.from_environ(environ | keys))
    made.test_client_class = InspectingClient
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def ana(house: Flask) -> InspectingClient:
    """Ana's browser, in English."""
    return browser(house)


@pytest.fixture
def mallory(house: Flask) -> InspectingClient:
    """Another browser."""
    return browser(house)


def browser(house: Flask) -> InspectingClient:
    """A browser that has nothing of ours yet but its language."""
    made = house.test_client()
    assert isinstance(made, InspectingClient)
    made.get("/auth/login?lang=en")
    return made
