"""An OpenID provider that lies on demand: it signs whatever a test wants, with keys of its own.

It plays by the rules unless told otherwise, insists that its caller does too, and remembers each request that no
honest caller makes (`surprises`); a test that uses it fails when there are any.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jws
from joserfc.jwk import ECKey, KeySet, RSAKey
from werkzeug.wrappers import Request, Response

from tests.services.wsgi import serving

CLIENT_ID, CLIENT_SECRET = "the-gallery.apps.example", "of-the-tests-and-of-nobody-else"
CALLBACK = "/auth/with/google/callback"


@dataclass
class Visit:
    """What a browser brought along to the sign-in page."""

    state: str
    nonce: str
    challenge: str
    callback: str


@dataclass
class Liar:
    """The provider."""

    issuer: str = ""
    keys: list[Any] = field(default_factory=lambda: [RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})])
    other_key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    ec_key: Any = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"}))
    surprises: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Paths, in the order in which they were asked for."""
    person: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[dict[str, Any], Liar], object] | None = None
    """Makes the identity token of its claims; None: honestly."""
    answers: dict[str, Callable[[], Response]] = field(default_factory=dict)
    """By path: what to answer in place of the truth."""
    metadata: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, Visit] = field(default_factory=dict)
    access_token: str = "an-access-token-of-the-liar"

    def reset(self) -> None:
        """Honest again."""
        self.sign = None
        self.person = {"sub": "1001", "name": "Ana Diop", "email": "ana.diop@gmail.com", "email_verified": True}
        for kept in (self.surprises, self.asked, self.answers, self.metadata, self.codes):
            kept.clear()
        del self.keys[1:]

    def visit(self, address: str) -> tuple[str, str]:
        """Sign in at the page to which a browser was sent; what it brings back: code and state."""
        parts = urlsplit(address)
        said = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.issuer}/authorize", address
        assert said["client_id"] == CLIENT_ID
        assert said["response_type"] == "code"
        assert set(said["scope"].split()) == {"openid", "email", "profile"}
        assert said["code_challenge_method"] == "S256"
        assert len(said["state"]) >= 22, "less than 128 bits"
        assert len(said["nonce"]) >= 20
        code = secrets.token_urlsafe(12)
        self.codes[code] = Visit(said["state"], said["nonce"], said["code_challenge"], said["redirect_uri"])
        return code, said["state"]

    def claims(self, visit: Visit) -> dict[str, Any]:
        """What an honest token says."""
        now = int(time.time())
        honest = {"iss": self.issuer, "aud": CLIENT_ID, "azp": CLIENT_ID, "iat": now, "exp": now + 3600}
        return honest | {"nonce": visit.nonce, "at_hash": half_hash(self.access_token)} | self.person

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer one request."""
        request = Request(environ)
        self.asked.append(request.path)
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.path in self.answers:
            return self.answers[request.path]()
        if request.path == "/.well-known/openid-configuration" and request.method == "GET":
            return as_json(self._honest_metadata() | self.metadata)
        if request.path == "/keys" and request.method == "GET":
            return as_json(KeySet(self.keys).as_dict(private=False))
        if request.path == "/token" and request.method == "POST":
            return self._token(request)
        return self._surprised(f"{request.method} {request.path}")

    def _honest_metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            # What an attacker would like us to believe is allowed.
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }

    def _token(self, request: Request) -> Response:
        said = request.form
        visit = self.codes.pop(said.get("code", ""), None)
        if visit is None:
            return as_json({"error": "invalid_grant"}, 400)
        challenge = base64url(hashlib.sha256(said.get("code_verifier", "").encode()).digest())
        checks = {
            "grant_type": said.get("grant_type") == "authorization_code",
            "client": (said.get("client_id"), said.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET),
            "redirect_uri": said.get("redirect_uri") == visit.callback,
        }
        if not all(checks.values()):
            return self._surprised(f"token request: {checks}")
        if challenge != visit.challenge:
            return as_json({"error": "invalid_grant", "error_description": "PKCE"}, 400)
        token = (self.sign or honestly)(self.claims(visit), self)
        answer = {"access_token": self.access_token, "token_type": "Bearer", "expires_in": 3600, "id_token": token}
        return as_json({name: value for name, value in answer.items() if value is not None})

    def _surprised(self, what: str) -> Response:
        self.surprises.append(what)
        return as_json({"error": what}, 500)


def as_json(value: object, status: int = 200) -> Response:
    """An answer."""
    return Response(json.dumps(value), status, mimetype="application/json")


def base64url(raw: bytes) -> str:
    """As tokens write it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def half_hash(token: str) -> str:
    """`at_hash` for RS256 and ES256."""
    return base64url(hashlib.sha256(token.encode()).digest()[:16])


def signed(claims: dict[str, Any], key: Any, alg: str = "RS256", **header: Any) -> str:
    """A token, signed."""
    registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
    return jws.serialize_compact(
        {"alg": alg, "typ": "JWT"} | header, json.dumps(claims).encode(), key, registry=registry
    )


def honestly(claims: dict[str, Any], liar: Liar) -> str:
    """A token that holds."""
    return signed(claims, liar.keys[0], kid="one")


def by_hand(claims: dict[str, Any], header: dict[str, Any], signature: bytes = b"") -> str:
    """A token that no library would make."""
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64url(part) for part in parts)


@contextmanager
def running() -> Iterator[Liar]:
    """A provider for as long as the block lasts."""
    liar = Liar()
    with serving(liar) as address:
        liar.issuer = address
        liar.reset()
        yield liar
