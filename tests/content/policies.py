"""Versions, drafts and members for tests of the policies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Flask

from gallery.content.policies import publishing
from gallery.content.policies.publishing import Texts
from gallery.content.policies.rules import Kind
from gallery.core import clock
from tests import factories

NOW = datetime(2026, 11, 27, 10, 30, tzinfo=UTC)


def at(app: Flask, moment: datetime) -> datetime:
    """Have it be `moment`."""
    app.extensions["clock"] = clock.FrozenClock(moment)
    return moment


def editor() -> int:
    """Edi's number."""
    return factories.member("edi", roles=["editor"]).id


def change(kind: Kind, by_id: int, now: datetime, **values: Any) -> int:
    """Publish the next version with one paragraph more in its last clause; its number."""
    newest = publishing.queries.newest(kind)
    assert newest is not None
    words = Texts(
        source_en=newest.source_en + "\nOne thing more holds.\n",
        source_fr=newest.source_fr + "\nUne chose de plus vaut.\n",
        summary_en="One thing more.",
        summary_fr="Une chose de plus.",
    )
    texts = Texts(**{name: getattr(words, name) for name in Texts.__dataclass_fields__} | values)
    draft = publishing.queries.draft(kind)
    revision = publishing.save_draft(kind, texts, draft.revision if draft else 0, by_id=by_id, now=now)
    return publishing.publish(kind, revision, by_id=by_id, now=now)
