"""What time takes away, path by path of the data map (L4, P-53). Pure.

Each way from a member to what is held of him, and each time that the map promises on it, has its line here or names the
job that keeps the promise elsewhere; `tests/house/test_retention.py` compares that with the map.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from gallery.core.personal import Keep

YEAR = timedelta(days=365)
THREE_YEARS = timedelta(days=3 * 365 + 1)
"""Of any three years in a row at most one has a day more: none is cut short."""
UNCONFIRMED = timedelta(days=30)
"""An account whose address nobody confirms is somebody's slip, or an attack on somebody's mailbox."""
REPORTS = THREE_YEARS
"""How long is kept what these runs report: counts, and nothing about anybody."""


class Act(StrEnum):
    """What is done with a row whose time is over."""

    DELETE = "delete"
    BLANK = "blank"
    """It stays, and says no longer who it was."""


@dataclass(frozen=True)
class Rule:
    """One time that the map promises, over one path to the member."""

    path: str
    """`table.column`, the column that names him (core.data_map)."""
    keep: Keep
    ended: str
    """From when the time counts: a column of the table, or a moment that `queries.MOMENTS` knows."""
    span: timedelta
    act: Act

    @property
    def table(self) -> str:
        """The table that the rule is about."""
        return self.path.partition(".")[0]


RULES = (
    Rule("look.member_id", Keep.AUDIT, "at", THREE_YEARS, Act.DELETE),
    Rule("look.staff_id", Keep.AUDIT, "at", THREE_YEARS, Act.DELETE),
    Rule("audit_entry.actor_id", Keep.AUDIT, "at", THREE_YEARS, Act.BLANK),
    Rule("deletion_request.member_id", Keep.AUDIT, "asked_at", THREE_YEARS, Act.BLANK),
    Rule("block.by_id", Keep.AUDIT, "since", THREE_YEARS, Act.BLANK),
    Rule("sale_bar.by_id", Keep.AUDIT, "since", THREE_YEARS, Act.BLANK),
    Rule("staff_note.author_id", Keep.AUDIT, "at", THREE_YEARS, Act.BLANK),
    Rule("content_version.author_id", Keep.AUDIT, "saved_at", THREE_YEARS, Act.BLANK),
    Rule("content_decision.by_id", Keep.AUDIT, "decided_at", THREE_YEARS, Act.BLANK),
    Rule("content_picture.author_id", Keep.AUDIT, "added_at", THREE_YEARS, Act.BLANK),
    Rule("policy_draft.updated_by_id", Keep.AUDIT, "updated_at", THREE_YEARS, Act.BLANK),
    Rule("breach.by_id", Keep.AUDIT, "aware_at", THREE_YEARS, Act.BLANK),
    Rule("breach_notice.by_id", Keep.AUDIT, "told_at", THREE_YEARS, Act.BLANK),
    Rule("breach_member.member_id", Keep.AUDIT, "noted_at", THREE_YEARS, Act.DELETE),
    Rule("disclosure.by_id", Keep.AUDIT, "given_at", THREE_YEARS, Act.BLANK),
    Rule("block.member_id", Keep.HOLD, "block ended", YEAR, Act.DELETE),
    Rule("sale_bar.member_id", Keep.HOLD, "sale ended", YEAR, Act.DELETE),
    Rule("ban_encounter.member_id", Keep.HOLD, "found_at", YEAR, Act.DELETE),
)

LASTS = {
    "spending_limit.member_id": "A limit holds until it is lifted, and its row goes then.",
    "account_link.member_id": "Two accounts are tied until staff untie them, and the rows go then.",
    "account_link.linked_id": "As above, seen from the other account.",
}
"""Restrictions without an end of their own: Keep.HOLD has nothing to count from while they hold."""

RECORDS = frozenset(
    {
        "snapshot.member_id",
        "lot.seller_id",
        "lead.bidder_id",
        "lot_bidder.bidder_id",
        "bid.bidder_id",
        "outcome.winner_id",
    }
)
"""Sales records: `services.part_with_records`, ten years after the end of the accounting year."""

ELSEWHERE = {
    Keep.ACCOUNT: "carry_on_erasures",
    Keep.SESSION: "forget_passed",
    Keep.SIGN_INS: "forget_passed",
    Keep.DAY: "forget_passed",
    Keep.CONSENT: "forget_passed",
    Keep.REQUEST: "forget_passed",
    Keep.DELIVERY: "forget_delivered",
}
"""Times that another job of gallery/jobs.py keeps: an account's end with its erasure."""
