"""The page of one member at the desk as it stands for the one who asks, also after a form that came back."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template
from flask_login import current_user

from gallery.auth.models import RoleName
from gallery.core import clock
from gallery.trust import forms, labels, looks, members, rules, standing
from gallery.trust.rules import Act, Reason, Shown


def page(member_id: int, status: int = 200, revealed: dict[Shown, str] | None = None, **typed: Any) -> Response:
    """The page; `typed` are forms with what is wrong in them, by name. Raises Missing.

    Without a look that is open it shows the number, the state, the roles and the question why.
    """
    now = clock.now()
    head = members.head(member_id)
    look = looks.current(member_id, current_user.id, now)
    context: dict[str, Any] = {"head": head, "look": look, "is_own": member_id == current_user.id, "labels": labels}
    if look is None or context["is_own"]:
        context["form"] = typed.get("look") or forms.LookForm(formdata=None)
        return make_response(render_template("trust/closed.html", **context), status)
    restrictions = standing.restrictions(member_id)
    context |= {
        "details": members.details(member_id),
        "restrictions": restrictions,
        "is_blocked": any(standing.is_running(block, now) for block in restrictions.blocks),
        "sign_in": standing.sign_in(member_id),
        "acts": standing.acts(member_id),
        "notes": standing.notes(member_id),
        "revealed": revealed or {},
        "may_see": lambda code: rules.may_see(Shown(code), current_user.roles),
        "may_do": lambda code: rules.may_do(Act(code), current_user.roles, head.roles),
        "is_running": lambda block: standing.is_running(block, now),
        "reason": labels.REASONS[Reason(look.reason)],
    }
    return make_response(render_template("trust/member.html", **context, **_forms(head, typed)), status)


def role_form(held: tuple[str, ...], *, to_give: bool, **more: Any) -> forms.RoleForm:
    """The roles that can be given to a member, or taken from him."""
    roles = [one for one in RoleName if (one in held) != to_give]
    return forms.RoleForm(roles=roles, prefix="grant" if to_give else "revoke", **more)


def _forms(head: members.Found, typed: dict[str, Any]) -> dict[str, Any]:
    blank: dict[str, Any] = {
        "note": forms.NoteForm,
        "block": forms.BlockForm,
        "limit": forms.LimitForm,
        "close": forms.CloseForm,
    }
    made = {f"{name}_form": typed.get(name) or make(formdata=None) for name, make in blank.items()}
    return made | {
        "grant_form": typed.get("grant") or role_form(head.roles, to_give=True, formdata=None),
        "revoke_form": typed.get("revoke") or role_form(head.roles, to_give=False, formdata=None),
    }
