"""The first edition: texts that come with the program, published once, and kept up to date until an editor takes over.

A text is two files, `help-bidding.en.md` and `help-bidding.fr.md`: the kind, the slug, the language. The first line
is its title, the second may give its place in lists. `[[phone]]` and the like stand for the settings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from gallery.content.pages import queries, services
from gallery.content.pages.models import Content
from gallery.content.pages.rules import USUAL_RANK, Draft, Kind
from gallery.core import settings
from gallery.core.db import transaction

FILES = Path(__file__).parents[1] / "first_edition"
_NAME = re.compile(r"(page|help|home)-([a-z0-9-]+)\.(fr|en)\.md")
_RANK = re.compile(r"<!-- place ([0-9]+) -->\n")
_SETTING = re.compile(r"\[\[([a-z]+)\]\]")


@dataclass(frozen=True)
class Done:
    """How many texts were begun, brought up to date, and left as they are."""

    begun: int = 0
    renewed: int = 0
    kept: int = 0


def seed(*, now: datetime) -> Done:
    """Publish what is not there, bring up to date what no editor has touched. Twice does nothing."""
    done = Done()
    for (kind, slug), draft in texts().items():
        with transaction():
            there = queries.content_called(kind, slug)
            if there is None:
                made = services.create(kind, slug, draft, author_id=None, now=now, is_ours=True)
                services.publish(made, 1, from_at=now, by_id=None, now=now, is_ours=True)
                done = replace(done, begun=done.begun + 1)
            elif _renew(there, draft, now):
                done = replace(done, renewed=done.renewed + 1)
            else:
                done = replace(done, kept=done.kept + 1)
    return done


def texts() -> dict[tuple[Kind, str], Draft]:
    """All texts of the first edition, with the house's own name and addresses in them."""
    found: dict[tuple[Kind, str], Draft] = {}
    for kind, slug, language, title, rank, body in _files():
        draft = found.get((kind, slug), Draft(rank=rank))
        found[kind, slug] = replace(draft, **_in(language, title, body))
    return found


def _in(language: str, title: str, body: str) -> dict[str, Any]:
    return {f"title_{language}": title, f"body_{language}": body}


def _renew(there: Content, draft: Draft, now: datetime) -> bool:
    """A text that no editor ever touched follows the program that it describes."""
    versions, decisions = queries.versions(there.id), queries.decisions(there.id)
    touched = any(not one.is_ours for one in versions) or any(not one.is_ours for one in decisions)
    if touched or Draft.of(versions[0]) == draft:
        return False
    number = services.save(there.id, draft, based_on=versions[0].number, author_id=None, now=now, is_ours=True)
    services.publish(there.id, number, from_at=now, by_id=None, now=now, is_ours=True)
    return True


def _files() -> Iterator[tuple[Kind, str, str, str, int, str]]:
    current = settings.current()
    named = {
        "house": current.site_name,
        "address": current.site_address,
        "phone": current.site_phone,
        "tel": current.site_phone.replace(" ", ""),
        "email": current.site_email,
    }
    for path in sorted(FILES.glob("*.md")):
        name = _NAME.fullmatch(path.name)
        if name is None:
            continue  # The policies keep theirs here as well.
        text = _SETTING.sub(lambda found: named[found[1]], path.read_text(encoding="utf-8"))
        title, _, body = text.partition("\n")
        rank = _RANK.match(body)
        body = body[rank.end() :] if rank else body
        place = int(rank[1]) if rank else USUAL_RANK
        yield Kind(name[1]), name[2], name[3], title.removeprefix("# ").strip(), place, body.strip()
