"""Holds, marks and recipients in words."""

from __future__ import annotations

from collections.abc import Iterable

from gallery.core.holds import Ground
from gallery.core.i18n import lazy
from gallery.privacy.erasure.recipients import Name, Receipt
from gallery.privacy.erasure.rules import Mark

GROUNDS = {
    Ground.LEGAL_DUTY: lazy("The law obliges us to keep it (art. 17(3)(b) GDPR)."),
    Ground.CLAIMS: lazy("It is needed to establish or defend a claim (art. 17(3)(e) GDPR)."),
    Ground.OBLIGATION: lazy("What was agreed is not carried out yet (art. 6(1)(b) GDPR)."),
    Ground.FRAUD: lazy(
        "We have weighed your interest against that of everyone who bids here: keeping the auction fair outweighs it"
        " (art. 21(1) GDPR)."
    ),
}

WHY = {
    "bid_binds": lazy("Your bid binds until the lot is closed"),
    "lot_on_sale": lazy("Your lot is on sale"),
    "to_pay": lazy("The lot that you won has to be paid and handed over"),
    "to_deliver": lazy("The lot that you sold has to be delivered and paid out"),
    "sales_record": lazy("The record of a sale is kept for ten years from the end of the accounting year"),
    "blocked": lazy("You are blocked for a time"),
    "banned": lazy("You are banned for good"),
}
"""Each rule that holds a row, as the member reads it."""

WHAT = {
    "bid": lazy("your bids"),
    "lead": lazy("your bids"),
    "lot_bidder": lazy("your bids"),
    "outcome": lazy("that you won"),
    "lot": lazy("that it was your lot"),
    "snapshot": lazy("your details as they were then"),
    "member": lazy("your e-mail address"),
    "profile": lazy("your name, phone and address"),
    "company": lazy("your company"),
    "bank_account": lazy("your bank account"),
    "block": lazy("the reason that you were told"),
}
"""What a held row of a table says."""


def what(tables: Iterable[str]) -> list[str]:
    """What is held, in words, each once."""
    return list(dict.fromkeys(str(WHAT[table]) for table in tables))


MARKS = {
    Mark.EMAIL: lazy("e-mail address"),
    Mark.PHONE: lazy("phone"),
    Mark.BANK: lazy("bank account"),
    Mark.PERSON: lazy("name and date of birth"),
    Mark.ADDRESS: lazy("postal address"),
}

RECIPIENTS = {
    Name.MAIL: lazy("The service that carries our mail"),
    Name.FACEBOOK: lazy("Facebook"),
    Name.GOOGLE: lazy("Google"),
}

RECEIPTS = {
    Receipt.BY_HAND: lazy("told"),
    Receipt.REVOKED: lazy("told; it has taken our permissions back"),
    Receipt.UNKNOWN_THERE: lazy("told; it did not know you any more"),
    Receipt.NOTHING_THERE: lazy("was given nothing that this is about"),
    Receipt.NO_WAY: lazy("takes this from you only: remove our site in your account there"),
}
