"""What somebody without an account can do about a request of his. Each function is one unit of work.

Nobody is looked up here: whether the address is a member's is found out when the code was right, and only then, so that
neither an answer nor its time tells it (6.3.8).
"""

from __future__ import annotations

from datetime import datetime

from gallery.core.db import transaction
from gallery.privacy.requests import services, steps
from gallery.privacy.requests.rules import MOST_CODES, Channel, Kind, Problem, State
from gallery.privacy.requests.steps import StepRefused


def ask(kind: Kind, email: str, words: str, language: str, *, now: datetime) -> str:
    """Take a request down and mail its code to a normalised address; its reference."""
    with transaction():
        ref = services.open_request(kind, Channel.CODE, email=email, words=words, language=language, now=now)
        services.ask_identity(ref, now=now)
        return ref


def ask_code_again(ref: str, *, now: datetime) -> None:
    """Mail another code while the request still waits for one and may have more; raises StepRefused, Missing."""
    with transaction() as session:
        one = steps.found(session, ref)
        if one.state != State.IDENTITY_ASKED:
            raise StepRefused(Problem.NOT_NOW)
        if one.codes_made >= MOST_CODES:
            raise StepRefused(Problem.MANY_CODES)
        services.ask_identity(ref, now=now)
