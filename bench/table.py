"""The table of goals: what was measured, what was reached, what is aimed at, and whether a ratio missed its aim."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A line of the table; `missed` only of ratios, bytes and counts: times alone say little on another machine."""

    what: str
    reached: str
    aim: str = ""
    missed: bool = False


def spread(values: Sequence[float]) -> str:
    """Median with the least and the greatest of the rounds; what was measured once stands alone."""
    median = _readable(statistics.median(values))
    return f"{median} ({_readable(min(values))}-{_readable(max(values))})" if len(values) > 1 else median


def at_most(what: str, values: Sequence[float], most: float) -> Row:
    """A ratio, or bytes, of which there should be no more than this."""
    return Row(what, spread(values), f"<= {most:,g}", missed=statistics.median(values) > most)


def at_least(what: str, values: Sequence[float], least: float) -> Row:
    """A ratio that should be no less than this."""
    return Row(what, spread(values), f">= {least:g}", missed=statistics.median(values) < least)


def figure(what: str, values: Sequence[float], aim: str = "") -> Row:
    """A figure of this machine."""
    return Row(what, spread(values), aim)


def count(what: str, number: int, fails: bool = True) -> Row:
    """Something of which there should be none."""
    return Row(what, str(number), "0", missed=fails and number > 0)


def _readable(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.2f}"


def show(rows: Sequence[Row]) -> bool:
    """Print the rows; whether an aim was missed."""
    for row in rows:
        print(f"{row.what:58} {row.reached:>24}  {row.aim}{'  MISSED' if row.missed else ''}")
    return any(row.missed for row in rows)


def machine() -> str:
    """How busy the machine is, which all figures stand under."""
    return f"{os.cpu_count()} cores, load {' '.join(f'{value:.2f}' for value in os.getloadavg())}"
