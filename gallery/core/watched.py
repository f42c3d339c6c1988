"""What the hub keeps of a topic for as long as someone watches it in this process."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from gallery.core.stream import Message, Watcher

COALESCE_SECONDS = 0.1
"""Between two updates of a topic in the long run, however fast the bids come (PERFORMANCE 2, "Coalesce")."""


@dataclass
class Watched:
    """A topic that is watched: by whom in which language, and the newest message in each."""

    wanted: int = -1
    """The newest version heard of."""
    fresh_until: float = 0.0
    """How long what the database last said of its version holds for those who come, monotonic seconds."""
    behind: bool = False
    """Whether a watcher may be waiting for the version wanted."""
    not_before: float = 0.0
    """When it may be rendered again, monotonic seconds."""
    watchers: dict[str, set[Watcher]] = field(default_factory=lambda: defaultdict(set))
    messages: dict[str, Message] = field(default_factory=dict)

    def turn_after(self, now: float) -> float:
        """When it may be rendered again if it is rendered `now`.

        Counted from when it might have been: else one update that was late would make all later ones wait as long,
        when bids come as fast as they may be told.
        """
        return max(self.not_before + COALESCE_SECONDS, now)
