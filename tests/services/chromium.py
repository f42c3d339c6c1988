"""Chromium: Debian's, with nothing of it that reaches for the network by itself."""

from __future__ import annotations

import shutil

from tests.services.missing import missing
from tests.services.process import is_root

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
)


def launch_options() -> dict[str, object]:
    """What Playwright needs to start it; ends the test when there is none."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        missing("Chromium", "apt-get install chromium")
    # Chromium's sandbox refuses root, and the pages are our own.
    sandbox = ["--no-sandbox"] if is_root() else []
    return {"executable_path": program, "args": [*sandbox, *QUIET]}
