"""What floors below add to the page of a lot, which knows none of them: the bids, the form."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple


class Panel(NamedTuple):
    """The part of one package."""

    shown: Callable[[int], Hashable]
    """From the lot's id, all of it that a visitor sees."""
    context: Callable[[Any], dict[str, Any]]
    """From that, the variables of the template for the reader."""


PANELS: dict[str, Panel] = {}
"""By package."""


def shown(lot_id: int) -> dict[str, Hashable]:
    """What a visitor sees of each panel at this moment."""
    return {name: panel.shown(lot_id) for name, panel in PANELS.items()}


def context(seen: dict[str, Hashable]) -> dict[str, Any]:
    """The variables of all panels for the reader, from what `shown` gave."""
    variables: dict[str, Any] = {}
    for name, one in seen.items():
        variables |= PANELS[name].context(one)
    return variables
