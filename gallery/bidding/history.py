"""The public history of a lot: its chain of receipts page by page, checked as a whole (D6, I14)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import request, url_for
from flask_login import current_user

from gallery.bidding import forms, panel, queries, receipts
from gallery.bidding.queries import Entry, Shown
from gallery.core import clock
from gallery.core.i18n import _
from gallery.lots.queries import lot_page

PAGE = 50
"""Entries of the history on one page, the newest first."""
RECEIPTS = 500
"""Entries of the chain in one answer for machines, the oldest first."""
VERIFIED = 512
"""Chains of which a process remembers what it found."""
FRESH_SECONDS = 60
"""How long that counts: the same chain is recomputed once in this time, however often it is looked at."""


def context(lot_id: int) -> dict[str, Any]:
    """The variables of `bidding/_history.html`: the newest entries, or with `?before=<number>` those before it."""
    shown = panel.shown_now(lot_id)
    before = receipts.seq_of(request.args.get("before", "")) or None
    entries = queries.newest(lot_id, before, PAGE)
    return {
        "shown": shown,
        "lot": lot_page(lot_id, current_user),
        "entries": entries,
        "is_later": before is not None,
        "older": entries[-1].seq + 1 if entries and entries[-1].seq else None,
        "broken": _first_broken(shown),
        "mine": queries.mine(lot_id, current_user.id) if current_user.is_authenticated else None,
        "proof": None,
    }


def chain(lot_id: int) -> dict[str, Any]:
    """What a machine needs to recompute the chain: some entries, what they are sealed upon, where the next ones are.

    With `?after=<number>` those after that one.
    """
    panel.shown_now(lot_id)
    seen = receipts.seq_of(request.args.get("after", ""))
    first = 0 if seen is None else seen + 1
    found = queries.oldest(lot_id, first, RECEIPTS + 1)
    entries = found[:RECEIPTS]
    previous = queries.entry(lot_id, first - 1) if first else None
    following = url_for("bidding.receipts_index", lot_id=lot_id, after=first + RECEIPTS)
    return {
        "lot": lot_id,
        "genesis": receipts.GENESIS,
        "rule": "digest = sha256(previous digest + line feed + body)",
        "previous": previous.digest if previous else receipts.GENESIS,
        "entries": [{"body": entry.body, "digest": entry.digest} for entry in entries],
        "next": following if len(found) > RECEIPTS else None,
    }


def proof(shown: Shown, number: str, nonce: str, amount: str) -> dict[str, Any]:
    """Whether a bidder's receipt (number, nonce, maximum as typed) holds, and if not, in words why."""
    typed = forms.BidForm(amount=amount)
    forms.read_amount(typed, shown.currency)
    if typed.errors:
        return {"holds": False, "words": typed.errors["amount"]}
    seq = receipts.seq_of(number)
    entry = queries.entry(shown.lot_id, seq) if seq is not None else None
    if entry is None:
        return {"holds": False, "words": _("There is no receipt with this number.")}
    try:
        holds = receipts.matches(entry.body, nonce, typed.amount_minor or 0)
    except ValueError:
        return {"holds": False, "words": _("The secret number of a receipt has 32 characters, 0 to 9 and a to f.")}
    if not holds:
        return {"holds": False, "words": _("The receipt was not made for this amount and secret number.")}
    return {"holds": True, "words": _("The receipt stands in the chain and was made for exactly this amount.")}


def _first_broken(shown: Shown) -> int | None:
    """The seq of the first entry of the whole chain that doesn't hold, whatever page is shown; None if all do."""
    last = queries.newest(shown.lot_id, None, 1)
    length = last[0].seq + 1 if last else 0
    if length < shown.version:
        return length  # Cut short: the lot knows of more.
    return _recomputed(last[0], int(clock.now().timestamp()) // FRESH_SECONDS) if last else None


@lru_cache(VERIFIED)
def _recomputed(last: Entry, _minute: int) -> int | None:
    """Check a chain up to its last entry. The entry is the key: each is sealed upon all before it."""
    chain = queries.chain(last.lot_id)[: last.seq + 1]
    return receipts.verify(((entry.body, entry.digest) for entry in chain), lot=last.lot_id, head=last.digest)
