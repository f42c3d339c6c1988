"""The providers as they are: a real OpenID provider, and ones that are down, slow, broken or somebody else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.wrappers import Response

from gallery.auth.federated import wire as provider_wire
from gallery.auth.federated.wire import Disbelieved, Pool, Silent, Wire, origin
from tests.auth.doors import is_signed_in, sign_out
from tests.auth.elsewhere import come_back, finish, go_with, identities, leave, said
from tests.services.graph import VERSION, Graph
from tests.services.oidc import Liar, as_json
from tests.services.process import free_port


class TestRealProvider:
    """Whole round trips with oidc-provider-mock, which nobody here wrote."""

    @pytest.fixture
    def provider(self) -> Iterator[str]:
        from oidc_provider_mock import User, run_server_in_thread

        claims = {"name": "Ana Diop", "email": "ana.diop@gmail.com", "email_verified": True}
        with run_server_in_thread(require_nonce=True, user_claims=[User(sub="ana", claims=claims)]) as server:
            yield f"http://localhost:{server.server_port}"

    @pytest.fixture
    def keys(self, provider: str) -> dict[str, str]:
        return {
            "GALLERY_GOOGLE_CLIENT_ID": "a-client",
            "GALLERY_GOOGLE_CLIENT_SECRET": "a-secret",
            "GALLERY_GOOGLE_ISSUER": provider,
        }

    def visit(self, address: str) -> dict[str, str]:
        """Press the provider's button; what it sends the browser back with."""
        answer = requests.post(address, data={"sub": "ana"}, allow_redirects=False, timeout=10)
        assert answer.status_code in (302, 303), answer.text
        query = parse_qs(urlsplit(answer.headers["Location"]).query)
        return {name: values[0] for name, values in query.items()}

    def test_open_an_account_and_sign_in_again(self, ana: FlaskClient) -> None:
        brought = self.visit(leave(ana, "google").location)
        assert come_back(ana, "google", **brought).location == "/auth/with/finish"
        assert finish(ana).location == "/account/"
        assert [(provider, subject) for _member, provider, subject in identities()] == [("google", "ana")]
        sign_out(ana)
        brought = self.visit(leave(ana, "google", next="/lots/").location)
        assert come_back(ana, "google", **brought).location == "/lots/"
        assert is_signed_in(ana)

    def test_what_it_brought_is_worth_nothing_a_second_time(self, ana: FlaskClient, mallory: FlaskClient) -> None:
        brought = self.visit(leave(ana, "google").location)
        come_back(ana, "google", **brought)
        for browser in (ana, mallory):
            assert come_back(browser, "google", **brought).location.startswith("/auth/login")


def slow() -> Response:
    time.sleep(1.5)
    return as_json({})


def dripping() -> Response:
    """Never silent for long, and never done."""

    def drops() -> Iterator[bytes]:
        for _ in range(40):
            yield b" "
            time.sleep(0.1)

    return Response(drops(), mimetype="application/json")


