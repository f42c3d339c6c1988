"""The policies as everybody reads them: in force, upcoming, and all that ever were."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.content.policies import acceptance, labels, page, queries, rules
from gallery.content.policies.forms import AgreementForm
from gallery.content.policies.rules import Act, Kind
from gallery.core import access, clock
from gallery.core.errors import Missing
from gallery.core.i18n import _, current_locale

bp = Blueprint("policies", __name__, url_prefix="/policies")

_KIND = f"<any({', '.join(repr(kind.value) for kind in Kind)}):kind>"
_ACCEPTED = {Kind.TERMS: Act.CHANGE, Kind.SELLER_TERMS: Act.SELLING}
"""What is accepted by itself, and the act that it is accepted for."""


@bp.get("/")
@access.public
def index() -> ResponseReturnValue:
    """All policies, with the versions that count."""
    now = clock.now()
    found = {
        kind: (rules.in_force(editions, now), rules.upcoming(editions, now))
        for kind, editions in queries.by_kind().items()
        if editions
    }
    return page.answer("content/policies/index.html", found=found, titles=labels.TITLES)


@bp.get(f"/{_KIND}")
@access.public
def show(kind: str) -> ResponseReturnValue:
    """The version that counts now, and what comes after it."""
    policy, now = Kind(kind), clock.now()
    current = queries.in_force(policy, now)
    version = queries.version(policy, current.number) if current else None
    if version is None:
        return render_template("content/policies/unpublished.html", title=labels.TITLES[policy])
    return page.answer(
        "content/policies/show.html",
        version=version,
        title=labels.TITLES[policy],
        body=page.text_of(version, current_locale()),
        upcoming=queries.upcoming(policy, now),
    )


@bp.get(f"/{_KIND}/versions/")
@access.public
def versions(kind: str) -> ResponseReturnValue:
    """Every version that was ever published."""
    policy, now = Kind(kind), clock.now()
    editions = queries.editions(policy)
    if not editions:
        raise Missing
    return page.answer(
        "content/policies/versions.html",
        editions=editions[::-1],
        current=rules.in_force(editions, now),
        title=labels.TITLES[policy],
        now=now,
    )


@bp.get(f"/{_KIND}/versions/<int:number>")
@access.public
def version(kind: str, number: int) -> ResponseReturnValue:
    """One version as it was published, or with `view=changes` what it changed in the one before, word by word."""
    policy, now = Kind(kind), clock.now()
    found = queries.version(policy, number)
    if found is None:
        raise Missing
    before = queries.version(policy, number - 1)
    shows_changes = before is not None and request.args.get("view") == "changes"
    return page.answer(
        "content/policies/version.html",
        version=found,
        title=labels.TITLES[policy],
        body=page.text_of(found, current_locale()),
        has_before=before is not None,
        lines=page.changes(before, found) if shows_changes else None,
        change_words=labels.CHANGES,
        current=queries.in_force(policy, now),
        now=now,
    )


@bp.route(f"/{_KIND}/agreement", methods=["GET", "POST"])
@access.member
def agreement(kind: str) -> ResponseReturnValue:
    """Accept the version in force before an act that it governs; `next` leads back to it."""
    policy, now = Kind(kind), clock.now()
    current = queries.in_force(policy, now)
    if policy not in _ACCEPTED or current is None:
        raise Missing
    form = AgreementForm()
    onward = form.next.data or url_for("account.index")
    owed = queries.owed(current_user.id, policy, now)
    if form.validate_on_submit():
        try:
            acceptance.accept(current_user.id, policy, int(form.version.data), _ACCEPTED[policy], now=now)
        except acceptance.AnotherInForce:
            form.form_errors.append(_("Another version counts by now. Please look at it, then accept it."))
        else:
            flash(_("Thank you. Your agreement is noted."), "success")
            return redirect(onward, 303)
    form.version.data = str(current.number)
    shown = render_template(
        "content/policies/agreement.html",
        form=form,
        edition=current,
        owed=owed,
        title=labels.TITLES[policy],
        onward=onward,
        was_accepted=queries.accepted(current_user.id, policy) is not None,
    )
    return make_response(shown, 422 if request.method == "POST" else 200)
