"""What a browser is told when it is to make a passkey or to show one (WebAuthn 5.4 and 5.5), as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from webauthn import generate_authentication_options, generate_registration_options
from webauthn.helpers import options_to_json_dict
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from gallery.auth.passkeys import queries as passkey_queries
from gallery.auth.passkeys import rules as passkey_rules
from gallery.auth.passkeys.queries import Known
from gallery.auth.passkeys.rules import Place
from gallery.core import settings

_MILLISECONDS = int(passkey_rules.CHALLENGE_LASTS.total_seconds() * 1000)
_TRANSPORTS = {one.value for one in AuthenticatorTransport}


def to_add(member_id: int, email: str, challenge: bytes, where: Place) -> dict[str, Any]:
    """For a new passkey of a member, in this device or in another, but in none that holds one already."""
    # No authenticatorAttachment: it would shut out either the device's own passkeys or keys on a ring.
    selection = AuthenticatorSelectionCriteria(
        resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
    )
    return options_to_json_dict(
        generate_registration_options(
            rp_id=where.name,
            rp_name=settings.current().site_name,
            user_id=passkey_rules.handle(member_id),
            user_name=email,
            challenge=challenge,
            timeout=_MILLISECONDS,
            attestation=AttestationConveyancePreference.NONE,
            authenticator_selection=selection,
            exclude_credentials=[_descriptor(one) for one in passkey_queries.known(member_id)],
        )
    )


def to_show(challenge: bytes, where: Place, offered: Iterable[Known], *, must_be_verified: bool) -> dict[str, Any]:
    """For showing one of the passkeys `offered`; none: whichever the visitor has for this house.

    `must_be_verified`: by finger, face or PIN of its owner.
    """
    needed = UserVerificationRequirement.REQUIRED if must_be_verified else UserVerificationRequirement.PREFERRED
    return options_to_json_dict(
        generate_authentication_options(
            rp_id=where.name,
            challenge=challenge,
            timeout=_MILLISECONDS,
            allow_credentials=[_descriptor(one) for one in offered],
            user_verification=needed,
        )
    )


def _descriptor(one: Known) -> PublicKeyCredentialDescriptor:
    ways = [AuthenticatorTransport(name) for name in one.transports.split(",") if name in _TRANSPORTS]
    return PublicKeyCredentialDescriptor(id=one.credential_id, transports=ways or None)
