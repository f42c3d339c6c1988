"""Saying something to a member: written down with what caused it, delivered by the outbox."""

from __future__ import annotations

from typing import Any

from gallery.core import outbox
from gallery.notices import rules

KIND = "notice"


def notify(member_id: int, name: str, key: str, **facts: Any) -> None:
    """Queue the notice `name` for a member, in the running unit of work.

    `key` is made of identifiers and names the event: the same notice for the same event and member
    is sent once. `facts` are what `rules.NOTICES` lists; they must fit JSON.
    """
    if missing := rules.NOTICES[name].facts - facts.keys():
        raise TypeError(f"the notice {name!r} needs {', '.join(sorted(missing))}")
    outbox.put(
        KIND,
        f"{name}:{key}:member:{member_id}",
        {"name": name, "facts": facts},
        member_id,
        topic=rules.topic(name, member_id, facts),
    )


def withdraw(member_id: int, name: str, **facts: Any) -> None:
    """In the running unit of work, take back a waiting notice that is no longer true (he leads again).

    Only for notices that go out one per thing; `facts` names the thing, as in `lot_id=7`.
    """
    waiting = rules.topic(name, member_id, facts)
    if waiting is None:
        raise ValueError(f"the notice {name!r} is not one per thing")
    outbox.withdraw(KIND, waiting)
