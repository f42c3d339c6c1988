"""What to do when a part of the machine is missing: skip with a reason, or fail where CI says so."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable
from typing import NoReturn

import pytest

MARK = "Not on this machine: "


def missing(part: str, remedy: str) -> NoReturn:
    """End the test: skipped with a reason that the closing summary repeats, failed when CI is set."""
    reason = f"{MARK}{part} ({remedy})"
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def tests_by_missing_part(reports: Iterable[pytest.TestReport]) -> dict[str, list[str]]:
    """The names of the skipped tests under the reason of each missing part."""
    skipped: dict[str, list[str]] = defaultdict(list)
    for report in reports:
        reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else ""
        if MARK in reason:
            skipped[reason.partition(MARK)[2]].append(report.nodeid)
    return dict(skipped)
