"""The browser's side of asking for a passkey: where that works, which challenge it holds, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, session
from webauthn import base64url_to_bytes
from webauthn.helpers import bytes_to_base64url

from gallery.auth.passkeys import services as passkey_services
from gallery.auth.passkeys.rules import Aim, Place, Refused, place
from gallery.auth.passkeys.services import Asked, Used
from gallery.auth.throttle import attempts
from gallery.auth.throttle import rules as throttle_rules
from gallery.auth.throttle import services as throttle
from gallery.auth.throttle.attempts import Scope
from gallery.auth.throttle.rules import HOUR, MINUTE, Limit
from gallery.core import clock, settings
from gallery.core.errors import Missing

ASKED = "passkey"
"""Key in the session: the challenge that this browser was given last, so that no other's answer is taken from it."""
QUESTIONS = (Limit(60, MINUTE), Limit(600, HOUR))
"""Challenges that one network is given, or one member who is known: a class passes, a flood does not."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Whether passkeys work where the visitor stands."""

    works: bool
    elsewhere: str
    """The same page where they do, if they don't here; empty if there is none."""


def spot() -> Spot:
    """Whether passkeys work on this page: they hang on the name under which it was opened."""
    known = place(settings.current().base_url)
    if known is None:
        return Spot(works=False, elsewhere="")
    if request.host.partition(":")[0] == known.name:
        return Spot(works=True, elsewhere="")
    return Spot(works=False, elsewhere=known.origin + request.full_path.rstrip("?"))


def where() -> Place:
    """Where passkeys work; raises Missing if nowhere."""
    known = place(settings.current().base_url)
    if known is None:
        raise Missing
    return known


def challenge(aim: Aim, member_id: int | None = None) -> bytes:
    """A new challenge, which this browser alone may answer; raises attempts.TooMany."""
    if member_id is None:
        scope = Scope("passkey, question", throttle_rules.networks(request.remote_addr or "")[0], QUESTIONS)
    else:
        scope = Scope("passkey, question to a member", str(member_id), QUESTIONS)
    attempts.reserve(scope, now=clock.now())
    made = passkey_services.ask(aim, now=clock.now(), member_id=member_id)
    session[ASKED] = bytes_to_base64url(made)
    return made


def asked(aim: Aim, member_id: int | None = None) -> Asked:
    """What this browser was asked; it is forgotten with this."""
    return Asked(aim, base64url_to_bytes(session.pop(ASKED, "")), member_id)


def used(aim: Aim, answer: str, member_id: int | None = None) -> Used | None:
    """What an answer proves; None if it is not believed, whatever is wrong with it. Raises attempts.TooMany."""
    question = asked(aim, member_id)
    # Of a member who is known his own failures count: strangers in his network keep nobody from his second step.
    with throttle.anonymous("passkey") if member_id is None else throttle.codes(member_id, "passkey") as tries:
        try:
            found = passkey_services.show(question, answer, where=where(), now=clock.now())
        except Refused:
            return None
        tries.right()
    return found