BROKEN: dict[str, Callable[[], Response]] = {
    "500": lambda: as_json({"error": "x"}, 500),
    "503 in HTML": lambda: Response("<h1>busy</h1>", 503, mimetype="text/html"),
    "429": lambda: as_json({}, 429),
    "404": lambda: as_json({"error": "x"}, 404),
    "401": lambda: as_json({"error": "invalid_client"}, 401),
    "empty": lambda: Response(""),
    "HTML": lambda: Response("<!doctype html><title>Hotel network, please agree</title>", mimetype="text/html"),
    "JSON that is cut off": lambda: Response('{"issuer": "http', mimetype="application/json"),
    "JSON that is deep": lambda: Response("[" * 100_000, mimetype="application/json"),
    "a list": lambda: as_json([1, 2]),
    "a number": lambda: as_json(7),
    "null": lambda: as_json(None),
    "an empty object": lambda: as_json({}),
    "endless": lambda: Response(" " * 2_000_000, mimetype="application/json"),
    "not text": lambda: Response(b"\xff\xfe\x00\x01" * 100, mimetype="application/json"),
    "a redirect": lambda: Response("", 302, headers={"Location": "http://127.0.0.1:9/"}),
    "slow": slow,
    "dripping": dripping,
}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in production, only ten times quicker to give up."""
    for name in ("CONNECT_SECONDS", "READ_SECONDS", "WHOLE_SECONDS"):
        monkeypatch.setattr(provider_wire, name, getattr(provider_wire, name) / 10)


def assert_told(client: FlaskClient, answer: object) -> None:
    """The visitor is back at the form, knows what to do next, and was going where he was going."""
    assert answer.status_code == 303, answer.text  # type: ignore[attr-defined]
    assert answer.location == "/auth/login?next=/lots/1"  # type: ignore[attr-defined]
    page = said(client, answer)  # type: ignore[arg-type]
    assert "Sign in with your e-mail address, or try again in a few minutes." in page
    assert 'name="next" value="/lots/1"' in page
    assert identities() == []


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
def test_a_provider_that_is_out_of_order_costs_nothing(
    ana: FlaskClient, liar: Liar, impatient: None, path: str, answer: Callable[[], Response]
) -> None:
    liar.answers[path] = answer
    if path.startswith("/."):
        assert_told(ana, leave(ana, "google", next="/lots/1"))
        return
    began = time.monotonic()
    assert_told(ana, go_with(ana, liar, next="/lots/1"))
    assert time.monotonic() - began < 5
    del liar.answers[path]
    assert go_with(ana, liar).location == "/auth/with/finish", "and when it is well again, so are we"


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("path", ["/oauth/access_token", "/me"])
def test_facebook_out_of_order_costs_nothing(
    ana: FlaskClient, graph: Graph, impatient: None, path: str, answer: Callable[[], Response]
) -> None:
    graph.answers[path] = answer
    assert_told(ana, go_with(ana, graph, next="/lots/1"))


@pytest.mark.parametrize("subject", [None, "", 7001, ["7001"], "7001\n", "me", "7" * 65, "\u0667", "-1"], ids=repr)
def test_a_person_of_facebook_without_a_number_is_nobody(ana: FlaskClient, graph: Graph, subject: object) -> None:
    graph.person = {"id": subject, "name": "Ana", "email": "ana@example.org"}
    assert_told(ana, go_with(ana, graph, next="/lots/1"))


@pytest.mark.parametrize(
    "more",
    [
        {"issuer": "https://accounts.evil.example"},
        {"issuer": None},
        {"token_endpoint": "http://127.0.0.1:9/token"},
        {"token_endpoint": "http://169.254.169.254/latest/meta-data/"},
        {"token_endpoint": "file:///etc/passwd"},
        {"token_endpoint": None},
        {"jwks_uri": "http://127.0.0.1:9/keys"},
        {"jwks_uri": ["x"]},
        {"authorization_endpoint": "https://accounts.evil.example/"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": ""},
    ],
    ids=str,
)
def test_metadata_cannot_lead_us_elsewhere(ana: FlaskClient, liar: Liar, more: dict[str, object]) -> None:
    """Whoever can change one answer must not choose whom we ask, nor where a form of ours leads (1.3.6)."""
    liar.metadata.update(more)
    assert_told(ana, leave(ana, "google", next="/lots/1"))
    assert liar.asked == ["/.well-known/openid-configuration"]


@pytest.mark.parametrize("address", ["http://user@{}/", "http://{}@evil.example/", "http://{}.evil.example/"])
def test_an_address_that_only_looks_like_the_providers_is_not_asked(liar: Liar, address: str) -> None:
    host = urlsplit(liar.issuer).netloc
    wire = Wire(origins=frozenset({liar.issuer}))
    with pytest.raises(Disbelieved):
        wire.request("GET", address.format(host), withhold_token=True)
    assert liar.asked == []


def test_addresses_are_compared_as_browsers_write_them() -> None:
    assert origin("https://Accounts.Example/x?y") == "https://accounts.example"
    assert origin("http://[::1]:80/") == "http://[::1]:80"
    for none in ("", "x", "//x", "https://", "https://a:b@x/", "http://x:port/", "http://[x"):
        assert origin(none).removeprefix(":") in ("", "//x"), none


def test_a_provider_that_is_not_there_costs_nothing(ana: FlaskClient, house: Flask) -> None:
    google = house.extensions["providers"]["google"]
    google.issuer = f"http://127.0.0.1:{free_port()}"
    google._client.client_kwargs["origins"] = frozenset({google.issuer})
    began = time.monotonic()
    assert_told(ana, leave(ana, "google", next="/lots/1"))
    assert time.monotonic() - began < 3


def test_what_is_known_is_not_asked_again_within_the_hour(ana: FlaskClient, liar: Liar) -> None:
    for _ in range(3):
        go_with(ana, liar)
    assert liar.asked.count("/.well-known/openid-configuration") == 1
    assert liar.asked.count("/keys") == 1
    assert liar.asked.count("/token") == 3


def test_a_question_is_asked_twice_at_most_and_a_code_never(
    ana: FlaskClient, liar: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The retry budget: one, and none for what is used up by asking (13.1.3)."""
    import urllib3.connectionpool

    tried: list[str] = []

    def fail(self: object, _connection: object, method: str, url: str, **_more: object) -> object:
        tried.append(f"{method} {url}")
        raise ConnectionResetError

    go_with(ana, liar)
    liar.asked.clear()
    _code, state = liar.visit(leave(ana, "google").location)
    monkeypatch.setattr(urllib3.connectionpool.HTTPConnectionPool, "_make_request", fail)
    come_back(ana, "google", code="x", state=state)
    assert tried == ["POST /token"]
    tried.clear()
    with pytest.raises(Silent):
        Wire(origins=frozenset({liar.issuer})).request("GET", f"{liar.issuer}/keys", withhold_token=True)
    assert tried == ["GET /keys"] * 2


def test_one_provider_holds_no_more_of_us_than_its_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """When it hangs, eight threads hang with it, and whoever comes after them is told in time (13.1.2)."""
    import threading

    monkeypatch.setattr(provider_wire, "WHOLE_SECONDS", 0.3)
    pool, gate, running = Pool("test"), threading.Event(), []

    def hang() -> None:
        running.append(1)
        gate.wait(10)

    def ask() -> None:
        with pytest.raises(Silent):
            pool.ask(hang)

    people = [threading.Thread(target=ask) for _ in range(20)]
    began = time.monotonic()
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert time.monotonic() - began < 2
    assert len(running) == provider_wire.AT_ONCE
    gate.set()
    assert pool.ask(lambda: 7) == 7, "and afterwards it works again"


def test_no_secret_of_a_conversation_is_in_a_log(
    ana: FlaskClient, liar: Liar, graph: Graph, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither code nor token nor address nor name, also when it goes wrong (16.2.5)."""
    for provider in (liar, graph):
        code, state = provider.visit(leave(ana, "google" if provider is liar else "facebook").location)
        come_back(ana, "google" if provider is liar else "facebook", code=code, state=state)
        liar.answers["/token"] = graph.answers["/oauth/access_token"] = lambda: as_json({"error": "invalid_grant"}, 400)
        go_with(ana, provider)
        ours = [line for line in capsys.readouterr().err.splitlines() if "werkzeug" not in line]
        assert ours
        for secret in (code, state, "ana", "1001", "7001", liar.access_token, VERSION):
            assert not any(secret in line.lower() for line in ours if '"gallery.core.logs"' not in line), secret
