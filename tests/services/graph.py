"""Facebook as far as the house asks it: the dialog's query, a token for a code, and who it is (Graph `/me`)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from werkzeug.wrappers import Request, Response

from tests.services.oidc import as_json, base64url
from tests.services.wsgi import serving

APP_ID, APP_SECRET = "224466881010", "0123456789abcdef-of-the-tests"
VERSION = "/v24.0"


@dataclass
class Graph:
    """The fake; `surprises` holds what no honest caller asks."""

    address: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    surprises: list[str] = field(default_factory=list)
    answers: dict[str, Callable[[], Response]] = field(default_factory=dict)
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)

    def reset(self) -> None:
        """Ana again, who gave Facebook an address."""
        self.person = {"id": "7001", "name": "Ana Diop", "email": "ana@example.org"}
        for kept in (self.surprises, self.answers, self.codes, self.tokens):
            kept.clear()

    def visit(self, address: str) -> tuple[str, str]:
        """Agree in the dialog to which a browser was sent; what it brings back: code and state."""
        parts = urlsplit(address)
        said = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.address}/dialog", address
        assert said["client_id"] == APP_ID
        assert set(said["scope"].split()) == {"public_profile", "email"}, "more than name and address"
        code = secrets.token_urlsafe(12)
        self.codes[code] = (said["redirect_uri"], said["code_challenge"])
        return code, said["state"]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer one request."""
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        path = request.path.removeprefix(VERSION)
        if path in self.answers:
            return self.answers[path]()
        if path == "/oauth/access_token" and request.method == "POST":
            return self._token(request.form)
        if path == "/me" and request.method == "GET":
            return self._me(request)
        self.surprises.append(f"{request.method} {request.path}")
        return as_json({"error": {"message": "Unknown path components"}}, 400)

    def _token(self, said: Any) -> Response:
        callback, challenge = self.codes.pop(said.get("code", ""), ("", ""))
        verified = base64url(hashlib.sha256(said.get("code_verifier", "").encode()).digest()) == challenge
        known = (said.get("client_id"), said.get("client_secret")) == (APP_ID, APP_SECRET)
        if not (verified and known and said.get("redirect_uri") == callback):
            wrong = {"message": "Invalid verification code format.", "type": "OAuthException", "code": 100}
            return as_json({"error": wrong}, 400)
        token = secrets.token_urlsafe(24)
        self.tokens.add(token)
        return as_json({"access_token": token, "token_type": "bearer", "expires_in": 5_000_000})

    def _me(self, request: Request) -> Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        proof = hmac.new(APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
        if token not in self.tokens or request.args.get("appsecret_proof") != proof:
            self.surprises.append("a request for a person without its token or proof")
            return as_json({"error": {"message": "An active access token must be used."}}, 400)
        if "access_token" in request.args or request.args["fields"] != "id,name,email":
            self.surprises.append(f"asked for {request.query_string!r}")
        return as_json(self.person)


def signed_request(secret: str = APP_SECRET, **said: Any) -> str:
    """What Facebook sends when a member removes us there."""
    payload = {"algorithm": "HMAC-SHA256", "issued_at": int(time.time()), "user_id": "7001"} | said
    body = base64url(json.dumps(payload).encode())
    signature = hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()
    return f"{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}.{body}"


@contextmanager
def running() -> Iterator[Graph]:
    """A fake for as long as the block lasts."""
    graph = Graph()
    with serving(graph) as address:
        graph.address = address
        graph.reset()
        yield graph
