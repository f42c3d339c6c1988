"""Which notices there are, and what each must be told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """One kind of notice: the facts that its texts need.

    `one_per` names the fact of which a member gets at most the newest waiting notice: ten bids
    within a minute are one mail. `while_open`: it is of no use once the lot has ended.
    """

    facts: frozenset[str]
    one_per: str | None = None
    while_open: bool = False


_LOT = frozenset({"lot_id"})
_PRICE = frozenset({"lot_id", "price_minor", "currency"})

NOTICES = {
    "outbid": Notice(_PRICE, one_per="lot_id", while_open=True),
    "leads_again": Notice(_PRICE, one_per="lot_id", while_open=True),
    "won": Notice(_PRICE),
    "lost": Notice(_PRICE),
    "sold": Notice(_PRICE),
    "unsold": Notice(_PRICE | {"result"}),
    "bid_annulled": Notice(_LOT | {"reason"}),
    "lot_withdrawn": Notice(_LOT | {"reason"}),
    "own_lot_withdrawn": Notice(_LOT | {"reason"}),
}
"""Amounts are in minor units of `currency`; `reason` and `result` are codes of the bidding rules."""


def topic(name: str, member_id: int, facts: dict[str, object]) -> str | None:
    """What the outbox keeps only the newest waiting message of."""
    one_per = NOTICES[name].one_per
    return f"{name}:{one_per}:{facts[one_per]}:member:{member_id}" if one_per else None
