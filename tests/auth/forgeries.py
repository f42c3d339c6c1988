"""Identity tokens that do not hold, each in its own way (OpenID Connect Core 3.1.3.7)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from tests.services.oidc import CLIENT_ID, Liar, base64url, by_hand, half_hash, honestly, signed

Claims = dict[str, Any]
Forge = Callable[[Claims, Liar], object]


def changed(**more: Any) -> Forge:
    """Signed by the right key, but says something else; a function is called when it is said."""
    return lambda claims, liar: honestly(
        claims | {name: value() if callable(value) else value for name, value in more.items()}, liar
    )


def now(seconds: int) -> Callable[[], int]:
    """So many seconds from when the token is made."""
    return lambda: int(time.time()) + seconds


def without(*names: str) -> Forge:
    return lambda claims, liar: honestly({name: claims[name] for name in claims if name not in names}, liar)


def public_pem(liar: Liar) -> bytes:
    raw: bytes = liar.keys[0].as_pem(private=False)
    return raw


def hs256(claims: Claims, secret: bytes, **header: Any) -> str:
    """By hand, since no library signs with a public key."""
    head = base64url(json.dumps({"alg": "HS256", "typ": "JWT"} | header).encode())
    body = base64url(json.dumps(claims).encode())
    return f"{head}.{body}." + base64url(hmac.new(secret, f"{head}.{body}".encode(), hashlib.sha256).digest())


def tampered(claims: Claims, liar: Liar) -> str:
    """An honest token whose subject was changed on the way."""
    head, body, signature = honestly(claims, liar).split(".")
    said = json.loads(base64.urlsafe_b64decode(body + "=="))
    return f"{head}.{base64url(json.dumps(said | {'sub': '1'}).encode())}.{signature}"


def with_jwk(claims: Claims, liar: Liar) -> str:
    """CVE-2026-27962: the key that fits comes along in the header."""
    return signed(claims, liar.other_key, jwk=liar.other_key.as_dict(private=False), kid="mine")


FORGED: dict[str, Forge] = {
    "no signature, alg none": lambda claims, _liar: by_hand(claims, {"alg": "none", "typ": "JWT"}),
    "alg None": lambda claims, _liar: by_hand(claims, {"alg": "None"}),
    "alg NONE with kid": lambda claims, _liar: by_hand(claims, {"alg": "NONE", "kid": "one"}, b"x"),
    "no alg": lambda claims, _liar: by_hand(claims, {"typ": "JWT", "kid": "one"}),
    "HS256 with the public key": lambda claims, liar: hs256(claims, public_pem(liar), kid="one"),
    "HS256 with the modulus": lambda claims, liar: hs256(claims, liar.keys[0].as_dict(private=False)["n"].encode()),
    "HS256 with our secret": lambda claims, _liar: hs256(claims, b"of-the-tests-and-of-nobody-else"),
    "RS512 by the right key": lambda claims, liar: signed(claims, liar.keys[0], "RS512", kid="one"),
    "PS256 by the right key": lambda claims, liar: signed(claims, liar.keys[0], "PS256", kid="one"),
    "another key of the same name": lambda claims, liar: signed(claims, liar.other_key, kid="one"),
    "another key without a name": lambda claims, liar: signed(claims, liar.other_key),
    "an unknown key": lambda claims, liar: signed(claims, liar.other_key, kid="two"),
    "kid that is a path": lambda claims, liar: signed(claims, liar.other_key, kid="../../dev/null"),
    "ES256 with a key that is not published": lambda claims, liar: signed(claims, liar.ec_key, "ES256", kid="ec"),
    "its key in the header": with_jwk,
    "the right key, also in the header": lambda claims, liar: signed(
        claims, liar.keys[0], kid="one", jwk=liar.keys[0].as_dict(private=False)
    ),
    "jku": lambda claims, liar: signed(claims, liar.other_key, kid="one", jku=f"{liar.issuer}/evil"),
    "jku by the right key": lambda claims, liar: signed(claims, liar.keys[0], kid="one", jku=f"{liar.issuer}/evil"),
    "x5u": lambda claims, liar: signed(claims, liar.other_key, kid="one", x5u=f"{liar.issuer}/evil"),
    "tampered": tampered,
    "signature cut off": lambda claims, liar: honestly(claims, liar).rpartition(".")[0] + ".",
    "expired": changed(iat=now(-7200), exp=now(-3600)),
    "never expires": without("exp"),
    "expires at infinity": changed(exp=float("inf")),
    "expires at NaN": changed(exp=float("nan")),
    "expires in letters": changed(exp="9999999999"),
    "not yet": changed(nbf=now(3600)),
    "issued in the future": changed(iat=now(3600), exp=now(7200)),
    "never issued": without("iat"),
    "for another client": changed(aud="another.apps.example", azp="another.apps.example"),
    "for nobody": without("aud"),
    "for us and others": changed(aud=[CLIENT_ID, "another.apps.example"]),
    "for us and others, without azp": lambda claims, liar: honestly(
        {name: value for name, value in claims.items() if name != "azp"} | {"aud": [CLIENT_ID, "another"]}, liar
    ),
    "for a part of us": changed(aud=[CLIENT_ID[:-1]]),
    "for an empty list": changed(aud=[]),
    "issued to another client": changed(azp="another.apps.example"),
    "azp that is a list": changed(azp=[CLIENT_ID]),
    "another issuer": changed(iss="https://accounts.evil.example"),
    "no issuer": without("iss"),
    "issuers in a list": lambda claims, liar: honestly(claims | {"iss": [claims["iss"]]}, liar),
    "issuer with a slash": lambda claims, liar: honestly(claims | {"iss": claims["iss"] + "/"}, liar),
    "issuer in capitals": lambda claims, liar: honestly(claims | {"iss": claims["iss"].upper()}, liar),
    "issuer that looks alike": lambda claims, liar: honestly(
        claims | {"iss": claims["iss"].replace("1", "\u0661", 1)}, liar
    ),
    "issuer with a fragment": lambda claims, liar: honestly(claims | {"iss": claims["iss"] + "#x"}, liar),
    "no nonce": without("nonce"),
    "another nonce": changed(nonce="another"),
    "empty nonce": changed(nonce=""),
    "nonce that is null": changed(nonce=None),
    "nonce in a list": lambda claims, liar: honestly(claims | {"nonce": [claims["nonce"]]}, liar),
    "nonce not wanted": lambda claims, liar: honestly(
        {name: value for name, value in claims.items() if name != "nonce"} | {"nonce_supported": False}, liar
    ),
    "no subject": without("sub"),
    "empty subject": changed(sub=""),
    "blank subject": changed(sub="   "),
    "subject that is a number": changed(sub=1001),
    "subject that is a list": changed(sub=["1001"]),
    "subject that is null": changed(sub=None),
    "endless subject": changed(sub="1" * 300),
    "subject with a line end": changed(sub="1001\n"),
    "subject in other digits": changed(sub="\u0661\u0660\u0660\u0661"),
    "at_hash of another token": changed(at_hash=half_hash("another token")),
    "at_hash that is a number": changed(at_hash=7),
    "no token": lambda _claims, _liar: None,
    "a token that is none": lambda _claims, _liar: "a.b.c",
    "an empty token": lambda _claims, _liar: "",
    "a token of five parts": lambda claims, liar: honestly(claims, liar) + ".x.y",
    "a token that is an object": lambda claims, _liar: claims,
    "a token that is a list": lambda claims, liar: [honestly(claims, liar)],
    "claims that are a list": lambda _claims, liar: signed([1], liar.keys[0], kid="one"),  # type: ignore[arg-type]
    "a token without end": lambda claims, liar: honestly(claims | {"name": "x" * 40_000}, liar),
    "a header that must be understood": lambda claims, liar: by_hand(
        claims, {"alg": "RS256", "kid": "one", "crit": ["x"], "x": 1}, b"sig"
    ),
}
