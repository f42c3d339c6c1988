"""What can be asked, by when it must be answered, and which steps may follow which (art. 12-22 GDPR). Pure.

All times are UTC. A month ends on the day of the same number, at the hour at which the request came in: at the end of
that day would be allowed, so that the house's clock is never the later one.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from gallery.core.personal import Category

MONTHS_TO_ANSWER = 1
MOST_MONTHS_MORE = 2
"""Art. 12(3): by two further months where necessary."""
EXTEND_WITHIN = timedelta(days=30)
"""P-30: after that the person cannot be told of it within the month any more; in February the month is over before."""
ALARM_AFTER = timedelta(days=20)
ALARM_BEFORE = EXTEND_WITHIN - ALARM_AFTER
"""Of an end that was moved."""
CODE_DIGITS = 8
CODE_TRIES = 5
MOST_CODES = 5
"""So many codes of one request does the public page mail: each has its own five tries."""
CODE_LASTS = timedelta(hours=24)
"""Mail is read when it is read. Eight digits, five codes with five tries each: one in four million is guessed."""
UNPROVED_KEPT = timedelta(days=7)
"""What came from the public page, and whose last code nobody typed: somebody else may have typed the address (P-37)."""
MONTHS_KEPT = 36
"""How long a request that was closed is kept, to show that it was answered (Keep.REQUEST)."""
MOST_OPEN = 10
"""Requests that a member may have open at the same time: who has more to say adds it to one of them."""
SHORTEST_WORDS, LONGEST_WORDS = 5, 4000


class Kind(StrEnum):
    """What is asked for."""

    ACCESS = "access"
    """A copy of the data to read, and to take along (art. 15, 20)."""
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    OBJECTION = "objection"
    COMPLAINT = "complaint"


class Channel(StrEnum):
    """By which way it came."""

    ACCOUNT = "account"
    CODE = "mailed_code"
    """From the public page, by somebody who shows that the mailbox is his."""
    EMAIL = "email"
    LETTER = "letter"
    PHONE = "phone"


BY_STAFF = (Channel.EMAIL, Channel.LETTER, Channel.PHONE)
"""The ways on which somebody of the staff writes the request down."""


class State(StrEnum):
    """Where a request is."""

    RECEIVED = "received"
    IDENTITY_ASKED = "identity_asked"
    IN_WORK = "in_work"
    ANSWERED = "answered"
    PARTLY_REFUSED = "partly_refused"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


CLOSED = frozenset({State.ANSWERED, State.PARTLY_REFUSED, State.REFUSED, State.WITHDRAWN})

EDGES: dict[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.IDENTITY_ASKED, State.IN_WORK}) | CLOSED,
    State.IDENTITY_ASKED: frozenset({State.IDENTITY_ASKED, State.IN_WORK, State.REFUSED, State.WITHDRAWN}),
    State.IN_WORK: frozenset({State.IDENTITY_ASKED}) | CLOSED,
    **dict.fromkeys(CLOSED, frozenset()),
}
"""From where to where; what is closed stays so, and who is not content with it makes another request."""


class Ground(StrEnum):
    """Why something is refused; the person is told it in words.

    The first four are those of `core.holds.Ground`, by which a row may be kept. The others refuse an act and keep no
    row, so that no package can hold one by them: two types, and `erasure.answers` goes from the one to the other.
    """

    LEGAL_DUTY = "legal_duty"
    """Art. 17(3)(b): the law demands that it be kept."""
    CLAIMS = "claims"
    """Art. 17(3)(e): a dispute or a claim is open."""
    OBLIGATION = "obligation"
    """Art. 6(1)(b): a bid, a sale, a delivery or a payment is not finished."""
    FRAUD = "fraud"
    """Art. 21(1): fraud prevention outweighs; the balancing is recorded."""
    OTHERS = "others"
    """Art. 15(4): it would show what belongs to somebody else."""
    CORRECT = "correct"
    """Art. 16: what is stored is right."""
    CONDITIONS = "conditions"
    """Art. 18 or 21: the conditions of the right are not met."""
    EXCESSIVE = "excessive"
    """Art. 12(5): manifestly unfounded or excessive."""
    IDENTITY = "identity"
    """Art. 12(6): it was not shown who asks."""


class Problem(StrEnum):
    """Why a step is not taken."""

    NOT_NOW = "not_now"
    """The request is not where this step begins."""
    NOT_PROVED = "not_proved"
    TOO_LATE = "too_late"
    TOO_LONG = "too_long"
    EXTENDED = "extended"
    """Once is all."""
    NO_REASON = "no_reason"
    INCOMPLETE = "incomplete"
    """A refusal without a ground or without saying what it is about (P-31)."""
    SECOND_PERSON = "second_person"
    """Another of the staff has to confirm it (2.3.5)."""
    NOT_PROPOSED = "not_proposed"
    CHANGED = "changed"
    """Another proposal stands there than the one that was read."""
    NOT_ERASED = "not_erased"
    """The member is there still: only the erasure itself says that it is done."""
    NO_ADDRESS = "no_address"
    """There is no mailbox to which a code could go."""
    WRONG_CODE = "wrong_code"
    MANY_CODES = "many_codes"
    """As many codes were mailed as one request may have."""
    TOO_MANY = "too_many"
    """As many are open as one member may have."""


@dataclass(frozen=True)
class Kept:
    """One thing that is refused: why, of which kind of data, and until when. None: until what holds it is over.

    It is stored with the request and outlives the rows, so it names kinds of data. `erasure.rules.Kept` is what the
    page of an erasure shows: tables, the rule, the lot.
    """

    ground: Ground
    categories: tuple[Category, ...]
    until: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        until = self.until.isoformat() if self.until else None
        return {"ground": self.ground, "categories": list(self.categories), "until": until}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Kept:
        """From what is stored."""
        until = datetime.fromisoformat(stored["until"]) if stored["until"] else None
        return cls(Ground(stored["ground"]), tuple(map(Category, stored["categories"])), until)


DESK = ("support", "fraud")
"""Who opens the desk for requests, beside administration."""
PROOF_NEEDED = frozenset({Kind.ACCESS, Kind.RECTIFICATION, Kind.ERASURE, Kind.RESTRICTION})
"""What would harm the person if a stranger asked for it. An objection or a complaint is heard from anybody."""


def months_later(at: datetime, months: int) -> datetime:
    """The same day and hour so many months later, or the month's last day where it has no such day."""
    month = at.month - 1 + months
    year, month = at.year + month // 12, month % 12 + 1
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))


