"""What a crowd got: each reader's whole stream is read, and compared with what was published when."""

from __future__ import annotations

import bisect
import itertools
import statistics
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.live.crowd import Reader
from tests.live.taken import ID, Taken

LATE_SECONDS = 0.5
STEADY_AFTER = 3
"""Updates of a stream after which their size is counted: the first one is whole (PERFORMANCE C)."""


@dataclass
class Delivered:
    """Of all readers together."""

    waits: list[float] = field(default_factory=list)
    """Seconds from each publication to its last byte at each reader, or to that of a newer one."""
    events: int = 0
    """Updates that came since the first of these publications; several at once may become one."""
    lost: int = 0
    """Publications that a reader never got, nor any newer one."""
    late: int = 0
    """Those that took longer than LATE_SECONDS."""
    disordered: int = 0
    """Events that were no newer than the one before them."""
    sizes: list[int] = field(default_factory=list)
    """Bytes on the line of single updates."""

    def quantile(self, share: float) -> float:
        """So large a share of the waits were no longer than this, in milliseconds."""
        waits = sorted(self.waits)
        return waits[min(len(waits) - 1, int(share * len(waits)))] * 1000 if waits else float("nan")

    @property
    def faults(self) -> list[str]:
        """What must not be, in words."""
        counted = {"lost": self.lost, f"later than {LATE_SECONDS:g} s": self.late, "out of order": self.disordered}
        return [f"{number} {what}" for what, number in counted.items() if number]

    @property
    def median_size(self) -> float:
        """Of an update, in bytes."""
        return statistics.median(self.sizes)


def delivered(readers: Iterable[Reader], published: Mapping[int, float]) -> Delivered:
    """How the versions, published at these monotonic seconds, reached the readers who were there before."""
    found = Delivered()
    versions = sorted(published)
    for reader in readers:
        got: list[tuple[int, float]] = []
        for taken in reader.taken:
            got += _events(taken, found)
        _count(found, got, [one for one in versions if published[one] > reader.taken[0].marks[0][0]], published)
    return found


def _events(taken: Taken, found: Delivered) -> Iterator[tuple[int, float]]:
    before = 0
    for at, size, text in taken.pieces():
        versions = [int(one) for one in ID.findall(text)]
        if len(versions) == 1 and before >= STEADY_AFTER:
            found.sizes.append(size)
        for version in versions:
            before += 1
            yield version, at


def _count(found: Delivered, got: list[tuple[int, float]], due: list[int], published: Mapping[int, float]) -> None:
    found.events += sum(version >= due[0] for version, _at in got) if due else 0
    found.disordered += sum(after <= before for (before, _), (after, _) in itertools.pairwise(got))
    reached = [version for version, _at in got]
    for version in due:
        place = bisect.bisect_left(reached, version)
        if place == len(got):
            found.lost += 1
            continue
        wait = got[place][1] - published[version]
        found.waits.append(wait)
        found.late += wait > LATE_SECONDS
