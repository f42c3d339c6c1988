"""A passkey without a browser: what an authenticator and a browser say together, true or forged (WebAuthn level 3)."""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

PRESENT, VERIFIED, MAY_BE_SYNCED, IS_SYNCED, HAS_KEY = 1, 4, 8, 16, 64
Options = dict[str, Any]


@dataclass
class SoftKey:
    """An authenticator with one key. What it says of the world is set here, so that each of it can be a lie."""

    origin: str = "http://localhost:8000"
    rp_id: str = "localhost"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    """Told, and counted on with each use unless it is 0."""
    cross_origin: bool = False
    algorithm: int = -7
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: bytes = b""
    transports: tuple[str, ...] = ("internal",)
    _key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: Options, **lies: Any) -> str:
        """What navigator.credentials.create() gives, as static/js/passkeys.js sends it; `lies` replace parts of it."""
        self.handle = base64url_to_bytes(options["user"]["id"])
        client = self._client("webauthn.create", options, lies)
        key = struct.pack(">16sH", bytes(16), len(self.credential_id)) + self.credential_id + self._public_key()
        statement = {"fmt": lies.get("fmt", "none"), "attStmt": {}, "authData": self._data(HAS_KEY) + key}
        return self._said({"attestationObject": encode_cbor(statement), "clientDataJSON": client}, self.transports)

    def get(self, options: Options, **lies: Any) -> str:
        """What navigator.credentials.get() gives; `lies` are `type`, `challenge`, `signature`, `user_handle`."""
        client, data = self._client("webauthn.get", options, lies), self._data()
        if self.count:
            self.count += 1
        signed = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._said(
            {
                "clientDataJSON": client,
                "authenticatorData": data,
                "signature": lies.get("signature", signed),
                "userHandle": lies.get("user_handle", self.handle),
            }
        )

    def _client(self, kind: str, options: Options, lies: dict[str, Any]) -> bytes:
        challenge = lies.get("challenge", options["challenge"])
        said = {"type": lies.get("type", kind), "challenge": challenge, "origin": self.origin}
        return json.dumps(said | {"crossOrigin": self.cross_origin}).encode()

    def _data(self, more: int = 0) -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest() + struct.pack(">BI", self.flags | more, self.count)

    def _public_key(self) -> bytes:
        numbers = self._key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return encode_cbor({1: 2, 3: self.algorithm, -1: 1, -2: x, -3: y})

    def _said(self, response: dict[str, bytes], transports: tuple[str, ...] = ()) -> str:
        name = bytes_to_base64url(self.credential_id)
        parts: dict[str, Any] = {key: bytes_to_base64url(value) for key, value in response.items() if value}
        if transports:
            parts["transports"] = list(transports)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": parts})
