"""Facebook tells us that somebody removed us there and wants his data gone (P-47).

It signs what it sends with the secret of our app; that is its whole authentication. What we hold from Facebook is the
link; it goes at once. The account is the member's own, and the page behind the code says how to have it erased.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
import re
import secrets
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue

from gallery.auth import letters
from gallery.auth.federated import services as federated_services
from gallery.auth.federated.models import DeletionRequest, Identity
from gallery.auth.federated.providers import FACEBOOK
from gallery.core import access, audit, clock, settings
from gallery.core.crypto import blind_index
from gallery.core.db import db, transaction
from gallery.core.errors import Missing
from gallery.core.web import private

bp = Blueprint("deletions", __name__)

MOST_BYTES = 16_384
UNLINKED, UNKNOWN = "unlinked", "unknown"
CLOCKS_DIFFER = timedelta(minutes=5)
_CODE = re.compile(r"[\w-]{32}\Z", re.ASCII)


class Forged(ValueError):
    """This is not from Facebook."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Whose data is to go, as Facebook knows him, and since when."""

    subject: str
    asked_at: datetime


def read(signed_request: str, secret: str, now: datetime) -> Wish:
    """What Facebook asks for; raises Forged."""
    signature, dot, payload = signed_request.partition(".")
    expected = hmac.new(secret.encode(), payload.encode(), hashlib.sha256).digest()
    if not dot or not hmac.compare_digest(_bytes(signature), expected):
        raise Forged("signature")
    try:
        said: Any = json.loads(_bytes(payload))
        if said["algorithm"].upper() != "HMAC-SHA256":
            raise Forged("algorithm")
        subject, issued = said["user_id"], said.get("issued_at", now.timestamp())
        asked_at = datetime.fromtimestamp(issued, UTC)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError, RecursionError) as wrong:
        raise Forged("payload") from wrong
    if not (isinstance(subject, str) and subject.isascii() and subject.isdigit() and len(subject) <= 64):
        raise Forged("user")
    return Wish(subject, asked_at)


def carry_out(wish: Wish, now: datetime) -> str:
    """Remove the link and give the code of the page that says so; the same for people whom we do not know.

    A link made after the request is another wish: a request that is sent again does not undo it.
    """
    code = secrets.token_urlsafe(24)
    with transaction() as work:
        found = work.execute(
            sa.select(Identity.id, Identity.member_id)
            .where(Identity.issuer == FACEBOOK, Identity.subject == wish.subject)
            .where(Identity.linked_at <= wish.asked_at + CLOCKS_DIFFER)
            .with_for_update()
        ).first()
        if found is not None:
            federated_services.detach(work, found.member_id, found.id, "facebook", by_id=None)
        made = DeletionRequest(
            code_digest=_digest(code),
            member_id=found.member_id if found else None,
            asked_at=now,
            outcome=UNLINKED if found else UNKNOWN,
        )
        work.add(made)
        work.flush()
        audit.record("deletion.asked", f"deletion_request:{made.id}", outcome=made.outcome)
    return code


@bp.post("/webhooks/facebook/deletion")
@access.machine
def facebook() -> ResponseReturnValue:
    """Take Facebook's request in; its form needs no token of ours, since it is signed (csrf.EXEMPT)."""
    secret = settings.current().facebook_app_secret
    if not secret:
        raise Missing
    request.max_content_length = MOST_BYTES
    now = clock.now()
    try:
        wish = read(request.form.get("signed_request", ""), secret, now)
    except Forged:
        return make_response(jsonify(error="signed_request is not one of Facebook's for this app"), 400)
    code = carry_out(wish, now)
    return jsonify(url=letters.url("deletions.show", code=code), confirmation_code=code)


@bp.get("/deletions/<code>")
@access.public
def show(code: str) -> ResponseReturnValue:
    """Say what became of a request, what stays, by what right, and how to have that erased too."""
    query = sa.select(DeletionRequest).where(DeletionRequest.code_digest == _digest(code))
    found = db.session().execute(query).scalar() if _CODE.match(code) else None
    if found is None:
        raise Missing
    page = private(render_template("auth/deletion.html", request_=found, is_unlinked=found.outcome == UNLINKED))
    page.headers["X-Robots-Tag"] = "noindex"
    return page


def _bytes(text: str) -> bytes:
    """Of URL-safe base64 without its padding; raises Forged."""
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise Forged("base64") from None


def _digest(code: str) -> str:
    return blind_index("deletion_request.code", code)
