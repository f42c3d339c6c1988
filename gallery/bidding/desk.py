"""The staff's view of a running lot: its chain, and two acts that leave a public trace (D7). It shows no maximum."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.auth.models import RoleName
from gallery.bidding import history, interventions, labels, panel, queries, receipts
from gallery.core import access
from gallery.core.i18n import _
from gallery.lots.queries import lot_page

bp = Blueprint("bidding_desk", __name__, url_prefix="/admin/lots")


@bp.get("/<int:lot_id>")
@access.staff(RoleName.SUPPORT, RoleName.FRAUD)
def show(lot_id: int) -> ResponseReturnValue:
    """A lot's chain with what staff may do to it."""
    return _page(lot_id)


@bp.post("/<int:lot_id>/annulments")
@access.staff(RoleName.SUPPORT, RoleName.FRAUD)
def annul(lot_id: int) -> ResponseReturnValue:
    """Annul one bid by its number, for manifest error."""
    seq = receipts.seq_of(request.form.get("number", "").strip())
    reason = _reason()
    if reason is None or seq is None:
        flash(_("Give the number of a bid and one of the reasons."), "error")
        return _page(lot_id, 422)
    return _act(lot_id, lambda: interventions.annul_bid(lot_id, seq, reason, current_user.id))


@bp.post("/<int:lot_id>/withdrawal")
@access.staff(RoleName.SUPPORT, RoleName.FRAUD)
def withdraw(lot_id: int) -> ResponseReturnValue:
    """Take the lot out of its sale."""
    reason = _reason()
    if reason is None:
        flash(_("Choose one of the reasons."), "error")
        return _page(lot_id, 422)
    return _act(lot_id, lambda: interventions.withdraw_lot(lot_id, reason, current_user.id))


def _act(lot_id: int, act: Callable[[], None]) -> ResponseReturnValue:
    try:
        act()
    except interventions.NotPossible:
        flash(_("That is not possible any more: the lot takes no bids, or the bid was annulled already."), "error")
        return _page(lot_id, 409)
    flash(_("Done. The lot's public history says so."), "success")
    return redirect(url_for(".show", lot_id=lot_id), 303)


def _reason() -> interventions.Reason | None:
    try:
        return interventions.Reason(request.form.get("reason", ""))
    except ValueError:
        return None


def _page(lot_id: int, status: int = 200) -> ResponseReturnValue:
    shown = panel.shown_now(lot_id)
    before = receipts.seq_of(request.args.get("before", "")) or None
    entries = queries.newest(lot_id, before, history.PAGE)
    page = render_template(
        "bidding/desk.html",
        shown=shown,
        lot=lot_page(lot_id, current_user),
        entries=entries,
        older=entries[-1].seq + 1 if entries and entries[-1].seq else None,
        reasons=[(reason, labels.reason_label(reason)) for reason in interventions.Reason],
        number=request.form.get("number", ""),
        chosen=request.form.get("reason", ""),
    )
    return page, status
