"""What tables, columns and codes are called for those whose data it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel.dates import format_date

from gallery.auth.models import RoleName
from gallery.consents import labels as consent_labels
from gallery.core import i18n
from gallery.core.column_words import COLUMNS
from gallery.core.i18n import _, lazy
from gallery.core.map_words import CATEGORIES
from gallery.core.money import format_money
from gallery.privacy.disclosures.labels import GROUNDS
from gallery.privacy.export.gathering import Row
from gallery.privacy.export.rules import Other, Source, plain_value
from gallery.privacy.export.tables import Column, Table
from gallery.privacy.requests import labels as request_labels
from gallery.privacy.requests import letters
from gallery.privacy.requests.rules import Kept
from gallery.trust import labels

TABLES = {
    "account_link.linked_id": lazy("Accounts linked to yours, seen from the other one"),
    "account_link.member_id": lazy("Accounts linked to yours"),
    "address_change.member_id": lazy("A new e-mail address that waits for consent"),
    "audit_entry.actor_id": lazy("What you did on the site that is kept in the record"),
    "audit_entry.subject": lazy("What was done to your account"),
    "authenticator.member_id": lazy("Your app for sign-in codes"),
    "ban_encounter.member_id": lazy("Marks that your account shares with a banned one"),
    "bank_account.member_id": lazy("Your bank account"),
    "bid.bidder_id": lazy("Your bids"),
    "block.by_id": lazy("Restrictions that you decided as staff"),
    "block.member_id": lazy("Restrictions of your account"),
    "breach.by_id": lazy("Breaches of data that you entered as staff"),
    "breach_member.member_id": lazy("Breaches that touched your data"),
    "breach_notice.by_id": lazy("Notices of a breach that you noted as staff"),
    "challenge.member_id": lazy("Questions put to your passkey"),
    "company.member_id": lazy("Your company"),
    "consent_receipt.member_id": lazy("Your choices on cookies, personalisation and messages"),
    "content_decision.by_id": lazy("Versions of texts that you put in force as an editor"),
    "content_picture.author_id": lazy("Pictures that you added as an editor"),
    "content_version.author_id": lazy("Versions of texts that you wrote as an editor"),
    "deletion_request.member_id": lazy("Removals that Facebook told us of"),
    "device_session.member_id": lazy("Devices that are signed in"),
    "disclosure.by_id": lazy("Data given to others that you noted as staff"),
    "disclosure.member_id": lazy("Your data given to others"),
    "erasure.member_id": lazy("The erasure of your account"),
    "identity.member_id": lazy("Accounts at Google or Facebook that open yours"),
    "known_device.member_id": lazy("Devices on which you signed in before"),
    "lead.bidder_id": lazy("Lots in which you lead"),
    "look.member_id": lazy("Looks of our staff at your data"),
    "look.staff_id": lazy("Looks that you took as staff"),
    "lot.seller_id": lazy("Lots that you sell"),
    "lot_bidder.bidder_id": lazy("Lots on which you bid"),
    "mailed_code.member_id": lazy("Codes that we mailed you"),
    "member.id": lazy("Your account"),
    "member_role.member_id": lazy("Your roles"),
    "outbox_message.member_id": lazy("Mails on their way to you"),
    "outcome.winner_id": lazy("Lots that you won"),
    "passkey.member_id": lazy("Your passkeys"),
    "policy_acceptance.member_id": lazy("Terms and policies that you accepted or were shown"),
    "policy_draft.updated_by_id": lazy("Drafts of policies that you changed last"),
    "privacy_request.member_id": lazy("Your requests about your data"),
    "privacy_request.proposed_by_id": lazy("Answers that you proposed as staff"),
    "profile.member_id": lazy("Your profile"),
    "recovery_code.member_id": lazy("Your recovery codes"),
    "sale_bar.by_id": lazy("Exclusions from a sale that you decided as staff"),
    "sale_bar.member_id": lazy("Exclusions from a sale"),
    "sign_in.member_id": lazy("Your sign-ins"),
    "snapshot.member_id": lazy("Your details as they were at a sale"),
    "spending_limit.member_id": lazy("Your spending limit"),
    "staff_note.author_id": lazy("Notes that you wrote as staff"),
    "staff_note.member_id": lazy("Notes of our staff about you"),
}
"""By `table.edge`."""

SOURCES = {
    Source.YOU: lazy("from you"),
    Source.USE: lazy("from your use of the site"),
    Source.STAFF: lazy("from our staff"),
    Source.GOOGLE: lazy("from Google, when you signed in with it"),
    Source.FACEBOOK: lazy("from Facebook, when you signed in with it"),
}

OTHERS = {
    Other.YOU: lazy("you"),
    Other.STAFF: lazy("our staff"),
    Other.PARTY: lazy("the other party"),
}

VALUES: dict[str, Mapping[Any, Any]] = {
    "consent_receipt.mechanism": consent_labels.MECHANISMS,
    "consent_receipt.purpose": consent_labels.TITLES,
    "consent_receipt.result": consent_labels.RESULTS,
    "disclosure.categories": CATEGORIES,
    "disclosure.ground": GROUNDS,
    "look.reason": labels.REASONS,
    "look.role": labels.ROLES,
    "look.what": labels.SHOWN,
    "member.language": i18n.NAMES,
    "privacy_request.channel": request_labels.CHANNELS,
    "privacy_request.kind": request_labels.KINDS,
    "privacy_request.language": i18n.NAMES,
    "privacy_request.state": request_labels.STATES,
}
"""Words of codes, by `table.column`."""

REFUSED = "privacy_request.kept"
"""Holds for each thing that was refused what letters make a sentence of."""


def title(table: Table) -> str:
    """What a table is called."""
    return str(TABLES.get(table.key, table.key))


def column(table: Table, name: str) -> str:
    """What a column is called; one without words goes by its own name, so that nothing is ever left out."""
    return _called(f"{table.name}.{name}", name, i18n.current_locale())


@lru_cache(maxsize=2048)
def _called(full: str, name: str, _language: str) -> str:
    # In an archive the same few names stand in thousands of rows.
    return str(COLUMNS.get(full) or COLUMNS.get(name) or name.replace("_", " "))


def columns(table: Table, some: Iterable[Column]) -> str:
    """What some columns are called, in a row."""
    return ", ".join(column(table, one.name) for one in some)


def sources(row: Row) -> str:
    """Where a row comes from, in a row."""
    return ", ".join(str(SOURCES[one]) for one in row.sources)


def value(table: Table, name: str, row: Row) -> str:
    """A value as it is read."""
    found = row.values[name]
    if found is None or found in ("", []):
        return "—"
    if name in {one.name for one in table.others}:
        return str(OTHERS[Other(found)])
    full = f"{table.name}.{name}"
    if full == REFUSED:
        return " ".join(letters.kept_in_words(Kept.from_json(stored)) for stored in found)
    words = VALUES.get(full, {})
    if isinstance(found, list):
        return ", ".join(_word(one, words) for one in found)
    if isinstance(found, str) and found in words:
        return str(words[found])
    if name.endswith("_minor") and "currency" in row.about:
        return format_money(found, row.about["currency"], i18n.current_locale())
    return _readable(found)


def about(row: Row) -> str:
    """The title that makes a row's numbers readable, in the reader's language; empty if there is none."""
    mine = i18n.current_locale()
    if role := row.about.get("role"):
        return str(labels.ROLES[RoleName(role)])
    names = (f"lot_{mine}", "lot_en", f"sale_{mine}", "sale_en")
    return next((row.about[name] for name in names if row.about.get(name)), "")


def _word(one: Any, words: Mapping[Any, Any]) -> str:
    """One of a list: the word of its code, or itself as it is read."""
    return str(words[one]) if isinstance(one, str) and one in words else _readable(one)


def _readable(found: Any) -> str:
    if isinstance(found, bool):
        return str(_("yes") if found else _("no"))
    if isinstance(found, datetime):
        return i18n.when(found)
    if isinstance(found, date):
        return format_date(found, "d MMM y", locale=i18n.current_locale())
    if isinstance(found, dict):
        return i18n.listed(f"{name}: {_readable(inner)}" for name, inner in found.items() if inner not in (None, ""))
    return str(plain_value(found))
