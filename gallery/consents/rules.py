"""What may be done with whose consent, and when he is asked again (K1, K2, P-12, P-16, P-17). Pure.

A choice is kept for six months, refusals included, and nobody is asked again before. What was allowed to be kept in a
browser is allowed for thirteen months at most; only a new choice begins them anew, a visit does not.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Purpose(StrEnum):
    """For what something is kept or loaded; its value stands in addresses."""

    NECESSARY = "necessary"
    PREFERENCES = "preferences"
    AUDIENCE = "audience"
    PERSONALISATION = "personalisation"
    ADS = "personalised-ads"
    CROSS_DEVICE = "cross-device"
    SOCIAL = "social-plug-ins"
    EMAIL = "marketing-email"
    PUSH = "push"


ON_SITE = (
    Purpose.PREFERENCES,
    Purpose.AUDIENCE,
    Purpose.PERSONALISATION,
    Purpose.ADS,
    Purpose.CROSS_DEVICE,
    Purpose.SOCIAL,
)
"""What keeps something in a browser or looks at what is done there: asked for together, chosen one by one."""
SENT = (Purpose.EMAIL, Purpose.PUSH)
"""What is sent to members. It keeps nothing in a browser, so it holds until it is withdrawn."""
OPTIONAL = (*ON_SITE, *SENT)
MARKETING = (Purpose.PERSONALISATION, Purpose.ADS, Purpose.CROSS_DEVICE, *SENT)
"""What an objection to advertising ends at once, profiles for it included (art. 21(2) GDPR, P-44)."""
WITHHELD = frozenset({*OPTIONAL} - {Purpose.PREFERENCES})
"""What is not done with restricted data, whatever was allowed before (art. 18 GDPR, P-41)."""
SIGNALLED = frozenset({Purpose.PERSONALISATION, Purpose.ADS, Purpose.CROSS_DEVICE, Purpose.SOCIAL})
"""What the signal of Global Privacy Control refuses (P-16)."""

VERSIONS = dict.fromkeys(OPTIONAL, 1)
"""Of what is asked. Raise a number when its text comes to mean something else: then everybody is asked again (P-54)."""

FIRST_LAYER_VERSION = 1
"""Of the text that asks for all of ON_SITE together. What it names has versions of its own."""

SAME_VISIT = timedelta(minutes=30)
"""Who signs in so soon after agreeing in a browser is taken for the one who agreed."""


class Result(StrEnum):
    """What came of a choice."""

    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """Refused after it had been granted."""


class Signal(StrEnum):
    """What the browser said by itself at the moment of the choice."""

    GPC = "gpc"


class Mechanism(StrEnum):
    """How a choice was made."""

    FIRST_LAYER = "first layer"
    PAGE = "page of choices"
    SIGN_IN = "carried over at sign-in"
    UNSUBSCRIBED = "link in a message"
    CLOSED = "end of the account"
    OBJECTION = "objection to advertising"


@dataclass(frozen=True, slots=True)
class Windows:
    """Months, set by the operator."""

    ask_again: int = 6
    lapse: int = 13
    audience: int = 25


@dataclass(frozen=True, slots=True)
class Choice:
    """The latest that somebody said about one purpose."""

    result: Result
    at: datetime
    version: int
    """Of what he was asked (VERSIONS)."""
    signal: Signal | None = None


Choices = Mapping[Purpose, Choice]


def add_months(moment: datetime, months: int) -> datetime:
    """The same day so many months later (earlier if negative), or the last of a month that has no such day."""
    years, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    last = calendar.monthrange(years, month + 1)[1]
    return moment.replace(year=years, month=month + 1, day=min(moment.day, last))


def is_remembered(purpose: Purpose, choice: Choice, now: datetime, windows: Windows) -> bool:
    """Whether a choice still answers what is asked today: made within the window, of the same meaning."""
    return choice.version == VERSIONS[purpose] and now < add_months(choice.at, windows.ask_again)


def granted(
    choices: Choices,
    purpose: Purpose,
    now: datetime,
    windows: Windows,
    *,
    gpc: bool = False,
    is_restricted: bool = False,
) -> bool:
    """Whether `purpose` is allowed now. `gpc`: the browser sends the signal, as in Sec-GPC: 1.

    Silence is a refusal. The signal refuses what it covers until a choice that was made in spite of it. What is
    withheld from restricted data is not allowed whatever was chosen.
    """
    if purpose is Purpose.NECESSARY:
        return True
    if is_restricted and purpose in WITHHELD:
        return False
    choice = choices.get(purpose)
    if choice is None or choice.result is not Result.GRANTED or choice.version != VERSIONS[purpose]:
        return False
    if gpc and purpose in SIGNALLED and choice.signal is not Signal.GPC:
        return False
    return purpose in SENT or now < add_months(choice.at, windows.lapse)


def is_due(choices: Choices, now: datetime, windows: Windows, *, gpc: bool = False) -> bool:
    """Whether to ask on the first layer.

    Who made one choice has seen them all: what he left is refused, and he is left in peace. So is he whose browser
    says by itself what he wants.
    """
    if gpc:
        return False
    made = {purpose: choice for purpose, choice in choices.items() if purpose in ON_SITE}
    if any(choice.version != VERSIONS[purpose] for purpose, choice in made.items()):
        return True
    return not any(is_remembered(purpose, choice, now, windows) for purpose, choice in made.items())


def next_result(
    choices: Choices, purpose: Purpose, wanted: bool, now: datetime, windows: Windows, *, gpc: bool = False
) -> Result | None:
    """What to note for somebody who wants a purpose or not; None if that stands already.

    Saying the same again prolongs nothing (P-12).
    """
    choice = choices.get(purpose)
    known = choice is not None and is_remembered(purpose, choice, now, windows)
    if wanted:
        return None if known and granted(choices, purpose, now, windows, gpc=gpc) else Result.GRANTED
    if choice is not None and choice.result is Result.GRANTED:
        return Result.WITHDRAWN
    return None if known else Result.REFUSED


def carried(device: Choices, member: Choices, now: datetime, windows: Windows) -> dict[Purpose, Choice]:
    """What a visitor said that becomes a member's choice as he signs in (P-17).

    A member who has said something himself keeps it. A refusal is always taken over; an agreement only if it was
    given in this visit, since another person may have given it at a shared device before.
    """
    found = {}
    for purpose in ON_SITE:
        choice, own = device.get(purpose), member.get(purpose)
        if choice is None or not is_remembered(purpose, choice, now, windows):
            continue
        if own is not None and stands(purpose, own, now, windows):
            continue
        if choice.result is not Result.GRANTED or now - choice.at <= SAME_VISIT:
            found[purpose] = choice
    return found


def stands(purpose: Purpose, choice: Choice, now: datetime, windows: Windows) -> bool:
    """Whether a member's own choice outweighs one made before he signed in: it is remembered, or allows still."""
    return is_remembered(purpose, choice, now, windows) or granted({purpose: choice}, purpose, now, windows)


def ends_at(choices: Choices, windows: Windows) -> datetime | None:
    """When a browser may forget its choices: the last of them is neither in force nor remembered. None: at once."""
    return max(
        (
            add_months(choice.at, windows.lapse if choice.result is Result.GRANTED else windows.ask_again)
            for purpose, choice in choices.items()
            if choice.version == VERSIONS[purpose]
        ),
        default=None,
    )


def audience_kept_since(now: datetime, windows: Windows) -> datetime:
    """Figures on visits from before this moment are to be removed (P-12)."""
    return add_months(now, -windows.audience)


def signals_gpc(headers: Iterable[str]) -> bool:
    """Whether the values of Sec-GPC say so: one of them is exactly 1.

    A server may have joined several headers by commas, and blanks around a value are not part of it.
    """
    return any(part.strip(" \t") == "1" for value in headers for part in value.split(","))
