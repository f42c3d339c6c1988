"""Bidding over HTTP: the bid with its review, the standing, the stream, the public history."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, g, jsonify, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolEmpty

from gallery.auth.sessions import browser as sessions
from gallery.bidding import agreed, costs, forms, fragments, history, offers, panel, queries, services
from gallery.bidding.forms import BidForm
from gallery.bidding.panel import Answer
from gallery.core import access, live, preferences
from gallery.core.db import db
from gallery.core.errors import Unavailable
from gallery.core.htmx import leave_for, respond, wants_partial
from gallery.core.i18n import _, current_locale
from gallery.core.web import tag_of
from gallery.lots import views as lots
from gallery.lots.queries import lot_page
from gallery.lots.rules import Zone

log = logging.getLogger(__name__)

bp = Blueprint("bidding", __name__)


def sign_in_first(lot_id: int) -> ResponseReturnValue:
    """Lead to sign in and back to the lot, where the amount stands in the form again."""
    typed = request.form.get("amount", "")[: forms.LONGEST_TYPED] or None
    return leave_for(url_for("security.login", next=url_for("lots.show", lot_id=lot_id, amount=typed)))


@bp.post("/lots/<int:lot_id>/bids")
@access.member_or(sign_in_first)
def create(lot_id: int) -> ResponseReturnValue:
    """Review a bid, or with `confirmed=1` place it."""
    shown = panel.shown_now(lot_id)
    form = forms.read(request.form, shown.currency)
    if form.budget_minor is not None and not form.errors:
        _fit_budget(form, form.budget_minor, shown, offers.terms(shown))
    amount_minor = form.amount_minor
    if form.errors or amount_minor is None:
        return _refused(lot_id, form)
    try:
        if not form.is_confirmed or form.budget_minor is not None or agreed.is_outdated(form.terms):
            # A budget gives an amount that nobody has seen yet, and so may the terms be that count by now.
            services.check_bid(lot_id, current_user.id, amount_minor)
            return _review(shown, form, amount_minor, offers.terms(shown))
        placed = services.place_bid(lot_id, current_user.id, amount_minor, form.key)
    except services.BidRefused as refused:
        form.refuse("amount", refused.reason, forms.refusal(refused, shown.currency, shown.sale.granularity_minor))
        return _refused(lot_id, form)
    except services.KeyReused:
        form.key = forms.new_key()
        words = _("This form was already used for another bid. Look at your amount and send it again.")
        form.refuse("amount", "key", words)
        return _refused(lot_id, form)
    except (DBAPIError, PoolEmpty, Unavailable) as failed:
        return _not_recorded(lot_id, form, failed)
    return _placed(placed)


@bp.get("/lots/<int:lot_id>/bids/new")
@access.member_or(sign_in_first)
def new(lot_id: int) -> ResponseReturnValue:
    """The whole bid form: the amount or a total budget, and where the work should go."""
    form = panel.blank()
    form.is_full = True
    return _whole_form(lot_id, form, 200)


def _whole_form(lot_id: int, form: BidForm, status: int, answer: Answer | None = None) -> ResponseReturnValue:
    context = panel.context(panel.shown_now(lot_id), form, answer)
    return respond("bidding/new.html", "bidding/_bid.html", status, lot=lot_page(lot_id, current_user), **context)


def _fit_budget(form: BidForm, budget_minor: int, shown: queries.Shown, terms: offers.Terms) -> None:
    """Turn a total budget into the largest maximum whose honest total fits it (D3)."""
    least = panel.least_for(shown, queries.mine(shown.lot_id, current_user.id))
    form.amount_minor = costs.maximum_within(
        budget_minor,
        terms.fees,
        _destination(form, terms),
        least_minor=least,
        granularity_minor=terms.granularity_minor,
    )
    if form.amount_minor is None:
        form.refuse("budget", "budget", _("With fees and shipping, the next bid does not fit this budget."))


def _destination(form: BidForm, terms: offers.Terms) -> costs.Destination:
    country = offers.country_of(current_user.id)
    zone = Zone(form.to) if form.to else offers.usual_zone(terms, country)
    if zone not in terms.rates:
        zone = next(iter(terms.rates))
    form.to = zone
    return terms.destination(zone, country)


def _review(shown: queries.Shown, form: BidForm, amount_minor: int, terms: offers.Terms) -> Response:
    total = costs.total(amount_minor, terms.fees, _destination(form, terms))
    other = preferences.beside(shown.currency)
    return respond(
        "bidding/review.html",
        "bidding/_review.html",
        shown=shown,
        form=form,
        total=total,
        zone=Zone(form.to),
        other=total.converted(other) if other else None,
        is_large=panel.is_large(shown, amount_minor),
        terms=agreed.shown_to(current_user.id),
        lot=lot_page(shown.lot_id, current_user),
    )


def _refused(lot_id: int, form: BidForm, status: int = 422) -> ResponseReturnValue:
    answer = Answer("refused", reason=form.reason)
    if wants_partial():
        return respond("", "bidding/_answered.html", status, **panel.context(panel.shown_now(lot_id), form, answer))
    if form.is_full:
        return _whole_form(lot_id, form, status, answer)
    g.bid_form, g.bid_answer = form, answer
    return lots.show_page(lot_id, status)


def _not_recorded(lot_id: int, form: BidForm, failed: Exception) -> ResponseReturnValue:
    """A full disk, a locked or lost database: say so, keep what was typed, and keep the key.

    With the same key the same bid can be sent again and counts once, even if it did get through.
    """
    db.session.rollback()
    if not isinstance(failed, Unavailable):
        log.error("a bid could not be written", exc_info=failed)
    words = _(
        "Your bid was not recorded: we can't write at the moment. "
        "Send it again in a few seconds; it will count only once."
    )
    form.refuse("amount", "unavailable", words)
    try:
        return _refused(lot_id, form, 503)
    except (DBAPIError, PoolEmpty, Unavailable):
        raise Unavailable(_("Your bid was not recorded. Send it again in a few seconds.")) from failed


def _placed(placed: services.Placed) -> ResponseReturnValue:
    if not wants_partial():
        return redirect(url_for("lots.show", lot_id=placed.lot_id, bid=placed.seq), 303)
    answer = Answer(
        "leading" if placed.leads else "outbid",
        seq=placed.seq,
        digest=placed.digest,
        nonce=placed.nonce,
        maximum_minor=placed.maximum_minor,
    )
    return respond("", "bidding/_answered.html", **panel.context(panel.shown_now(placed.lot_id), forms.blank(), answer))


def renew(lot_id: int) -> ResponseReturnValue:
    """The form again, as typed, when its token had gone stale: nothing is lost and nothing recorded."""
    if not current_user.is_authenticated:
        return sign_in_first(lot_id)
    form = forms.read(request.form, panel.shown_now(lot_id).currency)
    words = _("This page was open for a long time. Nothing was recorded; please send your bid once more.")
    form.refuse("amount", "stale", words)
    return _refused(lot_id, form)


@bp.get("/lots/<int:lot_id>/standing")
@access.public
def standing(lot_id: int) -> ResponseReturnValue:
    """The standing alone: what is polled where no stream can be held."""
    shown = panel.shown_now(lot_id)
    if not wants_partial():
        return respond("bidding/standing.html", "", shown=shown, lot=lot_page(lot_id, current_user))
    part = fragments.standing(shown)
    response = make_response(part)
    response.vary.add("HX-Request")
    # The part is the same for everyone; the page around it is not. By its content and not by the lot's version:
    # a house that was restored from its backup comes to a version twice, and a new edition writes it in other words.
    response.set_etag(tag_of(part), weak=True)
    response.headers["Cache-Control"] = "no-cache"
    return response.make_conditional(request)


@bp.get("/lots/<int:lot_id>/live")
@access.public
def watch(lot_id: int) -> ResponseReturnValue:
    """The stream of a lot's standings, the same bytes for every watcher."""
    return live.watch(f"lot:{lot_id}", current_locale(), allowed=sessions.lasting())


@bp.get("/lots/<int:lot_id>/bids")
@access.public
def index(lot_id: int) -> ResponseReturnValue:
    """The public history, page by page; its chain of receipts is checked as a whole (D6, I14)."""
    return respond("bidding/index.html", "bidding/_history.html", **history.context(lot_id))


@bp.get("/lots/<int:lot_id>/receipts")
@access.public
def receipts_index(lot_id: int) -> ResponseReturnValue:
    """The chain as JSON, page by page, so that anybody can recompute it with tools of his own."""
    return jsonify(history.chain(lot_id))


@bp.post("/lots/<int:lot_id>/receipts/proof")
@access.public
def prove(lot_id: int) -> ResponseReturnValue:
    """Check what a bidder holds against the chain: his receipt's number, its nonce, and his maximum."""
    context = history.context(lot_id)
    number, nonce = request.form.get("number", "").strip(), request.form.get("nonce", "").strip()
    amount = request.form.get("amount", "")
    found = history.proof(context["shown"], number, nonce, amount)
    context["proof"] = {"number": number, "nonce": nonce, "amount": amount, **found}
    status = 200 if found["holds"] else 422
    return respond("bidding/index.html", "bidding/_history.html", status, **context)
