"""What the policies, their problems and their acts are called. Words, not rules."""

from __future__ import annotations

from gallery.content.policies.checks import Problem
from gallery.content.policies.differences import Change
from gallery.content.policies.rules import Kind
from gallery.core.i18n import lazy

TITLES = {
    Kind.PRIVACY: lazy("Privacy policy"),
    Kind.COOKIES: lazy("Cookies and storage"),
    Kind.TERMS: lazy("Terms of use and of sale"),
    Kind.SELLER_TERMS: lazy("Terms for sellers"),
    Kind.LEGAL: lazy("Legal notice"),
}

IF_NOT_AGREED = {
    kind: lazy(
        "If you do not agree, you may close your account before that day, at no cost: answer this mail and we do it "
        "for you. What you bid or bought under the present version stays under it."
    )
    for kind in (Kind.TERMS, Kind.PRIVACY, Kind.COOKIES, Kind.LEGAL)
} | {
    Kind.SELLER_TERMS: lazy(
        "If you do not agree, you may end your contract with us before that day, at no cost: answer this mail. Lots "
        "that take bids already are sold under the present version."
    )
}

PROBLEMS = {
    Problem.EMPTY: lazy("There is no text."),
    Problem.UNKNOWN_TABLE: lazy("Nothing in the program fills in this; it must stand on a line of its own:"),
    Problem.CLAUSES: lazy("This clause stands in the other language only:"),
    Problem.SHUFFLED: lazy("The clauses stand in another order in each language."),
    Problem.PICTURE: lazy("Policies have no pictures."),
    Problem.BROKEN_LINK: lazy("This link leads nowhere:"),
    Problem.NO_SUMMARY: lazy("Say in a few sentences what changes."),
    Problem.NOTHING_CHANGED: lazy("Nothing has changed since the version that was published last."),
    Problem.TOO_SOON: lazy("Members must be told before a change counts. The earliest day is:"),
    Problem.BEFORE_THE_NEXT: lazy(
        "A version that is published already counts from a later day; choose that day or one after it."
    ),
}

CHANGES = {
    Change.SAME: lazy("Unchanged"),
    Change.ADDED: lazy("Added"),
    Change.REMOVED: lazy("Removed"),
    Change.CHANGED: lazy("Changed"),
    Change.MOVED_AWAY: lazy("Moved from here"),
    Change.MOVED_HERE: lazy("Moved to here"),
}
