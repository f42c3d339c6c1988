"""What the bidding part of a lot's page shows: one function feeds the page, the answer to a bid, and the reload."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, request
from flask_login import current_user

from gallery.bidding import forms, held, offers, queries, rules
from gallery.bidding.forms import BidForm
from gallery.bidding.queries import Shown
from gallery.core import clock
from gallery.core.db import db
from gallery.core.errors import Missing

NEXT_BIDS = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a bid of the reader's own: `leading`, `outbid` or `refused`, in `data-result`."""

    result: str
    reason: str | None = None
    seq: int | None = None
    digest: str | None = None
    nonce: str | None = None
    maximum_minor: int | None = None
    is_annulled: bool = False
    is_past: bool = False
    """Whether this is told later, on a page that was opened anew: then the words hold for the bid, not for now."""


def shown_now(lot_id: int) -> Shown:
    """The lot's public standing at this moment, or Missing."""
    shown = queries.shown(lot_id, clock.database_now(db.session()))
    if shown is None:
        raise Missing
    return shown


def context(shown: Shown, form: BidForm | None = None, answer: Answer | None = None) -> dict[str, Any]:
    """The variables of `bidding/_panel.html` for the reader, with the lot's standing as it is shown.

    A page that was reached after a bid (`?bid=<number>`) shows that bid's answer again, to its bidder alone.
    """
    mine = queries.mine(shown.lot_id, current_user.id) if current_user.is_authenticated else None
    form = form or g.get("bid_form") or blank()
    terms = offers.terms(shown) if form.is_full else None
    if terms and not form.to:
        form.to = offers.usual_zone(terms, offers.country_of(current_user.id))
    return {
        "shown": shown,
        "mine": mine,
        "form": form,
        "reply": answer or g.get("bid_answer") or _answer_in_address(shown.lot_id),
        "least_minor": least_for(shown, mine),
        "next_bids": _next_bids(shown, mine),
        "zones": terms.rates if terms else {},
    }


def blank() -> BidForm:
    """An empty form, or with the amount that the address brings back (after signing in, from the review)."""
    form = forms.blank()
    form.amount = request.args.get("amount", "")[: forms.LONGEST_TYPED]
    return form


def least_for(shown: Shown, mine: queries.Mine | None) -> int:
    """The least that the reader may bid now, in minor units."""
    if mine is not None and mine.leads:
        return mine.maximum_minor + shown.sale.granularity_minor
    return shown.minimum_minor


def _next_bids(shown: Shown, mine: queries.Mine | None) -> list[int]:
    """The least bid and the two steps above it, to be picked instead of typed."""
    bids = [least_for(shown, mine)]
    if mine is not None and mine.leads:
        bids = [mine.maximum_minor + shown.sale.step(mine.maximum_minor)]
    while len(bids) < NEXT_BIDS:
        bids.append(bids[-1] + shown.sale.step(bids[-1]))
    return bids


def _answer_in_address(lot_id: int) -> Answer | None:
    number = request.args.get("bid", "")
    if not (number.isascii() and number.isdigit() and len(number) < 10 and current_user.is_authenticated):
        return None
    own = held.own_bid(lot_id, int(number), current_user.id)
    if own is None:
        return None
    return Answer(
        "leading" if own.leads else "outbid",
        seq=own.seq,
        digest=own.digest,
        nonce=own.nonce,
        maximum_minor=own.maximum_minor,
        is_annulled=own.annulled_at is not None,
        is_past=True,
    )


def is_large(shown: Shown, maximum_minor: int) -> bool:
    """Whether the review asks for the amount a second time (RULES "What a bid shows", A-03)."""
    return rules.is_large(maximum_minor, shown.price_minor)
