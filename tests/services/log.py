"""The log as an operator's machine would hold it."""

from __future__ import annotations

import logging

from gallery.core import logs


class Lines(logging.Handler):
    """What the log would hold, formatted as it is written."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logs.Line())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line."""
        self.lines.append(self.format(record))