def due_at(received_at: datetime) -> datetime:
    """By when a request must be answered unless it is extended."""
    return months_later(received_at, MONTHS_TO_ANSWER)


def latest_extension(received_at: datetime) -> datetime:
    """Up to when a request may be extended."""
    return months_later(due_at(received_at), MOST_MONTHS_MORE)


def extension_ends(received_at: datetime) -> datetime:
    """Until when it may be extended at all: before day 30, and before the month is over (P-30)."""
    return min(received_at + EXTEND_WITHIN, due_at(received_at))


def alarm_at(due: datetime, received_at: datetime) -> datetime:
    """When somebody has to be told that the answer is still missing: day 20, or ten days before an extended end."""
    if due <= due_at(received_at):
        return received_at + ALARM_AFTER
    return due - ALARM_BEFORE


def may_handle(kind: Kind, roles: Collection[str]) -> bool:
    """Whether staff in these roles handle requests of a kind; objections are also of profiling, which is fraud's."""
    return bool({"support", "admin"} & {*roles}) or (kind is Kind.OBJECTION and "fraud" in roles)


def may_follow(present: State, following: State) -> bool:
    """Whether a request may go from one state to another."""
    return following in EDGES[present]


def problem_of_extension(
    received_at: datetime, extended_until: datetime | None, until: datetime, reason: str, now: datetime
) -> Problem | None:
    """What speaks against extending a request until then; None: nothing."""
    if extended_until is not None:
        return Problem.EXTENDED
    if now >= extension_ends(received_at):
        return Problem.TOO_LATE
    if not due_at(received_at) < until <= latest_extension(received_at):
        return Problem.TOO_LONG
    return None if reason.strip() else Problem.NO_REASON


def problem_of_refusal(kept: Collection[Kept]) -> Problem | None:
    """Whether a refusal says all that it must (P-31); None: it does."""
    whole = kept and all(one.categories or one.ground is Ground.IDENTITY for one in kept)
    return None if whole else Problem.INCOMPLETE


def is_done_by_erasing(kind: Kind, member_id: int | None) -> bool:
    """Whether only the erasure itself, which closes the request (`erased.settle`), may say that it is done."""
    return kind is Kind.ERASURE and member_id is not None


def needs_second_person(kind: Kind) -> bool:
    """Whether a refusal or withdrawal that somebody of the staff decides waits for another's yes (2.3.5)."""
    return kind is Kind.ERASURE
