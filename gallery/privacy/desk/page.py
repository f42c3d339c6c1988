"""A request's page at the desk as it stands for the one who asks, also after a form that came back."""

from __future__ import annotations

from flask import Response, render_template
from flask_login import current_user

from gallery.core import clock
from gallery.core.errors import Forbidden
from gallery.core.map_words import CATEGORIES
from gallery.core.web import private
from gallery.privacy.desk.forms import FORMS
from gallery.privacy.requests import labels, letters, queries, rules, services
from gallery.privacy.requests.queries import Case
from gallery.trust import looks
from gallery.trust.forms import DeskForm


def found(ref: str) -> Case:
    """The request, if the one who asks may handle its kind and it is not his own; raises Missing or Forbidden."""
    case = queries.case(ref)
    if not rules.may_handle(case.request.kind, current_user.roles) or case.member_id == current_user.id:
        raise Forbidden
    return case


def is_seen(case: Case) -> bool:
    """Whether what was said in it may be shown: a member's is shown to whoever has a look open at him (L5)."""
    return case.member_id is None or looks.current(case.member_id, current_user.id, clock.now()) is not None


def page(ref: str, status: int = 200, typed: DeskForm | None = None) -> Response:
    """The page; `typed` is a form with what is wrong in it. Raises Missing or Forbidden."""
    case = found(ref)
    seen = is_seen(case)
    if seen:
        services.note_look(ref, by_id=current_user.id)
    forms = {name: make(formdata=None) for name, make in FORMS.items()}
    if typed is not None:
        forms[typed.name] = typed
    following = rules.EDGES[case.request.state]
    answer = render_template(
        "privacy/desk/request.html",
        case=case,
        one=case.request,
        is_seen=seen,
        is_own_proposal=case.proposed_by_id == current_user.id,
        may_reach={state.value for state in following},
        latest=rules.latest_extension(case.request.received_at),
        may_extend=case.request.is_open
        and case.request.extended_until is None
        and clock.now() < rules.extension_ends(case.request.received_at),
        is_done_by_erasing=rules.is_done_by_erasing(case.request.kind, case.member_id),
        is_for_two=rules.needs_second_person(case.request.kind),
        days_left=(case.request.due_at - clock.now()).days,
        forms=forms,
        labels=labels,
        categories=CATEGORIES,
        in_words=letters.kept_in_words,
    )
    return private(answer, status)
