"""How often one may try. Only what failed stays counted, and a stranger's failures never bind the member's own device.

Who is tried in vain from everywhere still comes in on a device that he used before, or by a link from his mailbox
(6.3.1; docs/decisions/0021).

    try:
        with throttle.codes(member_id) as tries:    # or sign_in(email), anonymous(what)
            if fits:
                tries.right()                       # else it stays counted
    except throttle.REFUSED as refused:             # too many, or the queue of hashes is full
        form.form_errors.append(refused.words)
        return throttle.answer(page(form), refused)   # 429 or 503, with Retry-After
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask import Flask, Response, make_response, request, session
from flask.typing import ResponseReturnValue

from gallery.auth import hashing
from gallery.auth.addresses import LONGEST, NotAnAddress, normalised
from gallery.auth.models import Member
from gallery.auth.sessions import browser as sessions
from gallery.auth.sessions import devices
from gallery.auth.sessions.models import KnownDevice
from gallery.auth.throttle import attempts
from gallery.auth.throttle import rules as throttle_rules
from gallery.auth.throttle.attempts import Scope, TooMany
from gallery.core import clock, errors
from gallery.core.crypto import blind_index
from gallery.core.db import db
from gallery.core.i18n import _
from gallery.core.prepared import Prepared
from gallery.core.settings import Settings

REFUSED = (TooMany, hashing.Busy)
"""What a form that asks for a secret or has a mail written catches, to be shown again with what was typed."""
MAILBOX = "mailbox"
"""Key in the session: whose mailbox this browser has shown to hold, by a link from it."""


_DEVICE = sa.select(KnownDevice.__table__.c.key_digest).where(devices.HAS_ONE_OF)
_DEVICE_OF = Prepared(_DEVICE.where(KnownDevice.__table__.c.member_id == sa.bindparam("whose")))
_DEVICE_AT = Prepared(_DEVICE.join(Member.__table__).where(Member.__table__.c.email == sa.bindparam("whose")))


class Tries:
    """One try that is being judged."""

    def __init__(self) -> None:
        self.were_right = False

    def right(self) -> None:
        """It proved right: it does not count."""
        self.were_right = True


def init_app(app: Flask, _settings: Settings) -> None:
    """Answer a refusal that no form has caught."""
    app.register_error_handler(TooMany, _page_of_refusal)


def answer(page: ResponseReturnValue, refused: TooMany | hashing.Busy) -> Response:
    """The form's page as the answer to a try that was refused: 429 or 503, and when to come again."""
    response = make_response(page)
    response.status_code = refused.status
    response.headers["Retry-After"] = str(refused.retry_after)
    response.headers["Cache-Control"] = "no-store"
    return response


@contextmanager
def sign_in(email: str) -> Iterator[Tries]:
    """Judge a password that was typed for an address; raises TooMany or hashing.Busy before it is judged.

    The block has a turn in the queue of hashes. Limits are looked at again when the turn has come, and a failure is
    counted before the turn is handed on: tries that are sent together pass no limit by more than the other hashes that
    run just then, and a crowd that signs in rightly from one network is never counted, not even for a moment.
    """
    scopes = _of_sign_in(_typed(email))
    advice = _(
        "A device on which you have signed in before still lets you in, and so does a new password: “%(link)s”.",
        link=_("I forgot my password"),
    )
    attempts.look(*scopes, now=clock.now(), advice=advice)
    with hashing.turn():
        attempts.look(*scopes, now=clock.now(), advice=advice)
        tries = Tries()
        yield tries
        if not tries.were_right:
            attempts.count(*scopes, now=clock.now())


@contextmanager
def codes(member_id: int, what: str = "code") -> Iterator[Tries]:
    """Judge a code, or another secret, that was typed for a member; counted before it is judged. Raises TooMany.

    What is counted together has one `what`. On a device that he has used before, a member has tries of his own.
    Not inside a unit of work: what is counted must outlive a failure.
    """
    device = _device_of(_DEVICE_OF, member_id)
    scope = Scope(f"{what}, {'own' if device else 'elsewhere'}", f"{member_id} {device or ''}", throttle_rules.CODES)
    advice = _("On a device on which you have signed in before you have tries of your own.")
    reserved = attempts.reserve(scope, now=clock.now(), advice=advice)
    tries = Tries()
    try:
        yield tries
    except hashing.Busy:
        tries.right()  # Nothing was judged.
        raise
    finally:
        if tries.were_right:
            reserved.release()


@contextmanager
def anonymous(what: str) -> Iterator[Tries]:
    """Judge somebody who says who he is only by what he shows; failures of his network count. Raises TooMany.

    What ends the block with an error was not right either. Not inside a unit of work, as with `codes`.
    """
    scope = Scope(what, throttle_rules.networks(_address())[0], throttle_rules.ANONYMOUS)
    attempts.look(scope, now=clock.now())
    tries = Tries()
    try:
        yield tries
    finally:
        if not tries.were_right:
            attempts.count(scope, now=clock.now())


def letters(form: str, email: str) -> None:
    """Count that a form has us write to an address; raises TooMany.

    Each form counts by itself: a stranger who uses up the letters for a new password has sent them to the mailbox
    of him who waits for one, and one of them works for as long as the next is refused. Nor does a network whose
    registrations are used up keep anybody from a new password.
    """
    typed = _typed(email)
    scopes = [Scope(f"letter, {form}", typed, throttle_rules.LETTERS)]
    if not _own(typed):
        network = throttle_rules.networks(_address())[0]
        kind = "letters of reset, network" if form == "reset" else "letters, network"
        scopes.append(Scope(kind, network, throttle_rules.LETTERS_NETWORK))
    advice = _("If our mail has not come, look among what your mail program takes for advertising.")
    attempts.reserve(*scopes, now=clock.now(), advice=advice)


def holds_mailbox(email: str) -> None:
    """Note that this browser followed a link to this address: strangers' failures bind it no more."""
    session[MAILBOX] = blind_index(MAILBOX, _typed(email))


def _of_sign_in(typed: str) -> tuple[Scope, ...]:
    if own := _own(typed):
        return (Scope("sign-in, own", own, throttle_rules.OWN_DEVICE),)
    narrow, wide = throttle_rules.networks(_address())
    return (
        Scope("sign-in, network", narrow, throttle_rules.NARROW_NETWORK),
        Scope("sign-in, provider", wide, throttle_rules.WIDE_NETWORK),
        Scope("sign-in, address", typed, throttle_rules.TYPED_ADDRESS),
    )


def _own(typed: str) -> str:
    """What this browser has of its own at an address: a device that was used there, or its mailbox; else nothing."""
    device = _device_of(_DEVICE_AT, typed)
    # First, since who has used up his device's tries is told to have a link sent.
    if session.get(MAILBOX) == (mailbox := blind_index(MAILBOX, typed)):
        return mailbox
    return f"{typed} {device}" if device else ""


def _device_of(query: Prepared, whose: str | int) -> str | None:
    """The digest of this browser's device if it is one of the member's; one statement whoever he is."""
    places = devices.places(map(devices.digest, sessions.device_keys()))
    found: str | None = query.value(db.session(), places | {"whose": whose})
    return found


def _typed(email: str) -> str:
    try:
        return normalised(email)
    except NotAnAddress:
        return email.replace("\0", "").strip().lower()[:LONGEST]  # PostgreSQL takes no NUL.


def _address() -> str:
    return request.remote_addr or ""


def _page_of_refusal(refused: TooMany) -> Response:
    return errors.answer(refused.status, words=refused.words, headers={"Retry-After": str(refused.retry_after)})
