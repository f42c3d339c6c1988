"""The data map: what each column holds about a person, why, for how long, and who receives it (L2, P-01).

Every `mapped_column` in the house carries `info=plain` or `info=personal(...)`. The public policy, export, erasure
and retention run from these entries; `tests/house/test_data_map.py` compares them with the live schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

KEY = "personal"

plain: dict[str, Any] = {KEY: None}
"""A column that says nothing about a person."""


class Category(StrEnum):
    """What kind of data it is."""

    IDENTITY = "identity"
    CONTACT = "contact"
    ACCOUNT = "account"
    SECURITY = "security"
    BIDDING = "bidding"
    MESSAGES = "messages"
    MODERATION = "moderation"
    STAFF_WORK = "staff work"
    PAYMENT = "payment"
    CONSENT = "consent"
    REQUESTS = "requests about your data"


class Purpose(StrEnum):
    """What it is used for."""

    ACCOUNT = "to keep the account"
    SIGN_IN = "to sign in safely"
    BIDDING = "to hold the auction"
    SALE = "to conclude and carry out the sale"
    NOTICES = "to tell the member what concerns him"
    SAFETY = "to keep the auction fair and safe"
    PAYOUT = "to pay out what was earned"
    TRADER = "to tell buyers who sells to them"
    ACCOUNTABILITY = "to show who did what"
    CONSENT = "to act as the person chose, and to prove it"
    AGREEMENT = "to show what was agreed"
    RIGHTS = "to answer requests about data"


class Basis(StrEnum):
    """The ground of art. 6(1) GDPR (and art. 33 of Senegal's law 2008-12)."""

    CONTRACT = "contract"
    LEGAL = "legal obligation"
    INTEREST = "legitimate interest"
    CONSENT = "consent"


class Keep(StrEnum):
    """How long: the retention rules that the map knows."""

    ACCOUNT = "as long as the account"
    SESSION = "until you sign out there, at most ninety days"
    SIGN_INS = "one year"
    DAY = "one day"
    SALES_RECORD = "ten years from the end of the accounting year"
    DELIVERY = "ninety days after it was delivered"
    AUDIT = "three years"
    HOLD = "until the restriction has ended, and one year"
    CONSENT = "three years after the choice has ended"
    REQUEST = "three years after the request was answered"


class Recipient(StrEnum):
    """Who receives it besides the staff in charge."""

    MAIL_PROVIDER = "mail provider"
    SELLER = "seller of a lot that was won"
    LOGIN_PROVIDER = "Google or Facebook, if you sign in with it"
    BANK = "the bank that pays out"
    EVERYONE = "everyone who visits the site"
    PUBLIC = "the public, under an alias per lot"


class Erase(StrEnum):
    """What an erasure does with the value."""

    DELETE_ROW = "delete the row"
    BLANK = "blank the value"
    PSEUDONYM = "replace by a pseudonym"
    KEEP = "keep under its hold"


@dataclass(frozen=True)
class Entry:
    """One line of the data map."""

    category: Category
    purpose: Purpose
    basis: Basis
    keep: Keep
    to: tuple[Recipient, ...]
    export: bool
    erase: Erase
    via: str | None = None
    """The column of the same table that names whom it is about, where that is not plain (core.data_map)."""


def personal(
    *,
    category: Category,
    purpose: Purpose,
    basis: Basis = Basis.CONTRACT,
    keep: Keep = Keep.ACCOUNT,
    to: tuple[Recipient, ...] = (),
    export: bool = True,
    erase: Erase = Erase.DELETE_ROW,
    via: str | None = None,
) -> dict[str, Any]:
    """A column's `info` that declares personal data.

    `export=False` is for what the person may not be given as such (a password's hash, a secret
    of the security of others); the map still tells that it is there.
    """
    return {KEY: Entry(category, purpose, basis, keep, to, export, erase, via)}


by_staff = personal(
    category=Category.STAFF_WORK,
    purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.INTEREST,
    keep=Keep.AUDIT,
    erase=Erase.BLANK,
)
"""Who on the staff did something: it is his own for as long as it may have to be accounted for, then nobody's."""
