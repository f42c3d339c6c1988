"""Impact assessments (GDPR art. 35): of what the house does that could weigh heavily on people (P-04).

Which columns each reads is listed here and compared with the data map by a test: a new one cannot be read for such a
purpose before somebody has looked at the assessment again. What is not built (a model of risk, N1) has none yet, and
must have one before it reads its first column.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gallery.core import column_words, data_map, map_words
from gallery.core.i18n import _, force_locale, lazy, listed
from gallery.core.personal import Purpose
from gallery.core.settings import Settings

Words = Any
"""A text that is translated when it is read."""


@dataclass(frozen=True)
class Danger:
    """What could happen to people, and what keeps it from happening."""

    what: Words
    measures: Words


@dataclass(frozen=True)
class Assessment:
    """One processing that was weighed."""

    key: str
    purpose: Purpose
    title: Words
    what: Words
    need: Words
    columns: tuple[str, ...]
    """`table.column`, all that is read for it."""
    dangers: tuple[Danger, ...]
    rest: Words
    """What risk is left, and whether the authority has to be asked (art. 36)."""


ASSESSMENTS = (
    Assessment(
        "safety",
        Purpose.SAFETY,
        lazy("Fairness and safety of the auction"),
        lazy(
            "Staff block, bar and limit bidders with a reason; accounts that share a phone or a bank account are "
            "found; fingerprints of banned people recognise them when they come back."
        ),
        lazy(
            "Without it one person could bid against himself, or win again and again without paying. Less would not "
            "do: only what is typed anyway is compared, as keyed fingerprints, and no behaviour is scored."
        ),
        (
            "account_link.ground",
            "account_link.linked_id",
            "account_link.member_id",
            "ban_encounter.found_at",
            "ban_encounter.mark",
            "ban_encounter.member_id",
            "bank_account.number_index",
            "block.lifted_at",
            "block.member_id",
            "block.reason",
            "block.since",
            "block.until",
            "profile.name_index",
            "profile.phone_index",
            "sale_bar.member_id",
            "sale_bar.reason",
            "sale_bar.sale_id",
            "sale_bar.since",
            "spending_limit.currency",
            "spending_limit.limit_minor",
            "spending_limit.member_id",
            "spending_limit.reason",
            "staff_note.at",
            "staff_note.member_id",
            "staff_note.words",
        ),
        (
            Danger(
                lazy("Somebody is kept from bidding by mistake, or because he shares a phone with another."),
                lazy(
                    "A person decides, never a machine; the reason is told; another person looks at it again; blocks "
                    "end by their date, or when they are lifted."
                ),
            ),
            Danger(
                lazy("Staff look at people out of curiosity."),
                lazy("A reason before each look, masks, a second step; the member sees each look."),
            ),
            Danger(
                lazy("Fingerprints of banned people are used to find out who somebody is."),
                lazy("They are keyed, the key dies with the ban, and they serve no other comparison."),
            ),
        ),
        lazy("The risk that is left is low: the authority need not be asked before."),
    ),
    Assessment(
        "choices",
        Purpose.CONSENT,
        lazy("Choices that hold on all devices of a member"),
        lazy(
            "A member's choices on cookies and the like are kept with his account and hold wherever he signs in; "
            "without an account they hang on a random number in the browser's cookie."
        ),
        lazy(
            "Else everybody would be asked again on each device, and a refusal on one would not count on another. "
            "Nothing else is linked across devices: no visits, no looks at lots."
        ),
        (
            "consent_receipt.at",
            "consent_receipt.device",
            "consent_receipt.mechanism",
            "consent_receipt.member_id",
            "consent_receipt.purpose",
            "consent_receipt.ref",
            "consent_receipt.result",
            "consent_receipt.salt",
            "consent_receipt.seq",
            "consent_receipt.signal",
            "consent_receipt.text_digest",
            "consent_receipt.version",
        ),
        (
            Danger(
                lazy("A shared phone shows one person's choices to another, or changes them."),
                lazy("Signing in never changes the choice of the device; it comes back when he signs out."),
            ),
            Danger(
                lazy("Receipts of choices become a trail of where somebody was."),
                lazy(
                    "A receipt holds what was shown, chosen and when, and no address of the network; it goes three "
                    "years after the choice has ended."
                ),
            ),
        ),
        lazy("The risk that is left is low: the authority need not be asked before."),
    ),
)


def as_markdown(site: Settings, language: str) -> str:
    """All assessments as a text, to keep or to hand to an authority."""
    with force_locale(language):
        title = _("Data protection impact assessments")
        return (
            "\n".join([f"# {title}", "", site.site_name, "", *(part for one in ASSESSMENTS for part in _told(one))])
            + "\n"
        )


def _told(one: Assessment) -> Iterator[str]:
    lines = [line for line in data_map.lines() if str(line.column) in one.columns]
    held: dict[str, dict[str, None]] = {}
    for line in lines:
        held.setdefault(column_words.of_table(line.column.table), {})[column_words.of_column(line.column)] = None
    yield f"## {one.title}"
    for title, words in ((_("What is done"), one.what), (_("Why it is needed, and why not less"), one.need)):
        yield from ("", f"**{title}.** {words}")
    for title, parts in (
        (
            _("What is read for it"),
            [_("%(term)s: %(words)s", term=table, words=listed(words)) for table, words in held.items()],
        ),
        (_("Grounds"), dict.fromkeys(str(map_words.GROUNDS[line.entry.basis]) for line in lines)),
        (_("How long"), dict.fromkeys(str(map_words.TIMES[line.entry.keep]) for line in lines)),
        (
            _("What could happen, and what keeps it from happening"),
            [f"{each.what} {each.measures}" for each in one.dangers],
        ),
    ):
        yield from ("", f"**{title}**", "", *(f"- {part}" for part in parts))
    yield from ("", str(one.rest), "")
