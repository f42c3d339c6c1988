"""The register of breaches in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gallery.core.i18n import lazy, listed
from gallery.privacy.breaches.rules import Duty, Kind, Problem, Risk, Told

KINDS = {
    Kind.CONFIDENTIALITY: lazy("somebody saw or has what he must not"),
    Kind.INTEGRITY: lazy("data was changed that must not be"),
    Kind.AVAILABILITY: lazy("data is lost or could not be reached"),
}

RISKS = {
    Risk.UNLIKELY: lazy("unlikely to harm anybody: nobody has to be told"),
    Risk.RISK: lazy("a risk: the authorities are told"),
    Risk.HIGH: lazy("a high risk: the authorities and those touched are told"),
}

TOLD = {
    Told.CDP: lazy("the CDP in Senegal"),
    Told.CNIL: lazy("the CNIL in France"),
    Told.OTHER: lazy("somebody else"),
    Told.PUBLIC: lazy("everybody, by a public notice"),
}

DUTIES = {
    Duty.ASSESS: lazy("Judge what it may come to for those touched"),
    Duty.CDP: lazy("Tell the CDP in Senegal"),
    Duty.CNIL: lazy("Tell the CNIL in France, and the authority of each other country of the Union where people live"),
    Duty.MEMBERS: lazy("Tell those whom it touched"),
}

PROBLEMS = {
    Problem.CLOSED: lazy("This breach is closed. Enter another if there is something new."),
    Problem.NOT_ASSESSED: lazy("Judge the risk first."),
    Problem.DUTIES: lazy("Something is still to be done, see above. Only then it can be closed."),
    Problem.NO_DELAY_REASON: lazy("That was after the end of the time. Say why: the authority has to be told, too."),
    Problem.NOBODY: lazy("Nobody is in the list who was not told yet. Say first whom it touched."),
    Problem.OTHER_WORDS: lazy("Others were told already. Those who are told now are told the same."),
    Problem.FUTURE: lazy("That time is still to come."),
}


def in_words(codes: Iterable[str], words: Mapping[Any, Any]) -> str:
    """Codes in words, in a row."""
    return listed(words[one] for one in codes)
