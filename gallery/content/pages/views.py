"""The pages that editors write, as everybody reads them: about, help with its search, contact (M1, O2)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gallery.content.pages import queries, rules, search
from gallery.content.pages.reading import reading
from gallery.content.pages.rules import Kind
from gallery.content.parsing import LINK
from gallery.core import access, clock
from gallery.core.errors import Missing
from gallery.core.htmx import respond
from gallery.core.web import revalidated
from gallery.core.words import asked_words

bp = Blueprint("pages", __name__)

LONGEST_QUESTION = 200
MOST_BANNERS = 2
"""On one page; more would push the page away."""


@bp.get("/pages/<slug>")
@access.public
def show(slug: str) -> ResponseReturnValue:
    """A page of the editors."""
    if slug == rules.CONTACT:
        return redirect(url_for(".contact"), 301)
    return _page(_public(Kind.PAGE, slug), "content/page.html")


@bp.get("/contact")
@access.public
def contact() -> ResponseReturnValue:
    """How to reach the gallery."""
    found = queries.published(Kind.PAGE, rules.CONTACT, clock.now())
    if found is None:  # Nobody has written one: address, telephone and mailbox are settings.
        return revalidated(make_response(render_template("content/contact.html")))
    return _page(found, "content/page.html")


@bp.get("/help")
@access.public
def help_index() -> ResponseReturnValue:
    """All topics, or those that answer a question."""
    question = request.args.get("q", "")[:LONGEST_QUESTION].strip()
    now = clock.now()
    topics = queries.all_published(Kind.HELP, now)
    words = asked_words(question)
    answer = respond(
        "content/help.html",
        "content/_topics.html",
        question=question,
        hits=search.find(topics, words) if words else None,
        topics=[(topic.slug, reading(topic.version)) for topic in topics],
        pages=[(page.slug, reading(page.version)) for page in queries.all_published(Kind.PAGE, now)],
    )
    return revalidated(answer)


@bp.get("/help/<slug>")
@access.public
def help_topic(slug: str) -> ResponseReturnValue:
    """One topic."""
    return _page(_public(Kind.HELP, slug), "content/topic.html")


def _public(kind: Kind, slug: str) -> queries.Published:
    found = queries.published(kind, slug, clock.now())
    if found is None:
        raise Missing
    return found


def _page(found: queries.Published, template: str) -> Response:
    text = reading(found.version)
    return revalidated(make_response(render_template(template, text=text, since=found.since)))


@bp.app_template_global()
def banners() -> list[dict[str, Any]]:
    """The banners for the page that is asked for: reading, tone and link."""
    found = [one for one in queries.banners(clock.now()) if rules.stands_at(rules.Place(one.place), request.path)]
    return [
        # The form refused other links already; but this stands on every page.
        {"text": reading(one), "tone": one.tone, "link": one.link if LINK.fullmatch(one.link) else ""}
        for one in found[:MOST_BANNERS]
    ]
