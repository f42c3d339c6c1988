"""What is missing, and what it is missing for. Words, not rules."""

from __future__ import annotations

from gallery.account.rules import For, Gap
from gallery.core.i18n import lazy

GAPS = {
    Gap.NAME: lazy("your name"),
    Gap.PHONE: lazy("a phone number"),
    Gap.ADDRESS: lazy("your address"),
    Gap.BIRTH: lazy("your date of birth"),
    Gap.UNDER_AGE: lazy("your eighteenth birthday"),
    Gap.SELLS_AS: lazy("whether you sell privately or by trade"),
    Gap.COMPANY: lazy("your company"),
    Gap.BANK: lazy("your bank account"),
    Gap.SECOND_STEP: lazy("a second step when you sign in"),
    Gap.SELLER_TERMS: lazy("your agreement to the terms for sellers"),
}

REASONS = {
    For.BIDDING: lazy(
        "A bid obliges, so we must know who bids: the sale is concluded in your name, the lot is sent to your address, "
        "and the law wants bidders to be 18 or older."
    ),
    For.SELLING: lazy(
        "Who sells with us is known to us: buyers must know with whom they deal, and what you earn must reach you and "
        "nobody else."
    ),
}

ELSEWHERE = {
    Gap.SELLS_AS: (
        "/account/company",
        lazy("Say whether you sell privately or by trade"),
        lazy("Who buys from a trader has other rights, and must know it before he bids."),
    ),
    Gap.COMPANY: (
        "/account/company",
        lazy("Tell us about your company"),
        lazy("The law wants buyers to see with whom they deal."),
    ),
    Gap.BANK: (
        "/account/bank",
        lazy("Give your bank account"),
        lazy("We pay out to it what you earned."),
    ),
    Gap.SECOND_STEP: (
        "/account/security/second-step",
        lazy("Set up a second step for signing in"),
        lazy("So that nobody who learns your password can send your money elsewhere."),
    ),
    Gap.SELLER_TERMS: (
        "/policies/seller-terms/agreement",
        lazy("Read and accept the terms for sellers"),
        lazy("They say what a sale costs you, when you are paid, and what you answer for."),
    ),
}
"""Gaps that are closed on pages of their own: the page, what to do there, and why."""
