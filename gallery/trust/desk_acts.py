"""What staff do to an account at the desk: each needs an open look, is audited, and is told to its member (N2, N3)."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.auth.factors import services as factors
from gallery.auth.models import RoleName
from gallery.core import access, clock
from gallery.core.i18n import _, ngettext
from gallery.trust import decisions, forms
from gallery.trust.desk import done, guard
from gallery.trust.member_page import page, role_form
from gallery.trust.rules import ADMIN, DESK, FRAUD, SUPPORT, Act

bp = Blueprint("member_acts", __name__, url_prefix="/admin/members/<int:member_id>")


@bp.post("/roles")
@access.staff(ADMIN)
@access.proved
def grant(member_id: int) -> ResponseReturnValue:
    """Give a role."""
    member = guard(Act.ROLES, member_id)
    form = role_form(member.roles, to_give=True)
    if not form.validate_on_submit():
        return page(member_id, 422, grant=form)
    decisions.grant(member_id, RoleName(form.role.data), by_id=current_user.id)
    return done(member_id, _("The role is given."))


@bp.post("/roles/removal")
@access.staff(ADMIN)
@access.proved
def revoke(member_id: int) -> ResponseReturnValue:
    """Take a role away; it counts from the member's next request on."""
    member = guard(Act.ROLES, member_id)
    form = role_form(member.roles, to_give=False)
    if not form.validate_on_submit():
        return page(member_id, 422, revoke=form)
    try:
        decisions.revoke(member_id, RoleName(form.role.data), by_id=current_user.id)
    except decisions.LastAdmin:
        return _last_admin(member_id)
    return done(member_id, _("The role is taken away."))


@bp.post("/blocks")
@access.staff(FRAUD)
def block(member_id: int) -> ResponseReturnValue:
    """Keep the member from bidding."""
    guard(Act.RESTRICT, member_id)
    form = forms.BlockForm()
    if not form.validate_on_submit():
        return page(member_id, 422, block=form)
    now = clock.now()
    until = now + timedelta(days=form.length) if form.length else None
    decisions.block(member_id, form.reason.data, until=until, by_id=current_user.id, now=now)
    return done(member_id, _("The member cannot bid, and is told why."))


@bp.post("/blocks/removal")
@access.staff(FRAUD)
def unblock(member_id: int) -> ResponseReturnValue:
    """Let the member bid again."""
    guard(Act.RESTRICT, member_id)
    lifted = decisions.unblock(member_id, by_id=current_user.id, now=clock.now())
    said = ngettext("%(num)d block is lifted.", "%(num)d blocks are lifted.", lifted)
    return done(member_id, said if lifted else _("There was no block to lift."))


@bp.post("/limit")
@access.staff(FRAUD)
def limit(member_id: int) -> ResponseReturnValue:
    """Set what the member's open leading bids may come to."""
    guard(Act.RESTRICT, member_id)
    form = forms.LimitForm()
    if not form.validate_on_submit():
        return page(member_id, 422, limit=form)
    decisions.limit(member_id, form.minor, form.currency.data, form.reason.data, by_id=current_user.id)
    return done(member_id, _("The limit is set, and the member is told why."))


@bp.post("/closure")
@access.staff(FRAUD)
def close(member_id: int) -> ResponseReturnValue:
    """Close the account to signing in."""
    guard(Act.CLOSE, member_id)
    form = forms.CloseForm()
    if not form.validate_on_submit():
        return page(member_id, 422, close=form)
    try:
        decisions.close(member_id, form.reason.data, by_id=current_user.id)
    except decisions.LastAdmin:
        return _last_admin(member_id)
    return done(member_id, _("The account is closed, and the member is told why."))


@bp.post("/reopening")
@access.staff(FRAUD)
def reopen(member_id: int) -> ResponseReturnValue:
    """Open the account to signing in again."""
    guard(Act.CLOSE, member_id)
    decisions.reopen(member_id, by_id=current_user.id)
    return done(member_id, _("The account is open again."))


@bp.post("/sessions/removal")
@access.staff(*DESK)
def end_sessions(member_id: int) -> ResponseReturnValue:
    """Sign the member out everywhere."""
    guard(Act.END_SESSIONS, member_id)
    ended = decisions.end_sessions(member_id, by_id=current_user.id)
    return done(member_id, ngettext("%(num)d session is ended.", "%(num)d sessions are ended.", ended))


@bp.post("/second-factor/removal")
@access.staff(SUPPORT)
@access.proved
def recover(member_id: int) -> ResponseReturnValue:
    """Take the second factors away from a member who has lost them."""
    guard(Act.RECOVER, member_id)
    factors.remove_all(member_id, by_id=current_user.id)
    return done(member_id, _("The second factors and all sessions are gone, and the member is told."))


def _last_admin(member_id: int) -> ResponseReturnValue:
    flash(_("Nothing was done: this is the last administrator, and somebody must be able to give roles."), "error")
    return page(member_id, 422)
