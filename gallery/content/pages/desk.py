"""The editors' desk: lists, writing in two languages with a preview, publishing, history (M1)."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response

from gallery.auth.models import RoleName
from gallery.content.pages import editing, labels, queries, rules, services
from gallery.content.pages.editing import page_of
from gallery.content.pages.forms import SlugForm
from gallery.content.pages.rules import Draft, Kind
from gallery.content.pages.timed_forms import PublishForm, moment
from gallery.core import access, clock
from gallery.core.errors import Missing
from gallery.core.htmx import leave_for, wants_partial
from gallery.core.i18n import _, when
from gallery.notices.rules import NOTICES

bp = Blueprint("content_desk", __name__, url_prefix="/admin/content")

EDITOR = RoleName.EDITOR


@bp.get("/")
@access.staff(EDITOR)
def index() -> ResponseReturnValue:
    """All texts, by kind, with what is public, what waits and what is missing."""
    lines = queries.lines(clock.now())
    by_kind = {kind: [line for line in lines if line.content.kind == kind] for kind in Kind}
    changed = {line.content.slug for line in by_kind[Kind.NOTICE]}
    return render_template(
        "content/desk.html",
        by_kind=by_kind,
        labels=labels,
        open_kinds=rules.OPEN_KINDS,
        as_built=[name for name in NOTICES if name not in changed],
        faults=editing.faults(lines, clock.now()),
        name_of=editing.name_of,
    )


@bp.get("/new/<kind>")
@access.staff(EDITOR)
def new(kind: str) -> ResponseReturnValue:
    """Begin a text."""
    return _new_page(_kind(kind))


@bp.post("/new/<kind>")
@access.staff(EDITOR)
def create(kind: str) -> ResponseReturnValue:
    """Keep the first version of a text, or show what it would look like."""
    what = _kind(kind)
    if _wants_preview():
        return editing.preview(what) if wants_partial() else _new_page(what, previewed=True)
    slug = editing.fixed_slug(what)
    naming = SlugForm()
    form = editing.form_for(what, slug)
    good = form.validate()
    if slug is None:
        good = naming.validate() and good
        slug = naming.slug.data
    if not good:
        return _new_page(what, 422)
    try:
        made = services.create(
            what, slug, form.draft(), author_id=current_user.id, now=clock.now(), note=form.note.data or ""
        )
    except services.Taken:
        return _new_page(what, 422, taken=True)
    flash(_("Kept as a draft. Nobody but the desk sees it until it is published."), "success")
    return leave_for(url_for(".edit", content_id=made))


@bp.get("/<int:content_id>")
@access.staff(EDITOR)
def edit(content_id: int) -> ResponseReturnValue:
    """A text, to be written on."""
    return page_of(content_id)


@bp.post("/<int:content_id>")
@access.staff(EDITOR)
def save(content_id: int) -> ResponseReturnValue:
    """Keep another version, or show what it would look like."""
    text = queries.content(content_id)
    kind = Kind(text.kind)
    if _wants_preview():
        return editing.preview(kind) if wants_partial() else page_of(content_id, previewed=True)
    form = editing.form_for(kind, text.slug)
    if not form.validate():
        return page_of(content_id, 422)
    try:
        number = services.save(
            content_id,
            form.draft(),
            based_on=form.begun_with(),
            author_id=current_user.id,
            now=clock.now(),
            note=form.note.data or "",
        )
    except services.Overtaken as overtaken:
        return page_of(content_id, 409, theirs=overtaken.newest)
    flash(_("Kept as version %(number)d. It is not public yet.", number=number), "success")
    return leave_for(url_for(".edit", content_id=content_id))


@bp.post("/<int:content_id>/decisions")
@access.staff(EDITOR)
def decide(content_id: int) -> ResponseReturnValue:
    """Publish a version now or at a time, take the text away, or take what waits off the schedule."""
    text = queries.content(content_id)
    act, now = request.form.get("act", ""), clock.now()
    if act == "withdraw":
        services.withdraw(content_id, by_id=current_user.id, now=now)
        return _done(content_id, _("Nothing of it is public any more."))
    if act == "cancel":
        services.cancel(content_id, by_id=current_user.id, now=now)
        return _done(content_id, _("What waited is off the schedule."))
    form = PublishForm()
    typed = request.form.get("number", "")
    if act != "publish" or not form.validate() or not typed.isascii() or not typed.isdigit() or len(typed) > 9:
        return page_of(content_id, 422, publish=form)
    return _publish(text.id, int(typed), moment(form.at.data), now)


def _publish(content_id: int, number: int, at: datetime | None, now: datetime) -> Response:
    services.publish(content_id, number, from_at=at or now, by_id=current_user.id, now=now)
    if at is None or at <= now:
        return _done(content_id, _("Version %(number)d is public.", number=number))
    return _done(content_id, _("Version %(number)d becomes public on %(at)s.", number=number, at=when(at)))


@bp.get("/<int:content_id>/versions")
@access.staff(EDITOR)
def versions(content_id: int) -> ResponseReturnValue:
    """Who wrote what when, and what was decided."""
    text, found = queries.content(content_id), queries.versions(content_id)
    return render_template(
        "content/versions.html",
        text=text,
        name=editing.name_of(text, found[0]),
        versions=found,
        decisions=list(reversed(queries.decisions(content_id))),
    )


@bp.get("/<int:content_id>/versions/<int:number>")
@access.staff(EDITOR)
def version(content_id: int, number: int) -> ResponseReturnValue:
    """One version, and what it changed."""
    text = queries.content(content_id)
    all_of_them = queries.versions(content_id)
    shown = queries.version(content_id, number)
    before = next((one for one in all_of_them if one.number == number - 1), None)
    return render_template(
        "content/version.html",
        text=text,
        name=editing.name_of(text, all_of_them[0]),
        version=shown,
        newest=all_of_them[0].number,
        before=before,
        changes=editing.changes(Draft.of(before) if before else Draft(), Draft.of(shown)),
        part_words=labels.PARTS,
        preview=editing.read_as(Draft.of(shown)),
    )


@bp.post("/<int:content_id>/versions/<int:number>/restoration")
@access.staff(EDITOR)
def restore(content_id: int, number: int) -> ResponseReturnValue:
    """Bring an old version back: as a new one, so that nothing that was is changed."""
    queries.content(content_id)
    typed = request.form.get("based_on", "")
    based_on = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
    try:
        made = services.restore(content_id, number, based_on=based_on, author_id=current_user.id, now=clock.now())
    except services.Overtaken:
        flash(_("Somebody saved a newer version meanwhile. Look at it first."), "error")
        return leave_for(url_for(".versions", content_id=content_id))
    return _done(content_id, _("Version %(number)d says again what version %(old)d said.", number=made, old=number))


@bp.get("/checks")
@access.staff(EDITOR)
def checks() -> ResponseReturnValue:
    """Everything that is wrong with the newest version of any text, and all links out of the house."""
    now = clock.now()
    lines = queries.lines(now)
    return render_template(
        "content/checks.html",
        lines=lines,
        faults=editing.faults(lines, now),
        elsewhere={line.content.id: rules.elsewhere(Draft.of(line.newest)) for line in lines},
        labels=labels,
        name_of=editing.name_of,
    )


def _new_page(kind: Kind, status: int = 200, *, taken: bool = False, previewed: bool = False) -> Response:
    slug = editing.fixed_slug(kind)
    naming = SlugForm() if slug is None else None
    if naming is not None and status == 422:
        naming.validate()
        if taken:
            naming.slug.errors = [_("There is a text with this address already.")]
    form = editing.form_for(kind, slug)
    if status == 422:
        form.validate()
    return make_response(
        render_template(
            "content/new.html",
            kind=kind,
            slug=slug,
            naming=naming,
            form=form,
            labels=labels,
            sample=editing.sample(kind, slug),
            places=editing.places(kind, slug),
            preview=editing.previews(form) if previewed else None,
        ),
        status,
    )


def _kind(name: str) -> Kind:
    try:
        return Kind(name)
    except ValueError:
        raise Missing from None


def _wants_preview() -> bool:
    return request.form.get("act") == "preview"


def _done(content_id: int, words: str) -> Response:
    flash(words, "success")
    return leave_for(url_for(".edit", content_id=content_id))
