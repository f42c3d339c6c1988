"""What the editors' page of one text shows: its form, a preview, what it was before, where it stands."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flask import make_response, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from gallery.content.pages import checking, labels, queries, rules, services
from gallery.content.pages.difference import Block, compare
from gallery.content.pages.forms import NoticeForm, PageForm, TextForm
from gallery.content.pages.models import Content, ContentVersion
from gallery.content.pages.queries import Line
from gallery.content.pages.rules import HOME, Draft, Kind, Problem
from gallery.content.pages.timed_forms import BannerForm, PublishForm
from gallery.core import clock
from gallery.core.errors import Missing
from gallery.core.i18n import iso, text, zone
from gallery.core.mail import Letter
from gallery.notices import letters
from gallery.notices.rules import NOTICES

PARTS = ("title_fr", "title_en", "body_fr", "body_en")
OTHER_PARTS = ("rank", "link", "place", "tone", "shown_from", "shown_until")


@dataclass(frozen=True)
class Preview:
    """How one language of a text would look."""

    language: str
    title: str
    html: Markup


def form_for(kind: Kind, slug: str | None, draft: Draft | None = None, based_on: int = 0) -> TextForm:
    """The form of a text: with what was sent, else with what the draft says."""
    values: dict[str, Any] = {"based_on": str(based_on)}
    if draft is not None:
        values |= asdict(draft) | {"rank": str(draft.rank)}
        values |= {name: _typed(getattr(draft, name)) for name in ("shown_from", "shown_until")}
    if kind is Kind.NOTICE:
        return NoticeForm(places=letters.places(slug or ""), data=values)
    if kind is Kind.BANNER:
        return BannerForm(data=values)
    return TextForm(data=values) if kind is Kind.HOME else PageForm(data=values)


def fixed_slug(kind: Kind) -> str | None:
    """The slug of a text that there is one of; None for kinds of which editors make as many as they want."""
    if kind in rules.OPEN_KINDS:
        return None
    if kind is Kind.HOME:
        return HOME
    name = request.args.get("name", "")
    if name not in NOTICES:
        raise Missing
    return name


def name_of(content: Content, newest: ContentVersion) -> str:
    """How the desk calls a text: a notice by what it says, others by their title, or by their slug."""
    return str(labels.NOTICES[content.slug]) if content.kind == Kind.NOTICE else text(newest, "title") or content.slug


def page_of(
    content_id: int,
    status: int = 200,
    *,
    theirs: ContentVersion | None = None,
    publish: PublishForm | None = None,
    previewed: bool = False,
) -> Response:
    """The page of a text; with `theirs`, the version that somebody else saved meanwhile, beside what was typed."""
    content = queries.content(content_id)
    kind, now = Kind(content.kind), clock.now()
    versions, decisions = queries.versions(content_id), queries.decisions(content_id)
    newest = versions[0]
    said = Draft.of(newest)
    form = form_for(kind, content.slug, said, newest.number)
    if status == 422 and publish is None:
        form.validate()
    if theirs is not None:
        form.based_on.data = str(theirs.number)  # Who saves again has seen it.
    holds = rules.in_force(decisions, now)
    numbers = {version.id: version.number for version in versions}
    return make_response(
        render_template(
            "content/edit.html",
            content=content,
            kind=kind,
            name=name_of(content, newest),
            address=address_of(content),
            form=form,
            publish=publish or PublishForm(formdata=None),
            newest=newest,
            public=numbers.get(holds.version_id) if holds and holds.version_id else None,
            since=holds.from_at if holds else None,
            waiting=[
                (one, numbers.get(one.version_id) if one.version_id else None) for one in rules.to_come(decisions, now)
            ],
            problems=checking.check(kind, content.slug, said, checking.surroundings(now)),
            elsewhere=rules.elsewhere(said),
            places=places(kind, content.slug),
            labels=labels,
            sample=sample(kind, content.slug),
            part_words=labels.PARTS,
            theirs=theirs,
            changes=changes(Draft.of(theirs), form.draft()) if theirs else [],
            preview=previews(form) if previewed else None,
        ),
        status,
    )


def address_of(content: Content) -> str:
    """Where the public reads a text; "" for what is part of other pages."""
    if content.kind == Kind.PAGE:
        return "/contact" if content.slug == rules.CONTACT else f"/pages/{content.slug}"
    return {Kind.HELP: f"/help/{content.slug}", Kind.HOME: "/"}.get(Kind(content.kind), "")


def preview(kind: Kind) -> Response:
    """The preview alone, for htmx: whatever was typed, right or wrong."""
    form = form_for(kind, "")
    return make_response(render_template("content/_preview.html", preview=previews(form)))


def previews(form: TextForm) -> list[Preview]:
    """Both languages as they would look."""
    return [
        _looks(language, form[f"title_{language}"].data or "", form[f"body_{language}"].data or "")
        for language in rules.LANGUAGES
    ]


def read_as(draft: Draft) -> list[Preview]:
    """Both languages of a version as they are read."""
    return [
        _looks(language, getattr(draft, f"title_{language}"), getattr(draft, f"body_{language}"))
        for language in rules.LANGUAGES
    ]


def places(kind: Kind, slug: str | None) -> list[str]:
    """What the words of a notice may name in braces; nothing for what is no notice."""
    return sorted(letters.places(slug)) if kind is Kind.NOTICE and slug else []


def sample(kind: Kind, slug: str | None) -> list[tuple[str, Letter]]:
    """A notice as the program words it, in both languages; nothing for what is no notice."""
    if kind is not Kind.NOTICE or slug is None:
        return []
    return [(language, letters.sample(slug, language)) for language in rules.LANGUAGES]


def changes(old: Draft, new: Draft) -> list[tuple[str, list[Block]]]:
    """What differs, by part: the texts word by word, the rest as a whole."""
    found = [(part, compare(getattr(old, part), getattr(new, part))) for part in PARTS]
    found += [(part, compare(_shown(getattr(old, part)), _shown(getattr(new, part)))) for part in OTHER_PARTS]
    return [(part, blocks) for part, blocks in found if any(piece.change != "same" for one in blocks for piece in one)]


def faults(lines: list[Line], now: datetime) -> dict[int, list[Problem]]:
    """What is wrong with the newest version of each text, by its number."""
    around = checking.surroundings(now)
    return {
        line.content.id: checking.check(Kind(line.content.kind), line.content.slug, Draft.of(line.newest), around)
        for line in lines
    }


def _looks(language: str, title: str, body: str) -> Preview:
    # content.markup cleans what it renders. The two languages have sections of the same names on one page.
    return Preview(language, title, Markup(services.rendered(body, language, f"{language}-")))  # noqa: S704


def _shown(value: object) -> str:
    return iso(value) if isinstance(value, datetime) else "" if value is None else str(value)


def _typed(at: datetime | None) -> str:
    """A time as a browser's field takes it, by the gallery's clock."""
    return at.astimezone(zone()).strftime("%Y-%m-%dT%H:%M") if at else ""
