"""The data map in words: what a member is told beside each field that asks him for something (P-32, P-33)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gallery.core import formalities
from gallery.core.i18n import _, lazy
from gallery.core.personal import KEY, Basis, Category, Entry, Keep, Purpose, Recipient

CATEGORIES = {
    Category.IDENTITY: lazy("Who you are"),
    Category.CONTACT: lazy("How to reach you"),
    Category.ACCOUNT: lazy("Your account"),
    Category.SECURITY: lazy("Signing in, and safety"),
    Category.BIDDING: lazy("Bids and sales"),
    Category.MESSAGES: lazy("What we wrote to you"),
    Category.MODERATION: lazy("Restrictions of an account"),
    Category.STAFF_WORK: lazy("What our staff did"),
    Category.PAYMENT: lazy("Paying out"),
    Category.CONSENT: lazy("Your choices on cookies and the like"),
    Category.REQUESTS: lazy("Requests about your data"),
}

PURPOSES = {
    Purpose.ACCOUNT: lazy("to keep your account"),
    Purpose.SIGN_IN: lazy("to let you sign in safely"),
    Purpose.BIDDING: lazy("to hold the auction"),
    Purpose.SALE: lazy("to conclude and carry out the sale"),
    Purpose.NOTICES: lazy("to tell you what concerns you"),
    Purpose.SAFETY: lazy("to keep the auction fair and safe"),
    Purpose.PAYOUT: lazy("to pay out what you earned"),
    Purpose.TRADER: lazy("to tell buyers who sells to them"),
    Purpose.ACCOUNTABILITY: lazy("to show who did what"),
    Purpose.CONSENT: lazy("to act as you chose, and to prove it"),
    Purpose.AGREEMENT: lazy("to show what you and we agreed"),
    Purpose.RIGHTS: lazy("to answer what you ask about your data"),
}

GROUNDS = {
    Basis.CONTRACT: lazy("our contract with you needs it"),
    Basis.LEGAL: lazy("the law obliges us"),
    Basis.INTEREST: lazy("we have a legitimate interest in it, to which you may object"),
    Basis.CONSENT: lazy("you agreed, and may change your mind at any time"),
}

TIMES = {
    Keep.ACCOUNT: lazy("as long as you have the account"),
    Keep.SESSION: lazy("until you sign out on that device, ninety days at most"),
    Keep.SIGN_INS: lazy("one year"),
    Keep.DAY: lazy("one day"),
    Keep.SALES_RECORD: lazy("ten years from the end of the accounting year"),
    Keep.DELIVERY: lazy("ninety days after it was delivered"),
    Keep.AUDIT: lazy("three years"),
    Keep.HOLD: lazy("until the restriction has ended, and one year more"),
    Keep.CONSENT: lazy("three years after your choice has ended, or until the account is erased"),
    Keep.REQUEST: lazy("three years after your request was answered"),
}

RECEIVERS = {
    Recipient.MAIL_PROVIDER: lazy("the service that carries our mail"),
    Recipient.SELLER: lazy("the seller of a lot that you win"),
    Recipient.LOGIN_PROVIDER: lazy("Google or Facebook, if you sign in with it"),
    Recipient.BANK: lazy("the bank that pays out"),
    Recipient.EVERYONE: lazy("everyone who visits the site"),
    Recipient.PUBLIC: lazy("the public, under an alias that changes from lot to lot"),
}


FEATURES = {
    "login-providers": lazy("signing in with Google or Facebook"),
    "plug-ins": lazy("pages of Facebook and Instagram within ours"),
    "advertising": lazy("advertising by Google and Criteo"),
}
"""What hands data to third parties and can be switched on (core.formalities)."""


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the data map in the reader's language: parts of sentences, without a full stop."""

    purpose: str
    ground: str
    receivers: tuple[str, ...]
    time: str


def entry(column: Any) -> Entry:
    """The line of the data map of a mapped attribute or a column; KeyError where it holds nothing personal."""
    found = column.info[KEY]
    if found is None:
        raise KeyError(f"{column} holds nothing about a person")
    line: Entry = found
    return line


def told(column: Any) -> Told:
    """What to say of a column, for the macro `about`: `about(told(Profile.phone))`."""
    return said(entry(column))


def said(line: Entry) -> Told:
    """What a line of the map says."""
    receivers = [_("our staff, as far as their task needs it"), *(str(RECEIVERS[one]) for one in line.to)]
    return Told(str(PURPOSES[line.purpose]), str(GROUNDS[line.basis]), tuple(receivers), str(TIMES[line.keep]))


def processing(key: str) -> str:
    """A processing of core.formalities in words."""
    words: dict[str, object] = {formalities.key_of(one): said_so for one, said_so in PURPOSES.items()}
    return str((words | FEATURES)[key])


def numbered(numbers: formalities.Numbers) -> list[tuple[str, list[str]]]:
    """Each number of a formality with the processings that it covers, in words."""
    found: dict[str, list[str]] = {}
    for key, number in numbers:
        found.setdefault(number, []).append(processing(key))
    return list(found.items())
