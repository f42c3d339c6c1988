"""The table of goals: what was measured, what was reached, what is aimed at, and whether a ratio missed its aim."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from bench.measures import spread


@dataclass(frozen=True)
class Row:
    """A line of the table; `missed` only of ratios and counts, since times alone say little on another machine."""

    what: str
    reached: str
    aim: str = ""
    missed: bool = False


def ratio(what: str, values: Sequence[float], most: float) -> Row:
    """A ratio that should be no more than this."""
    return Row(what, spread(values), f"<= {most:g}", missed=statistics.median(values) > most)


def figure(what: str, values: Sequence[float], aim: str = "") -> Row:
    """A figure of this machine."""
    return Row(what, spread(values), aim)


def count(what: str, number: int, fails: bool = True) -> Row:
    """Something of which there should be none."""
    return Row(what, str(number), "0", missed=fails and number > 0)


def show(rows: Sequence[Row]) -> None:
    """Print the rows."""
    for row in rows:
        print(f"{row.what:58} {row.reached:>24}  {row.aim}{'  MISSED' if row.missed else ''}")


def machine() -> str:
    """How busy the machine is, which all figures stand under."""
    return f"{os.cpu_count()} cores, load {' '.join(f'{value:.2f}' for value in os.getloadavg())}"
