"""Where editors prepare the next version of a policy, look at it, and publish it (M1, M2)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from gallery.auth.models import RoleName
from gallery.content import blocks, markup
from gallery.content.policies import checks, differences, labels, publishing, queries, rendering, rules
from gallery.content.policies.forms import DraftForm, RevisionForm
from gallery.content.policies.models import PolicyDraft
from gallery.content.policies.publishing import ChangedMeanwhile, PublicationRefused
from gallery.content.policies.rules import Kind
from gallery.core import access, clock, settings
from gallery.core.errors import Missing
from gallery.core.htmx import wants_partial
from gallery.core.i18n import LOCALES, _, date, zone

bp = Blueprint("policies_desk", __name__, url_prefix="/admin/content/policies")

_KIND = f"<any({', '.join(repr(kind.value) for kind in Kind)}):kind>"


@bp.get("/")
@access.staff(RoleName.EDITOR)
def index() -> ResponseReturnValue:
    """All policies: what counts, what comes, what is in preparation, and what the program no longer does."""
    now = clock.now()
    found = {
        kind: (rules.in_force(editions, now), rules.upcoming(editions, now))
        for kind, editions in queries.by_kind().items()
    }
    return render_template(
        "content/policies/desk.html",
        found=found,
        drafts=queries.drafts(),
        drifts=checks.drifts(now),
        titles=labels.TITLES,
        change_words=labels.CHANGES,
    )


@bp.get(f"/{_KIND}")
@access.staff(RoleName.EDITOR)
def edit(kind: str) -> ResponseReturnValue:
    """The draft, or the text that was published last."""
    policy = Kind(kind)
    draft, newest = queries.draft(policy), queries.newest(policy)
    form = DraftForm(obj=draft or newest, revision=str(draft.revision if draft else 0))
    if draft is None:
        form.summary_en.data = form.summary_fr.data = ""
        form.is_important.data, form.effective_on.data = False, None
    form.revision.data = str(draft.revision if draft else 0)
    return _form(policy, form, 200)


@bp.post(f"/{_KIND}")
@access.staff(RoleName.EDITOR)
def save(kind: str) -> ResponseReturnValue:
    """Keep the draft, and show it."""
    policy, form = Kind(kind), DraftForm()
    if not form.validate_on_submit():
        return _form(policy, form, 422)
    try:
        publishing.save_draft(policy, form.texts(), int(form.revision.data), by_id=current_user.id, now=clock.now())
    except ChangedMeanwhile:
        form.form_errors.append(
            _("Somebody else saved this draft meanwhile. Copy what you wrote, open the page anew and put it in there.")
        )
        return _form(policy, form, 409)
    flash(_("The draft is saved."), "success")
    return redirect(url_for(".preview", kind=kind), 303)


@bp.post(f"/{_KIND}/look")
@access.staff(RoleName.EDITOR)
def look(kind: str) -> ResponseReturnValue:
    """Show what was typed as it would be published; nothing is saved."""
    policy, form = Kind(kind), DraftForm()
    shown = {language: _shown(form[f"source_{language}"].data or "", language) for language in LOCALES}
    if wants_partial():
        return render_template("content/policies/_look.html", shown=shown)
    return _form(policy, form, 200, shown=shown)


@bp.get(f"/{_KIND}/preview")
@access.staff(RoleName.EDITOR)
def preview(kind: str) -> ResponseReturnValue:
    """The draft in both languages, its differences from what is in force, what is wrong with it, and the button."""
    return _preview(Kind(kind), 200)


@bp.post(f"/{_KIND}/publication")
@access.staff(RoleName.EDITOR)
@access.proved
def publish(kind: str) -> ResponseReturnValue:
    """Publish the draft as it was seen: for good."""
    policy, form = Kind(kind), RevisionForm()
    if not form.validate_on_submit():
        return _preview(policy, 422)
    try:
        number = publishing.publish(policy, int(form.revision.data), by_id=current_user.id, now=clock.now())
    except ChangedMeanwhile:
        flash(_("Nothing was published: somebody else changed the draft meanwhile. Look at it again."), "error")
        return _preview(policy, 409)
    except PublicationRefused:
        return _preview(policy, 422)
    edition = queries.editions(policy)[-1]
    said = _(
        "Version %(number)d is published and counts from %(day)s.", number=number, day=date(edition.effective_from)
    )
    flash(said, "success")
    return redirect(url_for(".index"), 303)


@bp.post(f"/{_KIND}/draft/removal")
@access.staff(RoleName.EDITOR)
def discard(kind: str) -> ResponseReturnValue:
    """Throw the draft away."""
    policy, form = Kind(kind), RevisionForm()
    if not form.validate_on_submit():
        return _preview(policy, 422)
    try:
        publishing.discard_draft(policy, int(form.revision.data), by_id=current_user.id)
    except ChangedMeanwhile:
        flash(_("Nothing was discarded: somebody else changed the draft meanwhile. Look at it again."), "error")
        return _preview(policy, 409)
    flash(_("The draft is discarded."), "success")
    return redirect(url_for(".index"), 303)


def _form(policy: Kind, form: DraftForm, status: int, shown: dict[str, Markup] | None = None) -> ResponseReturnValue:
    page = render_template(
        "content/policies/edit.html",
        form=form,
        kind=policy,
        title=labels.TITLES[policy],
        shown=shown,
        tables=blocks.names(),
        earliest=rules.earliest_day(clock.now(), settings.current().policy_notice_days, zone()),
        is_first=queries.newest(policy) is None,
    )
    return make_response(page, status)


def _preview(policy: Kind, status: int) -> ResponseReturnValue:
    draft = queries.draft(policy)
    if draft is None:
        raise Missing
    view = request.args.get("view")
    page = render_template(
        "content/policies/preview.html",
        draft=draft,
        kind=policy,
        title=labels.TITLES[policy],
        found=checks.problems(draft, clock.now()),
        problem_words=labels.PROBLEMS,
        change_words=labels.CHANGES,
        form=RevisionForm(formdata=None, revision=str(draft.revision)),
        shows_changes=view == "changes",
        **_texts(policy, draft),
    )
    return make_response(page, status)


def _texts(policy: Kind, draft: PolicyDraft) -> dict[str, Any]:
    """The draft as it would be published, and from the version in force to it, by language."""
    current = queries.in_force(policy, clock.now())
    version = queries.version(policy, current.number) if current else None
    shown = {"fr": _shown(draft.source_fr, "fr"), "en": _shown(draft.source_en, "en")}
    old = {"fr": version.html_fr, "en": version.html_en} if version else {"fr": "", "en": ""}
    lines = {language: differences.compare(old[language], shown[language]) for language in LOCALES}
    return {"shown": shown, "lines": lines, "current": current}


def _shown(source: str, language: str) -> Markup:
    """As it would be published; a table that nobody renders stays as it is written, and the checks tell of it."""
    prefix = f"{language}-"
    try:
        return rendering.rendered(source, language, prefix=prefix)
    except blocks.UnknownBlockError:
        return markup.render(source, prefix=prefix)
