"""When the answer of a passkey is believed (WebAuthn level 3, 7.1 and 7.2; A5, 6.3.4). Pure.

The cryptography is py_webauthn's. What it leaves to us is here: where passkeys work, whose user handle it is, frames
of other sites, and counters that go backwards.
"""

from __future__ import annotations

import hashlib
import ipaddress
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.structs import AuthenticationCredential, RegistrationCredential

CHALLENGE_LASTS = timedelta(minutes=5)
"""As long as the browser may wait for the member's finger."""
MOST_PASSKEYS = 20
"""Of one member."""
LONGEST_NAME = 60
LONGEST_ANSWER = 32_768
"""Characters of JSON; what browsers send has under 2,000, with a maker's certificates under 10,000."""
LONGEST_KEY = 2_048
"""Bytes of a public key; RSA with 8192 bits has 1,050, and checking longer ones would keep others waiting."""
LONGEST_CREDENTIAL_ID = 1_023
"""Bytes (WebAuthn 7.1)."""
_PORTS = {"http": 80, "https": 443}


class Aim(StrEnum):
    """What a challenge is for. An answer to one aim is none to another."""

    ADD = "add"
    SIGN_IN = "sign_in"
    SECOND_STEP = "second_step"
    PROVE = "prove"


class Refused(Exception):
    """The answer is not believed. Why is nobody's business but the log's."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where passkeys work: the name that they are bound to (RP ID), and the origin of its pages."""

    name: str
    origin: str


@dataclass(frozen=True, slots=True)
class Made:
    """A new passkey, as its device tells of it."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    is_synced: bool
    transports: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a passkey proved."""

    sign_count: int
    is_synced: bool
    is_verified: bool
    """The device made sure of its owner, by finger, face or PIN, so that it is two factors in one."""


def place(base_url: str) -> Place | None:
    """Where passkeys work for a house at this address; None if it has no name at all.

    Passkeys are bound to a name, and an IP address is none. This machine has one: localhost.
    """
    parts = urlsplit(base_url)
    name = parts.hostname or ""
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        pass
    else:
        if not address.is_loopback:
            return None
        name = "localhost"
    port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    return Place(name, f"{parts.scheme}://{name}{port}")


def handle(member_id: int) -> bytes:
    """What a device calls the account: says nothing of the person, and stays when all keys of the house change."""
    return hashlib.sha256(f"passkey of member {member_id}".encode()).digest()[:16]


def tidy(name: str | None) -> str:
    """A passkey's name on one line, composed, without characters that nobody sees."""
    composed = unicodedata.normalize("NFC", name or "")
    return " ".join("".join(" " if unicodedata.category(c)[0] == "C" else c for c in composed).split())


def counts_on(before: int, now: int) -> bool:
    """Whether a device's counter is what it may be: higher than before, or 0 for ever. Else it may be a copy."""
    return now > before or now == before == 0


def new_passkey(answer: str) -> RegistrationCredential:
    """What a browser says of a passkey that it made; raises Refused if it makes no sense."""
    try:
        return parse_registration_credential_json(_short(answer))
    except Exception as wrong:  # The library lets whatever its parsers raise through.
        raise Refused("unreadable") from wrong


def signature(answer: str) -> AuthenticationCredential:
    """What a browser says with a passkey; raises Refused if it makes no sense."""
    try:
        return parse_authentication_credential_json(_short(answer))
    except Exception as wrong:
        raise Refused("unreadable") from wrong


def check_new(found: RegistrationCredential, challenge: bytes, where: Place) -> Made:
    """Believe a new passkey that answers `challenge`, or raise Refused.

    Who made the device is not asked (attestation "none"): that would tell us more of people than we need.
    """
    try:
        _check_frame(found.response.client_data_json)
        known = verify_registration_response(
            credential=found, expected_challenge=challenge, expected_rp_id=where.name, expected_origin=where.origin
        )
    except Exception as wrong:
        raise Refused(str(wrong)) from wrong
    if len(known.credential_id) > LONGEST_CREDENTIAL_ID or len(known.credential_public_key) > LONGEST_KEY:
        raise Refused("too long")
    return Made(
        known.credential_id,
        known.credential_public_key,
        known.sign_count,
        known.credential_backed_up,
        ",".join(sorted({one.value for one in found.response.transports or ()})),
    )


def check_shown(
    found: AuthenticationCredential, challenge: bytes, where: Place, public_key: bytes, *, must_be_verified: bool
) -> Shown:
    """Believe a signature over `challenge` by the passkey with this public key, or raise Refused."""
    try:
        _check_frame(found.response.client_data_json)
        known = verify_authentication_response(
            credential=found,
            expected_challenge=challenge,
            expected_rp_id=where.name,
            expected_origin=where.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,  # `counts_on` judges it: it is news only under a valid signature.
            require_user_verification=must_be_verified,
        )
    except Exception as wrong:
        raise Refused(str(wrong)) from wrong
    return Shown(known.new_sign_count, known.credential_backed_up, known.user_verified)


def _short(answer: str) -> str:
    if len(answer) > LONGEST_ANSWER:
        raise Refused("too long")
    return answer


def _check_frame(client_data: bytes) -> None:
    if parse_client_data_json(client_data).cross_origin:
        raise Refused("in a frame of another site")
