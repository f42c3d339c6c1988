"""The blind index by which requests of an address are found, and made anew after a new secret key (ADR 28)."""

from __future__ import annotations

from collections.abc import Mapping

from gallery.account import indexes
from gallery.core.crypto import blind_index
from gallery.privacy.requests.models import PrivacyRequest

EMAIL_INDEX = "privacy_request.email"
"""What the index is of."""


def of_request(values: Mapping[str, object]) -> dict[str, str | None]:
    """The index of a request; none where it is a member's, who is found by his number."""
    email = values["email"]
    return {"email_index": blind_index(EMAIL_INDEX, str(email)) if email else None}


indexes.REMAKERS[PrivacyRequest.__tablename__] = indexes.remaker(PrivacyRequest, "id", ("email",), of_request)
