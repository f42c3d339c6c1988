"""What an identity token says, if it is what it seems to be (OpenID Connect Core 3.1.3.7, 10.5.1-10.5.4).

The keys are the ones that the issuer publishes, never one that the token brings along; the algorithms are two, and
none of them takes a secret. Everything that is not exactly as expected is refused: a token is made by a program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from joserfc.jws import JWSRegistry

from gallery.auth.federated.wire import Disbelieved

ALGORITHMS = ("RS256", "ES256")
CLOCKS_DIFFER = 60
"""Seconds by which the issuer's clock may differ from ours."""
LONGEST_TOKEN = 16_384
LONGEST_SUBJECT = 255
KEYS_OF_STRANGERS = frozenset({"jwk", "jku", "x5u", "x5c", "crit"})
"""Headers that say where the key is, or that more has to be understood: no token of a provider of ours has them."""
NONSENSE = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)
"""What the library raises at JSON of a shape that nobody thought of."""


class UnknownKey(Disbelieved):
    """The token names a key that the issuer did not have when we last asked."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str | None = None


def key_set(published: Mapping[str, Any]) -> KeySet:
    """The keys of an issuer that sign by our algorithms, none of them a secret; raises Disbelieved if there is none."""
    try:
        found = published["keys"]
        fit = [key for key in found if key.get("kty") in ("RSA", "EC") and key.get("use", "sig") == "sig"]
        keys = KeySet.import_key_set(cast("KeySetSerialization", {"keys": fit}))
    except (JoseError, *NONSENSE) as wrong:
        raise Disbelieved(f"no keys ({type(wrong).__name__})") from None
    if not keys.keys:
        raise Disbelieved("no keys of use")
    return keys


def read(token: object, keys: KeySet, expected: Expected, now: datetime) -> dict[str, Any]:
    """The claims of a token that holds; raises Disbelieved, and UnknownKey if newer keys might tell."""
    if not isinstance(token, str) or not token.isascii() or len(token) > LONGEST_TOKEN:
        raise Disbelieved("no identity token")
    try:
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        decoded = jwt.decode(token, keys, registry=registry)
        if KEYS_OF_STRANGERS & decoded.header.keys():
            raise Disbelieved("a header that leads elsewhere")
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {"iss": {"essential": True, "value": expected.issuer}, "aud": {"essential": True}},
            {"nonce": expected.nonce, "client_id": expected.client_id, "access_token": expected.access_token},
        )
        claims.validate(int(now.timestamp()), CLOCKS_DIFFER)
    except InvalidKeyIdError:
        raise UnknownKey("an unknown key") from None
    except JoseError as wrong:
        raise Disbelieved(type(wrong).__name__) from None
    except NONSENSE as wrong:
        raise Disbelieved(f"nonsense ({type(wrong).__name__})") from None
    _strictly(claims, expected)
    return dict(claims)


def _strictly(claims: Mapping[str, Any], expected: Expected) -> None:
    """What the library leaves to us: one audience, one issuer, a nonce of the right kind, a subject that names."""
    if claims["iss"] != expected.issuer:
        raise Disbelieved("another issuer")
    if claims["aud"] not in (expected.client_id, [expected.client_id]):
        raise Disbelieved("another audience besides us")
    if claims.get("azp", expected.client_id) != expected.client_id:
        raise Disbelieved("issued to somebody else")
    if not expected.nonce or claims.get("nonce") != expected.nonce:
        raise Disbelieved("another nonce")
    subject = claims["sub"]
    if not (isinstance(subject, str) and subject.isascii() and subject.isprintable() and subject.strip()):
        raise Disbelieved("no subject")
    if len(subject) > LONGEST_SUBJECT:
        raise Disbelieved("too long a subject")
