"""What keeps a draft from being published, and whether published tables still say what the program does (M2, P-03)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gallery.content import markup
from gallery.content.blocks import UnknownBlockError
from gallery.content.policies import differences, queries, rendering, rules
from gallery.content.policies.differences import Line
from gallery.content.policies.models import PolicyDraft
from gallery.content.policies.queries import Edition
from gallery.content.policies.rules import Kind
from gallery.core import settings
from gallery.core.i18n import LOCALES, zone
from gallery.core.web import opens

_PATH = re.compile(r"[^?#]*")


class Problem(StrEnum):
    """Why a draft cannot be published as it is. Words: policies.labels."""

    EMPTY = "empty"
    UNKNOWN_TABLE = "unknown_table"
    CLAUSES = "clauses"
    SHUFFLED = "shuffled"
    PICTURE = "picture"
    BROKEN_LINK = "broken_link"
    NO_SUMMARY = "no_summary"
    NOTHING_CHANGED = "nothing_changed"
    TOO_SOON = "too_soon"
    BEFORE_THE_NEXT = "before_the_next"


@dataclass(frozen=True, slots=True)
class Found:
    """A problem, the language of the text that has it ("" for both), and what exactly it is about."""

    problem: Problem
    language: str = ""
    what: str = ""


def problems(draft: PolicyDraft, now: datetime) -> list[Found]:
    """Everything that is wrong with a draft, in the order in which it is best mended; [] if it may be published."""
    sources = {"fr": draft.source_fr, "en": draft.source_en}
    found = [one for language in LOCALES for one in _of_text(sources[language], language)]
    clauses = rules.clause_difference(rendering.clauses(draft.source_en), rendering.clauses(draft.source_fr))
    found += [Found(Problem.CLAUSES, "fr", one) for one in clauses.only_en]
    found += [Found(Problem.CLAUSES, "en", one) for one in clauses.only_fr]
    if clauses.is_shuffled:
        found.append(Found(Problem.SHUFFLED))
    newest = queries.newest(Kind(draft.kind))
    if newest is None:
        return found
    summaries = {"fr": draft.summary_fr, "en": draft.summary_en}
    found += [Found(Problem.NO_SUMMARY, language) for language in LOCALES if not summaries[language].strip()]
    if not any(one.problem is Problem.UNKNOWN_TABLE for one in found):
        texts = rendering.both(sources)
        if (texts["en"], texts["fr"]) == (newest.html_en, newest.html_fr):
            found.append(Found(Problem.NOTHING_CHANGED))
    return found + _of_day(draft, newest.effective_from, now)


def _of_text(source: str, language: str) -> list[Found]:
    if not source.strip():
        return [Found(Problem.EMPTY, language)]
    found = []
    try:
        rendering.rendered(source, language)
    except UnknownBlockError as unknown:
        found.append(Found(Problem.UNKNOWN_TABLE, language, str(unknown.args[0])))
    if markup.picture_numbers(source) or markup.foreign_pictures(source):
        found.append(Found(Problem.PICTURE, language))
    known = set(rendering.clauses(source))
    return found + [
        Found(Problem.BROKEN_LINK, language, link) for link in markup.links(source) if not _leads(link, known)
    ]


def _leads(link: str, clauses: set[str]) -> bool:
    """Whether a link within the house or the text has an end; what lies elsewhere is not asked."""
    if link.startswith("#"):
        return link[1:] in clauses
    path = _PATH.match(link)
    return not link.startswith("/") or (path is not None and opens(path[0]))


def _of_day(draft: PolicyDraft, newest_from: datetime, now: datetime) -> list[Found]:
    day = draft.effective_on
    if day is None:
        return []
    earliest = rules.earliest_day(now, settings.current().policy_notice_days, zone())
    if day < earliest:
        return [Found(Problem.TOO_SOON, what=earliest.isoformat())]
    if rules.starts_at(day, zone()) < newest_from:
        return [Found(Problem.BEFORE_THE_NEXT)]
    return []


@dataclass(frozen=True, slots=True)
class Drift:
    """A policy whose published text is no longer what the program would publish now."""

    edition: Edition
    language: str
    lines: tuple[Line, ...]
    """The difference, from what is published to what the program says."""
    mended_by: Edition | None
    """The version that says it and is waiting for its day."""


def drifts(at: datetime) -> list[Drift]:
    """The policies in force whose tables the program would render otherwise by now."""
    found = []
    for kind, editions in queries.by_kind().items():
        current, following = rules.in_force(editions, at), rules.upcoming(editions, at)
        if current is None:
            continue
        for language in LOCALES:
            lines = _difference(kind, current.number, language)
            if differences.is_changed(lines):
                mended = following if following and not _drifted(kind, following.number, language) else None
                found.append(Drift(current, language, tuple(lines), mended))
    return found


def _drifted(kind: Kind, number: int, language: str) -> bool:
    return differences.is_changed(_difference(kind, number, language))


def _difference(kind: Kind, number: int, language: str) -> list[Line]:
    """From a version as it was published to its source as it would be published now."""
    version = queries.version(kind, number)
    if version is None:
        return []
    source, html = (version.source_fr, version.html_fr) if language == "fr" else (version.source_en, version.html_en)
    try:
        now = rendering.rendered(source, language)
    except UnknownBlockError as unknown:
        now = markup.render(f"`{unknown.args[0]}`")
    return differences.compare(html, now)
